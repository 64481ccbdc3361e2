"""The end of a process, at a point of one's choice."""

import itertools
from collections.abc import Callable


class Crash(BaseException):
    """The process ends here: no handler of the product may catch it and go on."""


def crash_at(point: str, occurrence: int = 1) -> Callable[[str], None]:
    """A checkpoint that ends the process when it passes a point for the n-th time."""
    passed = itertools.count(1)

    def checkpoint(name: str) -> None:
        if name == point and next(passed) == occurrence:
            raise Crash(name)

    return checkpoint
