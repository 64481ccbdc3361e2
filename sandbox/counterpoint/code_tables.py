"""Stores, stations, counters, and the codes an order must name: ship-via, tax, pay, terms, users."""

import sqlalchemy as sa

from sandbox.counterpoint.columns import flag, refers, table, text, whole, yes_no

STORE = table("PS_STR", text("STR_ID", 10, required=True), text("DESCR", 30), key=("STR_ID",))

STATION = table(
    "PS_STA",
    text("STR_ID", 10, required=True),
    text("STA_ID", 10, required=True),
    text("DESCR", 30),
    refers("STR_ID", "PS_STR"),
    key=("STR_ID", "STA_ID"),
)

DRAWER = table(
    "PS_DRW",
    text("STR_ID", 10, required=True),
    text("DRW_ID", 10, required=True),
    text("DESCR", 30),
    refers("STR_ID", "PS_STR"),
    key=("STR_ID", "DRW_ID"),
)

USER = table("SY_USR", text("USR_ID", 10, required=True), text("NAM", 40), key=("USR_ID",))

TERMS = table("AR_TERMS_COD", text("TERMS_COD", 10, required=True), text("DESCR", 30), key=("TERMS_COD",))

SHIP_VIA = table(
    "SY_SHIP_VIA_COD",
    text("SHIP_VIA_COD", 10, required=True),
    text("DESCR", 30),
    text("CARRIER", 30),
    key=("SHIP_VIA_COD",),
)

TAX_CODE = table("SY_TAX_COD", text("TAX_COD", 10, required=True), text("DESCR", 40), key=("TAX_COD",))

TAX_AUTHORITY = table(
    "SY_TAX_AUTH", text("AUTH_COD", 10, required=True), text("DESCR", 40), key=("AUTH_COD",)
)

TAX_RULE = table(
    "SY_TAX_RUL",
    text("AUTH_COD", 10, required=True),
    text("RUL_COD", 10, required=True),
    sa.Column("RATE_PCT", sa.Numeric(9, 4), nullable=False),
    yes_no("TAX_MISC_CHRG_1", "N"),
    refers("AUTH_COD", "SY_TAX_AUTH"),
    key=("AUTH_COD", "RUL_COD"),
)

TAX_CODE_AUTHORITY = table(
    "SY_TAX_COD_AUTH",
    text("TAX_COD", 10, required=True),
    whole("SEQ_NO", required=True),
    text("AUTH_COD", 10, required=True),
    text("RUL_COD", 10, required=True),
    refers("TAX_COD", "SY_TAX_COD"),
    refers(("AUTH_COD", "RUL_COD"), "SY_TAX_RUL"),
    key=("TAX_COD", "SEQ_NO"),
)

PAY_CODE = table(
    "PS_PAY_COD",
    text("PAY_COD", 10, required=True),
    text("DESCR", 30),
    flag("PAY_COD_TYP", required=True),
    key=("PAY_COD",),
)

_KINDS = ("TKT", "QUOT", "ORD", "HOLD", "LWY")

STORE_CONFIGURATION = table(
    "PS_STR_CFG_PS",
    text("STR_ID", 10, required=True),
    *(flag(f"{kind}_NO_METH", default="S") for kind in _KINDS),
    *(text(f"NXT_{kind}_NO", 15) for kind in _KINDS),
    *(yes_no(f"NXT_{kind}_NO_AUTO", "Y") for kind in _KINDS),
    text("WALK_IN_CUST_NO", 15),
    flag("DFLT_TAX_COD_METH", default="S"),
    text("AR_TAX_COD", 10),
    text("STK_LOC_ID", 10),
    text("PRC_LOC_ID", 10),
    *(yes_no(f"USE_MISC_{number}", "Y" if number == 1 else "N") for number in range(1, 6)),
    sa.Column("MIN_ORD_DEP_PCT", sa.Numeric(9, 3)),
    *(flag(f"LIN_TYP_{number}") for number in range(1, 9)),
    flag("SAL_INSUFF_QTY_LIN_TYP", default="O"),
    flag("ORD_INSUFF_QTY_LIN_TYP", default="B"),
    refers("STR_ID", "PS_STR"),
    key=("STR_ID",),
)

STATION_CONFIGURATION = table(
    "PS_STA_CFG_PS",
    text("STR_ID", 10, required=True),
    text("STA_ID", 10, required=True),
    *(yes_no(f"NXT_{kind}_NO_AUTO", "Y") for kind in _KINDS),
    *(text(f"OFFLINE_NXT_{kind}_NO", 15) for kind in _KINDS),
    refers(("STR_ID", "STA_ID"), "PS_STA"),
    key=("STR_ID", "STA_ID"),
)

WORKGROUP = table(
    "SY_WRKGRP",
    text("WRKGRP_ID", 10, required=True),
    text("NXT_CUST_NO", 15),
    text("NXT_EVENT_NO", 15),
    text("NXT_GFC_NO", 15),
    text("TMPLT_CUST_NO", 15),
    text("THIS_STR_ID", 10),
    text("THIS_LOC_ID", 10),
    key=("WRKGRP_ID",),
)

E_COMMERCE = table(
    "EC_CTL",
    whole("CTL_ID", required=True),
    text("STR_ID", 10),
    text("ORD_STA_ID", 10),
    text("ORD_DRW_ID", 10),
    text("ORD_CUST_NO", 15),
    flag("ORD_CUST_NO_METH"),
    text("NXT_CUST_NO", 15),
    text("TMPLT_CUST_NO", 15),
    flag("ORD_PRC_METH"),
    flag("ORD_TAX_METH"),
    text("ORD_BASE_TAX_COD", 10),
    yes_no("ORD_TAX_COD_BY_SHIP_TO", "Y"),
    text("ORD_MISC_CHRG_NO", 1),
    flag("ORD_INSUFF_QTY_METH"),
    *(text(f"ORD_SHIP_{part}_{number}", 30) for number in range(1, 7) for part in ("METH", "VIA_COD")),
    *(text(f"ORD_PAY_COD_{card}", 10) for card in ("VISA", "MC", "AMEX", "DISC", "PAYPAL", "OTHER")),
    key=("CTL_ID",),
)
