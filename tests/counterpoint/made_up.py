"""Mapped rows of made-up orders: what dbt would hand to the destination, sums right unless a test spoils them."""

import json
import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dagster_project.counterpoint.breakdown import shared_out

CENT = Decimal("0.01")
TAXES = {"FL-STATE": Decimal(6), "BROWARD": Decimal(1)}


def line(
    item: str, quantity: int = 1, charged: str = "10.00", *, gross: str | None = None, factor: int = 1,
    unit: str = "EA", sell_unit: str = "0", number: int = 1, **others: Any,
) -> dict[str, Any]:  # fmt: skip
    """A line as LINES holds it: every value is text or null."""
    price = (Decimal(charged) / quantity).quantize(Decimal("0.0001"))
    return {
        "LIN_SEQ_NO": str(number), "SKU": item, "ITEM_NO": item, "DESCR": f"{item} 8.5\" X 11\"",
        "QTY_SOLD": f"{quantity}.0000", "QTY_UNIT": unit, "SELL_UNIT": sell_unit,
        "QTY_NUMER": f"{factor}.0000", "QTY_DENOM": "1.0000", "STK_QTY": f"{quantity * factor}.0000",
        "PRC": str(price), "EXT_PRC": charged, "GROSS_EXT_PRC": gross, "TAX_AMT": None, "IS_TXBL": "Y",
        "CATEG_COD": "PRINT AND", "SUBCAT_COD": None, "ITEM_VEND_NO": None, "ITEM_TYP": "I", "TRK_METH": "N",
        "BARCOD": None, "REG_PRC": None, "PRC_1": None, "UNIT_COST": "1.2300", **others,
    }  # fmt: skip


def order(
    web_id: int, lines: Sequence[Mapping[str, Any]], *, shipping: str = "0.00", tax: str = "0.00",
    fees: str = "0.00", discount: str = "0.00", rounding: str = "0.00", customer: str = "CASH", **others: Any,
) -> dict[str, Any]:  # fmt: skip
    """Mapped values of `documents`; the totals follow from the parts."""
    subtotal = sum((Decimal(said["EXT_PRC"]) for said in lines), Decimal(fees)) + Decimal(rounding)
    total = subtotal + Decimal(shipping) + Decimal(tax)
    address = {
        "NAM": "Bright Print Shop", "FST_NAM": "Ann", "LST_NAM": "Lee", "ADRS_1": "1 Main St", "ADRS_2": None,
        "CITY": "Miami", "STATE": "FL", "ZIP_COD": "33101", "CNTRY": "US", "PHONE": "(305) 555-0123",
    }  # fmt: skip
    return {
        "WOO_ORDER_ID": web_id, "WOO_ORDER_NO": str(web_id), "PULL_BATCH": "WOO_ORDERS_20261121_090000",
        "SHOP_STATUS": "WANTED", "CUST_NO": customer, "ORD_DAT": "2026-11-20",
        "TKT_DT": "2026-11-20T23:30:00", "SHIP_VIA": "UPS Ground", "SHIP_VIA_COD": "UPS GROUND",
        "PMT_METH": "Credit Card", "PAY_COD": "WEBCC", "PAID_AMT": str(total),
        "PAID_DT": "2026-11-20T23:31:00", "TRX_ID": "60000000001", "CURNCY": "USD", "SUBTOT": str(subtotal),
        "FEE_AMT": fees, "SHIP_AMT": shipping, "TAX_AMT": tax, "SHIP_TAX_AMT": "0.00", "DISC_AMT": discount,
        "TOT_AMT": str(total), "REFUND_AMT": "0.00", "FEES": None, "COUPONS": None, "TAX_COD": "FL-BROWAR",
        "TAXES": None,
        **{f"{whose}_{name}": value for whose in ("SHIP", "BILL") for name, value in address.items()},
        "BILL_EMAIL": "ann@example.net", "CUST_NOTE": None, "LINES": json.dumps(lines), "ORDERED_LINES": None,
        **others,
    }  # fmt: skip


def random_order(web_id: int, items: Sequence[str], rng: random.Random) -> dict[str, Any]:
    """An order with anything a shop brings: units, coupons, fees, taxes of several authorities, a stray cent."""
    lines = []
    for number in range(1, rng.choice((1, 2, 3, 5, 14)) + 1):
        gross = Decimal(rng.randrange(0, 60_000)) / 100
        saved = (gross * rng.choice((0, 0, 0, 10, 33, 100)) / 100).quantize(CENT)
        factor = rng.choice((1, 1, 10, 12, 480))
        lines.append(
            line(
                rng.choice(items), rng.choice((1, 2, 3, 7, 500)), str(gross - saved),
                gross=str(gross), factor=factor, number=number, sell_unit="0" if factor == 1 else "1",
            )
        )  # fmt: skip
    discount = sum((Decimal(said["GROSS_EXT_PRC"]) - Decimal(said["EXT_PRC"]) for said in lines), Decimal(0))
    tax = Decimal(rng.choice((0, rng.randrange(1, 9_000)))) / 100
    known = rng.random() < 0.5 and tax
    shares = shared_out(tax, list(TAXES.values())) if known else []
    taxes = [
        {
            "auth_cod": code,
            "rul_cod": "TAX",
            "rate": str(rate),
            "amount": str(share),
            "shipping_amount": "0.00",
        }
        for (code, rate), share in zip(TAXES.items(), shares, strict=False)
    ]
    if rng.random() < 0.2:  # the predecessor kept no prices before discount
        lines = [{**said, "GROSS_EXT_PRC": None} for said in lines]
    return order(
        web_id, lines, shipping=str(Decimal(rng.randrange(0, 9_000)) / 100), tax=str(tax),
        fees=rng.choice(("0.00", "0.00", "5.00", "-3.25")), discount=str(discount),
        rounding=rng.choice(("0.00", "0.00", "0.01", "-0.01")), TAXES=json.dumps(taxes) if taxes else None,
    )  # fmt: skip
