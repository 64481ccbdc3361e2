"""A world per module, built once, read by many tests."""

from collections.abc import Callable

import pytest

from tests.dbt.counterpoint.world import CounterpointWorld

NewWorld = Callable[[], CounterpointWorld]


@pytest.fixture(scope="module")
def new_counterpoint_world(tmp_path_factory: pytest.TempPathFactory) -> NewWorld:
    """Makes worlds, each in a home of its own; all share what dbt has parsed."""

    def make() -> CounterpointWorld:
        return CounterpointWorld(tmp_path_factory.mktemp("home"), tmp_path_factory.getbasetemp() / "shared")

    return make
