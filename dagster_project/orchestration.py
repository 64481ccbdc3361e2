"""How a pipeline becomes assets, jobs and a schedule. `<system>/assets.py` says which; this says how.

Glue only: every step calls the same function as the command line and turns its result into metadata.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_dbt import dbt_assets

from dagster_project import dbt
from dagster_project.dbt_runner import NodeResult
from dagster_project.delivery.mapping_document import MappingError
from dagster_project.delivery.outcomes import DeliveryError
from dagster_project.delivery.report import Report
from dagster_project.delivery.retention import purge
from dagster_project.delivery.staging import Filters, NothingChosen, UnknownFilter
from dagster_project.run_results import Options, Resolution
from dagster_project.runs import StagingBlocked, SystemRun
from dagster_project.settings import SettingsError, load_settings
from dagster_project.systems import PIPELINES, pipeline_named
from dagster_project.warehouse.engine import Warehouse

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

MAX_RETRIES_TAG = "dagster/max_retries"
SYSTEM_TAG = "order-staging/system"
DbtEvent = dg.Output[None] | dg.AssetCheckResult
PERMANENT = (DeliveryError, StagingBlocked, NothingChosen, UnknownFilter, MappingError, SettingsError)


class Selection(dg.Config):
    """Which rows to deliver. Give at least one filter, or say everything."""

    customer: str | None = None
    po: str | None = None
    aag_season: str | None = None
    customer_season: str | None = None
    key: str | None = None
    where: dict[str, str] = {}  # noqa: RUF012 - pydantic copies it: filter column of STG_ → exact value
    everything: bool = False

    def filters(self) -> Filters:
        """Return the kernel's filters."""
        return Filters.said(
            customer=self.customer, po=self.po, aag_season=self.aag_season,
            customer_season=self.customer_season, key=self.key, everything=self.everything, **self.where,
        )  # fmt: skip


class Contact(dg.Config):
    """What an operator may say about first contact, for this run only."""

    start_empty: bool = False


class Guards(dg.Config):
    """Which guards an operator overrides, for this run only."""

    allow_removals: bool = False
    allow_impact: bool = False

    def options(self) -> Options:
        """Return the run's options."""
        return Options(allow_removals=self.allow_removals, allow_impact=self.allow_impact)


def step(context: dg.AssetExecutionContext, system: str, options: Options | None = None) -> SystemRun:
    """Return the run of a system for one Dagster step; all steps of a Dagster run share its run id."""
    return SystemRun(
        load_settings(), pipeline_named(system), run_id=context.run.run_id, options=options,
        on_wait=context.log.warning,
    )  # fmt: skip


def permanently(context: dg.AssetExecutionContext, error: Exception) -> dg.Failure:
    """A failure that repeating cannot mend: stamp the run, so that Dagster's run retries leave it alone."""
    context.instance.add_run_tags(context.run.run_id, {MAX_RETRIES_TAG: "0"})
    return dg.Failure(description=str(error), allow_retries=False)


def resolved_asset(system: str) -> dg.AssetsDefinition:
    """The ledger after leftovers were recovered and the destination was read back."""

    @dg.asset(
        name="ledger_resolved", key_prefix=system, group_name=system, kinds={"python"},
        description="Leftovers of runs that died are recovered and what the destination holds is read back.",
    )  # fmt: skip
    def ledger_resolved(context: dg.AssetExecutionContext, config: Contact) -> dg.MaterializeResult[None]:
        try:
            run = step(context, system, Options(start_empty=config.start_empty))
            with run.step(first=True):
                resolution = run.resolve()
        except PERMANENT as error:
            raise permanently(context, error) from error
        return dg.MaterializeResult(metadata=_resolution_metadata(resolution))

    return ledger_resolved


