"""The tables of Counterpoint's database that we read and write, as far as we know their columns.

Nothing is created from here but what `setup` owns: the side table and the range of document ids. Types say how
values are bound, so a bit is an integer and a GUID is text.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mssql

SCHEMA = "dbo"
metadata = sa.MetaData(schema=SCHEMA)

AMOUNT = sa.Numeric(15, 2)
QUANTITY = sa.Numeric(15, 4)
PRICE = sa.Numeric(19, 4)
WHOLE = sa.Integer()
NUMBER = sa.BigInteger()
MOMENT = sa.DateTime().with_variant(mssql.DATETIME2(6), "mssql")  # type: ignore[no-untyped-call]
LONG = sa.Unicode()
GUID = sa.String(36)


def _table(name: str, *parts: dict[str, Any], key: str) -> sa.Table:
    keys = key.split()
    columns = {column: kind for part in parts for column, kind in part.items()}
    return sa.Table(
        name,
        metadata,
        *(
            sa.Column(column, kind, primary_key=column in keys, autoincrement=False)
            for column, kind in columns.items()
        ),
    )


def _texts(**lengths: int) -> dict[str, Any]:
    return {name: sa.String(length) for name, length in lengths.items()}


def _all(kind: Any, names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split(), kind)


# -- documents --------------------------------------------------------------------------------------

HEADER = _table(
    "PS_DOC_HDR",
    {"DOC_ID": NUMBER, "DOC_GUID": GUID},
    _texts(
        DOC_TYP=1, TKT_TYP=1, STR_ID=10, STA_ID=10, DRW_ID=10, TKT_NO=15, CUST_NO=15, SHIP_VIA_COD=10,
        TAX_COD=10, NORM_TAX_COD=10, CUST_PO_NO=20, SLS_REP=10, USR_ID=10, STK_LOC_ID=10, PRC_LOC_ID=10,
        HAS_ENTD_LINS=1, HAS_PCKD_LINS=1, HAS_PCKVRFD_LINS=1, HAS_INVCD_LINS=1, HAS_RLSD_LINS=1,
        LST_MAINT_USR_ID=10,
    ),
    _all(MOMENT, "TKT_DT SHIP_DAT LST_MAINT_DT"),
    _all(WHOLE, "BILL_TO_CONTACT_ID SHIP_TO_CONTACT_ID ORD_LINS SAL_LINS"),
    {"SAL_LIN_TOT": AMOUNT},
    key="DOC_ID",
)  # fmt: skip

LINE = _table(
    "PS_DOC_LIN",
    {"DOC_ID": NUMBER, "LIN_SEQ_NO": WHOLE, "LIN_GUID": GUID},
    _texts(
        STR_ID=10, STA_ID=10, TKT_NO=15, LIN_TYP=1, ITEM_NO=20, DESCR=250, ITEM_TYP=1, TRK_METH=1,
        QTY_UNIT=15, SELL_UNIT=1, STK_LOC_ID=10, PRC_LOC_ID=10, CATEG_COD=10, SUBCAT_COD=10, IS_TXBL=1,
        NORM_IS_TXBL=1, USR_ENTD_PRC=1, ITEM_VEND_NO=15, BARCOD=20,
    ),
    _all(QUANTITY, "QTY_SOLD QTY_NUMER QTY_DENOM ORIG_QTY QTY_ENTD QTY_INVCD QTY_SHIPPED QTY_TO_REL"),
    _all(PRICE, "PRC CALC_PRC REG_PRC PRC_1 UNIT_COST"),
    _all(AMOUNT, "EXT_PRC GROSS_EXT_PRC CALC_EXT_PRC TAX_AMT_ALLOC NORM_TAX_AMT_ALLOC"),
    key="DOC_ID LIN_SEQ_NO",
)  # fmt: skip

TOTAL = _table(
    "PS_DOC_HDR_TOT",
    {"DOC_ID": NUMBER, "TOT_TYP": sa.String(1), "LINS": WHOLE, "TAX_OVRD_LINS": WHOLE},
    _all(
        AMOUNT,
        "SUB_TOT TAX_AMT NORM_TAX_AMT TOT TOT_HDR_DISC TOT_LIN_DISC TOT_HDR_DISCNTBL_AMT TOT_MISC AMT_DUE "
        "TOT_TND TOT_CHNG INITIAL_MIN_DUE TAX_AMT_SHIPPED TOT_GFC_AMT TOT_SVC_AMT TOT_TIP_AMT",
    ),
    _all(PRICE, "TOT_WEIGHT TOT_CUBE"),
    {"HAS_TAX_OVRD": sa.String(1)},
    key="DOC_ID TOT_TYP",
)

TAX = _table(
    "PS_DOC_TAX",
    {"DOC_ID": NUMBER},
    _texts(AUTH_COD=10, RUL_COD=10, TAX_DOC_PART=1),
    _all(AMOUNT, "LIN_AMT TXBL_LIN_AMT TAX_AMT NORM_TAX_AMT TOT_TXBL_AMT"),
    _all(sa.Numeric(19, 8), "TAX_AMT_EXACT NORM_TAX_AMT_EXACT"),
    key="DOC_ID AUTH_COD RUL_COD TAX_DOC_PART",
)

CHARGE = _table(
    "PS_DOC_HDR_MISC_CHRG",
    {"DOC_ID": NUMBER, "TOT_TYP": sa.String(1), "MISC_CHRG_NO": WHOLE, "MISC_TYP": sa.String(1)},
    _all(AMOUNT, "MISC_AMT MISC_AMT_SHIPPED MISC_TAX_AMT_ALLOC MISC_NORM_TAX_AMT_ALLOC"),
    key="DOC_ID TOT_TYP MISC_CHRG_NO",
)

CONTACT = _table(
    "PS_DOC_CONTACT",
    {"DOC_ID": NUMBER, "CONTACT_ID": WHOLE},
    _texts(
        NAM=40, FST_NAM=15, LST_NAM=25, ADRS_1=40, ADRS_2=40, ADRS_3=40, CITY=20, STATE=10, ZIP_COD=15,
        CNTRY=20, PHONE_1=25, EMAIL_ADRS_1=50, NAM_TYP=1,
    ),
    key="DOC_ID CONTACT_ID",
)  # fmt: skip

PAYMENT = _table(
    "PS_DOC_PMT",
    {"DOC_ID": NUMBER, "PMT_SEQ_NO": WHOLE},
    _texts(
        PAY_COD=10, PAY_COD_TYP=1, DESCR=30, STR_ID=10, STA_ID=10, TKT_NO=15, PMT_LIN_TYP=1, FINAL_PMT=1,
        CARD_IS_NEW=1, SWIPED=1, SECURE_ECOMM_TRX=1, DEP_LIN_COPIED_TO_REL_DOC=1, EDC_AUTH_FLG=1,
        CURNCY_COD=10,
    ),
    _all(AMOUNT, "AMT HOME_CURNCY_AMT EXCH_LOSS"),
    _all(QUANTITY, "EXCH_RATE_NUMER EXCH_RATE_DENOM"),
    {"PAY_DAT": MOMENT},
    key="DOC_ID PMT_SEQ_NO",
)  # fmt: skip

PAYMENT_APPLIED = _table(
    "PS_DOC_PMT_APPLY",
    {"DOC_ID": NUMBER, "PMT_SEQ_NO": WHOLE, "APPL_TYP": sa.String(1)},
    _all(AMOUNT, "AMT HOME_CURNCY_AMT EXCH_LOSS"),
    key="DOC_ID PMT_SEQ_NO APPL_TYP",
)

NOTE = _table(
    "PS_DOC_NOTE",
    {"DOC_ID": NUMBER, "NOTE_SEQ_NO": WHOLE, "NOTE_DAT": MOMENT, "NOTE": LONG, "NOTE_TXT": LONG},
    _texts(NOTE_ID=50, USR_ID=10),
    key="DOC_ID NOTE_SEQ_NO",
)

STATUS = _table(
    "PS_DOC_HDR_DOC_STAT",
    {"DOC_ID": NUMBER, "LST_DOC_ACTIV": sa.String(1), "LST_DOC_EDIT_DT": MOMENT, "TOT_DEP_RECEIVED": AMOUNT},
    key="DOC_ID",
)

AUDIT = _table(
    "PS_DOC_AUDIT_LOG",
    {"DOC_ID": NUMBER, "LOG_SEQ_NO": WHOLE, "DOC_GUID": GUID, "CURR_DT": MOMENT},
    _texts(
        DOC_TYP=1, CURR_STR_ID=10, CURR_STA_ID=10, CURR_DRW_ID=10, CURR_USR_ID=10, CURR_WKSTN_NAM=128,
        ACTIV=1, LOG_ENTRY=250,
    ),
    key="DOC_ID LOG_SEQ_NO",
)  # fmt: skip

DISCOUNT = _table(
    "PS_DOC_DISC",
    {"DOC_ID": NUMBER, "DISC_SEQ_NO": WHOLE, "LIN_SEQ_NO": WHOLE},
    _texts(APPLY_TO=1, DISC_TYP=1),
    _all(AMOUNT, "DISC_AMT DISC_AMT_SHIPPED"),
    key="DOC_ID DISC_SEQ_NO",
)

DOCUMENT = (
    HEADER, LINE, TOTAL, TAX, CHARGE, CONTACT, PAYMENT, PAYMENT_APPLIED, NOTE, STATUS, AUDIT, DISCOUNT,
)  # fmt: skip
"""The tables a document of ours stands in, header first: the order in which rows are written."""

OTHER_CHILDREN = (
    "PS_DOC_LIN_CELL", "PS_DOC_LIN_SER", "PS_DOC_LIN_PRICE", "PS_DOC_LIN_PROMPT", "PS_DOC_LIN_LOY",
    "PS_DOC_PMT_PROMPT", "PS_DOC_PMT_CR_CARD", "PS_DOC_PMT_CHK", "PS_DOC_PMT_RCPT", "PS_DOC_PKG_TRK_NO",
    "PS_DOC_HDR_PROF", "PS_DOC_HDR_ORIG_DOC", "PS_DOC_HDR_LOY_PGM", "PS_DOC_GFC", "PS_DOC_AUDIT_LOG_TOT",
)  # fmt: skip
"""Tables that Counterpoint itself hangs on a document, all by DOC_ID; a rollback looks at those that exist."""

ORIGIN = _table("PS_DOC_HDR_ORIG_DOC", {"DOC_ID": NUMBER, "ORIG_DOC_ID": NUMBER}, key="DOC_ID ORIG_DOC_ID")

TICKET = _table(
    "PS_TKT_HIST",
    {"DOC_ID": NUMBER},
    _texts(DOC_TYP=1, STR_ID=10, TKT_NO=15),
    {"TKT_DT": MOMENT},
    key="DOC_ID",
)
TICKET_ORIGIN = _table(
    "PS_TKT_HIST_ORIG_DOC", {"DOC_ID": NUMBER, "ORIG_DOC_ID": NUMBER}, key="DOC_ID ORIG_DOC_ID"
)

# -- stock, counters, codes -------------------------------------------------------------------------

INVENTORY = _table(
    "IM_INV",
    _texts(ITEM_NO=20, LOC_ID=10),
    _all(
        QUANTITY,
        "QTY_ON_HND QTY_COMMIT QTY_ON_ORD QTY_ON_PO QTY_ON_BO QTY_ON_SO QTY_ON_LWY QTY_ON_XFER_OUT "
        "QTY_ON_XFER_IN MIN_QTY MAX_QTY DROPSHIP_QTY_ON_CUST_ORD DROPSHIP_QTY_ON_PO COST_OF_SLS_PCT",
    ),
    _all(PRICE, "LST_COST LST_AVG_COST STD_COST GL_VAL"),
    {"RS_STAT": WHOLE, "LST_MAINT_DT": MOMENT},
    key="ITEM_NO LOC_ID",
)

ITEM = _table("IM_ITEM", _texts(ITEM_NO=20, DESCR=250, STAT=1, CATEG_COD=10, IS_TXBL=1), key="ITEM_NO")
LOCATION = _table("IM_LOC", _texts(LOC_ID=10), key="LOC_ID")

STORE_SETTINGS = _table(
    "PS_STR_CFG_PS",
    _texts(
        STR_ID=10, ORD_NO_METH=1, NXT_ORD_NO=15, NXT_ORD_NO_AUTO=1, USE_MISC_1=1, USE_MISC_2=1, USE_MISC_3=1,
        USE_MISC_4=1, USE_MISC_5=1,
    ),
    key="STR_ID",
)  # fmt: skip

STORE = _table("PS_STR", _texts(STR_ID=10), key="STR_ID")
STATION = _table("PS_STA", _texts(STR_ID=10, STA_ID=10), key="STR_ID STA_ID")
DRAWER = _table("PS_DRW", _texts(STR_ID=10, DRW_ID=10), key="STR_ID DRW_ID")
USER = _table("SY_USR", _texts(USR_ID=10), key="USR_ID")
SHIP_VIA = _table("SY_SHIP_VIA_COD", _texts(SHIP_VIA_COD=10, DESCR=30), key="SHIP_VIA_COD")
PAY_CODE = _table("PS_PAY_COD", _texts(PAY_COD=10, DESCR=30, PAY_COD_TYP=1), key="PAY_COD")
TAX_CODE = _table("SY_TAX_COD", _texts(TAX_COD=10), key="TAX_COD")
TAX_RULE = _table(
    "SY_TAX_RUL", _texts(AUTH_COD=10, RUL_COD=10), {"RATE_PCT": sa.Numeric(9, 4)}, key="AUTH_COD RUL_COD"
)
TAX_CODE_AUTHORITY = _table(
    "SY_TAX_COD_AUTH", _texts(TAX_COD=10, AUTH_COD=10, RUL_COD=10), {"SEQ_NO": WHOLE}, key="TAX_COD SEQ_NO"
)

# -- orders on their way ----------------------------------------------------------------------------

ORDER_STAGING = _table(
    "USER_ORDER_STAGING",
    {"STAGING_ID": WHOLE, "WOO_ORDER_ID": WHOLE, "ORD_DAT": sa.Date(), "LINE_ITEMS_JSON": LONG},
    _texts(
        BATCH_ID=50, WOO_ORDER_NO=50, CUST_NO=15, CUST_EMAIL=100, ORD_STATUS=20, PMT_METH=50, SHIP_VIA=100,
        SHIP_NAM=40, SHIP_ADRS_1=40, SHIP_ADRS_2=40, SHIP_CITY=20, SHIP_STATE=3, SHIP_ZIP_COD=15,
        SHIP_CNTRY=3, SHIP_PHONE=25, CP_DOC_ID=15, SOURCE_SYSTEM=50, CREATED_BY=50,
    ),
    _all(QUANTITY, "SUBTOT SHIP_AMT TAX_AMT DISC_AMT TOT_AMT"),
    {"IS_VALIDATED": WHOLE, "VALIDATION_ERROR": sa.Unicode(500), "IS_APPLIED": WHOLE},
    _all(MOMENT, "APPLIED_DT CREATED_DT"),
    key="STAGING_ID",
)  # fmt: skip

SYNC_LOG = _table(
    "USER_SYNC_LOG",
    {"LOG_ID": WHOLE, "DRY_RUN": WHOLE, "DURATION_SECONDS": sa.Numeric(10, 2), "SUCCESS": WHOLE},
    _texts(SYNC_ID=50, OPERATION_TYPE=50, DIRECTION=20),
    _all(MOMENT, "START_TIME END_TIME CREATED_DT"),
    _all(
        WHOLE,
        "RECORDS_INPUT RECORDS_CREATED RECORDS_UPDATED RECORDS_SKIPPED RECORDS_FAILED RECORDS_PROCESSED",
    ),
    {"ERROR_MESSAGE": LONG},
    key="LOG_ID",
)

# -- ours, made by `setup` --------------------------------------------------------------------------

ORDER_EXTRA = _table(
    "USER_ORDER_STAGING_EXT",
    {"STAGING_ID": WHOLE, "SOURCE_SYSTEM": sa.String(50), "WOO_ORDER_ID": WHOLE},
    {"ORD_DT": MOMENT, "MODIFIED_DT_UTC": MOMENT, "PAID_DT": MOMENT, "WOO_CUST_ID": WHOLE},
    _texts(CURNCY_COD=3, PMT_METH_ID=50, TRANSACTION_ID=100, SHIP_METH_ID=50, COUPON_CODES=400),
    {"CUST_NOTE": LONG, "FEE_AMT": QUANTITY, "REFUND_AMT": QUANTITY},
    _texts(
        BILL_NAM=40, BILL_FST_NAM=15, BILL_LST_NAM=25, BILL_ADRS_1=40, BILL_ADRS_2=40, BILL_CITY=20,
        BILL_STATE=10, BILL_ZIP_COD=15, BILL_CNTRY=20, BILL_PHONE=25, BILL_EMAIL=50, SHIP_FST_NAM=15,
        SHIP_LST_NAM=25,
    ),
    {"LINE_DETAILS_JSON": LONG, "TAX_LINES_JSON": LONG, "FEE_LINES_JSON": LONG, "MISFITS_JSON": LONG},
    _all(MOMENT, "VERDICT_DT PARKED_DT UPDATED_DT"),
    {"PARKED_REASON": sa.Unicode(400), "CP_TKT_NO": sa.String(15)},
    key="STAGING_ID",
)  # fmt: skip
"""What USER_ORDER_STAGING has no column for. A row with PARKED_DT is not made until somebody unparks it."""

DOC_ID_RANGE = _table(
    "USER_DOC_ID_RANGE",
    {"RANGE_NAM": sa.String(20)},
    _all(NUMBER, "FST_DOC_ID LST_DOC_ID NXT_DOC_ID"),
    key="RANGE_NAM",
)
"""The document ids assigned to us. NXT_DOC_ID only rises: a number that was given out is never given again."""

OWNED = (ORDER_EXTRA, DOC_ID_RANGE)
