"""One executing request: what the resolvers may ask for and what they report back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.monday.cursors import Cursors
from sandbox.monday.limits import Gate, Kind
from sandbox.monday.versions import Version
from sandbox.monday.workspace import Workspace


class AliasHooks(Protocol):
    """Faults that strike inside a request."""

    def seconds(self) -> float: ...

    def refuse(self, alias: str, mutation: str, arguments: Mapping[str, Any]) -> None: ...

    def committed(self, count: int) -> None: ...


@dataclass
class Call:
    space: Workspace
    cursors: Cursors
    gate: Gate
    version: Version
    kind: Kind
    cost: int
    budget_before: int
    hooks: AliasHooks
    deadline: float
    """On `time.monotonic`; past it the client has had its answer, and work goes on."""
    on_deadline: Callable[[], None]
    aliases_committed: int = 0
    mutations: dict[str, int] = field(default_factory=dict)
    """Committed aliases by name of the mutation."""
    refund: int = 0

    def work(self, seconds: float) -> None:
        """Let server time pass; the answer for a request out of time goes out on the dot."""
        until_deadline = self.deadline - time.monotonic()
        if seconds < until_deadline:
            time.sleep(seconds)
            return
        time.sleep(max(0.0, until_deadline))
        self.on_deadline()
        time.sleep(max(0.0, seconds - max(0.0, until_deadline)))

    def committed(self, mutation: str) -> None:
        self.aliases_committed += 1
        self.mutations[mutation] = self.mutations.get(mutation, 0) + 1
        self.hooks.committed(self.aliases_committed)

    def failed(self, mutation: str) -> None:
        """Failed aliases are cheaper: half their price is given back."""
        self.refund += self.gate.limits.mutation_costs.get(mutation, self.gate.limits.mutation_cost) // 2
