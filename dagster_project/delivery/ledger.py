"""The ledger: what each destination was told and accepted, and every intent on the way there.

Every change of a row's state is committed together with its event. All writes are set-based and guarded
by the row's revision or by our lease, so that two runs cannot both believe they own a row.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.clock import Clock, new_id
from dagster_project.delivery.destination import Intent
from dagster_project.delivery.records import COLUMNS, Record, dump, intent_of, record_of
from dagster_project.delivery.rekeying import Move, rekey
from dagster_project.delivery.scope import Run
from dagster_project.delivery.states import State
from dagster_project.delivery.transport import Reply, Request
from dagster_project.warehouse import rows, tables
from dagster_project.warehouse.engine import Warehouse

KEY = ("instance", "entity", "business_key")
UNSETTLED = frozenset({"UNKNOWN", "LATE"})


class Ledger:
    """Reads and writes ledger rows of one instance on behalf of one run."""

    def __init__(self, warehouse: Warehouse, run: Run, clock: Clock) -> None:
        self.warehouse = warehouse
        self.run = run
        self.clock = clock

    # -- reading ------------------------------------------------------------------------------------

    def records(self, refs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Record]:
        """Return the ledger rows of (entity, key) pairs; unknown keys are absent."""
        wanted = [(self.run.instance, entity, key) for entity, key in set(refs)]
        if not wanted:
            return {}
        with self.warehouse.begin() as connection:
            found = [
                record_of(r) for r in rows.select_by_key(connection, tables.delivery, KEY, wanted, COLUMNS)
            ]
        return {(record.entity, record.key): record for record in found}

    def of_keys(self, keys: Iterable[str]) -> dict[tuple[str, str], Record]:
        """Return the ledger rows of business keys, whatever entity they are, in the order of the keys."""
        return self._matching("business_key", keys)

    def children(self, parents: Iterable[str]) -> dict[tuple[str, str], Record]:
        """Return the rows below these keys that are not archived."""
        found = self._matching("parent_key", parents)
        return {ref: record for ref, record in found.items() if record.state is not State.ARCHIVED}

    def _matching(self, column: str, values: Iterable[str]) -> dict[tuple[str, str], Record]:
        wanted = [(self.run.instance, value) for value in dict.fromkeys(values)]
        place = {value: number for number, (_, value) in enumerate(wanted)}
        with self.warehouse.begin() as connection:
            found = list(rows.select_by_key(connection, tables.delivery, ("instance", column), wanted))
        found.sort(key=lambda row: (place[getattr(row, column)], row.entity, row.business_key))
        return {(row.entity, row.business_key): record_of(row) for row in found}

    def owned(self, entity: str) -> dict[str, Record]:
        """Return every row of an entity that has a remote id, live or retired, by remote id."""
        table = tables.delivery
        query = sa.select(table).where(
            table.c.instance == self.run.instance, table.c.entity == entity, table.c.remote_id.is_not(None)
        )
        with self.warehouse.begin() as connection:
            return {row.remote_id: record_of(row) for row in connection.execute(query)}

    def in_state(self, entity: str, *states: State) -> list[Record]:
        """Return the rows of an entity in any of `states`."""
        table = tables.delivery
        query = sa.select(table).where(
            table.c.instance == self.run.instance, table.c.entity == entity, table.c.state.in_(states)
        )
        with self.warehouse.begin() as connection:
            return [record_of(row) for row in connection.execute(query)]

    def empty(self) -> bool:
        """True when this instance has no ledger row at all."""
        table = tables.delivery
        query = sa.select(table.c.business_key).where(table.c.instance == self.run.instance).limit(1)
        with self.warehouse.begin() as connection:
            return connection.execute(query).first() is None

    def unresolved(self, refs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Intent]]:
        """Return, oldest first, the intents of these rows that never got a definite outcome."""
        wanted = [(self.run.instance, entity, key) for entity, key in set(refs)]
        with self.warehouse.begin() as connection:
            events = list(rows.select_by_key(connection, tables.delivery_event, KEY, wanted))
        events.sort(key=lambda event: (event.event_id, event.position or 0))
        settled = {e.intent_id for e in events if e.kind == "OUTCOME" and e.outcome not in UNSETTLED}
        unresolved: dict[tuple[str, str], list[Intent]] = {}
        for event in events:
            if event.kind == "INTENT" and event.intent_id not in settled:
                unresolved.setdefault((event.entity, event.business_key), []).append(intent_of(event))
        return unresolved

    def requests(self, request_ids: Iterable[str]) -> dict[str, tuple[sa.Row[Any], list[Intent]]]:
        """Return requests with all their intents in body order."""
        wanted = [(request_id,) for request_id in set(request_ids)]
        with self.warehouse.begin() as connection:
            found = list(rows.select_by_key(connection, tables.delivery_request, ("request_id",), wanted))
            events = list(rows.select_by_key(connection, tables.delivery_event, ("request_id",), wanted))
        intents: dict[str, list[sa.Row[Any]]] = {}
        for event in events:
            if event.kind == "INTENT":
                intents.setdefault(event.request_id, []).append(event)
        return {
            request.request_id: (
                request,
                [
                    intent_of(e)
                    for e in sorted(intents.get(request.request_id, []), key=lambda e: e.position or 0)
                ],
            )
            for request in found
        }

    # -- before the call ----------------------------------------------------------------------------

    def claim(
        self, connection: Connection, claims: Sequence[Mapping[str, Any]], until: dt.datetime
    ) -> set[tuple[str, str]]:
        """Lease rows by compare-and-swap on their revision; return the (entity, key) that are ours.

        A claim carries entity, business_key, incarnation, attempt, doubtful and the columns to reset;
        `revision` is the one it was planned on, 0 for a key the ledger does not know.
        """
        now = self.clock.now()
        leased = [
            {
                **claim,
                "instance": self.run.instance,
                "state": State.SENDING,
                "lease_run": self.run.run_id,
                "lease_until": until,
                "revision": claim["revision"] + 1,
                "updated_at": now,
            }
            for claim in claims
        ]
        fresh = [{**row, "created_at": now} for row in leased if row["revision"] == 1]
        known = [{**row, "expected_revision": row["revision"] - 1} for row in leased if row["revision"] > 1]
        ours: set[tuple[Any, ...]] = set()
        if fresh:
            ours |= rows.insert_absent(connection, tables.delivery, KEY, fresh)
        if known:
            ours |= rows.compare_and_swap(connection, tables.delivery, KEY, known, matching=("revision",))
        return {(entity, key) for _, entity, key in ours}

    def intend(
        self,
        connection: Connection,
        requests: Sequence[Request],
        batches: Mapping[tuple[str, str], str | None],
    ) -> None:
        """Write requests and their intents, to be committed before any of them is sent."""
        if not requests:
            return
        now = self.clock.now()
        rows.insert(
            connection,
            tables.delivery_request,
            [
                {
                    "request_id": request.request_id,
                    "instance": self.run.instance,
                    "run_id": self.run.run_id,
                    "idempotency_key": request.idempotency_key,
                    "sent_at": now,
                    "operations": len(request.intents),
                    "body": request.body,
                }
                for request in requests
            ],
        )
        self.events(
            connection,
            [
                {
                    "kind": "INTENT",
                    "entity": i.entity,
                    "business_key": i.key,
                    "incarnation": i.incarnation,
                    "intent_id": i.intent_id,
                    "operation": f"{i.kind}:{i.operation}",
                    "fields": dump(i.fields),
                    "request_id": i.request_id,
                    "position": position,
                    "remote_id": i.parent_remote_id,
                    "batch_id": batches.get((i.entity, i.key)),
                }
                for request in requests
                for position, i in enumerate(request.intents)
            ],
        )

    def resent(self, connection: Connection, request_id: str) -> None:
        """Note that a request is sent once more: the quiet period before a probe begins anew."""
        rows.update(
            connection,
            tables.delivery_request,
            ("request_id",),
            [{"request_id": request_id, "sent_at": self.clock.now()}],
        )

    # -- after the call -----------------------------------------------------------------------------

    def settle(self, connection: Connection, changes: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
        """Write new states of rows we hold the lease of; return those that were still ours."""
        now = self.clock.now()
        settled = [
            {
                **change,
                "instance": self.run.instance,
                "lease_until": None,
                "updated_at": now,
                "expected_lease_run": self.run.run_id,
                "lease_run": None,
            }
            for change in changes
        ]
        if not settled:
            return set()
        ours = rows.compare_and_swap(
            connection, tables.delivery, KEY, settled, matching=("lease_run",), raise_revision=True
        )
        return {(entity, key) for _, entity, key in ours}

    def amend(self, connection: Connection, changes: Sequence[Mapping[str, Any]]) -> int:
        """Change rows nobody holds a lease of (verification, holds, operators); return how many."""
        now = self.clock.now()
        amended = [{**change, "instance": self.run.instance, "updated_at": now} for change in changes]
        if not amended:
            return 0
        return rows.update(
            connection,
            tables.delivery,
            KEY,
            amended,
            raise_revision=True,
            when="t.lease_until is null or t.lease_until < :now",
            parameters={"now": now},
        )

    def record_new(self, connection: Connection, new: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
        """Insert rows for keys the ledger does not know yet (holds, refusals without a call, adoption)."""
        now = self.clock.now()
        fresh = [
            {**row, "instance": self.run.instance, "revision": 1, "created_at": now, "updated_at": now}
            for row in new
        ]
        if not fresh:
            return set()
        return {(e, k) for _, e, k in rows.insert_absent(connection, tables.delivery, KEY, fresh)}

    def answered(self, connection: Connection, replies: Sequence[Reply]) -> None:
        """Keep what came back for requests."""
        now = self.clock.now()
        rows.update(
            connection,
            tables.delivery_request,
            ("request_id",),
            [
                {
                    "request_id": reply.request_id,
                    "answered_at": now,
                    "answer": reply.answer.text,
                    "vendor_request_id": reply.answer.vendor_request_id,
                    "settled_at": now if reply.settled else None,
                }
                for reply in replies
            ],
        )

    def events(self, connection: Connection, events: Sequence[Mapping[str, Any]]) -> None:
        """Append events; time, run, instance and id are filled in here."""
        now = self.clock.now()
        filled = [
            {
                "event_id": new_id(),
                "occurred_at": now,
                "instance": self.run.instance,
                "run_id": self.run.run_id,
                "incarnation": 1,
                "intent_id": None,
                "operation": None,
                "outcome": None,
                "fields": None,
                "request_id": None,
                "position": None,
                "remote_id": None,
                "message": None,
                "batch_id": None,
                **event,
            }
            for event in events
        ]
        if filled:
            rows.insert(connection, tables.delivery_event, filled)

    def rekey(self, moves: Sequence[Move]) -> set[tuple[str, str]]:
        """Move rows that still have the revision they were staged on to new keys; return those."""
        if not moves:
            return set()
        with self.warehouse.begin() as connection:
            moved = rekey(connection, self.run.instance, moves, self.clock.now())
            self.events(
                connection,
                [
                    {
                        "kind": "NOTE",
                        "entity": move.entity,
                        "business_key": move.new_key,
                        "message": f"re-keyed from {move.old_key}",
                    }
                    for move in moves
                    if (move.entity, move.new_key) in moved
                ],
            )
        return moved

    def retire_children(self, connection: Connection, entity: str, parents: Iterable[str]) -> None:
        """Children of archived parents are archived with them; the destination did that by itself."""
        now = self.clock.now()
        retired = [
            {
                "instance": self.run.instance,
                "entity": entity,
                "parent_key": parent,
                "state": State.ARCHIVED,
                "updated_at": now,
                "lease_run": None,
                "lease_until": None,
                "doubtful": None,
            }
            for parent in parents
        ]
        rows.update(
            connection,
            tables.delivery,
            ("instance", "entity", "parent_key"),
            retired,
            raise_revision=True,
            when="t.state not in (:archived, :forgotten)",
            parameters={"archived": State.ARCHIVED, "forgotten": State.FORGOTTEN},
        )

    def verified(self, connection: Connection, keys: Sequence[tuple[str, str]]) -> None:
        """Stamp the time at which rows were read back and agreed. It is no change: the revision stays."""
        now = self.clock.now()
        stamped = [
            {"instance": self.run.instance, "entity": entity, "business_key": key, "verified_at": now}
            for entity, key in keys
        ]
        if stamped:
            rows.update(connection, tables.delivery, KEY, stamped)

    def recover_leftovers(self) -> int:
        """Turn rows whose sender is gone into IN_DOUBT: leases of other runs, since the scope is ours."""
        table = tables.delivery
        with self.warehouse.begin() as connection:
            return connection.execute(
                sa.update(table)
                .where(
                    table.c.instance == self.run.instance,
                    table.c.state == State.SENDING,
                    table.c.lease_run != self.run.run_id,
                )
                .values(
                    state=State.IN_DOUBT,
                    lease_run=sa.null(),  # not bound: a driver asks the server what an untyped null is
                    lease_until=sa.null(),
                    revision=table.c.revision + 1,
                    updated_at=self.clock.now(),
                    error_class="unknown",
                    error_message="the run that sent this ended before the answer",
                )
            ).rowcount
