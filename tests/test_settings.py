"""Settings: the sandbox unless somebody says otherwise, never half of LIVE, never a secret in a message."""

import json
from pathlib import Path
from typing import Any

import pytest

from dagster_project import sandbox_defaults
from dagster_project.radius.pipelines import RADIUS
from dagster_project.settings import (
    Environment,
    Settings,
    SettingsError,
    default_home,
    load_settings,
)
from dagster_project.systems import MONDAY, PIPELINES

LIVE = {
    "ENV": "LIVE",
    "WAREHOUSE_URL": "mssql+pyodbc://sync:w4rehouse-pass@sql.example/ORDERS",
    "MONDAY_API_URL": "https://api.monday.com/v2",
    "MONDAY_API_TOKEN": "l1ve-t0ken",
    "MONDAY_BOARD_ID": "9200517329",
    "MONDAY_SUBITEM_BOARD_ID": "9200517330",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of our own, a folder without .env, an environment without settings."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ORDER_STAGING_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def environment(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def sandbox_listens(home: Path, **addresses: Any) -> None:
    (home / "sandbox.json").write_text(json.dumps({"settings": addresses}))


def test_without_a_word_it_is_the_sandbox(home: Path) -> None:
    settings = load_settings()
    assert settings.env is Environment.SANDBOX
    assert settings.warehouse == f"duckdb:///{home / 'warehouse.duckdb'}"
    assert MONDAY.instance(settings) == f"monday:SANDBOX:{sandbox_defaults.BOARD}"
    assert settings.monday_api_token.get_secret_value() == sandbox_defaults.TOKEN


def test_a_sandbox_that_is_down_left_the_file_of_its_erp(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load_settings().uses_radius
    file = home / "sandbox" / "radius.sqlite"
    file.parent.mkdir()
    file.touch()
    settings = load_settings()
    assert (settings.radius_database, RADIUS.instance(settings)) == (file, "radius:SANDBOX:radius")
    environment(monkeypatch, DSN="ERP")
    assert RADIUS.instance(load_settings()) == "radius:SANDBOX:ERP"


def test_an_environment_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, ENV="PROD")
    with pytest.raises(SettingsError, match=r"ENV: Input should be 'SANDBOX', 'TEST' or 'LIVE'"):
        load_settings()


def test_live_names_everything_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, ENV="LIVE")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value) == (
        "settings: ENV is LIVE, but WAREHOUSE_URL is not set; MONDAY_API_TOKEN is missing or the sandbox's; "
        "MONDAY_BOARD_ID or MONDAY_SUBITEM_BOARD_ID is the sandbox's; MONDAY_API_URL is not an https address"
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WAREHOUSE_URL", None, "WAREHOUSE_URL is not set"),
        ("MONDAY_API_TOKEN", "", "MONDAY_API_TOKEN is missing or the sandbox's"),
        ("MONDAY_API_TOKEN", sandbox_defaults.TOKEN, "MONDAY_API_TOKEN is missing or the sandbox's"),
        (
            "MONDAY_BOARD_ID",
            sandbox_defaults.BOARD,
            "MONDAY_BOARD_ID or MONDAY_SUBITEM_BOARD_ID is the sandbox's",
        ),
        ("MONDAY_SUBITEM_BOARD_ID", None, "MONDAY_BOARD_ID or MONDAY_SUBITEM_BOARD_ID is the sandbox's"),
        ("MONDAY_API_URL", "http://api.monday.com/v2", "MONDAY_API_URL is not an https address"),
    ],
)
def test_live_refuses_each_sandbox_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str | None, said: str
) -> None:
    environment(monkeypatch, **LIVE)
    monkeypatch.delenv(name)
    if value is not None:
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value) == f"settings: ENV is LIVE, but {said}"


def test_live_starts_when_everything_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, **LIVE)
    settings = load_settings()
    assert MONDAY.instance(settings) == "monday:LIVE:9200517329"
    assert settings.warehouse == LIVE["WAREHOUSE_URL"]


