"""Worlds, each with an ERP of its own."""

from collections.abc import Callable

import pytest

from tests.conftest import Parsed
from tests.dbt.radius.world import RadiusWorld

NewWorld = Callable[[], RadiusWorld]


@pytest.fixture(scope="module")
def new_radius_world(tmp_path_factory: pytest.TempPathFactory, parsed: Parsed) -> NewWorld:
    """Makes worlds."""

    def make() -> RadiusWorld:
        return RadiusWorld(parsed(tmp_path_factory.mktemp("home")))

    return make
