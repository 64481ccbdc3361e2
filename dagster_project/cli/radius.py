"""radius …: LWS orders as operators see them, and what they decide about one. Looking makes no call."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import typer

from dagster_project.cli import options, output, radius_tables
from dagster_project.cli.running import show, system_run
from dagster_project.delivery.staging import Filters
from dagster_project.delivery.states import RunStatus
from dagster_project.radius import operating, state_views
from dagster_project.radius.database import ErpDatabase
from dagster_project.radius.holds import hold_of, step_of
from dagster_project.radius.pipelines import completing
from dagster_project.radius.standing import orders
from dagster_project.runs import SystemRun
from dagster_project.warehouse import tables
from dagster_project.warehouse.reading import table_exists
from dagster_project.warehouse.schema import SchemaTooOld

SYSTEM = "radius"
LARGEST = 2**31 - 1  # SOrderNum is an int
Number = Annotated[
    int, typer.Argument(min=1, max=LARGEST, help="Number of the plant-4 sales order.", metavar="N")
]
group = typer.Typer(help="LWS orders and their chains in EFI Radius.", no_args_is_help=True)


@group.command()
def status(json: options.Json = False, limit: options.Limit = 10) -> None:
    """Show how many orders stand where, today's figures, the last runs and the oldest holds."""
    with _looking(json) as (run, connection):
        zone = run.settings.site_time_zone
        found: dict[str, Any] = {
            "instance": run.run.instance,
            "paused": _pause(connection),
            "orders": state_views.counts(connection),
            "archived": state_views.archived(connection),
            "today": state_views.since(connection, start_of_day(zone, run.clock.now())),
            "runs": state_views.last_runs(connection, limit),
            "oldest_holds": _aged(run, state_views.holds(connection)[:limit]),
        }
    if json:
        output.print_json(found)
        return
    radius_tables.status(found, zone, limit)


@group.command()
def holds(json: options.Json = False, limit: options.Limit = 50) -> None:
    """Show the orders on hold by what they wait for, the oldest first, and whom each waits for."""
    with _looking(json) as (run, connection):
        found = _aged(run, state_views.holds(connection))
        zone = run.settings.site_time_zone
    if json:
        output.print_json(found)
        return
    radius_tables.holds(found, zone, limit)


@group.command("order")
def show_order(
    number: Annotated[str, typer.Argument(help="SO4, SO2, PO, ship request or job.", metavar="N")],
    json: options.Json = False,
    limit: options.Limit = 20,
) -> None:
    """Show everything about an order, archived or not: chain, hold, last answer of the ERP, history."""
    with _looking(json) as (run, connection):
        numbers = state_views.search(connection, run.run.instance, number.strip())
        found = [_everything(run, connection, one, limit) for one in numbers[:limit]]
        zone = run.settings.site_time_zone
    if json:
        output.print_json(found[0] if len(found) == 1 else found)
    elif len(found) == 1:
        radius_tables.order(found[0], zone)
    elif found:
        radius_tables.several([one["state"] for one in found if one["state"]], number, zone, limit)
    if not found:
        output.warn(
            f"no run has taken an order up that is or has {number}; to have one done: "
            "order-staging radius queue N"
        )
        raise typer.Exit(1)


@group.command()
def queue(number: Number, json: options.Json = False) -> None:
    """Have the next run take an order up first, whatever was found or decided about it."""
    with _deciding(json) as (run, erp):
        operating.Orders.of(run.ledger).queue(erp, number)
    _said(json, {"queued": number}, f"order {number} is queued: the next run takes it up first")


@group.command()
def retry(
    number: Number,
    recreate: Annotated[bool, typer.Option("--recreate", help="Make anew what is gone in the ERP.")] = False,
    json: options.Json = False,
) -> None:
    """Have the next run try an order again that failed, is held or was removed."""
    with _deciding(json) as (run, _):
        made_anew = operating.Orders.of(run.ledger).retry(number, recreate=recreate)
    besides = f"; {made_anew} objects are made anew" if made_anew else ""
    _said(
        json, {"retried": number, "made_anew": made_anew}, f"the next run tries order {number} again{besides}"
    )


