"""What an edited mapping would change: counts for `mappings check --impact`, from the staged difference.

dbt finds the difference between told and freshly mapped values; nothing here compares a value.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Impact:
    """How many of the delivered rows would be told something else, and by which fields, most rows first."""

    delivered: int
    changed: int
    by_field: Mapping[str, int]

    @property
    def share(self) -> float:
        """Part of the delivered rows that would change, 0 to 1; 0 when nothing was delivered."""
        return self.changed / self.delivered if self.delivered else 0.0


def summarise_impact(changed_fields: Iterable[str | Mapping[str, Any] | None], delivered: int) -> Impact:
    """Count the `changed_fields` of STG_ rows (JSON text or object; empty for rows that are no change).

    `delivered` is the number of rows the destination was told, changed or not.
    """
    counts: Counter[str] = Counter()
    changed = 0
    for row in changed_fields:
        fields = json.loads(row) if isinstance(row, str) else row
        if fields:
            changed += 1
            counts.update(fields.keys())
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Impact(delivered, changed, dict(ordered))
