"""Fixtures of the dbt tests: a world per module, built once, read by many tests."""

from collections.abc import Callable

import pytest

from tests.conftest import Parsed, Standing
from tests.dbt.world import World, pretend_delivered

__all__ = ["pretend_delivered"]


@pytest.fixture(scope="module")
def new_world(tmp_path_factory: pytest.TempPathFactory, standing: Standing) -> Callable[[], World]:
    """Makes worlds, each in a home of its own, where the views stand."""

    def make() -> World:
        return World(standing(tmp_path_factory.mktemp("home"), "monday"))

    return make


@pytest.fixture(scope="module")
def bare_world(tmp_path_factory: pytest.TempPathFactory, parsed: Parsed) -> Callable[[], World]:
    """Makes worlds in which dbt never ran."""

    def make() -> World:
        return World(parsed(tmp_path_factory.mktemp("home")))

    return make