def test_a_site_without_a_board_goes_live_and_runs_no_board(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(
        monkeypatch, ENV="LIVE", WAREHOUSE_URL=LIVE["WAREHOUSE_URL"], DSN="RADIUS", DB_USER="reader",
        DB_PASS="p", RADIUS_API_URL="https://erp.example/api", ADMIN_EMAILS="a@example.com",
        CSR_EMAILS="a@example.com", FULFILLMENT_EMAILS="a@example.com",
    )  # fmt: skip
    settings = load_settings()
    assert [name for name, one in PIPELINES.items() if one.in_use(settings)] == ["radius"]
    with pytest.raises(SettingsError, match="MONDAY_API_TOKEN and MONDAY_BOARD_ID are not set"):
        MONDAY.instance(settings)
    monkeypatch.setenv("MONDAY_BOARD_ID", "9200517329")
    with pytest.raises(SettingsError, match="MONDAY_API_TOKEN is missing"):
        load_settings()


def test_a_sandbox_left_running_does_not_make_live_start(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, **LIVE)
    monkeypatch.delenv("MONDAY_API_URL")
    sandbox_listens(home, monday_api_url="http://127.0.0.1:9999/v2")
    with pytest.raises(SettingsError, match="MONDAY_API_URL is not an https address"):
        load_settings()


def test_secrets_print_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, **LIVE)
    settings = load_settings()
    for text in (repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())):
        assert "l1ve-t0ken" not in text
        assert "w4rehouse-pass" not in text


def test_a_refusal_says_what_is_wrong_without_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, **{**LIVE, "MONDAY_API_URL": "http://u:hunter2@x", "LEASE_SECONDS": "soon"})
    with pytest.raises(SettingsError) as refused:
        load_settings()
    for secret in ("l1ve-t0ken", "w4rehouse-pass", "hunter2"):
        assert secret not in str(refused.value)
    assert "LEASE_SECONDS: Input should be a valid number" in str(refused.value)


@pytest.mark.parametrize(
    "name", ["MONDAY_API_URL", "WOO_BASE_URL", "NCR_API_URL", "RADIUS_API_URL", "XLINK_RUNNER_URL"]
)
@pytest.mark.parametrize(
    "said", ["https://u:hunter2@erp", "http://hunter2@erp/api", "hunter2", "ftp://hunter2", "http://[hunter2"]
)
def test_an_address_is_one_and_holds_no_password(
    monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    environment(monkeypatch, **{name: said})
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).startswith(f"{name}: ")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(("name", "may_be"), [("RADIUS_API_URL", False), ("XLINK_RUNNER_URL", True)])
def test_an_address_is_left_empty_only_where_that_means_none(
    monkeypatch: pytest.MonkeyPatch, name: str, may_be: bool
) -> None:
    environment(monkeypatch, **{name: ""})
    if may_be:
        assert load_settings().xlink_runner_url == ""
        return
    with pytest.raises(SettingsError, match=f"{name}: is no http or https address"):
        load_settings()


def test_a_zone_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, SITE_TIME_ZONE="Mars")
    with pytest.raises(SettingsError, match="SITE_TIME_ZONE: "):
        load_settings()


def test_a_lease_must_outlive_the_longest_request(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, LEASE_SECONDS="60", MONDAY_TIMEOUT_SECONDS="60")
    with pytest.raises(SettingsError, match="LEASE_SECONDS must be longer than MONDAY_TIMEOUT_SECONDS"):
        load_settings()


def test_the_environment_outranks_env_file_outranks_sandbox_outranks_defaults(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = load_settings().monday_api_url
    sandbox_listens(home, monday_api_url="http://127.0.0.1:1/sandbox", monday_api_token="running")
    assert load_settings().monday_api_url == "http://127.0.0.1:1/sandbox" != default
    (tmp_path / ".env").write_text("MONDAY_API_URL=http://127.0.0.1:2/file\n")
    assert load_settings().monday_api_url == "http://127.0.0.1:2/file"
    environment(monkeypatch, MONDAY_API_URL="http://127.0.0.1:3/environment")
    assert load_settings().monday_api_url == "http://127.0.0.1:3/environment"
    assert load_settings(monday_api_url="http://127.0.0.1:4/said").monday_api_url == "http://127.0.0.1:4/said"
    assert load_settings().monday_api_token.get_secret_value() == "running"


def test_the_sandbox_of_another_home_is_not_ours(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    sandbox_listens(other, monday_api_url="http://127.0.0.1:1/other")
    assert load_settings().monday_api_url != "http://127.0.0.1:1/other"
    assert load_settings(order_staging_home=other).monday_api_url == "http://127.0.0.1:1/other"


def test_sandbox_addresses_are_for_the_sandbox_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox_listens(home, monday_api_url="http://127.0.0.1:1/sandbox", monday_api_token="running")
    environment(monkeypatch, ENV="TEST")
    settings = load_settings()
    assert settings.monday_api_url != "http://127.0.0.1:1/sandbox"
    assert settings.monday_api_token.get_secret_value() != "running"


def test_home_comes_from_the_environment_and_is_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDER_STAGING_HOME", "here")
    assert default_home() == tmp_path / "here"
    assert load_settings().order_staging_home == tmp_path / "here"
