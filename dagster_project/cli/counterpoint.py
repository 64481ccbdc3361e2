"""counterpoint …: the operators' commands for web orders. Each that makes something is a run of a pipeline."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from sqlalchemy.engine import Connection

from dagster_project.cli import options, output
from dagster_project.cli.running import check_staged, one_or_all, show, system_run
from dagster_project.counterpoint import pull as pulling
from dagster_project.counterpoint import rollback as rolling_back
from dagster_project.counterpoint import staged, sync_log
from dagster_project.counterpoint.backlog import opened
from dagster_project.counterpoint.database import CounterpointDatabase, DatabaseError
from dagster_project.counterpoint.destination import database_of
from dagster_project.counterpoint.pipelines import PULL
from dagster_project.counterpoint.setup import DocIds, set_up
from dagster_project.delivery.operators import Operators
from dagster_project.delivery.staging import Filters
from dagster_project.delivery.states import RunStatus
from dagster_project.runs import SystemRun
from dagster_project.settings import Settings, load_settings

PROCESSING = "order_processing"
DOCUMENTS = "documents"
StagingId = Annotated[int, typer.Argument(help="STAGING_ID, as `list` shows it.", metavar="ID")]


def _some_words(text: str) -> str:
    if not text.strip():
        raise typer.BadParameter("say why, for those who come later")
    return text.strip()


Reason = Annotated[str, typer.Option(help="Why, for those who come later.", callback=_some_words)]

group = typer.Typer(help="Web orders and their documents in Counterpoint.", no_args_is_help=True)


@group.command("list")
def list_(
    failed: Annotated[bool, typer.Option("--failed", help="Only those that failed.")] = False,
    parked: Annotated[bool, typer.Option("--parked", help="Only those that were rolled back.")] = False,
    batch: Annotated[str | None, typer.Option(help="Only those of this pull.")] = None,
    json: options.Json = False,
    limit: options.Limit = 50,
) -> None:
    """Show the orders that have no document: pending, failed and parked."""
    states = ["FAILED"] * failed + ["PARKED"] * parked or staged.STATES
    with opened(load_settings()) as connection:
        rows = staged.waiting(connection, states, batch)
    if json:
        output.print_json(rows)
        return
    columns = ("ID", "web order", "customer", "date", "total", "validated", "state", "hours", "error")
    output.table(f"{len(rows)} orders without a document", columns, map(_listed, rows), most=limit)


@group.command("show")
def show_order(staging_id: StagingId, json: options.Json = False) -> None:
    """Show everything about one staged order."""
    with opened(load_settings()) as connection:
        found = staged.one(connection, staging_id)
    if json:
        output.print_json(found)
        return
    for title in ("order", "beside", "document"):
        known = {name: value for name, value in (found[title] or {}).items() if value is not None}
        if known:
            output.pairs(title, {name: v for name, v in known.items() if not name.endswith("_JSON")})
    columns = ("LIN_SEQ_NO", "SKU", "DESCR", "QUANTITY", "PRICE", "TOTAL", "PROBLEM")
    output.table("lines", columns, ([line.get(c) for c in columns] for line in found["lines"]), most=500)


@group.command()
def validate(staging_id: StagingId, json: options.Json = False) -> None:
    """Stage, and say whether this order may become a document. Writes nothing into Counterpoint."""
    with system_run(PROCESSING, json=json) as run:
        with opened(run.settings) as connection:
            staged.check_open(connection, staging_id)
        with run.alone():
            run.extract()
            run.stage()
            run.settle()
            found = _verdict(run, str(staging_id))
    if json:
        output.print_json(found)
    elif found["valid"]:
        output.say(f"staging row {staging_id} may become a document ({found['status']})")
    else:
        for problem in found["problems"]:
            output.warn(problem["message"])
    if not found["valid"]:
        raise typer.Exit(1)


@group.command()
def process(
    staging_id: Annotated[int | None, typer.Argument(help="One order.", metavar="[ID]")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every order that waits.")] = False,
    batch: Annotated[str | None, typer.Option(help="The orders of this pull.")] = None,
    json: options.Json = False,
    start_empty: options.StartEmpty = False,
) -> None:
    """Make documents: a run of order_processing for one order, the orders of a pull, or all."""
    if sum((staging_id is not None, everything, batch is not None)) != 1:
        raise staged.Refused("say which orders: an ID, --batch B or --all")
    key = None if staging_id is None else str(staging_id)
    with system_run(PROCESSING, json=json, start_empty=start_empty) as run:
        if not everything:
            with opened(run.settings) as connection:
                if staging_id is not None:
                    staged.check_open(connection, staging_id)
                if batch is not None:
                    staged.check_batch(connection, batch)
        outcome = run.whole(Filters.said(key=key, everything=everything, batch=batch))
        with opened(run.settings) as connection:
            found = _came_of_it(connection, outcome[2].tally.keys(DOCUMENTS, "DELIVERED"), staging_id, batch)
    if json:
        output.print_json({**found, "run": outcome[2].as_dict()})
    else:
        show(*outcome)
        for order in found["failed"]:
            output.warn(f"{order['STAGING_ID']} (web order {order['WOO_ORDER_ID']}): {order['error']}")
        successful, failures = len(found["made"]), len(found["failed"])
        output.say(f"Successful: {successful}\nFailed: {failures}\nTotal: {successful + failures}")
    if found["failed"] or outcome[2].status is not RunStatus.COMPLETED:
        raise typer.Exit(1)


@group.command()
def skip(staging_id: StagingId, reason: Reason, json: options.Json = False) -> None:
    """Mark an order as one that is never to be made (MANUALLY_SKIPPED)."""
    with opened(load_settings()) as connection:
        staged.skip(connection, staging_id, reason)
    _said(json, {"skipped": staging_id, "reason": reason}, f"staging row {staging_id} is skipped: {reason}")


@group.command()
def unpark(staging_id: StagingId, json: options.Json = False) -> None:
    """Let an order be made after all that was rolled back or skipped; the next run makes it."""
    with system_run(PROCESSING, json=json) as run, run.alone():
        with _database(run) as database:
            was_parked = rolling_back.unpark(database, staging_id)
        with opened(run.settings) as connection:
            if not (staged.unskip(connection, staging_id) or was_parked):
                staged.one(connection, staging_id)
                raise staged.Refused(f"staging row {staging_id} is neither parked nor skipped")
        record = run.ledger.records([(DOCUMENTS, str(staging_id))]).values()
        Operators(run.ledger, run.clock).recreate(list(record))
    _said(json, {"unparked": staging_id}, f"staging row {staging_id} waits again; the next run makes it")


@group.command()
def rollback(
    staging_id: StagingId, reason: Reason, dry_run: options.DryRun = False, json: options.Json = False
) -> None:
    """Take the document of an order back, with its stock; the order is parked and not made again."""
    with system_run(PROCESSING, json=json) as run, run.alone(), _database(run) as database:
        undone = rolling_back.roll_back(database, staging_id, reason, dry_run=dry_run)
        if not dry_run:
            rolling_back.tell_ledger(run.ledger, undone, reason)
            with opened(run.settings) as connection:
                sync_log.record_rollback(connection, run.run.run_id, f"document {undone.doc_id}: {reason}")
    if json:
        output.print_json({**dataclasses.asdict(undone), "dry_run": dry_run})
        return
    output.table("stock that is given back", ("item", "location", "quantity"), undone.stock)
    did = "would be taken back" if dry_run else "is taken back and its order is parked"
    output.say(
        f"document {undone.doc_id} ({undone.ticket}), web order {undone.web_id}, {undone.rows} rows: {did}"
    )


@group.command()
def pull(
    days: Annotated[
        int | None, typer.Option(min=1, help="So far back; default: since the last pull.")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Stage them; otherwise they are only shown.")
    ] = False,
    json: options.Json = False,
    limit: options.Limit = 50,
) -> None:
    """Ask the shop for new and changed orders: shown, or staged by a run of order_pull."""
    if apply:
        _pull_and_stage(days, json)
        return
    with system_run(PULL.name, json=json) as run, run.held():
        found = pulling.pull(run.settings, run.warehouse, run.clock, days=days, dry_run=True)
    if json:
        output.print_json([dataclasses.asdict(one) for one in found])
        return
    landing = [one for one in found if one.lands]
    columns = ("web order", "number", "status", "changed (UTC)", "total", "what")
    output.table(
        f"{len(landing)} of {len(found)} orders would be staged; --apply stages them", columns,
        (dataclasses.astuple(one) for one in landing), most=limit,
    )  # fmt: skip


@group.command()
def setup(json: options.Json = False) -> None:
    """Add our tables, index, column and views to Counterpoint's database (sql/ddl/002_counterpoint.sql)."""
    name, added = set_up_company(load_settings())
    _said(json, {"added": added}, "\n".join(["added:", *added]) if added else f"{name} is up to date")


