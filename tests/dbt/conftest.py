"""Fixtures of the dbt tests: a world per module, built once, read by many tests."""

from collections.abc import Callable

import pytest

from tests.conftest import Parsed
from tests.dbt.world import World, pretend_delivered

__all__ = ["pretend_delivered"]


@pytest.fixture(scope="module")
def new_world(tmp_path_factory: pytest.TempPathFactory, parsed: Parsed) -> Callable[[], World]:
    """Makes worlds, each in a home of its own."""

    def make() -> World:
        return World(parsed(tmp_path_factory.mktemp("home")))

    return make