def extract_asset(system: str, upstream: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """What was seen outside, as the raw tables that the staging reads."""
    raw = PIPELINES[system].raw

    @dg.multi_asset(
        name=f"{system}_extract", group_name=system,
        specs=[
            dg.AssetSpec(
                [system, name], kinds={PIPELINES[system].system},
                deps=[dg.AssetKey([system, "ledger_resolved"]), *upstream],
                description="As it was last seen outside; the extract brings what changed.",
            )
            for name in raw
        ],
    )  # fmt: skip
    def extracted(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        try:
            run = step(context, system)
            with run.step():
                counts = run.extract()
        except PERMANENT as error:
            raise permanently(context, error) from error
        for name in raw:
            yield dg.MaterializeResult(asset_key=[system, name], metadata={"brought": dict(counts)})

    return extracted


def delivery_asset(system: str, upstream: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The destination after a delivery."""
    key = [system, PIPELINES[system].delivered_as]

    @dg.asset(
        key=key, group_name=system, kinds={PIPELINES[system].system}, deps=list(upstream),
        check_specs=[
            dg.AssetCheckSpec("every_staged_row_was_delivered", asset=key),
            dg.AssetCheckSpec("nothing_is_gone_or_drifted", asset=key),
        ],
        description="Delivers the staged rows, each exactly once, and reads them back.",
    )  # fmt: skip
    def delivered(context: dg.AssetExecutionContext, config: Selection) -> dg.MaterializeResult:  # type: ignore[type-arg]
        try:
            run = step(context, system)
            with run.step():
                report = run.deliver(config.filters())
                run.close(report)
        except PERMANENT as error:
            raise permanently(context, error) from error
        return dg.MaterializeResult(
            metadata=_report_metadata(report, [m.staging for m in run.mappings]),
            check_results=list(_report_checks(report, dg.AssetKey(key))),
        )

    return delivered


def stage_assets(system: str) -> dg.AssetsDefinition:
    """Everything up to STG_; a failed guard or contract stops the run here."""

    def work(run: SystemRun) -> Sequence[NodeResult]:
        _ = run.preflight
        return run.stage().nodes

    @_dbt_nodes(system, "stage")
    def assets(context: dg.AssetExecutionContext, config: Guards) -> Iterator[DbtEvent]:
        yield from _built(context, system, work, config.options())

    return assets


def settle_assets(system: str) -> dg.AssetsDefinition:
    """MON_, ERR_ and the batch views, after the delivery."""

    @_dbt_nodes(system, "settle")
    def assets(context: dg.AssetExecutionContext) -> Iterator[DbtEvent]:
        yield from _built(context, system, SystemRun.settle)

    return assets


def _dbt_nodes(system: str, tag: str) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """The dbt nodes of one step of a system, as assets and asset checks."""
    return dbt_assets(
        manifest=dbt.manifest(), select=f"tag:{system},tag:{tag}", name=f"{system}_dbt_{tag}",
        dagster_dbt_translator=dbt.Translator(),
    )  # fmt: skip


def _built(
    context: dg.AssetExecutionContext, system: str, work: Callable[[SystemRun], Sequence[NodeResult]],
    options: Options | None = None,
) -> Iterator[DbtEvent]:  # fmt: skip
    try:
        run = step(context, system, options)
        with run.step():
            nodes = work(run)
    except PERMANENT as error:
        raise permanently(context, error) from error
    yield from dbt.events(context, nodes, dbt.Translator())


def _resolution_metadata(resolution: Resolution) -> dict[str, Any]:
    verified = resolution.verified
    return {
        "leftovers": resolution.leftovers,
        "read_back": verified.seen,
        "agreed": verified.agreed,
        "drifted": len(verified.drifted),
        "gone": len(verified.gone),
        "warnings": dg.MetadataValue.md(
            "\n".join(f"- {warning}" for warning in resolution.warnings) or "none"
        ),
        "findings": dg.MetadataValue.json(verified.as_dict()),
    }


def _report_metadata(report: Report, staging: Sequence[str]) -> dict[str, Any]:
    """Numbers that Dagster charts over time, tables for people, and the SQL that shows the rows."""
    content = report.as_dict()
    lines = [f"| {e} | {o} | {n} |" for e, found in content["entities"].items() for o, n in found.items()]
    failures = [
        f"| {f['entity']} | {f['key']} | {f['outcome']} | {f['message']} |" for f in content["failures"][:50]
    ]
    return {
        "delivered": report.total("DELIVERED"),
        "held": report.total("HELD"),
        "blocked": report.total("BLOCKED"),
        "rejected": report.total("REJECTED", "GONE"),
        "unknown": report.total("UNKNOWN"),
        "requests": report.requests,
        "retries": report.retries,
        "seconds": report.seconds,
        "seconds_waited": report.seconds_waited,
        "rows": dg.MetadataValue.md("\n".join(["| entity | outcome | rows |", "|---|---|---|", *lines])),
        "failures": dg.MetadataValue.md(
            "\n".join(["| entity | key | outcome | why |", "|---|---|---|---|", *failures])
            if failures
            else "none"
        ),
        "operations": dg.MetadataValue.json(content["operations"]),
        "staging": dg.MetadataValue.md("".join(f"- `{name}`\n" for name in staging)),
    }


def _report_checks(report: Report, key: dg.AssetKey) -> Iterator[dg.AssetCheckResult]:
    open_rows = report.total("REJECTED", "GONE", "UNKNOWN", "RETRYABLE")
    yield dg.AssetCheckResult(
        passed=open_rows == 0, asset_key=key, check_name="every_staged_row_was_delivered",
        severity=dg.AssetCheckSeverity.ERROR, metadata={"rows": open_rows},
    )  # fmt: skip
    found = report.findings["gone"] + report.findings["drift"]
    yield dg.AssetCheckResult(
        passed=found == 0, asset_key=key, check_name="nothing_is_gone_or_drifted",
        severity=dg.AssetCheckSeverity.WARN, metadata=dict(report.findings),
    )  # fmt: skip


def whole_run_job(system: str) -> "UnresolvedAssetJobDefinition":
    """Resolve, stage, deliver and settle; limited to one run at a time per system by its tag."""
    return dg.define_asset_job(
        f"{system}_run", selection=dg.AssetSelection.groups(system), tags={SYSTEM_TAG: system},
        description="Resolve, stage, deliver, settle. Run config: the four filters, or everything.",
    )  # fmt: skip


def staging_job(system: str) -> "UnresolvedAssetJobDefinition":
    """Stage and settle without a call that changes anything."""
    selection = dg.AssetSelection.groups(system) - dg.AssetSelection.assets(
        dg.AssetKey([system, PIPELINES[system].delivered_as])
    )
    return dg.define_asset_job(
        f"{system}_stage_only", selection=selection, tags={SYSTEM_TAG: system},
        description="Compute what is new, changed and wrong; deliver nothing.",
    )  # fmt: skip


def whole_run_schedule(job: "UnresolvedAssetJobDefinition", minutes: int) -> dg.ScheduleDefinition:
    """Deliver everything that is staged, every so many minutes; off until somebody switches it on.

    A pipeline with a gate is asked first: when there is nothing to do, no run is started.
    """
    system = job.name.removesuffix("_run")
    config = {"ops": {f"{system}__{PIPELINES[system].delivered_as}": {"config": {"everything": True}}}}

    @dg.schedule(
        name=f"{system}_schedule", job=job, cron_schedule=cron_of(minutes),
        default_status=dg.DefaultScheduleStatus.STOPPED,
    )  # fmt: skip
    def due() -> dg.RunRequest | dg.SkipReason:
        settings, gate = load_settings(), PIPELINES[system].gate
        idle = gate(settings, Warehouse(settings.warehouse)) if gate else None
        return dg.SkipReason(idle) if idle else dg.RunRequest(run_config=config)

    return due


def retention_schedule(system: str) -> dg.ScheduleDefinition:
    """Forget, on Sunday nights, what is kept for a while only; what says that something was done stays."""

    @dg.op(name=f"{system}_forget")
    def forget(context: dg.OpExecutionContext) -> None:
        settings, pipeline = load_settings(), pipeline_named(system)
        run = SystemRun(settings, pipeline, run_id=context.run_id, on_wait=context.log.warning)
        with run.held():
            counts = purge(run.warehouse, run.clock, settings.event_retention_days)
        counts |= pipeline.forget(settings) if pipeline.forget else {}
        context.log.info("emptied or deleted: %s", counts)

    @dg.job(name=f"{system}_retention", description="Empty old personal data, delete old log rows.")
    def retention() -> None:
        forget()

    return dg.ScheduleDefinition(
        name=f"{system}_retention_schedule", job=retention, cron_schedule="0 3 * * 0",
        default_status=dg.DefaultScheduleStatus.STOPPED,
    )  # fmt: skip


def cron_of(minutes: int) -> str:
    """Return a cron line for an interval that divides the hour, or that is whole hours dividing the day."""
    if minutes < 60 and 60 % minutes == 0:
        return f"*/{minutes} * * * *"
    if minutes % 60 == 0 and 1440 % minutes == 0:
        return f"0 */{minutes // 60} * * *" if minutes < 1440 else "0 0 * * *"
    raise SettingsError(
        f"SCHEDULE_MINUTES is {minutes}; it must divide an hour, or be hours that divide a day"
    )
