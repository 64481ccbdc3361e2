"""The shop's clock: WordPress stores each moment twice, in the site's zone and in UTC, both without offset."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONE_NAME = "America/New_York"
ZONE = ZoneInfo(ZONE_NAME)


def local(moment: datetime) -> str:
    """`2025-11-02T00:30:00` as the clock on the shop's wall shows it."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S")


def gmt(moment: datetime) -> str:
    """The same moment in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, *, fold: int = 0) -> datetime:
    """A moment given by the shop's wall clock; `fold` 1 is the second 01:30 of the night in autumn."""
    return datetime(year, month, day, hour, minute, fold=fold, tzinfo=ZONE).astimezone(UTC)


@lru_cache(maxsize=64)
def last_changes(before: datetime) -> tuple[datetime, datetime]:
    """Noon of the last days up to `before` on which the clocks went back, and forward."""
    day = before.astimezone(ZONE).replace(hour=12, minute=0, second=0, microsecond=0)
    found: dict[bool, datetime] = {}
    while len(found) < 2:
        earlier = (day - timedelta(days=1)).astimezone(ZONE)
        change = (day.utcoffset() or timedelta()) - (earlier.utcoffset() or timedelta())
        if change:
            found.setdefault(change < timedelta(), day)
        day = earlier
    return found[True], found[False]


class SiteClock:
    """The shop's present; tests let days pass at once."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """UTC, whole seconds."""
        return (datetime.now(UTC) + self._ahead).replace(microsecond=0)

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)