@group.command()
def remove(number: Number, json: options.Json = False) -> None:
    """Leave an order alone from now on; `queue` or `retry` brings it back."""
    with _deciding(json) as (run, erp):
        operating.Orders.of(run.ledger).remove(erp, number)
    sentence = f"order {number} is removed; what was made for it stays as it is in Radius"
    _said(json, {"removed": number}, sentence)


@group.command()
def complete(number: Number, json: options.Json = False) -> None:
    """Complete an order whose change was carried through by hand: a run of it that tells what is blocked."""
    key = str(number)
    with system_run(completing(frozenset({key})), json=json) as run:
        with run.alone():
            operating.Orders.of(run.ledger).complete(number)
        outcome = run.whole(Filters(key=key))
    report = outcome[2]
    done = bool(report.tally.keys(operating.ORDERS, "DELIVERED"))
    if json:
        output.print_json({"completed": number if done else None, "run": report.as_dict()})
    else:
        show(*outcome)
        output.say(
            f"order {number} is complete" if done else f"order {number} is not complete, see: radius order"
        )
    if not done or report.status is not RunStatus.COMPLETED:
        raise typer.Exit(1)


# -- parts --------------------------------------------------------------------------------------------


@contextmanager
def _looking(json: bool) -> Iterator[tuple[SystemRun, sa.Connection]]:
    with system_run(SYSTEM, json=json) as run, run.held(), run.warehouse.begin() as connection:
        if not all(table_exists(connection, view.name) for view in state_views.VIEWS):
            raise SchemaTooOld("nothing was staged and settled yet: run `order-staging stage radius`")
        yield run, connection


@contextmanager
def _deciding(json: bool) -> Iterator[tuple[SystemRun, ErpDatabase]]:
    """Hold the scope while something is decided: a run under way would overwrite it."""
    with system_run(SYSTEM, json=json) as run:
        erp = ErpDatabase.of(run.settings)
        try:
            with run.alone():
                yield run, erp
        finally:
            erp.release()


def _pause(connection: sa.Connection) -> Mapping[str, Any] | None:
    pauses = tables.destination_pause
    row = connection.execute(sa.select(pauses).where(pauses.c.system == SYSTEM)).first()
    return dict(row._mapping) if row else None


def start_of_day(zone: str, now: dt.datetime) -> dt.datetime:
    """Return when the day began at the site, in UTC as times are stored."""
    there = now.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(dt.UTC).replace(tzinfo=None)


def _everything(run: SystemRun, connection: sa.Connection, number: int, limit: int) -> dict[str, Any]:
    state = state_views.order(connection, number)
    (order,) = orders(connection, run.run.instance, numbers=[str(number)])
    return {
        "number": number,
        "state": _aged(run, [state])[0] if state else None,
        "chain": [
            {"step": step_of(record.entity), "key": record.key, "number": record.remote_id,
             "state": record.state, "told": record.told}
            for records in order.made.values() for record in records
        ],
        "history": state_views.history(connection, number),
        "runs": state_views.runs_of(connection, number, limit),
    }  # fmt: skip


def _aged(run: SystemRun, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Add to each order how many days it has been held, and whom it waits for."""
    now = run.clock.now()
    return [
        {
            **row,
            "days_held": round((now - since).total_seconds() / 86_400, 1) if since else None,
            "waits_for": hold_of(row["last_step"]).waits_for if since else None,
        }
        for row in rows
        for since in [row["hold_since_ts"]]
    ]


def _said(json: bool, content: Mapping[str, Any], sentence: str) -> None:
    output.print_json(content) if json else output.say(sentence)


REFUSALS = (operating.Refused,)
