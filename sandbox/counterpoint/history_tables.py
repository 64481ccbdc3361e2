"""PS_TKT_HIST: documents that were posted; a release ticket there is evidence that goods left."""

import sqlalchemy as sa

from sandbox.counterpoint.columns import (
    amount,
    document_id,
    flag,
    guid,
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
from sandbox.counterpoint.document_tables import DOCUMENT_TYPES, LINE_TYPES

TICKET = table(
    "PS_TKT_HIST",
    document_id(),
    sa.Column("BUS_DAT", sa.Date(), nullable=False),
    guid("DOC_GUID"),
    flag("DOC_TYP", default="T", codes=DOCUMENT_TYPES),
    flag("TKT_TYP"),
    text("STR_ID", 10, required=True),
    text("STA_ID", 10, required=True),
    text("DRW_ID", 10),
    text("TKT_NO", 15, required=True),
    text("CUST_NO", 15),
    moment("TKT_DT"),
    moment("SHIP_DAT"),
    text("SHIP_VIA_COD", 10),
    text("CUST_PO_NO", 20),
    text("USR_ID", 10),
    yes_no("IS_REL_TKT", "N"),
    whole("SAL_LINS", default=0),
    amount("SAL_LIN_TOT", default=0),
    amount("SUB_TOT"),
    amount("TAX_AMT"),
    amount("TOT"),
    moment("POST_DAT"),
    refers("CUST_NO", "AR_CUST"),
    key=("DOC_ID",),
)

TICKET_LINE = table(
    "PS_TKT_HIST_LIN",
    document_id(),
    sa.Column("BUS_DAT", sa.Date(), nullable=False),
    whole("LIN_SEQ_NO", required=True),
    text("TKT_NO", 15, required=True),
    flag("LIN_TYP", required=True, codes=f"{LINE_TYPES}AU"),
    text("ITEM_NO", 20, required=True),
    text("DESCR", 250),
    quantity("QTY_SOLD", required=True),
    quantity("QTY_NUMER", default=1),
    quantity("QTY_DENOM", default=1),
    flag("SELL_UNIT", default="0"),
    money("PRC"),
    amount("EXT_PRC"),
    text("STK_LOC_ID", 10),
    refers("ITEM_NO", "IM_ITEM"),
    key=("DOC_ID", "LIN_SEQ_NO"),
)

TICKET_CONTACT = table(
    "PS_TKT_HIST_CONTACT",
    document_id(),
    sa.Column("BUS_DAT", sa.Date(), nullable=False),
    small("CONTACT_ID"),
    text("NAM", 40),
    *(text(f"ADRS_{number}", 40) for number in (1, 2, 3)),
    text("CITY", 20),
    text("STATE", 10),
    text("ZIP_COD", 15),
    text("CNTRY", 20),
    key=("DOC_ID", "CONTACT_ID"),
)

TICKET_ORIGIN = table(
    "PS_TKT_HIST_ORIG_DOC",
    document_id(),
    sa.Column("BUS_DAT", sa.Date(), nullable=False),
    sa.Column("ORIG_DOC_ID", sa.BigInteger(), nullable=False, autoincrement=False),
    text("ORIG_TKT_NO", 15),
    key=("DOC_ID", "ORIG_DOC_ID"),
)
