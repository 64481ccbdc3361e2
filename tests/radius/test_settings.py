"""Radius' settings: the operators' names, and what LIVE does not start with."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from dagster_project.settings import Settings, SettingsError, load_settings

LIVE = {
    "ENV": "LIVE",
    "WAREHOUSE_URL": "mssql+pyodbc://sync:w4rehouse-pass@sql.example/ORDERS",
    "MONDAY_API_URL": "https://api.monday.com/v2",
    "MONDAY_API_TOKEN": "l1ve-t0ken",
    "MONDAY_BOARD_ID": "9200517329",
    "MONDAY_SUBITEM_BOARD_ID": "9200517330",
    "DSN": "Erp64",
    "DB_USER": "lws",
    "DB_PASS": "erp-pass",
    "RADIUS_API_URL": "http://erp.example:8081/radadapter/radius/api",
    "CSR_EMAILS": "csr@example.com, csr2@example.com",
    "FULFILLMENT_EMAILS": "fulfilment@example.com",
    "ADMIN_EMAILS": "admin@example.com",
}


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("ORDER_STAGING_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for name, value in LIVE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_live_starts_with_everything_said(live: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert settings.uses_radius
    assert settings.csr_emails == ["csr@example.com", "csr2@example.com"]
    assert "erp-pass" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DB_PASS", None, "DB_USER or DB_PASS is missing"),
        ("RADIUS_API_URL", None, "RADIUS_API_URL is the sandbox's"),
        ("RADIUS_API_URL", "erp.example", "RADIUS_API_URL: is no http or https address"),
        ("ADMIN_EMAILS", None, "nobody would hear of holds"),
        ("RADIUS_DATABASE", "erp.db", "RADIUS_DATABASE is the sandbox's"),
    ],
)
def test_live_does_not_start_half_configured(
    live: pytest.MonkeyPatch, name: str, value: str | None, said: str
) -> None:
    live.setenv(name, value) if value else live.delenv(name)
    with pytest.raises(SettingsError, match=said):
        load_settings()


def test_without_a_data_source_live_has_no_radius(live: pytest.MonkeyPatch) -> None:
    for name in ("DSN", "DB_USER", "DB_PASS", "RADIUS_API_URL", "ADMIN_EMAILS"):
        live.delenv(name)
    assert not load_settings().uses_radius


@pytest.mark.parametrize("said", ["2025-12-26", "12/26/2025"])
def test_the_first_day_is_said_in_either_form(said: str) -> None:
    assert load_settings(lws_eligibility_start_date=said).lws_eligibility_start_date == dt.date(2025, 12, 26)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"dsn": "Erp64", "radius_database": "erp.db"}, "two ERPs"),
        ({"hold_reminder_days": 8}, "HOLD_ESCALATION_DAYS is shorter"),
        ({"radius_database": "erp.db", "radius_timeout_seconds": 180}, "longer than RADIUS_TIMEOUT_SECONDS"),
        ({"csr_emails": "nobody"}, "no e-mail address"),
        ({"lws_eligibility_start_date": "26.12.2025"}, "LWS_ELIGIBILITY_START_DATE"),
    ],
)
def test_what_cannot_be_meant_is_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_settings(**values)
