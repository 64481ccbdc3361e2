"""Fixtures of the dbt tests: a world per module, built once, read by many tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dbt.world import World, pretend_delivered

__all__ = ["pretend_delivered"]


@pytest.fixture(scope="module")
def new_world(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], World]:
    """Makes worlds, each in a home of its own."""

    def make() -> World:
        home: Path = tmp_path_factory.mktemp("home")
        return World(home, shared=tmp_path_factory.getbasetemp() / "shared")

    return make
