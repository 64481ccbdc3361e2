"""Who may deliver to an instance now: the scope lock, runs, pauses and first contact.

The scope lock is the first line of exactly-once; the claim of each row (ledger.py) is the second.
"""

import datetime as dt
import json
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psutil
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.clock import Clock, new_id
from dagster_project.delivery.outcomes import DestinationPaused, LeaseLost, ScopeTaken
from dagster_project.delivery.states import RunStatus
from dagster_project.warehouse import rows, tables
from dagster_project.warehouse.engine import Warehouse


@dataclass(frozen=True)
class Run:
    """One run of one system against one destination instance."""

    system: str
    instance: str
    run_id: str = field(default_factory=new_id)


class Scope:
    """The right of one run to deliver to one instance, renewed while it works."""

    def __init__(self, warehouse: Warehouse, run: Run, clock: Clock, lease_seconds: float) -> None:
        self.warehouse = warehouse
        self.run = run
        self.clock = clock
        self.lease = dt.timedelta(seconds=lease_seconds)
        self._until: dt.datetime | None = None  # as we renewed it last

    def take(self) -> None:
        """Take the lock, or take over that of a run that is over; raise ScopeTaken otherwise."""
        lock, now = tables.scope_lock, self.clock.now()
        try:
            with self.warehouse.begin() as connection:
                query = sa.select(lock).where(lock.c.instance == self.run.instance)
                holder = connection.execute(query).first()
                if not (
                    self._put(connection, now) if holder is None else self._swap(connection, holder, now)
                ):
                    raise self._beaten()
        except sa.exc.IntegrityError:  # an engine that lets both of two first takes look before either writes
            raise self._beaten() from None

    def _put(self, connection: Connection, now: dt.datetime) -> bool:
        mine = {"instance": self.run.instance, **self._mine(now)}
        return bool(rows.insert_absent(connection, tables.scope_lock, ("instance",), [mine]))

    def _swap(self, connection: Connection, holder: sa.Row[Any], now: dt.datetime) -> bool:
        if holder.run_id != self.run.run_id and holder.until > now and not _dead(holder):
            raise ScopeTaken(
                f"{self.run.instance} is being delivered to by run {holder.run_id} "
                f"(process {holder.pid} on {holder.host}, until {holder.until:%H:%M:%S} UTC)"
            )
        lock = tables.scope_lock
        taken = connection.execute(
            sa.update(lock)
            .where(
                lock.c.instance == self.run.instance,
                lock.c.run_id == holder.run_id,
                lock.c.until == holder.until,  # who renewed it meanwhile is alive
            )
            .values(**self._mine(now))
        )
        return taken.rowcount > 0

    def _beaten(self) -> ScopeTaken:
        return ScopeTaken(f"{self.run.instance}: another run was faster; it will deliver these rows")

    def renew(self) -> dt.datetime:
        """Prolong the lock and return until when; raise LeaseLost if somebody else has it."""
        lock, now = tables.scope_lock, self.clock.now()
        with self.warehouse.begin() as connection:
            renewed = connection.execute(
                sa.update(lock)
                .where(
                    lock.c.instance == self.run.instance, lock.c.run_id == self.run.run_id, lock.c.until > now
                )
                .values(until=now + self.lease)
            )
        if renewed.rowcount == 0:
            raise LeaseLost(
                f"{self.run.instance}: run {self.run.run_id} lost its lease; nothing more is sent"
            )
        self._until = now + self.lease
        return self._until

    def keep(self) -> None:
        """Prolong the lock once half of it is over; raise LeaseLost as `renew` does."""
        if self._until is None or self._until - self.clock.now() < self.lease / 2:
            self.renew()

    def release(self) -> None:
        """Give the lock back; a lock that somebody else took over stays theirs."""
        lock = tables.scope_lock
        with self.warehouse.begin() as connection:
            connection.execute(
                sa.delete(lock).where(lock.c.instance == self.run.instance, lock.c.run_id == self.run.run_id)
            )

    def _mine(self, now: dt.datetime) -> dict[str, Any]:
        return {
            "run_id": self.run.run_id,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "process_started": int(psutil.Process().create_time()),
            "until": now + self.lease,
        }


def left_behind(connection: Connection, run_id: str, now: dt.datetime) -> bool:
    """True when a run still has a lock that it cannot use any more: its process died, or its lease ran out."""
    lock = tables.scope_lock
    holder = connection.execute(sa.select(lock).where(lock.c.run_id == run_id)).first()
    return holder is not None and (holder.until <= now or _dead(holder))


def _dead(holder: sa.Row[Any]) -> bool:
    """True when the holder ran on this host and its process is gone, or its pid now means another."""
    if holder.host != socket.gethostname():
        return False
    try:
        return bool(int(psutil.Process(holder.pid).create_time()) != holder.process_started)
    except psutil.NoSuchProcess:
        return True


