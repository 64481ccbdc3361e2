"""A run of one pipeline, step by step: resolve, extract, stage, deliver, settle.

The command line takes all steps in one process, Dagster one asset at a time; both call these functions.
Whoever runs holds the embedded warehouse for the length of a step, and the scope lock for the whole run.
"""

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import cast

import sqlalchemy as sa

from dagster_project.clock import Clock, SystemClock, new_id
from dagster_project.dbt_runner import DbtRunner, NodeResult, OnNode
from dagster_project.delivery.adoption import check_first_contact
from dagster_project.delivery.batches import Batches
from dagster_project.delivery.chain import Chain
from dagster_project.delivery.destination import ChainDestination, Destination, Preflight, Row
from dagster_project.delivery.engine import Engine, Policy, Progress, silent
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.mapping import Mapping as EntityMapping
from dagster_project.delivery.outcomes import AccessRefused, DestinationPaused
from dagster_project.delivery.report import Report
from dagster_project.delivery.scope import Registry, Run, Scope
from dagster_project.delivery.sending import no_checkpoint
from dagster_project.delivery.staging import Filters, read_staged
from dagster_project.delivery.states import RunStatus
from dagster_project.delivery.verification import Verification
from dagster_project.impact import SystemImpact, measure
from dagster_project.notifications.alerts import Alerts
from dagster_project.run_results import Options, Resolution, Staged
from dagster_project.settings import Settings
from dagster_project.systems import Pipeline
from dagster_project.warehouse import rows, schema, tables
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.lock import hold
from dagster_project.warehouse.reading import table_exists


class StagingBlocked(Exception):
    """A guard, a contract or a model failed, and what comes after it was not done. The message lists what and why."""


def quiet_wait(_sentence: str) -> None:
    """Wait for a held warehouse without a word."""


