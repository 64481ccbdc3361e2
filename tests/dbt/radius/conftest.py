"""Worlds, each with an ERP of its own; all share what dbt has parsed."""

from collections.abc import Callable

import pytest

from tests.dbt.radius.world import RadiusWorld

NewWorld = Callable[[], RadiusWorld]


@pytest.fixture(scope="module")
def new_radius_world(tmp_path_factory: pytest.TempPathFactory) -> NewWorld:
    """Makes worlds."""

    def make() -> RadiusWorld:
        return RadiusWorld(tmp_path_factory.mktemp("home"), tmp_path_factory.getbasetemp() / "shared")

    return make
