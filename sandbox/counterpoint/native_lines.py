"""Lines and tax rows of a native document: prices, units and rates come from Counterpoint's own tables."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sandbox.counterpoint.code_tables import TAX_CODE_AUTHORITY, TAX_RULE
from sandbox.counterpoint.item_tables import ITEM

Row = dict[str, Any]
CENT = Decimal("0.01")


class UnknownItem(Exception):
    """IM_ITEM has no such number; the message is Counterpoint's."""


@dataclass(frozen=True)
class OrderLine:
    item_no: str
    quantity: Decimal
    price: Decimal | None = None
    """None: the item's own."""
    sell_unit: str = "0"
    kind: str = "O"


def line_rows(connection: Connection, lines: Sequence[OrderLine], location: str) -> list[Row]:
    """PS_DOC_LIN rows without document id and number. Raises UnknownItem."""
    return [_line(connection, line, place, location) for place, line in enumerate(lines, start=1)]


def _line(connection: Connection, line: OrderLine, place: int, location: str) -> Row:
    item = connection.execute(sa.select(ITEM).where(ITEM.c.ITEM_NO == line.item_no)).mappings().first()
    if item is None:
        raise UnknownItem(f"Item {line.item_no} not found")
    unit, numer, denom = item["STK_UNIT"], Decimal(1), Decimal(1)
    if line.sell_unit != "0":
        alternate = f"ALT_{line.sell_unit}"
        unit, numer, denom = (item[f"{alternate}_{name}"] for name in ("UNIT", "NUMER", "DENOM"))
    price = line.price if line.price is not None else item["PRC_1"] * numer / denom
    extended = (price * line.quantity).quantize(CENT, ROUND_HALF_UP)
    return {
        "LIN_SEQ_NO": place, "LIN_GUID": uuid.uuid5(uuid.NAMESPACE_OID, f"{line.item_no} {place}"),
        "LIN_TYP": line.kind, "ITEM_NO": line.item_no, "DESCR": item["DESCR"], "ITEM_TYP": item["ITEM_TYP"],
        "TRK_METH": item["TRK_METH"], "QTY_SOLD": line.quantity, "QTY_NUMER": numer, "QTY_DENOM": denom,
        "QTY_UNIT": unit, "SELL_UNIT": line.sell_unit, "PRC": price, "CALC_PRC": price,
        "REG_PRC": item["REG_PRC"], "PRC_1": item["PRC_1"], "UNIT_COST": item["LST_COST"],
        "EXT_PRC": extended, "GROSS_EXT_PRC": extended, "CALC_EXT_PRC": extended, "DISP_EXT_PRC": extended,
        "GROSS_DISP_EXT_PRC": extended, "STK_LOC_ID": location, "PRC_LOC_ID": location,
        "CATEG_COD": item["CATEG_COD"], "SUBCAT_COD": item["SUBCAT_COD"],
        "ITEM_VEND_NO": item["ITEM_VEND_NO"], "BARCOD": item["BARCOD"], "QTY_DECS": item["QTY_DECS"],
        "PRC_DECS": item["PRC_DECS"], "IS_TXBL": item["IS_TXBL"], "NORM_IS_TXBL": item["IS_TXBL"],
        "IS_DISCNTBL": item["IS_DISCNTBL"], "USR_ENTD_PRC": "N" if line.price is None else "Y",
        "HAS_PRC_OVRD": "N", "IS_KIT_PAR": "N", "DIM_1_UPR": "*", "DIM_2_UPR": "*", "DIM_3_UPR": "*",
        "ORIG_QTY": line.quantity, "QTY_ENTD": line.quantity, "QTY_PCKD": 0, "QTY_PCKVRFD": 0, "QTY_INVCD": 0,
        "QTY_TO_FILL": 0, "QTY_TO_REL": 0, "QTY_TO_LEAVE": 0, "QTY_SHIPPED": 0, "QTY_RET": 0,
    }  # fmt: skip


def tax_rows(
    connection: Connection, tax_code: str | None, lines: Sequence[Row], told: Sequence[Row] | None
) -> list[Row]:
    """PS_DOC_TAX rows without document id: as told, or each authority's rate on the taxable lines."""
    whole = sum((line["EXT_PRC"] for line in lines), Decimal(0))
    taxable = sum((line["EXT_PRC"] for line in lines if line["IS_TXBL"] == "Y"), Decimal(0))
    if told is not None:
        shares = [(tax["authority"], tax["rule"], tax["amount"]) for tax in told]
    else:
        rates = (
            sa.select(TAX_RULE.c.AUTH_COD, TAX_RULE.c.RUL_COD, TAX_RULE.c.RATE_PCT)
            .join(TAX_CODE_AUTHORITY, TAX_CODE_AUTHORITY.c.AUTH_COD == TAX_RULE.c.AUTH_COD)
            .where(TAX_CODE_AUTHORITY.c.TAX_COD == tax_code)
            .order_by(TAX_CODE_AUTHORITY.c.SEQ_NO)
        )
        shares = [
            (authority, rule, (taxable * rate / 100).quantize(CENT, ROUND_HALF_UP))
            for authority, rule, rate in connection.execute(rates)
        ]
    return [
        {
            "AUTH_COD": authority, "RUL_COD": rule, "LIN_AMT": whole, "TXBL_LIN_AMT": taxable,
            "TAX_AMT": amount, "NORM_TAX_AMT": amount, "TAX_AMT_EXACT": amount,
            "NORM_TAX_AMT_EXACT": amount, "TOT_TXBL_AMT": taxable,
        }
        for authority, rule, amount in shares
    ]  # fmt: skip
