"""A world per module, built once, read by many tests."""

from collections.abc import Callable

import pytest

from tests.conftest import Parsed, Standing
from tests.dbt.counterpoint.world import CounterpointWorld

NewWorld = Callable[[], CounterpointWorld]


@pytest.fixture(scope="module")
def new_counterpoint_world(tmp_path_factory: pytest.TempPathFactory, standing: Standing) -> NewWorld:
    """Makes worlds, each in a home of its own, where the views stand."""

    def make() -> CounterpointWorld:
        return CounterpointWorld(standing(tmp_path_factory.mktemp("home"), "counterpoint"))

    return make


@pytest.fixture(scope="module")
def bare_counterpoint_world(tmp_path_factory: pytest.TempPathFactory, parsed: Parsed) -> NewWorld:
    """Makes worlds in which dbt never ran."""

    def make() -> CounterpointWorld:
        return CounterpointWorld(parsed(tmp_path_factory.mktemp("home")))

    return make
