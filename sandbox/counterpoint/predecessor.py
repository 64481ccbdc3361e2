"""What the predecessor left behind: staging rows it applied, and documents in its own, wrong form.

For first contact: these orders have a document, and must not get another. Numbers by max + 1, lines of type S,
one total row with the discount taken off twice, QTY_ON_SO instead of commitment.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sandbox.counterpoint.codes import LOCATIONS, STATIONS, STORE
from sandbox.counterpoint.document_tables import HEADER, LINE, TOTAL
from sandbox.counterpoint.staging_tables import ORDER_STAGING
from sandbox.counterpoint.stock import move_stock

Json = Mapping[str, Any]
ZERO = Decimal(0)


@dataclass(frozen=True)
class Applied:
    """A staging row of the predecessor and its document; no document when it was skipped by hand."""

    staging_id: int
    woo_order_id: int
    doc_id: int | None
    ticket_no: str


def apply(connection: Connection, order: Json, expected: Json, at: datetime) -> Applied:
    """Stage a web order (Woo's JSON, and what is expected of it) and make its document."""
    staging_id = _stage(connection, order, expected["cust_no"], at)
    doc_id = int(connection.execute(sa.select(sa.func.max(HEADER.c.DOC_ID))).scalar_one() or 0) + 1
    ticket_no = f"{STATIONS[0]}-{_next_suffix(connection):06d}"
    _document(connection, order, expected, doc_id, ticket_no)
    done = {"IS_APPLIED": True, "CP_DOC_ID": str(doc_id), "APPLIED_DT": at}
    connection.execute(
        sa.update(ORDER_STAGING).where(ORDER_STAGING.c.STAGING_ID == staging_id).values(**done)
    )
    return Applied(staging_id, order["id"], doc_id, ticket_no)


def skip(connection: Connection, order: Json, reason: str, at: datetime) -> Applied:
    """Stage a web order that an operator then skipped: applied, without a document."""
    staging_id = _stage(connection, order, None, at)
    done = {"IS_APPLIED": True, "APPLIED_DT": at, "VALIDATION_ERROR": f"MANUALLY_SKIPPED: {reason}"}
    connection.execute(
        sa.update(ORDER_STAGING).where(ORDER_STAGING.c.STAGING_ID == staging_id).values(**done)
    )
    return Applied(staging_id, order["id"], None, "")


def _stage(connection: Connection, order: Json, cust_no: str | None, at: datetime) -> int:
    ship = order["shipping"] if order["shipping"]["address_1"] else order["billing"]
    total, shipping, tax = (Decimal(order[name]) for name in ("total", "shipping_total", "total_tax"))
    ways = order["shipping_lines"]
    lines = [
        {
            "sku": line["sku"].upper(), "sku_original": line["sku"], "name": line["name"][:100],
            "quantity": line["quantity"], "price": round(line["price"], 2),
            "total": round(float(line["total"]), 2), "product_id": line["product_id"],
        }
        for line in order["line_items"]
    ]  # fmt: skip
    row = {
        "BATCH_ID": f"WOO_ORDERS_{at:%Y%m%d_%H%M%S}", "WOO_ORDER_ID": order["id"],
        "WOO_ORDER_NO": order["number"][:15], "CUST_NO": cust_no,
        "CUST_EMAIL": order["billing"]["email"].strip().lower()[:100],
        "ORD_DAT": datetime.fromisoformat(order["date_created"]).date(), "ORD_STATUS": order["status"],
        "PMT_METH": order["payment_method_title"][:50],
        "SHIP_VIA": ways[0]["method_title"][:30] if ways else None, "SUBTOT": total - shipping - tax,
        "SHIP_AMT": shipping, "TAX_AMT": tax, "DISC_AMT": Decimal(order["discount_total"]), "TOT_AMT": total,
        "SHIP_NAM": (ship["company"] or f"{ship['first_name']} {ship['last_name']}")[:40],
        "SHIP_ADRS_1": ship["address_1"][:40], "SHIP_ADRS_2": ship["address_2"][:40],
        "SHIP_CITY": ship["city"][:20], "SHIP_STATE": ship["state"][:3], "SHIP_ZIP_COD": ship["postcode"][:15],
        "SHIP_CNTRY": ship["country"][:3], "LINE_ITEMS_JSON": json.dumps(lines), "CREATED_DT": at,
    }  # fmt: skip
    return int(
        connection.execute(ORDER_STAGING.insert().returning(ORDER_STAGING.c.STAGING_ID), row).scalar_one()
    )


def _next_suffix(connection: Connection) -> int:
    numbers = connection.execute(
        sa.select(HEADER.c.TKT_NO).where(HEADER.c.TKT_NO.like(f"{STATIONS[0]}-%"))
    ).scalars()  # fmt: skip
    return max((int(number.rpartition("-")[2]) for number in numbers), default=0) + 1


def _document(connection: Connection, order: Json, expected: Json, doc_id: int, ticket_no: str) -> None:
    place = {"DOC_ID": doc_id, "STR_ID": STORE, "STA_ID": STATIONS[0], "TKT_NO": ticket_no}
    day = datetime.fromisoformat(order["date_created"]).replace(hour=0, minute=0, second=0)
    count = len(expected["lines"])
    connection.execute(
        HEADER.insert(),
        {**place, "DOC_GUID": uuid.uuid5(uuid.NAMESPACE_OID, ticket_no), "DOC_TYP": "O",
         "CUST_NO": expected["cust_no"], "TKT_DT": day, "STK_LOC_ID": LOCATIONS[0],
         "PRC_LOC_ID": LOCATIONS[0], "ORD_LINS": count, "SAL_LINS": count, "SHIP_TO_CONTACT_ID": 1},
    )  # fmt: skip
    _total(connection, order, doc_id)
    for number, (line, wanted) in enumerate(
        zip(order["line_items"], expected["lines"], strict=True), start=1
    ):
        quantity, price = Decimal(line["quantity"]), Decimal(str(round(line["price"], 2)))
        extended = (quantity * price).quantize(Decimal("0.01"))
        connection.execute(
            LINE.insert(),
            {**place, "LIN_SEQ_NO": number, "LIN_GUID": uuid.uuid5(uuid.NAMESPACE_OID, f"{ticket_no} {number}"),
             "LIN_TYP": "S", "ITEM_NO": wanted["item_no"], "DESCR": line["name"][:250], "QTY_SOLD": quantity,
             "PRC": price, "EXT_PRC": extended, "GROSS_EXT_PRC": extended, "CALC_EXT_PRC": extended,
             "STK_LOC_ID": LOCATIONS[0]},
        )  # fmt: skip
        move_stock(connection, wanted["item_no"], LOCATIONS[0], QTY_ON_SO=quantity)


def _total(connection: Connection, order: Json, doc_id: int) -> None:
    total, shipping, tax, discount = (
        Decimal(order[name]) for name in ("total", "shipping_total", "total_tax", "discount_total")
    )
    goods = total - shipping - tax
    whole = goods - discount + tax + shipping
    connection.execute(
        TOTAL.insert(),
        {"DOC_ID": doc_id, "TOT_TYP": "S", "SUB_TOT": goods, "TAX_AMT": tax, "TOT": whole, "AMT_DUE": whole,
         "TOT_HDR_DISC": discount, "TOT_LIN_DISC": ZERO, "TOT_MISC": shipping, "INITIAL_MIN_DUE": total,
         "TAX_AMT_SHIPPED": tax, "TOT_WEIGHT": ZERO, "TOT_CUBE": ZERO},
    )  # fmt: skip