def set_up_company(settings: Settings) -> tuple[str, Sequence[str]]:
    """Add what is missing beside Counterpoint's own tables; return the database's name and what was added."""
    database = database_of(settings)
    try:
        return database.name, set_up(database, DocIds(settings.cp_doc_id_first, settings.cp_doc_id_last))
    finally:
        database.release()


def _pull_and_stage(days: int | None, json: bool) -> None:
    pipeline = PULL
    if days is not None and (extract := pipeline.extract):

        def further_back(settings: Any, warehouse: Any, clock: Any) -> Mapping[str, int]:
            pulling.pull(settings, warehouse, clock, days=days)
            return extract(settings, warehouse, clock)

        pipeline = dataclasses.replace(pipeline, extract=further_back)
    with system_run(pipeline, json=json) as run:
        outcome = run.whole(Filters(everything=True))
    if json:
        output.print_json(one_or_all({pipeline.name: outcome[2].as_dict()}))
    else:
        show(*outcome)
    if outcome[2].status is not RunStatus.COMPLETED:
        raise typer.Exit(1)


@contextmanager
def _database(run: SystemRun) -> Iterator[CounterpointDatabase]:
    database = database_of(run.settings)
    try:
        yield database
    finally:
        database.release()


def _listed(row: Mapping[str, Any]) -> tuple[Any, ...]:
    why = row["PARKED_REASON"] if row["state"] == "PARKED" else row["VALIDATION_ERROR"]
    return (
        row["STAGING_ID"], row["WOO_ORDER_ID"], row["CUST_NO"] or "UNMAPPED", row["ORD_DAT"],
        None if row["TOT_AMT"] is None else f"{row['TOT_AMT']:.2f}", "Yes" if row["IS_VALIDATED"] else "No",
        row["state"], row["hours"], why,
    )  # fmt: skip


