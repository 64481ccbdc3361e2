"""What an operator may say for a run, and what its first steps say of themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagster_project.dbt_runner import NodeResult
from dagster_project.delivery.verification import Verified


@dataclass
class Options:
    """What an operator may say for one run."""

    start_empty: bool = False
    allow_removals: bool = False
    allow_impact: bool = False


@dataclass
class Resolution:
    """What was found before staging."""

    leftovers: int = 0
    verified: Verified = field(default_factory=Verified)
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {"leftovers": self.leftovers, "warnings": self.warnings, **self.verified.as_dict()}


@dataclass
class Staged:
    """What staging made: dbt's results and the staged rows by entity, change and status."""

    nodes: Sequence[NodeResult]
    counts: Mapping[str, Mapping[str, int]]
    seconds: float

    @property
    def warnings(self) -> list[str]:
        """Tests that warned, in words."""
        return [f"{n.name}: {n.failures} rows" for n in self.nodes if n.status == "warn"]

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {"staged": self.counts, "warnings": self.warnings, "seconds": round(self.seconds, 3)}
