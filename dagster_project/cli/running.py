"""stage, deliver, run: the flow of a run from the command line."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
import typer

from dagster_project.cli import options, output
from dagster_project.delivery.destination import Change, Row, StagedAs
from dagster_project.delivery.report import Report
from dagster_project.delivery.staging import Filters
from dagster_project.delivery.states import RunStatus
from dagster_project.runs import Options, Resolution, Staged, SystemRun
from dagster_project.settings import load_settings
from dagster_project.systems import system_named
from dagster_project.warehouse.reading import table_exists
from dagster_project.warehouse.schema import SchemaTooOld


@contextmanager
def system_run(system: str, *, json: bool, **said: bool) -> Iterator[SystemRun]:
    """Build a run that shows its progress; its handles are given up at the end."""
    with output.meter(shown=not json) as meter:
        run = SystemRun(
            load_settings(), system_named(system), options=Options(**said),
            progress=meter, on_node=meter.node, on_wait=output.warn,
        )  # fmt: skip
        try:
            yield run
        finally:
            run.warehouse.release()


def check_staged(connection: sa.Connection, run: SystemRun) -> None:
    """Raise SchemaTooOld with the next step while there are no STG_, ERR_ and MON_ relations to look at."""
    names = (name for m in run.mappings for name in (m.staging, m.errors, m.mirror))
    if not all(table_exists(connection, name) for name in names):
        raise SchemaTooOld(f"nothing was staged and settled yet: run `order-staging stage {run.system.name}`")


def stage(
    system: options.SystemName,
    json: options.Json = False,
    allow_removals: options.AllowRemovals = False,
    allow_impact: options.AllowImpact = False,
) -> None:
    """Compute what is new, changed and wrong into STG_ and ERR_. Makes no call."""
    said = {"allow_removals": allow_removals, "allow_impact": allow_impact}
    with system_run(system, json=json, **said) as run, run.alone():
        staged = run.stage()
        run.settle()
    if json:
        output.print_json(staged.as_dict())
        return
    _show_staged(staged)


def deliver(
    system: options.SystemName,
    customer: options.Customer = None,
    po: options.Po = None,
    aag_season: options.AagSeason = None,
    customer_season: options.CustomerSeason = None,
    key: options.Key = None,
    everything: options.Everything = False,
    json: options.Json = False,
    start_empty: options.StartEmpty = False,
) -> None:
    """Deliver what is staged, without staging again, and settle."""
    filters = Filters(customer, po, aag_season, customer_season, key, everything)
    filters.check()
    with system_run(system, json=json, start_empty=start_empty) as run, run.step(first=True):
        resolution = run.resolve()
        report = run.deliver(filters, resolution)
        run.settle()
        run.close(report)
    _show(json, resolution, None, report)


def run(
    system: options.SystemName,
    customer: options.Customer = None,
    po: options.Po = None,
    aag_season: options.AagSeason = None,
    customer_season: options.CustomerSeason = None,
    key: options.Key = None,
    everything: options.Everything = False,
    dry_run: options.DryRun = False,
    json: options.Json = False,
    start_empty: options.StartEmpty = False,
    allow_removals: options.AllowRemovals = False,
    allow_impact: options.AllowImpact = False,
    limit: options.Limit = 50,
) -> None:
    """Resolve, stage, deliver and settle."""
    filters = Filters(customer, po, aag_season, customer_season, key, everything)
    filters.check()
    said = {"allow_removals": allow_removals, "allow_impact": allow_impact}
    if dry_run:
        _dry_run(system, filters, json, said, limit)
        return
    with system_run(system, json=json, start_empty=start_empty, **said) as system_run_:
        resolution, staged, report = system_run_.whole(filters)
    _show(json, resolution, staged, report)


def _dry_run(system: str, filters: Filters, json: bool, said: Mapping[str, bool], limit: int) -> None:
    """List what a run would send, with old and new value of every field; the ledger stays as it is."""
    with system_run(system, json=json, **said) as run, run.alone():
        run.stage()
        rows = run.staged_rows(filters)
        told = {
            ref: record.told for ref, record in run.ledger.records((r.entity, r.key) for r in rows).items()
        }
        run.settle()
    lines = [
        line
        for row in rows
        for line in _differences(row, told.get((row.entity, row.previous_key or row.key)))
    ]
    waiting = sum(row.status in (StagedAs.HELD, StagedAs.BLOCKED) for row in rows)
    going = len(rows) - waiting
    if json:
        output.print_json({"would_send": going, "waiting": waiting, "differences": lines})
        return
    columns = ("entity", "key", "change", "status", "field", "old", "new")
    output.table(
        f"{going} rows would be sent, {waiting} are held or blocked",
        columns,
        ([line[c] for c in columns] for line in lines),
        most=limit,
    )


def _differences(row: Row, told: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    shared = {"entity": row.entity, "key": row.key, "change": str(row.change), "status": str(row.status)}
    if row.change in (Change.NEW, Change.REMOVED, Change.REKEYED) or not row.changed:
        yield {**shared, "field": None, "old": None, "new": row.reason}
        return
    for name in sorted(row.changed):
        yield {**shared, "field": name, "old": (told or {}).get(name), "new": row.values.get(name)}


def _show(json: bool, resolution: Resolution, staged: Staged | None, report: Report) -> None:
    if json:
        content = {"resolved": resolution.as_dict(), "delivered": report.as_dict()}
        output.print_json(content if staged is None else {**content, **staged.as_dict()})
    else:
        show(resolution, staged, report)
    if report.status is not RunStatus.COMPLETED:
        raise typer.Exit(1)


def show(resolution: Resolution, staged: Staged | None, report: Report) -> None:
    """Show a run to a person."""
    _show_resolution(resolution)
    if staged is not None:
        _show_staged(staged)
    _show_report(report)


def _show_resolution(resolution: Resolution) -> None:
    verified = resolution.verified
    for warning in resolution.warnings:
        output.warn(warning)
    if resolution.leftovers:
        output.say(f"{resolution.leftovers} rows were left in doubt by a run that ended early")
    if verified.seen:
        output.say(
            f"read back {verified.seen} objects: {verified.agreed} agree, "
            f"{len(verified.drifted)} drifted, {len(verified.gone)} gone"
        )
    for entity, key, fields in verified.drifted[:20]:
        for name, (told, found) in fields.items():
            output.warn(f"drift: {entity} {key} {name}: told {told!r}, found {found!r}")
    for entity, key in verified.gone[:20]:
        output.warn(f"gone: {entity} {key} is not in the destination any more")


def _show_staged(staged: Staged) -> None:
    lines = [
        (entity, what, count) for entity, counts in staged.counts.items() for what, count in counts.items()
    ]
    output.table(
        f"staged in {staged.seconds:.1f} s", ("entity", "what", "rows"), lines or [("", "nothing to do", 0)]
    )
    for warning in staged.warnings:
        output.warn(warning)


def _show_report(report: Report) -> None:
    counts = report.as_dict()["entities"]
    lines = [(entity, outcome, count) for entity, found in counts.items() for outcome, count in found.items()]
    output.table(
        f"delivered in {report.seconds:.1f} s with {report.requests} requests and {report.reads} reads",
        ("entity", "outcome", "rows"),
        lines or [("", "nothing to send", 0)],
    )
    for failure in list(report.failed.values())[:20]:
        output.warn(f"{failure['outcome']}: {failure['entity']} {failure['key']}: {failure['message']}")
    output.say(f"{report.status}")
