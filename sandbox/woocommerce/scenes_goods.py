"""What is bought: unknown and discontinued items, units, quantities, lines."""

from dataclasses import replace

from sandbox.woocommerce.drafts import Line
from sandbox.woocommerce.money import ZERO
from sandbox.woocommerce.shop import Product, line
from sandbox.woocommerce.stage import Stage


def sku_unknown(stage: Stage) -> None:
    stage.draft.lines[-1] = _nothing(stage, f"99-{10000 + stage.draft.index}")
    stage.fails("item_not_found")


def sku_longer_than_an_item_number(stage: Stage) -> None:
    stage.draft.lines[-1] = _nothing(stage, "CUSTOM-ENGRAVED-ENVELOPES-2026-SPRING")
    stage.fails("item_not_found")


def sku_empty(stage: Stage) -> None:
    stage.draft.lines[0] = _nothing(stage, "")
    stage.fails("sku_empty")


def item_discontinued(stage: Stage) -> None:
    stage.draft.lines[0] = line(stage.rng.choice(stage.shop.discontinued), 2)
    stage.fails("item_inactive")


def stranger_buys_an_unknown_sku(stage: Stage) -> None:
    """Two mistakes: the first one found decides, and both are to be told."""
    stage.draft.customer_id = 0
    stage.draft.email = f"stranger.{stage.draft.index}@example.net"
    stage.draft.lines.append(_nothing(stage, "99-99999"))
    stage.nobody()


def sku_in_lower_case_with_blanks(stage: Stage) -> None:
    product = _sold_in(stage, "CT")
    stage.draft.lines[0] = replace(line(product, 3, suffix="CT"), sku=f" {product.item.number}-ct ")


def cartons(stage: Stage) -> None:
    stage.draft.lines[0] = line(_sold_in(stage, "CT"), 2, suffix="CARTON")


def cases(stage: Stage) -> None:
    stage.draft.lines[0] = line(_sold_in(stage, "CS"), 4, suffix="CASE")


def pallet(stage: Stage) -> None:
    stage.draft.lines[0] = line(_sold_in(stage, "PL"), 1, suffix="PALLET")


def pieces_by_their_own_suffix(stage: Stage) -> None:
    stage.draft.lines[0] = line(_sold_in(stage, "EA"), 7, suffix="EA")


def unit_the_item_is_not_sold_in(stage: Stage) -> None:
    """The suffix must not be dropped: a ton would become a pack."""
    stage.draft.lines[0] = line(stage.rng.choice(stage.shop.products), 1, suffix="TON")
    stage.fails("unit_unknown")


def no_lines(stage: Stage) -> None:
    stage.draft.lines = []
    stage.fails("line_items_missing")


def one_item_on_two_lines(stage: Stage) -> None:
    """Both lines count for the stock."""
    product = stage.rng.choice(stage.shop.products)
    stage.draft.lines = [line(product, 3), *stage.draft.lines[1:], line(product, 5)]


def one_item_in_two_units(stage: Stage) -> None:
    product = _sold_in(stage, "CT")
    stage.draft.lines = [line(product, 3), line(product, 2, suffix="CT")]


def line_for_nothing(stage: Stage) -> None:
    stage.draft.lines.append(replace(line(stage.rng.choice(stage.shop.products), 1), subtotal=ZERO))


def quantity_zero(stage: Stage) -> None:
    stage.draft.lines[-1] = line(stage.rng.choice(stage.shop.products), 0)
    stage.fails("quantity_invalid")


def quantity_negative(stage: Stage) -> None:
    stage.draft.lines.append(line(stage.rng.choice(stage.shop.products), -1))
    stage.fails("quantity_invalid")


def thirty_lines(stage: Stage) -> None:
    products = stage.rng.sample(stage.shop.products, 30)
    stage.draft.lines = [line(product, stage.rng.randrange(1, 6)) for product in products]


def _sold_in(stage: Stage, unit: str) -> Product:
    sold = [product for product in stage.shop.products if product.item.unit(unit)]
    return stage.rng.choice(sold)


def _nothing(stage: Stage, sku: str) -> Line:
    """A line that no item stands behind."""
    bought = line(stage.rng.choice(stage.shop.products), 2)
    return replace(bought, item=None, sku=sku, unit="", product_id=1)


GOODS = (
    sku_unknown,
    sku_longer_than_an_item_number,
    sku_empty,
    item_discontinued,
    stranger_buys_an_unknown_sku,
    sku_in_lower_case_with_blanks,
    cartons,
    cases,
    pallet,
    pieces_by_their_own_suffix,
    unit_the_item_is_not_sold_in,
    no_lines,
    one_item_on_two_lines,
    one_item_in_two_units,
    line_for_nothing,
    quantity_zero,
    quantity_negative,
    thirty_lines,
)
