"""The demo's third part: a day of plant-4 sales orders, their chains in Radius, and what people do in between.

The counts come from the ERP's own tables and its audit, by queries of this module's own.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from dagster_project.cli import output
from dagster_project.cli.running import system_run
from dagster_project.delivery.report import Report
from dagster_project.delivery.staging import Filters
from dagster_project.radius.database import ErpDatabase
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.lock import hold

HOURS = ("morning", "noon", "afternoon", "evening")
CHAINS = """
select
  (select count(distinct "JobCode") from "PUB"."PV_JobSOLink" where "PlantCode" = '4') as jobs_of_plant_4,
  (select count(*) from "PUB"."PV_POrder") as purchase_orders,
  (select count(*) from "PUB"."PV_SOrder" where "PlantCode" = '2' and "SOSourceCode" = 'LWS') as orders_of_plant_2,
  (select count(*) from "PUB"."PV_ShipReq") as ship_requests,
  (select count(distinct "JobCode") from "PUB"."PV_JobSOLink" where "PlantCode" = '2') as jobs_of_plant_2
"""


def play(settings: Settings) -> None:
    """Tell it once; every part may be repeated."""
    earlier = _changes(settings)
    _cycle("the first cycle of the day")
    for hour in HOURS:
        for sentence in _people(settings, "play", hour=hour):
            output.say(f"  {sentence}")
        _cycle(f"the cycle after the {hour}")
    _show_orders(settings)
    _ask_the_erp(settings)
    before = _changes(settings)
    _cycle("once more, with nothing new")
    output.say(
        f"\n{before - earlier} changes in the ERP by us, then a cycle more: {_changes(settings) - before}. "
        "Look around: order-staging radius status, radius holds, radius order N"
    )


def _cycle(what: str) -> Report:
    with system_run("radius", json=False) as run:
        _, _, report = run.whole(Filters(everything=True))
    counts = report.as_dict()["entities"].get("orders", {})
    ended = ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing to do"
    output.say(f"{what}: {ended}; {report.requests} requests")
    return report


def _people(settings: Settings, action: str, **arguments: Any) -> Any:
    """Let people do something in the sandbox, which is another program; return what it says."""
    words = [f"{name}={json.dumps(value)}" for name, value in arguments.items()]
    home = str(settings.order_staging_home)
    command = [sys.executable, "-m", "sandbox.acting", "--home", home, "radius", action, *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own program
    return json.loads(done.stdout)


def _changes(settings: Settings) -> int:
    return int(_people(settings, "audit", log=False)["changes"])


def _show_orders(settings: Settings) -> None:
    warehouse = Warehouse(settings.warehouse)
    state = sa.table("lws_order_state", sa.column("status"), sa.column("last_step"))
    query = (
        sa.select(state.c.status, state.c.last_step, sa.func.count())
        .group_by(state.c.status, state.c.last_step)
        .order_by(state.c.status, sa.func.count().desc())
    )
    with (
        hold(warehouse, "order-staging demo", settings.warehouse_wait_seconds),
        warehouse.begin() as connection,
    ):
        rows: Sequence[sa.Row[Any]] = connection.execute(query).fetchall()
    output.table("where the orders stand: lws_order_state", ("status", "step", "orders"), rows)


def _ask_the_erp(settings: Settings) -> None:
    (found,) = ErpDatabase.of(settings).rows(CHAINS, ())
    output.say("the ERP says: " + ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in found.items()))
