"""Servers for the tests of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.monday.server import RunningMonday
from tests.sandbox.monday_wire import Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A caller of a fresh Monday with generous limits."""
    with RunningMonday() as monday:
        yield Wire(monday)
