"""The jobs of LWS orders in Dagster, on the sandbox: a cycle, the reminders, and what is forgotten."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.settings import load_settings
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from sandbox.mailbox.server import RunningMailbox
from sandbox.radius.server import RunningRadius
from tests.conftest import Parsed
from tests.radius.plant import BAG, Plant

pytestmark = pytest.mark.proof


@pytest.fixture
def plant(
    tmp_path: Path, parsed: Parsed, mailbox: RunningMailbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Plant]:
    """Two orders, one of which is held; the environment is the one a daemon would have."""
    with RunningRadius(tmp_path / "erp.sqlite", view_lag_seconds=0) as radius:
        found = Plant(parsed(tmp_path), radius, mailbox, settings={"SITE_TIME_ZONE": _where_it_is_noon()})
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        radius.people.add_item(BAG)
        radius.people.add_derived_items(BAG)
        radius.people.add_order(BAG, 50_000)
        radius.people.hold(radius.people.add_order(BAG, 50_000))
        warehouse = Warehouse(load_settings().warehouse)
        schema.init(warehouse)
        warehouse.release()
        yield found


def _where_it_is_noon() -> str:
    """A zone in which digests may go now and the evening's summary may not."""
    return f"Etc/GMT{dt.datetime.now(dt.UTC).hour - 12:+d}"


def test_a_cycle_delivers_reminders_tell_and_retention_forgets(plant: Plant) -> None:
    from dagster_project.definitions import defs

    everything = {"ops": {"radius__erp": {"config": {"everything": True}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("radius_run").execute_in_process(everything, instance=instance)
        (made,) = [
            event.step_materialization_data.materialization.metadata
            for event in result.get_asset_materialization_events()
            if event.asset_key == dg.AssetKey(["radius", "erp"])
        ]
        assert (made["held"].value, made["rejected"].value, made["unknown"].value) == (1, 0, 0)
        assert plant.made() == {"jobs P4": 1, "POs": 1, "SO2s": 1, "ship requests": 1, "jobs P2": 1}
        with plant.warehouse() as connection:
            connection.execute(
                "update delivery set hold_since = hold_since - interval 5 day where state = 'HELD'"
            )
        before = len(plant.mailbox.control.mails())
        told = defs.resolve_job_def("radius_reminders").execute_in_process(instance=instance)
        assert told.success
        assert defs.resolve_job_def("radius_retention").execute_in_process(instance=instance).success
    subjects = [mail["subject"] for mail in plant.mailbox.control.mails()[before:]]
    assert [subject for subject in subjects if "HOLD" in subject] == [
        "[SANDBOX] LWS Workflow HOLD Reminder \N{EN DASH} 1 order needs action"
    ]
