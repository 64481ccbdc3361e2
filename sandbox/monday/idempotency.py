"""First answers by `Idempotency-Key`: replayed for 30 minutes, kept with the boards across a restart.

Only requests that were executed are remembered; a refusal (401, 409, 423, 429) leaves the key unused.
When the memory budget is full a request runs without being remembered, as the vendor documents.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sandbox.monday.clock import Clock
from sandbox.monday.errors import MondayError
from sandbox.monday.settings import Rules
from sandbox.monday.store import Store

CONFLICT_WAIT_SECONDS = 1


@dataclass(frozen=True)
class Reply:
    at: float
    status: int
    body: str


class Replies:
    """The caller holds the lock of the workspace: replies live in the same file."""

    def __init__(self, store: Store, clock: Clock, rules: Rules) -> None:
        self._store = store
        self._clock = clock
        self.rules = rules
        self._known: dict[tuple[str, str], Reply] = {}
        self._running: set[tuple[str, str]] = set()
        for user, key, at, body in store.connection.execute("select user, key, at, body from reply"):
            content = json.loads(body)
            self._known[user, key] = Reply(at, content["status"], content["body"])

    def begin(self, user: str, key: str) -> Reply | None:
        """The remembered reply, or None when the request is to run now. Raises 409 while it runs."""
        if (user, key) in self._running:
            raise MondayError(
                "IDEMPOTENCY_CONFLICT",
                "A request with this idempotency key is being processed",
                status=409,
                headers={"Retry-After": str(CONFLICT_WAIT_SECONDS)},
            )
        self._forget_expired()
        reply = self._known.get((user, key))
        if reply is None:
            self._running.add((user, key))
        return reply

    def abandon(self, user: str, key: str) -> None:
        self._running.discard((user, key))

    def finish(self, user: str, key: str, status: int, body: str) -> bool:
        """Remember the reply; False when it is too big or the user's budget is full."""
        self._running.discard((user, key))
        held = sum(len(reply.body) for (owner, _), reply in self._known.items() if owner == user)
        if len(body) > self.rules.idempotency_response_bytes:
            return False
        if held + len(body) > self.rules.idempotency_budget_bytes:
            return False
        reply = Reply(self._clock.now(), status, body)
        self._known[user, key] = reply
        self._store.connection.execute(
            "insert or replace into reply values (?, ?, ?, ?)",
            (user, key, reply.at, json.dumps({"status": status, "body": body})),
        )
        return True

    def clear(self) -> None:
        self._known.clear()
        self._store.connection.execute("delete from reply")

    def _forget_expired(self) -> None:
        horizon = self._clock.now() - self.rules.idempotency_seconds
        for owner in [owner for owner, reply in self._known.items() if reply.at < horizon]:
            del self._known[owner]
            self._store.connection.execute("delete from reply where user = ? and key = ?", owner)