class SystemRun:
    """One run of one pipeline. `run_id` is given by Dagster, so that every step knows the others' locks."""

    def __init__(
        self, settings: Settings, pipeline: Pipeline, *, run_id: str | None = None, clock: Clock | None = None,
        options: Options | None = None, progress: Progress = silent,
        on_wait: Callable[[str], None] = quiet_wait, on_node: OnNode | None = None,
        checkpoint: Callable[[str], None] = no_checkpoint,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.pipeline = pipeline
        self.options = options or Options()
        self.clock = clock or SystemClock()
        self.warehouse = Warehouse(settings.warehouse)
        self.run = Run(pipeline.name, pipeline.instance(settings), run_id or new_id())
        self.mappings: tuple[EntityMapping, ...] = pipeline.mappings(settings)
        self.scope = Scope(self.warehouse, self.run, self.clock, settings.lease_seconds)
        self.registry = Registry(self.warehouse, self.clock)
        self.ledger = Ledger(self.warehouse, self.run, self.clock)
        self.dbt = DbtRunner(settings, self.warehouse)
        self.progress, self.on_wait, self.on_node, self.checkpoint = progress, on_wait, on_node, checkpoint
        self._filters: Filters | None = None
        self._destination: Destination | None = None
        self._preflight: Preflight | None = None

    # -- the frame of a run -------------------------------------------------------------------------

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the embedded warehouse for the block and check that its tables are ours to use."""
        what = f"order-staging {' '.join(sys.argv[1:3])}".strip()
        with hold(self.warehouse, what, self.settings.warehouse_wait_seconds, self.clock, self.on_wait):
            schema.check(self.warehouse)
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold warehouse and scope to stage without delivering: two at once would write the same tables."""
        with self.held():
            self.scope.take()
            try:
                yield
            finally:
                self.scope.release()

    @contextmanager
    def step(self, *, first: bool = False) -> Iterator[None]:
        """Hold warehouse and scope for one step of a run whose steps are taken one by one.

        Between the steps another run may come in between; the revision of each row notices that. A refused
        access pauses the pipeline, wherever in the step it was refused.
        """
        with self.held():
            try:
                self.registry.check_pause(self.pipeline.name)
                self.scope.take()
                if first:
                    self.registry.open_run(self.run)
                yield
            except BaseException as error:
                self._broken_off(error, first)
                raise
            finally:
                self.scope.release()
                self._count_calls()

    def whole(self, filters: Filters) -> tuple[Resolution, Staged, Report]:
        """Resolve, stage, deliver and settle. Raises before anything is sent, or reports every row."""
        filters.check()
        with self.step(first=True):
            resolution = self.resolve()
            self.extract()
            staged = self.stage()
            self.scope.take()  # staging may outlast the lease; rows that another run touched have moved on
            report = self.deliver(filters, resolution)
            self.conclude(report)
        return resolution, staged, report

    def conclude(self, report: Report) -> None:
        """Settle, and record how the run ended. What could not be settled is part of that: the delivery stands."""
        try:
            self.settle()
        except StagingBlocked as error:
            report.unsettled = str(error).splitlines()
        self.close(report)

    def close(self, report: Report) -> None:
        """Record how the run ended, and let those know whom it concerns."""
        report.refused = self._refused()
        self.registry.close_run(self.run, report.status, report.as_dict())
        self.tell()

    def _broken_off(self, error: BaseException, first: bool) -> None:
        """Record why a run could not go on. One that came while another was under way leaves no trace."""
        if isinstance(error, AccessRefused):
            self.registry.pause(self.pipeline.name, str(error))
        blocked = isinstance(error, StagingBlocked | DestinationPaused)
        status = RunStatus.BLOCKED if blocked else RunStatus.FAILED
        if first and isinstance(error, DestinationPaused):
            self.registry.open_run(self.run, over=False)
        self.registry.close_run(self.run, status, {}, f"{type(error).__name__}: {error}")
        self.tell()

    def tell(self) -> None:
        """Let those know whom the pipeline concerns; trouble with that never hides how a run ended."""
        try:
            told = (
                self.pipeline.ended(self.settings, self.warehouse, self.clock) if self.pipeline.ended else ()
            )
            waiting = Alerts(self.settings, self.warehouse, self.clock, self.pipeline.name).send()
        except Exception as error:  # noqa: BLE001 - see above
            self.on_wait(f"what was to be told about this run was not: {type(error).__name__}: {error}")
        else:
            for sentence in (*told, *waiting):
                self.on_wait(sentence)

    # -- the steps ----------------------------------------------------------------------------------

    def resolve(self) -> Resolution:
        """Recover leftovers, look at the destination, read back what it holds, and check first contact."""
        resolution = Resolution(leftovers=self.ledger.recover_leftovers())
        resolution.warnings += self.preflight.warnings
        if self.pipeline.verify(self.settings) == "all":
            self.scope.renew()
            staged = [entity for entity in self.destination.entities if entity.staging]
            resolution.verified = Verification(self.destination, self.ledger, self.clock).everything(staged)
        warning = check_first_contact(
            self.destination, self.ledger, self.registry, resolution.verified,
            start_empty=self.options.start_empty,
        )  # fmt: skip
        if warning:
            resolution.warnings.append(warning)
        self.scope.renew()
        return resolution

    def extract(self) -> Mapping[str, int]:
        """Bring what changed outside into `raw_*` tables; return rows by table, nothing where others do."""
        if self.pipeline.extract is None:
            return {}
        found = self.pipeline.extract(self.settings, self.warehouse, self.clock)
        self.scope.take()  # it may outlast the lease
        return found

    def stage(self, *, guard_impact: bool = True) -> Staged:
        """Compute STG_ and what depends on it; raise StagingBlocked when a guard or a contract fails."""
        started = self.clock.now()
        self._set_context()
        nodes = self._refreshed("stage")
        if guard_impact and not self.options.allow_impact:
            self._guard_impact()
        seconds = (self.clock.now() - started).total_seconds()
        return Staged(nodes, self.staged_counts(), seconds)

    def deliver(self, filters: Filters, resolution: Resolution | None = None) -> Report:
        """Deliver the staged rows that the filters choose, and read back what was delivered."""
        filters.check()
        self._filters = filters
        self.registry.check_pause(self.pipeline.name)
        batches = Batches(
            self.warehouse, self.run, self.clock, self.destination.entities, _batch_type(filters),
            {**self.pipeline.snapshot(self.settings), "filters": filters.given()},
        )  # fmt: skip
        engine = Engine(
            self.destination, self.ledger, self.scope, batches, self.clock,
            preflight=self.preflight, mapping_versions={m.entity: m.version for m in self.mappings},
            policy=Policy(retry_after=dt.timedelta(hours=self.settings.retry_rejected_hours)),
            checkpoint=self.checkpoint, progress=self.progress,
        )  # fmt: skip
        staged, waiting = self.chosen_rows(filters)
        report = engine.deliver(staged, self._driver(engine))
        report.warnings += waiting
        if resolution is not None:
            _carry_over(resolution, report)
        self._read_back(report)
        report.reads = self.destination.calls - report.requests - report.retries
        return report

    def _driver(self, engine: Engine) -> Callable[[Sequence[Row]], None] | None:
        """Return how rows are taken: None, one entity after the other; or as the chains of a chained pipeline."""
        if not self.pipeline.chained:
            return None
        return Chain(engine, cast(ChainDestination, self.destination), self.ledger).drive

    def settle(self) -> Sequence[NodeResult]:
        """Refresh what is derived from the ledger: MON_, ERR_ and the batch views. Raises StagingBlocked."""
        return self._refreshed("settle")

    def _refreshed(self, step: str) -> Sequence[NodeResult]:
        nodes = self.dbt.refresh(self.pipeline.name, step, on_node=self.on_node)
        if failed := [node for node in nodes if node.blocks]:
            raise StagingBlocked("\n".join(_sentence(node) for node in failed))
        return nodes

    # -- parts --------------------------------------------------------------------------------------

    @property
    def destination(self) -> Destination:
        """The destination, built on first use: staging alone makes no call."""
        if self._destination is None:
            self._destination = self.pipeline.build(self.settings, self.clock)
        return self._destination

    @property
    def preflight(self) -> Preflight:
        """What the destination looks like, asked once per run."""
        if self._preflight is None:
            self._preflight = self.destination.preflight()
        return self._preflight

    def staged_rows(self, filters: Filters) -> list[Row]:
        """Read the staged rows the filters choose, parents before children."""
        found: list[Row] = []
        by_name = {mapping.entity: mapping for mapping in self.mappings}
        with self.warehouse.begin() as connection:
            for entity in self.destination.entities:
                if entity.staging:
                    mapping = by_name[entity.name]
                    columns = [column.name for column in mapping.columns]
                    found += read_staged(
                        connection, self.run.instance, entity, columns, filters, tuple(mapping.filters)
                    )
        return found

    def chosen_rows(self, filters: Filters) -> tuple[Sequence[Row], Sequence[str]]:
        """Return the staged rows that a run takes up, in the order they go, and what has to wait."""
        staged = self.staged_rows(filters)
        return self.pipeline.choose(self.settings, staged) if self.pipeline.choose else (staged, ())

    def staged_counts(self) -> dict[str, dict[str, int]]:
        """Count STG_ by entity and by `change status`."""
        counts: dict[str, dict[str, int]] = {}
        with self.warehouse.begin() as connection:
            for mapping in self.mappings:
                table = sa.table(mapping.staging, sa.column("change_type"), sa.column("stg_status"))
                query = sa.select(table.c.change_type, table.c.stg_status, sa.func.count()).group_by(
                    table.c.change_type, table.c.stg_status
                )
                found = connection.execute(query).fetchall()
                counts[mapping.entity] = {f"{change} {status}": n for change, status, n in sorted(found)}
        return counts

    def refused_counts(self, filters: Filters) -> dict[str, int]:
        """Count the keys that stand in ERR_, by entity; those of entities never settled are absent."""
        counts: dict[str, int] = {}
        with self.warehouse.begin() as connection:
            for mapping in self.mappings:
                if table_exists(connection, mapping.errors):
                    names = ("business_key", "parent_key", *mapping.filters)
                    table = sa.table(mapping.errors, *(sa.column(name) for name in names))
                    chosen = filters.where(table, mapping.filters)
                    query = sa.select(sa.func.count(sa.distinct(table.c.business_key))).where(chosen)
                    counts[mapping.entity] = connection.execute(query).scalar_one()
        return counts

    def _refused(self) -> dict[str, int]:
        return {} if self._filters is None else self.refused_counts(self._filters)

    def _set_context(self) -> None:
        """Tell dbt what this run compares with; a table, because a variable would force a re-parse."""
        context = tables.staging_context
        schema_version = self._preflight.schema_version if self._preflight else None
        with self.warehouse.begin() as connection:
            connection.execute(sa.delete(context).where(context.c.system == self.pipeline.name))
            rows.insert(
                connection, context,
                [
                    {
                        "system": self.pipeline.name, "entity": mapping.entity, "instance": self.run.instance,
                        "run_id": self.run.run_id, "mapping_version": mapping.version,
                        "schema_version": schema_version,
                        "max_removed_share": self.settings.guard_max_removed_share,
                        "max_rekeyed": self.settings.guard_max_rekeyed,
                        "allow_removals": int(self.options.allow_removals), "set_at": self.clock.now(),
                    }
                    for mapping in self.mappings
                ],
            )  # fmt: skip

    def impact(self) -> SystemImpact:
        """Count what the mapping as it is now would change of what was told; call it after `stage`."""
        return measure(self.warehouse, self.run.instance, self.mappings, self.settings.impact_max_share)

    def _guard_impact(self) -> None:
        found = self.impact()
        if found.blocks:
            raise StagingBlocked(f"the mapping was edited: {found.sentence}")

    def link(self, entity: str, remote_id: str | None) -> str | None:
        """Return where a person sees a remote object, when the destination has such addresses."""
        return self.pipeline.link(self.settings, entity, remote_id) if remote_id else None

    def _read_back(self, report: Report) -> None:
        if self.pipeline.verify(self.settings) == "off":
            return
        verification = Verification(self.destination, self.ledger, self.clock)
        for entity in self.destination.entities:
            if entity.staging and (keys := report.tally.keys(entity.name, "DELIVERED")):
                self.scope.renew()
                verified = verification.some(entity, keys)
                report.findings["read back"] += verified.seen
                report.findings["drift"] += len(verified.drifted)
                report.findings["gone"] += len(verified.gone)

    def _count_calls(self) -> None:
        if self._destination is not None:
            self.registry.count_calls(self.run.instance, self._destination.calls)


def _carry_over(resolution: Resolution, report: Report) -> None:
    report.findings["drift"] += len(resolution.verified.drifted)
    report.findings["gone"] += len(resolution.verified.gone)
    report.warnings += resolution.warnings


def _batch_type(filters: Filters) -> str:
    given = filters.given()
    return "TARGETED_" + "_".join(name.upper() for name in given) if given else "FULL_BATCH"


def _sentence(node: NodeResult) -> str:
    what = node.description.strip().splitlines()[0] if node.description.strip() else node.name
    return f"{node.kind} {node.name} {node.status}: {what} ({node.message})"
