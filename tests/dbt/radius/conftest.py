"""Worlds, each with an ERP of its own."""

from collections.abc import Callable

import pytest

from tests.conftest import Parsed, Standing
from tests.dbt.radius.world import RadiusWorld

NewWorld = Callable[[], RadiusWorld]


@pytest.fixture(scope="module")
def new_radius_world(tmp_path_factory: pytest.TempPathFactory, standing: Standing) -> NewWorld:
    """Makes worlds where the views stand."""

    def make() -> RadiusWorld:
        return RadiusWorld(standing(tmp_path_factory.mktemp("home"), "radius"))

    return make


@pytest.fixture(scope="module")
def bare_radius_world(tmp_path_factory: pytest.TempPathFactory, parsed: Parsed) -> NewWorld:
    """Makes worlds in which dbt never ran."""

    def make() -> RadiusWorld:
        return RadiusWorld(parsed(tmp_path_factory.mktemp("home")))

    return make
