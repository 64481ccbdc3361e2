"""Items as rows of IM_ITEM, IM_INV, IM_BARCOD, IM_PRC and USER_PRODUCT_MAP."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sandbox.counterpoint.codes import LOCATIONS
from sandbox.counterpoint.items import Item

FIRST_PRODUCT = 3000
_ZEROS = (
    "QTY_ON_ORD", "QTY_ON_PO", "QTY_ON_BO", "QTY_ON_SO", "QTY_ON_LWY", "QTY_ON_XFER_OUT", "QTY_ON_XFER_IN",
    "MIN_QTY", "MAX_QTY", "DROPSHIP_QTY_ON_CUST_ORD", "DROPSHIP_QTY_ON_PO", "STD_COST", "COST_OF_SLS_PCT",
)  # fmt: skip


def product_id(place: int) -> int:
    """Woo's product id of the item at `place`; posts share ids, hence the gaps."""
    return FIRST_PRODUCT + 7 * place


def item_rows(items: Iterable[Item]) -> list[dict[str, Any]]:
    return [_item(item) for item in items]


def _item(item: Item) -> dict[str, Any]:
    units: dict[str, Any] = {}
    for number in range(1, 6):
        unit = item.units[number - 1] if number <= len(item.units) else None
        units[f"ALT_{number}_UNIT"] = unit.code if unit else None
        units[f"ALT_{number}_NUMER"] = unit.factor if unit else None
        units[f"ALT_{number}_DENOM"] = 1 if unit else None
    return {
        "ITEM_NO": item.number, "DESCR": item.descr, "SHORT_DESCR": item.descr[:15],
        "LONG_DESCR": item.descr[:50], "STAT": item.status, "CATEG_COD": item.category,
        "SUBCAT_COD": item.subcategory, "STK_UNIT": item.stocking_unit, "PRC_1": item.price,
        "REG_PRC": item.price, "LST_COST": item.cost, "IS_TXBL": "Y" if item.taxable else "N",
        "BARCOD": item.barcode, "ITEM_VEND_NO": item.vendor_item,
        "IS_ECOMM_ITEM": "Y" if item.in_shop else "N", **units,
    }  # fmt: skip


def inventory_rows(items: Iterable[Item]) -> list[dict[str, Any]]:
    """A row per item and location; every 50th item has none at the second location yet."""
    return [
        {
            "ITEM_NO": item.number,
            "LOC_ID": location,
            "QTY_ON_HND": item.on_hand[location],
            "QTY_COMMIT": item.committed[location],
            "LST_COST": item.cost,
            "LST_AVG_COST": item.cost,
            "GL_VAL": (item.cost * item.on_hand[location]).quantize(Decimal("0.01")),
            "RS_STAT": 1,
            **dict.fromkeys(_ZEROS, 0),
            "QTY_ON_ORD": item.committed[location],
        }
        for place, item in enumerate(items)
        for location in (LOCATIONS if place % 50 else LOCATIONS[:1])
    ]


def empty_inventory(item_no: str, location: str) -> dict[str, Any]:
    """A row of zeros, for a location that never had the item."""
    names = (*_ZEROS, "QTY_ON_HND", "QTY_COMMIT", "LST_COST", "LST_AVG_COST", "GL_VAL")
    return {"ITEM_NO": item_no, "LOC_ID": location, "RS_STAT": 1, **dict.fromkeys(names, 0)}


def barcode_rows(items: Iterable[Item]) -> list[dict[str, Any]]:
    return [
        {"ITEM_NO": item.number, "SEQ_NO": 1, "BARCOD": item.barcode, "UNIT": item.stocking_unit}
        for item in items
    ]


def price_rows(items: Iterable[Item]) -> list[dict[str, Any]]:
    return [
        {"ITEM_NO": item.number, "LOC_ID": LOCATIONS[0], "PRC_1": item.price, "REG_PRC": item.price}
        for item in items
    ]


def product_map_rows(items: Iterable[Item]) -> list[dict[str, Any]]:
    return [
        {"SKU": item.number, "WOO_PRODUCT_ID": product_id(place)}
        for place, item in enumerate(items)
        if item.in_shop
    ]