def _verdict(run: SystemRun, key: str) -> dict[str, Any]:
    """What staging found about one order."""
    (mapping,) = (one for one in run.mappings if one.entity == DOCUMENTS)
    names = ("error_class", "error_type", "column_name", "value", "message", "what_clears_it")
    errors = sa.table(mapping.errors, *(sa.column(name) for name in ("business_key", *names)))
    rows = sa.table(
        mapping.staging, *(sa.column(name) for name in ("business_key", "stg_status", "stg_reason"))
    )
    with run.warehouse.begin() as connection:
        check_staged(connection, run)
        problems = [
            dict(row._mapping)
            for row in connection.execute(
                sa.select(*(errors.c[name] for name in names)).where(errors.c.business_key == key)
            )
        ]
        waits = connection.execute(sa.select(rows).where(rows.c.business_key == key)).first()
    return {
        "staging_id": int(key),
        "valid": not problems and waits is not None,
        "status": waits.stg_status if waits else None,
        "reason": waits.stg_reason if waits else None,
        "problems": problems,
    }


def _came_of_it(
    connection: Connection, made: Sequence[str], staging_id: int | None, batch: str | None
) -> dict[str, list[Any]]:
    """Which orders have their document now, and which of those that were meant have none and why."""
    still = staged.waiting(connection, ("FAILED", "PENDING"), batch)
    meant = [row for row in still if staging_id in (None, row["STAGING_ID"])]
    return {
        "made": staged.documents(connection, [int(key) for key in made]),
        "failed": [
            {**row, "error": row["VALIDATION_ERROR"] or "not made: see order-staging errors order_processing"}
            for row in meant
        ],
    }


def _said(json: bool, content: Mapping[str, Any], sentence: str) -> None:
    output.print_json(content) if json else output.say(sentence)


REFUSALS = (staged.Refused, rolling_back.RollbackRefused, DatabaseError)
