"""Before anything is done: the adapter answers, the database gives our columns; what is wrong is said at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.outcomes import AccessRefused, MustWait, PreflightFailed
from dagster_project.radius import entities
from dagster_project.radius.destination import RadiusDestination
from dagster_project.settings import Settings
from sandbox.radius.server import RunningRadius
from tests.radius.chains import ENTITIES, PROFILES, today_clock


@pytest.fixture
def erp(tmp_path: Path) -> Iterator[RunningRadius]:
    with RunningRadius(tmp_path / "radius.sqlite") as radius:
        yield radius


def destination(erp: RunningRadius, **said: Any) -> RadiusDestination:
    whole = {"radius_api_url": erp.api, "radius_database": erp.database, **said}
    return RadiusDestination(Settings(_env_file=None, **whole), today_clock(), ENTITIES)


@pytest.mark.parametrize("profile", PROFILES)
def test_an_erp_that_is_as_it_has_to_be_passes_and_nothing_is_changed(
    erp: RunningRadius, profile: str
) -> None:
    found = destination(erp, radius_profile=profile, xlink_runner_url=erp.url).preflight()
    assert found.warnings == []
    assert erp.control.audit(log=False)["changes"] == 0


def test_what_refusals_depend_on_has_a_version(erp: RunningRadius) -> None:
    versions = {destination(erp, radius_profile=profile).preflight().schema_version for profile in PROFILES}
    assert len(versions) == 2
    assert destination(erp).preflight().schema_version in versions


def test_what_people_have_to_do_by_hand_is_said(erp: RunningRadius) -> None:
    first, second = destination(erp, radius_direct_sql=False).preflight().warnings
    assert "authorised and price codes set by hand" in first
    assert "XLINK_RUNNER_URL is not set" in second


def test_missing_columns_and_tables_are_all_named(erp: RunningRadius) -> None:
    with erp.erp.changing("world") as session:
        session._connection.execute('alter table "PV_ShipReqLine" rename column "ShippingRef" to "Reference"')
        session._connection.execute('alter table "PV_Req" rename to "PV_Requirement"')
    with pytest.raises(PreflightFailed) as caught:
        destination(erp).preflight()
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith('DB_USER cannot read "PUB"."PV_Req"')
    assert lines[1] == '"PUB"."PV_ShipReqLine" has no column ShippingRef'


def test_the_profile_says_where_a_purchase_order_names_its_job(erp: RunningRadius) -> None:
    with erp.erp.changing("world") as session:
        session._connection.execute('alter table "PV_POrder" rename column "AddtCustRef" to "Other"')
    destination(erp, radius_profile="observed").preflight()
    with pytest.raises(PreflightFailed, match='"PV_POrder" has no column AddtCustRef'):
        destination(erp, radius_profile="documented").preflight()


def test_an_address_that_is_none_is_access_refused(erp: RunningRadius) -> None:
    with pytest.raises(AccessRefused, match="RADIUS_API_URL"):
        destination(erp, radius_api_url=f"{erp.url}/elsewhere").preflight()


def test_an_adapter_that_is_not_there_is_waited_for(erp: RunningRadius) -> None:
    with pytest.raises(MustWait):
        destination(erp, radius_api_url="http://127.0.0.1:9/api").preflight()


def test_an_adapter_that_does_not_answer_as_one_fails(erp: RunningRadius) -> None:
    erp.control.set_faults(rules=[{"kind": "html", "status": 200}])
    with pytest.raises(PreflightFailed, match="does not answer as one"):
        destination(erp).preflight()


def test_without_an_erp_there_is_no_destination(tmp_path: Path) -> None:
    with pytest.raises(AccessRefused, match="set DSN"):
        RadiusDestination(Settings(_env_file=None, order_staging_home=tmp_path), today_clock(), ENTITIES)


def test_the_steps_stand_behind_the_staged_order(erp: RunningRadius) -> None:
    settings = Settings(_env_file=None, radius_api_url=erp.api, radius_database=erp.database)
    built = RadiusDestination.from_settings(settings, today_clock(), frozenset({"251001"}))
    assert [entity.name for entity in built.entities] == ["orders", *entities.STEPS]
    (orders, *steps) = built.entities
    (mapping,) = load_all("radius")
    assert (orders.staging, orders.listed) == (mapping.staging, False)
    assert all(step.staging == "" and step.parent is None for step in steps)
