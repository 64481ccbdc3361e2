"""IM_: items, their units and prices, and stock by location."""

import sqlalchemy as sa

from sandbox.counterpoint.columns import (
    computed,
    flag,
    moment,
    money,
    quantity,
    refers,
    small,
    table,
    text,
    whole,
    yes_no,
)

UNIT = table("IM_UNIT_COD", text("UNIT", 15, required=True), text("DESCR", 30), key=("UNIT",))

LOCATION = table("IM_LOC", text("LOC_ID", 10, required=True), text("DESCR", 30), key=("LOC_ID",))

CONTROL = table(
    "IM_CTL",
    whole("CTL_ID", required=True),
    flag("PRC_ROUND_METH", default="N", codes="UDN"),
    whole("QTY_DECS", default=0),
    whole("PRC_DECS", default=2),
    key=("CTL_ID",),
)


def _alternate_units() -> list[sa.Column[object]]:
    """One alternate unit is NUMER / DENOM stocking units."""
    columns: list[sa.Column[object]] = []
    for number in range(1, 6):
        columns += [
            text(f"ALT_{number}_UNIT", 15),
            quantity(f"ALT_{number}_NUMER"),
            quantity(f"ALT_{number}_DENOM"),
        ]
    return columns


ITEM = table(
    "IM_ITEM",
    text("ITEM_NO", 20, required=True),
    text("DESCR", 250),
    text("SHORT_DESCR", 15),
    text("LONG_DESCR", 50),
    flag("ITEM_TYP", default="I"),
    flag("STAT", default="A", codes="ADV"),
    text("CATEG_COD", 10),
    text("SUBCAT_COD", 10),
    text("ACCT_COD", 10),
    flag("TRK_METH", default="N"),
    text("STK_UNIT", 15, required=True),
    *_alternate_units(),
    flag("PREF_UNIT", default="0", codes="012345"),
    quantity("PREF_UNIT_NUMER", default=1),
    quantity("PREF_UNIT_DENOM", default=1),
    *(money(f"PRC_{number}") for number in range(1, 7)),
    money("REG_PRC"),
    money("LST_COST"),
    yes_no("IS_TXBL", "Y"),
    text("TAX_CATEG", 10),
    yes_no("IS_DISCNTBL", "Y"),
    small("QTY_DECS", default=0),
    small("PRC_DECS", default=2),
    text("BARCOD", 20),
    text("ITEM_VEND_NO", 15),
    yes_no("IS_ECOMM_ITEM", "N"),
    quantity("WEIGHT"),
    moment("LST_MAINT_DT"),
    small("RS_STAT", default=0),
    moment("RS_UTC_DT"),
    refers("STK_UNIT", "IM_UNIT_COD.UNIT"),
    key=("ITEM_NO",),
)

INVENTORY = table(
    "IM_INV",
    text("ITEM_NO", 20, required=True),
    text("LOC_ID", 10, required=True),
    quantity("QTY_ON_HND", required=True),
    quantity("QTY_COMMIT", required=True),
    computed("QTY_AVAIL", "QTY_ON_HND - QTY_COMMIT"),
    *(
        quantity(name, required=True)
        for name in (
            "QTY_ON_ORD", "QTY_ON_PO", "QTY_ON_BO", "QTY_ON_SO", "QTY_ON_LWY", "QTY_ON_XFER_OUT",
            "QTY_ON_XFER_IN", "MIN_QTY", "MAX_QTY", "DROPSHIP_QTY_ON_CUST_ORD", "DROPSHIP_QTY_ON_PO",
        )
    ),
    computed("NET_QTY", "QTY_ON_HND - QTY_COMMIT + QTY_ON_PO"),
    *(money(name, required=True) for name in ("LST_COST", "LST_AVG_COST", "STD_COST", "GL_VAL")),
    quantity("COST_OF_SLS_PCT", required=True),
    whole("RS_STAT", required=True),
    moment("LST_MAINT_DT"),
    refers("ITEM_NO", "IM_ITEM"),
    refers("LOC_ID", "IM_LOC"),
    key=("ITEM_NO", "LOC_ID"),
)  # fmt: skip

BARCODE = table(
    "IM_BARCOD",
    text("ITEM_NO", 20, required=True),
    whole("SEQ_NO", required=True),
    text("BARCOD", 20, required=True),
    text("UNIT", 15),
    refers("ITEM_NO", "IM_ITEM"),
    key=("ITEM_NO", "SEQ_NO"),
)

PRICE = table(
    "IM_PRC",
    text("ITEM_NO", 20, required=True),
    text("LOC_ID", 10, required=True),
    *(money(f"PRC_{number}") for number in range(1, 7)),
    money("REG_PRC"),
    refers("ITEM_NO", "IM_ITEM"),
    key=("ITEM_NO", "LOC_ID"),
)
