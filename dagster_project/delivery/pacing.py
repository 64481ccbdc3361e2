"""How fast a server lets us ask, and how much to ask of it at once. Pure: seconds in, seconds out.

The quotas are what the server says in `RateLimit-Policy` and `RateLimit` headers (the IETF's draft form);
what was asked is counted here, so that the next request waits *before* it would be refused. The caller
reads the clock and sleeps.
"""

import datetime as dt
import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_MEMBER = re.compile(r'"([^"]+)"((?:\s*;\s*\w+=(?:"[^"]*"|[^;,\s]*))*)')
_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^;,\s]*))')
_MARGIN = 0.5  # seconds by which the server may begin to count later than we do
EVER = dt.datetime(1970, 1, 1)


@dataclass(frozen=True)
class Policy:
    """So much per so many seconds."""

    quota: float
    seconds: float


@dataclass(frozen=True)
class Remaining:
    """What is left now, and in how many seconds more comes back."""

    left: float
    resets_in: float


def parse_policy(text: str | None) -> dict[str, Policy]:
    """Read `"name";q=quota;w=seconds, …`; members without a window (concurrency) are left out."""
    return {name: Policy(said["q"], said["w"]) for name, said in _members(text) if said.keys() >= {"q", "w"}}


def parse_remaining(text: str | None) -> dict[str, Remaining]:
    """Read `"name";r=left;t=seconds, …`."""
    return {
        name: Remaining(said["r"], said["t"]) for name, said in _members(text) if said.keys() >= {"r", "t"}
    }


def _members(text: str | None) -> Iterable[tuple[str, dict[str, float]]]:
    for name, parameters in _MEMBER.findall(text or ""):
        said = {}
        for key, quoted, plain in _PARAMETER.findall(parameters):
            try:
                said[key] = float(quoted or plain)
            except ValueError:
                continue
        yield name, said


@dataclass
class Use:
    """Something that counts against a window until it expires."""

    amount: float
    expires: float


@dataclass
class Window:
    """A quota per stretch of time, each use leaving on its own; stricter than one that empties at once."""

    policy: Policy | None = None
    uses: list[Use] = field(default_factory=list)

    def left(self, now: float) -> float:
        """What may be used now; without end while the server has not told its policy."""
        self.uses = [use for use in self.uses if use.expires > now]
        if self.policy is None:
            return float("inf")
        return self.policy.quota - sum(use.amount for use in self.uses)

    def wait(self, amount: float, now: float) -> float:
        """Seconds until `amount` fits; an amount that never fits waits until all is free."""
        missing = amount - self.left(now)
        for use in sorted(self.uses, key=lambda use: use.expires):
            if missing <= 0:
                break
            missing -= use.amount
            if missing <= 0:
                return use.expires - now
        return 0.0 if missing <= 0 or not self.uses else max(use.expires for use in self.uses) - now

    def take(self, amount: float, now: float) -> Use:
        """Count a use from now on."""
        seconds = self.policy.seconds if self.policy else 60.0
        use = Use(amount, now + seconds + min(_MARGIN, seconds / 100))
        self.uses.append(use)
        return use

    def told(self, policy: Policy | None, remaining: Remaining | None, now: float) -> None:
        """Believe the server where it allows less than we think: somebody else uses the quota too."""
        if policy is not None:
            self.policy = policy
        if remaining is not None and self.policy is not None:
            others = self.left(now) - remaining.left
            if others > 0:
                self.uses.append(Use(others, now + remaining.resets_in))


@dataclass
class Charge:
    """What a request in flight was counted as."""

    uses: dict[str, Use]


class RateBudget:
    """All windows of one server, and its calls per UTC day. Times are naive UTC, as the kernel's clock."""

    def __init__(self, daily_calls: float, calls_today: float = 0.0) -> None:
        self.daily_calls = daily_calls
        self.calls_today = calls_today
        self.windows: dict[str, Window] = {}
        self._day: dt.date | None = None
        self._closed_until = 0.0

    def wait(self, costs: Mapping[str, float], now: dt.datetime) -> float:
        """Seconds to wait before a request of these costs (window name → amount) may be made."""
        seconds = _seconds(now)
        waits = [self.window(name).wait(amount, seconds) for name, amount in costs.items()]
        return max(0.0, self._closed_until - seconds, self.until_tomorrow(now), *waits)

    def until_tomorrow(self, now: dt.datetime) -> float:
        """Seconds to midnight UTC when today's calls are used up, else 0."""
        self._turn_day(now)
        if self.calls_today + 1 <= self.daily_calls:
            return 0.0
        midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time())
        return (midnight - now).total_seconds()

    def begin(self, costs: Mapping[str, float], now: dt.datetime) -> Charge:
        """Count a request that is being made."""
        self._turn_day(now)
        self.calls_today += 1
        seconds = _seconds(now)
        return Charge({name: self.window(name).take(amount, seconds) for name, amount in costs.items()})

    def settle(
        self,
        charge: Charge,
        actual: Mapping[str, float],
        policies: Mapping[str, Policy],
        remaining: Mapping[str, Remaining],
        now: dt.datetime,
    ) -> None:
        """Correct a request's costs by what the server says it cost, and believe its headers."""
        for name, amount in actual.items():
            if name in charge.uses:
                charge.uses[name].amount = amount
        for name in policies.keys() | remaining.keys():
            self.window(name).told(policies.get(name), remaining.get(name), _seconds(now))

    def close(self, seconds: float, now: dt.datetime) -> None:
        """Make no request for so long, because the server said so."""
        self._closed_until = max(self._closed_until, _seconds(now) + seconds)

    def used_today(self, calls: float, limit: float | None, now: dt.datetime) -> None:
        """Believe the server's own count of today's calls, and its limit, where they are stricter."""
        self._turn_day(now)
        self.calls_today = max(self.calls_today, calls)
        if limit is not None:
            self.daily_calls = min(self.daily_calls, limit)

    def window(self, name: str) -> Window:
        """The window of this name, made on first sight."""
        return self.windows.setdefault(name, Window())

    def _turn_day(self, now: dt.datetime) -> None:
        if self._day is not None and self._day != now.date():
            self.calls_today = 0.0
        self._day = now.date()


def _seconds(now: dt.datetime) -> float:
    return (now - EVER).total_seconds()


@dataclass
class Prices:
    """What an operation costs, by name: a guess until the server has said it."""

    guess: float
    known: dict[str, float] = field(default_factory=dict)

    def of(self, names: Iterable[str]) -> float:
        """Expected cost of a request of these operations."""
        return sum(self.known.get(name, self.guess) for name in names)

    def learn(self, names: Iterable[str], total: float) -> None:
        """Remember the price of an operation that a request consisted of wholly."""
        listed = list(names)
        if len(set(listed)) == 1:
            self.known[listed[0]] = total / len(listed)


class RequestSize:
    """How many operations fit into one request, so that it stays well below the longest execution."""

    def __init__(self, most: int, longest_seconds: float) -> None:
        self.most = most
        self.size = most
        self.longest = longest_seconds
        self._recent: deque[float] = deque(maxlen=5)

    def took(self, operations: int, seconds: float) -> None:
        """Learn from a request that was answered; growing doubles at most."""
        if operations < 1:
            return
        self._recent.append(seconds / operations)
        slowest = max(self._recent)
        fits = int(self.longest / slowest) if slowest > 0 else self.most
        self.size = max(1, min(self.most, fits, 2 * self.size))

    def timed_out(self) -> None:
        """Halve after a request that was not answered in time."""
        self.size = max(1, self.size // 2)
        self._recent.clear()
