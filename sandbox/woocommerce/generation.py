"""The orders of a shop for a seed: plain ones, and one of each scene per block of orders."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.counterpoint.customers import Customer
from sandbox.woocommerce.composing import compose
from sandbox.woocommerce.drafts import Draft
from sandbox.woocommerce.expectations import Expectation, ExpectedLine
from sandbox.woocommerce.plain_orders import plain_order
from sandbox.woocommerce.scenes import SCENES
from sandbox.woocommerce.shop import Shop, shop
from sandbox.woocommerce.site_time import local
from sandbox.woocommerce.stage import Scene, Stage

DEFAULT_SEED = 7
DEFAULT_ORDERS = 450
DEFAULT_ENDING = datetime(2025, 11, 20, 22, 0, tzinfo=UTC)
"""The moment of the newest order, unless another is given."""
DAYS = 25
FIRST_ID = 15_001
IDS_PER_ORDER = 3
BLOCK = 450
"""So many orders bring each scene once."""
STRIDE = BLOCK // len(SCENES)
RUSH = range(500, 750)
"""These 250 orders come within five minutes."""


@dataclass(frozen=True)
class MadeOrder:
    order: dict[str, Any]
    expectation: Expectation


def generate(
    orders: int = DEFAULT_ORDERS,
    seed: int = DEFAULT_SEED,
    ending: datetime = DEFAULT_ENDING,
    first: int = 0,
) -> Iterator[MadeOrder]:
    """Orders `first` to `orders` - 1 of a series. Content depends on seed and index, dates on all four."""
    goods = shop(seed)
    for index in range(first, orders):
        yield _made(goods, seed, index, _moment(index, orders, ending), ending, scene_at(index))


def made_now(seed: int, index: int, created: datetime, scene: str | None = None) -> MadeOrder:
    """Order `index` as it is placed at a moment: plain, or one of a scene. Raises KeyError for unknown ones."""
    played = None if scene is None else {each.__name__: each for each in SCENES}[scene]
    return _made(shop(seed), seed, index, created, created, played)


def scene_at(index: int) -> Scene | None:
    """The scene that order `index` plays; None for a plain order."""
    place, rest = divmod(index % BLOCK, STRIDE)
    return SCENES[place] if rest == 1 and place < len(SCENES) else None


def order_id(index: int) -> int:
    """Posts share ids, so that those of orders have gaps."""
    return FIRST_ID + index * IDS_PER_ORDER + (index * 7919 % IDS_PER_ORDER)


def _moment(index: int, orders: int, ending: datetime) -> datetime:
    """Evenly over the days, so that the newest order is as old as the ending says."""
    if index in RUSH and orders > RUSH.stop:
        return _moment(RUSH.stop, orders, ending) - timedelta(seconds=300 - (index - RUSH.start))
    back = timedelta(days=DAYS) * (orders - index) / orders
    return (ending - back).replace(microsecond=0)


def _made(
    goods: Shop, seed: int, index: int, created: datetime, ending: datetime, scene: Scene | None
) -> MadeOrder:
    rng = random.Random(f"order {seed} {index}")
    draft, customer = plain_order(goods, rng, index, created)
    expectation = Expectation()
    stage = Stage(draft, customer, expectation, goods, rng, ending)
    if scene is not None:
        expectation.traits.append(scene.__name__)
        scene(stage)
    order = compose(draft, order_id(index))
    _expect(expectation, draft, stage.customer, order)
    return MadeOrder(order, expectation)


def _expect(expectation: Expectation, draft: Draft, customer: Customer | None, order: dict[str, Any]) -> None:
    expectation.charged = order["total"]
    expectation.order_date = local(draft.created)[:10]
    expectation.tax_code = draft.tax.code
    expectation.cust_no = customer.number if customer else None
    if draft.status not in ("processing", "completed"):
        expectation.outcome = "not_pulled"
    expectation.lines = [
        ExpectedLine(line.item.number, unit, line.quantity, line.quantity * factor)
        for line in draft.lines
        if line.item is not None
        for unit, factor in [line.item.unit(line.unit) or ("", 0)]
    ]
