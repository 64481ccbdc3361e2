"""One sandbox server for the folder, as new for every test, and a destination that delivers to it."""

from collections.abc import Iterator

import pytest

from dagster_project.monday.destination import MondayDestination
from dagster_project.settings import Settings
from sandbox.monday.control import Control
from sandbox.monday.server import RunningMonday
from tests.conftest import FakeClock
from tests.monday.acting import Acting

TOKEN = "sandbox-token"


@pytest.fixture(scope="session")
def server() -> Iterator[RunningMonday]:
    """A server that keeps running between tests."""
    with RunningMonday() as running:
        yield running


@pytest.fixture
def monday(server: RunningMonday) -> Control:
    """The strings behind the stage; empty boards, full quotas, no faults."""
    server.control.reset()
    return server.control


@pytest.fixture
def settings(server: RunningMonday, monday: Control) -> Settings:
    """Settings that point to the sandbox, whatever the machine's environment says."""
    return Settings(
        _env_file=None,
        monday_api_url=server.url,
        monday_api_token=TOKEN,
        monday_timeout_seconds=5,
        monday_quiet_seconds=0,
    )


@pytest.fixture
def destination(settings: Settings, clock: FakeClock) -> MondayDestination:
    """A destination as a new run would build it, with a clock that does not really wait."""
    return MondayDestination.from_settings(settings, clock)


@pytest.fixture
def acting(destination: MondayDestination) -> Acting:
    """The destination, in sentences."""
    return Acting(destination)
