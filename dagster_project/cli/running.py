"""stage, deliver, run: the flow of a run from the command line."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
import typer

from dagster_project.cli import options, output
from dagster_project.cli.interruption import INTERRUPTION
from dagster_project.delivery.destination import Change, Row, StagedAs
from dagster_project.delivery.report import Report
from dagster_project.delivery.staging import Filters
from dagster_project.delivery.states import RunStatus
from dagster_project.run_results import Options, Resolution, Staged
from dagster_project.runs import SystemRun
from dagster_project.settings import load_settings
from dagster_project.systems import Pipeline, pipeline_named, pipelines_of
from dagster_project.warehouse.reading import table_exists
from dagster_project.warehouse.schema import SchemaTooOld

T = TypeVar("T")
Outcome = tuple[Resolution, Staged | None, Report]


def by_pipeline(system: str, work: Callable[[str], T]) -> dict[str, T]:
    """Do something for every pipeline of a system, in the order they run; return it by pipeline."""
    return {pipeline.name: work(pipeline.name) for pipeline in pipelines_of(system)}


def one_or_all(found: Mapping[str, Any]) -> Any:
    """Return what there is to print: of one pipeline just that, of several by their names."""
    return next(iter(found.values())) if len(found) == 1 else dict(found)


@contextmanager
def system_run(system: str | Pipeline, *, json: bool, **said: bool) -> Iterator[SystemRun]:
    """Build a run that shows its progress; its handles are given up at the end."""
    pipeline = system if isinstance(system, Pipeline) else pipeline_named(system)
    with output.meter(shown=not json) as meter:
        run = SystemRun(
            load_settings(), pipeline, options=Options(**said),
            progress=meter, on_node=meter.node, on_wait=output.warn, checkpoint=INTERRUPTION.checkpoint,
        )  # fmt: skip
        try:
            yield run
        finally:
            run.warehouse.release()


def is_staged(connection: sa.Connection, run: SystemRun) -> bool:
    """True when the pipeline was staged and settled once, so that there is something to look at."""
    names = (name for m in run.mappings for name in (m.staging, m.errors, m.mirror))
    return all(table_exists(connection, name) for name in names)


def check_staged(connection: sa.Connection, run: SystemRun) -> None:
    """Raise SchemaTooOld with the next step while there are no STG_, ERR_ and MON_ relations to look at."""
    if not is_staged(connection, run):
        raise SchemaTooOld(
            f"nothing was staged and settled yet: run `order-staging stage {run.pipeline.name}`"
        )


def stage(
    system: options.SystemName,
    json: options.Json = False,
    allow_removals: options.AllowRemovals = False,
    allow_impact: options.AllowImpact = False,
) -> None:
    """Compute what is new, changed and wrong into STG_ and ERR_. Makes no call."""

    def work(pipeline: str) -> Staged:
        said = {"allow_removals": allow_removals, "allow_impact": allow_impact}
        with system_run(pipeline, json=json, **said) as run, run.alone():
            run.extract()
            staged = run.stage()
            run.settle()
        if not json:
            _show_staged(staged)
        return staged

    found = by_pipeline(system, work)
    if json:
        output.print_json(one_or_all({name: staged.as_dict() for name, staged in found.items()}))


def deliver(
    system: options.SystemName,
    customer: options.Customer = None,
    po: options.Po = None,
    aag_season: options.AagSeason = None,
    customer_season: options.CustomerSeason = None,
    key: options.Key = None,
    where: options.Where = None,
    everything: options.Everything = False,
    json: options.Json = False,
    start_empty: options.StartEmpty = False,
) -> None:
    """Deliver what is staged, without staging again, and settle."""
    filters = options.filters(customer, po, aag_season, customer_season, key, where, everything)
    filters.check()

    def work(pipeline: str) -> Outcome:
        with system_run(pipeline, json=json, start_empty=start_empty) as run, run.step(first=True):
            resolution = run.resolve()
            report = run.deliver(filters, resolution)
            run.conclude(report)
        return _shown(json, (resolution, None, report))

    _end(json, by_pipeline(system, work))


def run(
    system: options.SystemName,
    customer: options.Customer = None,
    po: options.Po = None,
    aag_season: options.AagSeason = None,
    customer_season: options.CustomerSeason = None,
    key: options.Key = None,
    where: options.Where = None,
    everything: options.Everything = False,
    dry_run: options.DryRun = False,
    json: options.Json = False,
    start_empty: options.StartEmpty = False,
    allow_removals: options.AllowRemovals = False,
    allow_impact: options.AllowImpact = False,
    limit: options.Limit = 50,
) -> None:
    """Resolve, extract, stage, deliver and settle: every pipeline of the system, one after the other."""
    filters = options.filters(customer, po, aag_season, customer_season, key, where, everything)
    filters.check()
    said = {"allow_removals": allow_removals, "allow_impact": allow_impact}

    def work(pipeline: str) -> Outcome:
        with system_run(pipeline, json=json, start_empty=start_empty, **said) as one:
            return _shown(json, one.whole(filters))

    if not dry_run:
        _end(json, by_pipeline(system, work))
        return
    found = by_pipeline(system, lambda pipeline: _dry_run(pipeline, filters, json, said, limit))
    if json:
        output.print_json(one_or_all(found))


def _dry_run(
    pipeline: str, filters: Filters, json: bool, said: Mapping[str, bool], limit: int
) -> dict[str, Any]:
    """List what a run would send, with old and new value of every field; the ledger stays as it is."""
    with system_run(pipeline, json=json, **said) as run, run.alone():
        run.extract()
        run.stage()
        rows, later = run.chosen_rows(filters)
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
    if not json:
        columns = ("entity", "key", "change", "status", "field", "old", "new")
        output.table(
            f"{pipeline}: {going} rows would be sent, {waiting} are held or blocked",
            columns,
            ([line[c] for c in columns] for line in lines),
            most=limit,
        )
        for sentence in later:
            output.warn(sentence)
    return {"would_send": going, "waiting": waiting, "later": later, "differences": lines}


def _differences(row: Row, told: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    shared = {"entity": row.entity, "key": row.key, "change": str(row.change), "status": str(row.status)}
    if row.change in (Change.NEW, Change.REMOVED, Change.REKEYED) or not row.changed:
        yield {**shared, "field": None, "old": None, "new": row.reason}
        return
    for name in sorted(row.changed):
        yield {**shared, "field": name, "old": (told or {}).get(name), "new": row.values.get(name)}


def _shown(json: bool, outcome: Outcome) -> Outcome:
    if not json:
        show(*outcome)
    return outcome


def _end(json: bool, found: Mapping[str, Outcome]) -> None:
    """Print what came of every pipeline for machines, and end with the exit code of the worst."""
    if json:
        output.print_json(one_or_all({name: _as_dict(*outcome) for name, outcome in found.items()}))
    if any(report.status is not RunStatus.COMPLETED for _, _, report in found.values()):
        raise typer.Exit(1)


def _as_dict(resolution: Resolution, staged: Staged | None, report: Report) -> dict[str, Any]:
    content = {"resolved": resolution.as_dict(), "delivered": report.as_dict()}
    return content if staged is None else {**content, **staged.as_dict()}


def show(resolution: Resolution, staged: Staged | None, report: Report) -> None:
    """Show a run to a person."""
    _show_resolution(resolution)
    if staged is not None:
        _show_staged(staged)
    for warning in report.warnings:
        if warning not in resolution.warnings:
            output.warn(warning)
    _show_report(report)
    if report.unsettled:
        output.warn("delivered, but what people read is not up to date; mend this and run again:")
        for line in report.unsettled:
            output.warn(line)


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
