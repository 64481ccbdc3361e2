"""A process that delivers until somebody kills it. It forks for every run, so that dying costs no import and
no parsing of the dbt project.

Told on standard input, one JSON object per run: `environment` (where to run), `pipeline`, `stage` (with extract
and dbt, or from the rows staged once), `keep` (only stage, for those others), `point` and `occurrence` (where to
kill itself). Says on standard output how far the run has come.
"""

import json
import os
import pickle
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dagster_project.dbt_runner import DbtRunner
from dagster_project.delivery import mapping
from dagster_project.delivery.destination import Row
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.sending import no_checkpoint
from dagster_project.delivery.staging import Filters
from dagster_project.delivery.states import State
from dagster_project.runs import SystemRun
from dagster_project.settings import load_settings
from dagster_project.systems import pipeline_named
from dagster_project.warehouse.engine import Warehouse

MONDAY = "monday"


class RestagedRun(SystemRun):
    """A run whose difference is made in Python from the rows that dbt staged once: seconds less per kill."""

    def staged_rows(self, _filters: Filters) -> list[Row]:
        """What is still to be delivered of the rows staged once."""
        from tests.contracts.restaging import Wanted, restage

        rows: Sequence[Row] = pickle.loads(_staged_rows(self).read_bytes())
        if self.pipeline.chained:
            return _to_walk(self.ledger, rows)
        wanted = {(row.entity, row.key): Wanted(row.values, row.parent_key) for row in rows}
        entities = tuple(entity for entity in self.destination.entities if entity.staging)
        return restage(self.ledger, entities, wanted)


def _to_walk(ledger: Ledger, rows: Sequence[Row]) -> list[Row]:
    """Orders that nobody brought to their end since they were staged; the chain finds out what they lack."""
    records = ledger.records((row.entity, row.key) for row in rows)
    todo = []
    for row in rows:
        record = records.get((row.entity, row.key))
        if record is None or record.state is not State.DELIVERED or record.revision == row.revision:
            todo.append(replace(row, revision=record.revision if record else None))
    return todo


def keep_staged_rows(run: SystemRun) -> int:
    """Write what dbt staged where a RestagedRun finds it; return how many rows may go."""
    staged = run.staged_rows(Filters(everything=True))
    rows = [row for row in staged if row.status == "PENDING" or run.pipeline.chained]
    _staged_rows(run).write_bytes(pickle.dumps(rows))
    return len(rows)


def _keep(pipeline: str) -> int:
    """Extract and stage as a run does, and keep the rows instead of delivering them."""
    run = SystemRun(load_settings(), pipeline_named(pipeline))
    with run.alone():
        run.extract()
        run.stage()
        kept = keep_staged_rows(run)
    run.warehouse.release()
    return kept


def _staged_rows(run: SystemRun) -> Path:
    return run.settings.order_staging_home / f"staged-{run.pipeline.name}.pickle"


def main() -> None:
    """Run as often as told to; ends with standard input."""
    _warm_up()
    _say(said="ready", pid=os.getpid())
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(order)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        _say(
            said="ended", signal=os.WTERMSIG(status) if killed else 0, code=os.waitstatus_to_exitcode(status)
        )


def _run(order: dict[str, Any]) -> None:
    """One run, as the command line does it; never returns."""
    os.environ.update(order["environment"])
    _say(said="began", pid=os.getpid())
    code = 0
    try:
        if order.get("keep"):
            _say(said="done", kept=_keep(order["pipeline"]))
            os._exit(0)
        kind = SystemRun if order["stage"] else RestagedRun
        checkpoint = _checkpoint(order)
        run = kind(load_settings(), pipeline_named(order.get("pipeline") or MONDAY), checkpoint=checkpoint)
        with run.step(first=True):
            _reach_into(run, checkpoint)
            resolution = run.resolve()
            if order["stage"]:
                run.extract()
                run.stage()
            _say(said="delivering")
            report = run.deliver(Filters(everything=True), resolution)
            run.close(report)
        run.warehouse.release()
        _say(said="done", report=report.as_dict())
    except Exception as error:  # noqa: BLE001 - the parent is told, whatever it is
        _say(said="failed", error=f"{type(error).__name__}: {error}")
        code = 1
    sys.stdout.flush()
    os._exit(code)


def _checkpoint(order: dict[str, Any]) -> Callable[[str], None]:
    point, left = order.get("point"), int(order.get("occurrence") or 1)
    if point is None:
        return no_checkpoint

    def checkpoint(name: str) -> None:
        nonlocal left
        left -= name == point
        if left == 0 and name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return checkpoint


def _reach_into(run: SystemRun, checkpoint: Callable[[str], None]) -> None:
    """A backend that writes in a transaction of its own has points inside it."""
    backend = getattr(run.destination, "backend", None)
    if backend is not None and hasattr(backend, "checkpoint"):
        backend.checkpoint = checkpoint


def _warm_up() -> None:
    """Import what a run needs and parse the dbt project before anything is forked; no thread is left running."""
    import dbt.adapters.duckdb
    import dbt.cli.main
    import dbt.task.build
    import duckdb_sqlalchemy
    import pyarrow

    import dagster_project.counterpoint.destination
    import dagster_project.counterpoint.ended
    import dagster_project.counterpoint.extract
    import dagster_project.counterpoint.order_status
    import dagster_project.counterpoint.pull
    import dagster_project.counterpoint.staging_rows
    import dagster_project.monday.destination
    import dagster_project.radius.destination
    import dagster_project.radius.ended
    import dagster_project.radius.extract
    import tests.contracts.restaging

    assert all((dbt, duckdb_sqlalchemy, dagster_project, tests))
    pyarrow.array([""])  # imports pandas
    for system in ("monday", "counterpoint", "radius"):
        mapping.load_all(system)
    settings = load_settings()
    DbtRunner(settings, Warehouse(settings.warehouse)).prepare()


def _say(**said: Any) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
