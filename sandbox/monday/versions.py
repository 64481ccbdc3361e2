"""API versions: old ones are served by maintenance without a word, unknown ones by the current."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.monday.errors import MondayError


@dataclass(frozen=True)
class Version:
    value: str
    kind: str

    @property
    def display_name(self) -> str:
        return self.value if self.kind == "dev" else f"{self.value} ({self.kind.replace('_', ' ')})"


MAINTENANCE = Version("2026-07", "maintenance")
CURRENT = Version("2026-10", "current")
CANDIDATE = Version("2027-01", "release_candidate")
DEV = Version("dev", "dev")
OFFERED = (MAINTENANCE, CURRENT, CANDIDATE, DEV)

_QUARTER = re.compile(r"\d{4}-(01|04|07|10)")
_FIRST = "2023-07"


def effective(requested: str | None) -> Version:
    """The version that answers. Raises for a header that is no version at all."""
    if not requested:
        return CURRENT
    for version in OFFERED:
        if requested == version.value:
            return version
    if not re.fullmatch(r"\d{4}-\d{2}", requested):
        raise MondayError("InvalidVersionException", f"'{requested}' is not an API version")
    if _QUARTER.fullmatch(requested) and _FIRST <= requested < MAINTENANCE.value:
        return MAINTENANCE
    return CURRENT
