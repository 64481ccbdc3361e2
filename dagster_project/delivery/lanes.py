"""The lanes requests travel in: one after the other, or several at a time, each call in a thread of its own.

Only calls are made in threads. Whoever fills the lanes writes the ledger, and does so while requests are under way.
"""

from collections import deque
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Protocol, Self

from dagster_project.delivery.destination import Answer
from dagster_project.delivery.outcomes import MustWait
from dagster_project.delivery.transport import Request

IN_LINE = 4
"""Requests per lane whose intents are committed. With so many none idles while the ledger is written; more would only
be more to look for after a crash."""
TOGETHER_SECONDS = 0.02
"""Answers that come within this of the first are written down with it: a commit takes longer than to wait for them."""

Send = Callable[[Request], Answer]
Ended = list[tuple[Request, Callable[[], Answer]]]
"""Requests, each with a function that returns its answer or raises what sending it raised."""


class Lanes(Protocol):
    """Requests that were put in line, in the order they were put."""

    @property
    def room(self) -> int:
        """How many requests should be put in line now."""

    @property
    def idle(self) -> bool:
        """True when nothing is in line or under way."""

    def put(self, request: Request) -> None:
        """Send a request when its turn comes."""

    def ended(self, seconds: float, /) -> Ended:
        """Wait for answers; return those that are there, none when nothing was answered for so long."""

    def give_up(self) -> list[Request]:
        """Return the requests that were not sent, and send them no more."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def lanes_for(count: int, send: Send) -> Lanes:
    """Return so many lanes."""
    return OneLane(send) if count == 1 else ManyLanes(count, send)


class OneLane:
    """One request after the other, in the caller's thread; the next is prepared when the last one is settled."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._line: deque[Request] = deque()

    @property
    def room(self) -> int:
        """One when nothing is in line."""
        return 0 if self._line else 1

    @property
    def idle(self) -> bool:
        """True when nothing is in line."""
        return not self._line

    def put(self, request: Request) -> None:
        """Put a request at the end of the line."""
        self._line.append(request)

    def ended(self, _seconds: float, /) -> Ended:
        """Return the next request; it is sent by whoever asks for its answer."""
        request = self._line.popleft()
        return [(request, lambda: self._send(request))]

    def give_up(self) -> list[Request]:
        """Return what is in line."""
        left, self._line = list(self._line), deque()
        return left

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is under way."""


class ManyLanes:
    """Several requests at a time."""

    def __init__(self, count: int, send: Send) -> None:
        self._count = count
        self._send = send
        self._pool = ThreadPoolExecutor(count)
        self._calls: dict[Future[Answer], Request] = {}

    @property
    def room(self) -> int:
        """None while half of the line is left, so that intents are committed many at a time."""
        longest = IN_LINE * self._count
        return 0 if len(self._calls) > longest // 2 else longest - len(self._calls)

    @property
    def idle(self) -> bool:
        """True when every answer was fetched."""
        return not self._calls

    def put(self, request: Request) -> None:
        """Send a request as soon as a lane is free."""
        self._calls[self._pool.submit(self._send, request)] = request

    def ended(self, seconds: float, /) -> Ended:
        """Wait for the first answer; return all that are there a moment later."""
        done, others = wait(self._calls, timeout=seconds, return_when=FIRST_COMPLETED)
        if done and others:
            done, _ = wait(self._calls, timeout=TOGETHER_SECONDS)
        return [(self._calls.pop(call), call.result) for call in _dealt_with_now(done)]

    def give_up(self) -> list[Request]:
        """Return what no lane has taken yet; what is under way will still be answered."""
        left = [call for call in self._calls if call.cancel()]
        return [self._calls.pop(call) for call in left]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for what is under way; send nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _dealt_with_now(done: Collection[Future[Answer]]) -> list[Future[Answer]]:
    """Return the calls to be dealt with next. Those that must wait come last and alone: others' answers are final."""
    ready = [call for call in done if not isinstance(call.exception(), MustWait)]
    return ready or list(done)[:1]
