"""Items of a paper merchant: numbers, units, prices, stock. The same for a seed, whoever asks."""

import random
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from sandbox.counterpoint.codes import LOCATIONS

ITEMS = 1528
E_COMMERCE_ITEMS = 1189

_SIZES = ("8.5X11", "8.5X14", "11X17", "12X18", "13X19", "23X35", "25X38", "6X9", "9X12", "#10")
_WEIGHTS = ("20#", "24#", "28#", "60#", "70#", "80#", "100#", "14PT")
_COLOURS = (
    "WHITE", "NATURAL", "IVORY", "CANARY", "PINK", "BLUE", "GREEN", "GOLDENROD", "CHERRY", "KRAFT", "BUFF",
)  # fmt: skip
_KINDS = (
    "PERM SCORED",
    "OPAQUE",
    "GLOSS COVER",
    "SILK TEXT",
    "LABEL",
    "CARBONLESS",
    "INDEX",
    "VELLUM BRISTOL",
)
_MAKERS = ("HAM", "NEE", "DOM", "MOH", "SPR", "BOI", "GEO")
_CATEGORIES = (
    ("PRINT AND", "OFFSET"),
    ("ENVELOPES", "REGULAR"),
    ("DELI & HOS", "NAPKINS"),
    ("LABELS", "SHEET"),
)


@dataclass(frozen=True)
class Unit:
    """An alternate unit: `factor` stocking units make one."""

    code: str
    factor: int


@dataclass(frozen=True)
class Item:
    number: str
    descr: str
    status: str
    """A active, D discontinued, V void."""
    category: str
    subcategory: str
    stocking_unit: str
    units: tuple[Unit, ...]
    """ALT_1_UNIT to ALT_5_UNIT."""
    price: Decimal
    cost: Decimal
    taxable: bool
    in_shop: bool
    barcode: str
    vendor_item: str
    on_hand: dict[str, int]
    """By location; may be negative."""
    committed: dict[str, int]

    @property
    def active(self) -> bool:
        return self.status == "A"

    def unit(self, code: str) -> tuple[str, int] | None:
        """SELL_UNIT digit and factor of a unit code; None when the item is not sold in it."""
        if code == self.stocking_unit:
            return "0", 1
        for place, unit in enumerate(self.units, start=1):
            if unit.code == code:
                return str(place), unit.factor
        return None


@lru_cache(maxsize=4)
def items(seed: int, count: int = ITEMS) -> tuple[Item, ...]:
    """`count` items in the order of their numbers."""
    return tuple(_item(seed, place) for place in range(count))


def _item(seed: int, place: int) -> Item:
    rng = random.Random(f"item {seed} {place}")
    envelope = place % 4 == 3
    number = f"01-{30000 + place}" if envelope else f"01-{10100 + place}"
    category, subcategory = _CATEGORIES[1 if envelope else rng.choice((0, 0, 2, 3))]
    stocking, units = _units(rng)
    in_shop = place < E_COMMERCE_ITEMS
    status = "A" if rng.random() < (0.95 if in_shop else 0.7) else rng.choice("DDV")
    price = Decimal(rng.randrange(50_000, 1_500_000)) / 10_000
    return Item(
        number=number,
        descr=_descr(rng, units),
        status=status,
        category=category,
        subcategory=subcategory,
        stocking_unit=stocking,
        units=units,
        price=price,
        cost=(price * Decimal("0.62")).quantize(Decimal("0.0001")),
        taxable=rng.random() < 0.9,
        in_shop=in_shop,
        barcode=f"0{rng.randrange(10**10, 10**11)}",
        vendor_item=f"{rng.choice(_MAKERS)}{rng.randrange(10_000, 99_999)}",
        on_hand={location: _stock(rng) for location in LOCATIONS},
        committed={location: rng.choice((0, 0, 0, 10, 48, 480)) for location in LOCATIONS},
    )


def _units(rng: random.Random) -> tuple[str, tuple[Unit, ...]]:
    """Packs that come in cartons and on pallets; some items are sold by the piece only."""
    shape = rng.random()
    if shape < 0.25:
        return "EA", ()
    per_carton = rng.choice((4, 5, 8, 10, 12, 20))
    per_pallet = per_carton * rng.choice((20, 32, 40))
    carton, pallet = Unit("CT", per_carton), Unit("PL", per_pallet)
    if shape < 0.6:
        return "PK", (carton, pallet)
    if shape < 0.75:
        return "BX", (Unit("CS", per_carton), pallet)
    if shape < 0.9:
        return "PK", (Unit("BX", 2), carton, pallet)
    return "PK", (carton,)


def _descr(rng: random.Random, units: tuple[Unit, ...]) -> str:
    size, weight = rng.choice(_SIZES), rng.choice(_WEIGHTS)
    inches = '"' if rng.random() < 0.1 else ""
    larger = units[0].code if units else "EA"
    pack = f"{rng.choice((50, 100, 250, 500))}/PK {rng.choice((1000, 2000, 5000))}/{larger}"
    return (
        f"{size}{inches} {weight} {rng.choice(_COLOURS)} {rng.choice(_KINDS)} {pack} "
        f"{rng.choice(_MAKERS)}{rng.randrange(100, 999)}"
    )


def _stock(rng: random.Random) -> int:
    chance = rng.random()
    if chance < 0.02:
        return -rng.choice((51, 7000))
    if chance < 0.1:
        return 0
    return rng.choice((12, 40, 120, 495, 2000, 9000))
