"""SIGKILL at every named point and at random moments: every key ends on the board exactly once."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from bench.killing import Victim, count
from dagster_project.delivery.sending import POINTS
from sandbox.monday.process import MondayProcess
from sandbox.monday.server import RunningMonday
from tests.pipeline.conftest import Prepared
from tests.pipeline.world import Pipeline

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SEED = 4755
RANDOM_KILLS = 10
LATENCY = (0.02, 0.06)
LONGEST_LIFE = 1.0  # of a run that dies at random, counted from its first delivery
ORDERS = 33


@pytest.fixture(scope="module")
def few(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of 33 orders with sizes and all kinds of twins: the scenes after the reference case."""
    home = tmp_path_factory.mktemp("few") / "home"
    shutil.copytree(prepared.staged, home)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute(
            'delete from ORDERS_UNIFIED where "AAG ORDER NUMBER" is null or "AAG ORDER NUMBER" not in'
            " ('TDW-00031', 'TDW-00032', 'OMA-00024', 'OMA-00025', 'NOF-00007', 'KSR-00012', 'KSR-00013',"
            " 'MWG-00044', 'GRE-04301', 'GRE-04302', 'GRE-04303', 'GRE-04304', 'GRE-04305', 'GRE-04306',"
            " 'GRE-04307', 'GRE-04308', 'GRE-04309', 'GRE-04310', 'GRE-04311', 'GRE-04312')"
        )
    return home


@pytest.fixture(scope="module")
def victim(few: Path) -> Iterator[Victim]:
    """A process whose forks deliver, in whichever home it is sent to; it has staged the 33 orders."""
    with Victim({"ORDER_STAGING_HOME": str(few)}) as one:
        with RunningMonday(state=few / "monday.sqlite") as monday:
            one.start(pipeline="monday", keep=True, environment=Pipeline(few, monday).environment)
            assert one.end()["kept"] > 100
        yield one


@pytest.fixture
def new_pipeline(few: Path, victim: Victim, tmp_path: Path) -> Iterator[Callable[[], Pipeline]]:
    """Makes homes of 33 staged orders nobody has delivered, each with a slow server of its own."""
    servers: list[MondayProcess] = []

    def make() -> Pipeline:
        home = tmp_path / f"home{len(servers)}"
        shutil.copytree(few, home)
        servers.append(MondayProcess(state=home / "monday.sqlite").__enter__())
        servers[-1].control.set_faults(latency={"request": LATENCY})
        settings = {"MONDAY_QUIET_SECONDS": "0.5", "MONDAY_ALIASES_PER_REQUEST": "12"}
        return Pipeline(home, servers[-1], settings={**settings, "WAREHOUSE_WAIT_SECONDS": "60"})

    yield make
    for server in servers:
        server.kill()


def wanted(pipeline: Pipeline) -> dict[str, int | None]:
    """What the board should hold at the end, as dbt staged it on the first run."""
    items = pipeline.rows("select business_key from int_monday__items_mapped")
    lines = pipeline.rows(
        'select business_key, "Order Qty" from int_monday__subitems_mapped where "Order Qty" > 0'
    )
    cancelled = {
        key for (key,) in pipeline.rows(
            "select business_key from int_monday__items_mapped where upper(\"ORDER TYPE\") = 'CANCELLED'"
        )
    }  # fmt: skip
    kept = {key: quantity for key, quantity in lines if key.split("|")[0] not in cancelled}
    return {**{key: None for (key,) in items}, **kept}


def assert_exactly_once(pipeline: Pipeline) -> None:
    found = count(pipeline.control, pipeline.home / "warehouse.duckdb", wanted(pipeline))
    assert found.right, found
    assert (found.items, found.subitems > 100) == (ORDERS, True)


def test_kills_at_every_named_point_and_at_random_moments_end_exactly_once(
    victim: Victim, new_pipeline: Callable[[], Pipeline]
) -> None:
    """One that dies before its first intent, and the last one, stage by dbt; the others what is left of that."""
    dice = random.Random(SEED)
    plans: list[str | None] = [*POINTS, *[None] * RANDOM_KILLS]
    dice.shuffle(plans)
    struck = 0
    while plans:
        pipeline = new_pipeline()
        victim.environment = pipeline.environment
        done = False
        while not done:
            point = plans.pop() if plans else ""
            order = {"point": point, "occurrence": dice.randint(1, 3)} if point else {}
            victim.start(stage=point in (POINTS[0], ""), **order)
            if point is None:
                victim.wait("delivering")
                try:
                    ended = victim.wait("done", "failed", seconds=dice.uniform(0, LONGEST_LIFE))
                    assert ended["said"] == "done", ended
                except TimeoutError:
                    victim.kill()
            said = victim.end()
            assert said["said"] != "failed", said
            struck += said["signal"] == 9
            done = said["signal"] == 0
        assert_exactly_once(pipeline)
    assert struck >= len(POINTS) + RANDOM_KILLS // 2


@pytest.mark.proof
def test_two_processes_at_once_one_of_them_killed_end_exactly_once(
    few: Path, victim: Victim, new_pipeline: Callable[[], Pipeline]
) -> None:
    pipeline = new_pipeline()
    with Victim({"ORDER_STAGING_HOME": str(few)}) as other:
        for one in (victim, other):
            one.environment = pipeline.environment
            one.start(stage=True)
        first = _first_to_deliver(victim, other)
        first.kill()
        first.end()
        (other if first is victim else victim).end()
    victim.start(stage=True)
    assert victim.end()["said"] == "done"
    assert_exactly_once(pipeline)


def _first_to_deliver(one: Victim, other: Victim) -> Victim:
    """The one that got hold of the warehouse; the other waits for it."""
    for _ in range(600):
        for victim in (one, other):
            try:
                victim.wait("delivering", seconds=0.1)
            except TimeoutError:
                continue
            return victim
    raise TimeoutError("neither of two processes came to deliver")