class Registry:
    """Runs, pauses and first contact: what the ledger knows beyond rows."""

    def __init__(self, warehouse: Warehouse, clock: Clock) -> None:
        self.warehouse = warehouse
        self.clock = clock

    def open_run(self, run: Run, *, over: bool = True) -> None:
        """Record that a run began, and close the ones of this instance that died without a word.

        Whoever does not hold the scope cannot say that others are `over`.
        """
        runs = tables.delivery_run
        died = (runs.c.instance == run.instance, runs.c.status == RunStatus.RUNNING)
        with self.warehouse.begin() as connection:
            if over:
                connection.execute(
                    sa.update(runs)
                    .where(*died)
                    .values(
                        status=RunStatus.FAILED,
                        ended_at=self.clock.now(),
                        error="the process ended without a word",
                    )
                )
            connection.execute(
                sa.insert(runs).values(
                    run_id=run.run_id,
                    system=run.system,
                    instance=run.instance,
                    status=RunStatus.RUNNING,
                    started_at=self.clock.now(),
                )
            )

    def close_run(self, run: Run, status: RunStatus, report: Any, error: str | None = None) -> None:
        """Record how a run ended."""
        runs = tables.delivery_run
        with self.warehouse.begin() as connection:
            connection.execute(
                sa.update(runs)
                .where(runs.c.run_id == run.run_id)
                .values(status=status, ended_at=self.clock.now(), report=json.dumps(report), error=error)
            )

    def pause(self, system: str, why: str) -> None:
        """Stop deliveries of a system until `resume`; the first reason stays."""
        pauses = tables.destination_pause
        pause = {"system": system, "since": self.clock.now(), "why": why}
        with self.warehouse.begin() as connection:
            rows.insert_absent(connection, pauses, ("system",), [pause])

    def resume(self, system: str) -> bool:
        """Lift a pause; return whether there was one."""
        pauses = tables.destination_pause
        with self.warehouse.begin() as connection:
            lifted: int = connection.execute(sa.delete(pauses).where(pauses.c.system == system)).rowcount
            return lifted > 0

    def check_pause(self, system: str) -> None:
        """Raise DestinationPaused with the reason and the way out."""
        pauses = tables.destination_pause
        with self.warehouse.begin() as connection:
            row = connection.execute(sa.select(pauses).where(pauses.c.system == system)).first()
        if row is not None:
            raise DestinationPaused(
                f"{system} is paused since {row.since:%Y-%m-%d %H:%M} UTC: {row.why}. "
                f"When it is mended: order-staging resume {system}"
            )

    def contact(self, instance: str) -> str | None:
        """Return how creating was first allowed for an instance, or None."""
        contacts = tables.destination_contact
        with self.warehouse.begin() as connection:
            row = connection.execute(sa.select(contacts.c.how).where(contacts.c.instance == instance)).first()
        return row.how if row else None

    def allow_contact(self, instance: str, how: str) -> None:
        """Record that creating is allowed from now on."""
        contacts = tables.destination_contact
        contact = {"instance": instance, "since": self.clock.now(), "how": how}
        with self.warehouse.begin() as connection:
            if not rows.insert_absent(connection, contacts, ("instance",), [contact]):
                rows.update(connection, contacts, ("instance",), [contact])

    def count_calls(self, instance: str, calls: int) -> int:
        """Add calls to today's count (UTC) and return the new count."""
        usage = tables.api_usage
        today = {"instance": instance, "day": f"{self.clock.now():%Y-%m-%d}", "calls": 0}
        mine = (usage.c.instance == instance) & (usage.c.day == today["day"])
        with self.warehouse.begin() as connection:
            rows.insert_absent(connection, usage, ("instance", "day"), [today])
            connection.execute(sa.update(usage).where(mine).values(calls=usage.c.calls + calls))
            return int(connection.execute(sa.select(usage.c.calls).where(mine)).scalar_one())

    def leave_over(self, instance: str, entity: str, remote_ids: Iterable[str]) -> None:
        """Record the objects an adoption matched to no source row; the list of an earlier one is replaced."""
        table = tables.destination_left_over
        now = self.clock.now()
        with self.warehouse.begin() as connection:
            connection.execute(sa.delete(table).where(table.c.instance == instance, table.c.entity == entity))
            left = [
                {"instance": instance, "entity": entity, "remote_id": remote_id, "since": now}
                for remote_id in remote_ids
            ]
            rows.insert(connection, table, left)

    def left_over(self, instance: str) -> set[tuple[str, str]]:
        """Return (entity, remote id) of the objects that adoptions left over: known, and nobody's."""
        table = tables.destination_left_over
        query = sa.select(table.c.entity, table.c.remote_id).where(table.c.instance == instance)
        with self.warehouse.begin() as connection:
            return {(row.entity, row.remote_id) for row in connection.execute(query)}
