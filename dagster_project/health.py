"""Is it well? Findings with what to do about each; the worst one is the exit code (0, 1, 2)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import sqlalchemy as sa

from dagster_project.clock import Clock
from dagster_project.delivery.operators import WAITS_FOR_A_PERSON
from dagster_project.delivery.scope import left_behind
from dagster_project.delivery.states import RunStatus, State
from dagster_project.settings import Settings
from dagster_project.systems import Pipeline
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse

KEYS_NAMED = 3


class Level(IntEnum):
    """0 healthy, 1 warning, 2 critical: also the exit code."""

    HEALTHY = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    check: str
    found: str
    next_step: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {
            "level": self.level.name,
            "check": self.check,
            "found": self.found,
            "next_step": self.next_step,
        }


def findings(settings: Settings, warehouse: Warehouse, pipeline: Pipeline, clock: Clock) -> list[Finding]:
    """Look at pauses, runs, doubts, refusals, holds, drift and mails of one pipeline, and what is its own."""
    name, instance = pipeline.name, pipeline.instance(settings)
    longest = pipeline.minutes(settings) * settings.alert_absence_intervals
    with warehouse.begin() as connection:
        found = [
            _pause(connection, name),
            *_runs(connection, instance, name, dt.timedelta(minutes=longest), clock.now()),
            *_rows(connection, instance, name, clock.now(), chained=pipeline.chained),
            *_mails(connection, name),
        ]
    return [*found, *(pipeline.look(settings, warehouse, clock) if pipeline.look else ())]


def _pause(connection: sa.Connection, system: str) -> Finding:
    pauses = tables.destination_pause
    row = connection.execute(sa.select(pauses).where(pauses.c.system == system)).first()
    if row is None:
        return Finding(Level.HEALTHY, "deliveries", "not paused")
    return Finding(
        Level.CRITICAL, "deliveries", f"paused since {row.since:%Y-%m-%d %H:%M} UTC: {row.why}",
        f"mend the cause, then: order-staging resume {system}",
    )  # fmt: skip


def _runs(
    connection: sa.Connection, instance: str, system: str, longest: dt.timedelta, now: dt.datetime
) -> Iterator[Finding]:
    runs = tables.delivery_run
    mine = runs.c.instance == instance
    last = connection.execute(sa.select(runs).where(mine).order_by(runs.c.started_at.desc()).limit(1)).first()
    if last is None:
        yield Finding(Level.WARNING, "last run", "there was none yet", f"order-staging run {system} --all")
        return
    yield _last_run(
        last, system, died=last.status == RunStatus.RUNNING and left_behind(connection, last.run_id, now)
    )
    good = connection.execute(
        sa.select(sa.func.max(runs.c.ended_at)).where(
            mine, runs.c.status.in_([RunStatus.COMPLETED, RunStatus.COMPLETED_WITH_ERRORS])
        )
    ).scalar()
    if good is None or now - good > longest:
        yield Finding(
            Level.CRITICAL, "successful run", f"none since {good:%Y-%m-%d %H:%M} UTC" if good else "none yet",
            f"look at Dagster; a good run is expected every {longest.total_seconds() / 60:.0f} minutes",
        )  # fmt: skip
    else:
        yield Finding(Level.HEALTHY, "successful run", f"{good:%Y-%m-%d %H:%M} UTC")


def _last_run(last: sa.Row[Any], system: str, *, died: bool) -> Finding:
    begun = f"{last.started_at:%Y-%m-%d %H:%M} UTC"
    if died:
        return Finding(
            Level.CRITICAL, "last run", f"died: it began at {begun}, and its process is gone",
            f"order-staging run {system} --all takes up what it left",
        )  # fmt: skip
    levels = {RunStatus.FAILED: Level.CRITICAL, RunStatus.BLOCKED: Level.CRITICAL,
              RunStatus.COMPLETED_WITH_ERRORS: Level.WARNING}  # fmt: skip
    level = levels.get(RunStatus(last.status), Level.HEALTHY)
    words = f"{last.status} at {begun}" + (f": {last.error}" if last.error else "")
    blocked = last.status == RunStatus.BLOCKED
    step = f"order-staging stage {system} says what blocks" if blocked else f"order-staging errors {system}"
    return Finding(level, "last run", words, step if level else "")


def _rows(
    connection: sa.Connection, instance: str, system: str, now: dt.datetime, *, chained: bool
) -> Iterator[Finding]:
    """Count by state. A `chained` pipeline looks at its holds itself, and its orders are what commands speak of."""
    table = tables.delivery
    mine = table.c.instance == instance
    counted = connection.execute(
        sa.select(table.c.state, sa.func.count(), sa.func.min(table.c.updated_at))
        .where(mine)
        .group_by(table.c.state)
    )
    by_state = {State(state): (count, since) for state, count, since in counted}
    doubtful, since = by_state.get(State.IN_DOUBT, (0, None))
    old = since is not None and now - since > dt.timedelta(hours=1)
    yield Finding(
        Level.CRITICAL if old else Level.WARNING if doubtful else Level.HEALTHY,
        "in doubt", _so_many(doubtful), f"order-staging run {system} --all probes them" if doubtful else "",
    )  # fmt: skip
    decide = f"order-staging retry {system} KEY --recreate, or --forget; ambiguous: adopt {system} --pair"
    if chained:
        decide = f"order-staging {system} retry N --recreate makes anew what is gone of an order"
    for states, check, step in (
        ((State.REJECTED,), "refused", f"order-staging errors {system}"),
        (WAITS_FOR_A_PERSON, "waiting for a decision", decide),
        *([] if chained else [((State.HELD,), "held", f"order-staging status {system}")]),
    ):
        count = sum(by_state.get(state, (0, None))[0] for state in states)
        level = Level.WARNING if count else Level.HEALTHY
        named = _some_keys(connection, sa.and_(mine, table.c.state.in_(states)), chained) if count else ()
        yield Finding(level, check, _so_many(count, named), step if count else "")
    yield _drift(connection, mine, system, chained)


def _drift(connection: sa.Connection, mine: sa.ColumnElement[bool], system: str, chained: bool) -> Finding:
    table = tables.delivery
    drifted = sa.and_(mine, table.c.drift.is_not(None))
    count = connection.execute(sa.select(sa.func.count()).where(drifted)).scalar_one()
    if not count:
        return Finding(Level.HEALTHY, "drift", _so_many(0), "")
    step = f"order-staging resync {system} --key KEY sets it back"
    if chained:
        step = f"order-staging {system} order N shows it; what people changed is kept"
    return Finding(Level.WARNING, "drift", _so_many(count, _some_keys(connection, drifted, chained)), step)


def _some_keys(connection: sa.Connection, which: sa.ColumnElement[bool], chained: bool) -> Sequence[str]:
    """The first keys of such rows, or of the orders they belong to."""
    table = tables.delivery
    key: sa.ColumnElement[str] = table.c.business_key
    if chained:
        key = sa.func.coalesce(table.c.parent_key, key)
    found = connection.execute(sa.select(key).where(which).distinct().order_by(key).limit(KEYS_NAMED + 1))
    return [str(one) for one in found.scalars()]


def _mails(connection: sa.Connection, system: str) -> Iterator[Finding]:
    box = tables.mail_outbox
    mine = sa.and_(box.c.system == system, box.c.state == "WAITING", box.c.last_error.is_not(None))
    count, since, why = connection.execute(
        sa.select(sa.func.count(), sa.func.min(box.c.created_at), sa.func.max(box.c.last_error)).where(mine)
    ).one()
    if count:
        found = f"{count} waiting since {since:%Y-%m-%d %H:%M} UTC: {why}"
        yield Finding(Level.WARNING, "mails", found, "look at the SMTP_ settings: order-staging config show")


def _so_many(rows: int, keys: Sequence[str] = ()) -> str:
    said = f"{rows} row" if rows == 1 else f"{rows} rows"
    if not keys:
        return said
    return f"{said}: {', '.join(keys[:KEYS_NAMED])}{', …' if len(keys) > KEYS_NAMED else ''}"
