"""SIGKILL in every pipeline of the web orders: one document per order, stock and numbers exact, one note each."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.killing import Victim
from bench.order_killing import PIPELINES, SMALL_REQUESTS, Plans, Strikes, plans, through_kills
from bench.orders_world import SHOP, Stand, count, ending
from sandbox.counterpoint.snapshot import differences
from sandbox.woocommerce.server import WooProcess
from tests.conftest import Standing
from tests.counterpoint.whole import Orders

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

SEED = 4755
RANDOM_KILLS = 10
ORDERS = 40
LIFE = 0.2  # seconds that a run lives at most when it dies at random
FEW = {**SMALL_REQUESTS, "COUNTERPOINT_ORDERS_PER_REQUEST": "3"}
POINTS = {(name, point) for name, points in PIPELINES.items() for point in points}


@pytest.fixture
def new_day(tmp_path: Path, standing: Standing) -> Iterator[Callable[[], Orders]]:
    """Makes homes with a shop of orders that nobody has pulled."""
    shops: list[WooProcess] = []

    def make() -> Orders:
        home = tmp_path / f"home{len(shops)}"
        standing(home, "counterpoint")
        shops.append(WooProcess(state=home / SHOP, orders=ORDERS, ending=ending()).__enter__())
        return Orders(home, shops[-1], settings=FEW).found()

    yield make
    for shop in shops:
        shop.kill()


def test_kills_at_every_named_point_and_at_random_moments_end_exactly_once(
    new_day: Callable[[], Orders],
) -> None:
    dice, strikes = random.Random(SEED), Strikes()
    orders, todo = new_day(), plans(dice, RANDOM_KILLS)
    with Victim(orders.environment) as victim:
        _day(victim, orders, todo, dice, strikes)
        while not strikes.points >= POINTS or strikes.at_random < RANDOM_KILLS:
            orders = new_day()
            victim.environment = orders.environment
            todo["order_processing"] += [None] * (RANDOM_KILLS - strikes.at_random)
            _day(victim, orders, todo, dice, strikes)
    _nothing_is_left_to_do(orders)


def _day(victim: Victim, orders: Orders, todo: Plans, dice: random.Random, strikes: Strikes) -> None:
    for some in todo.values():
        some.sort(key=lambda point: point is not None)  # taken from the end: random moments take what is left
    before = orders.stand()
    through_kills(victim, todo, dice, strikes, LIFE)
    _exactly_once(orders, before)


def _exactly_once(orders: Orders, before: Stand) -> None:
    found = count(orders.home, orders.shop.control, before)
    assert found.right, found.wrong()
    assert found.documents > 0.85 * ORDERS


def _nothing_is_left_to_do(orders: Orders) -> None:
    then = orders.snapshot()
    orders.shop.control.reset_calls()
    orders.run()
    assert orders.writes() == {}
    assert set(differences(then, orders.snapshot())) == {"USER_SYNC_LOG"}
