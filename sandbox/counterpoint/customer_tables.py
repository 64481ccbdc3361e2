"""AR_: customers and their ship-to addresses."""

from sandbox.counterpoint.columns import (
    amount,
    flag,
    moment,
    quantity,
    refers,
    small,
    table,
    text,
    whole,
    yes_no,
)

_FLAGS = {
    "PROMPT_NAM_ADRS": "N", "ALLOW_AR_CHRG": "N", "ALLOW_TKTS": "Y", "NO_CR_LIM": "Y", "NO_MAX_CHK_AMT": "Y",
    "USE_ORD_SHIP_TO": "N", "ALLOW_ORDS": "Y", "LST_AGE_FUTR_DOCS": "Y", "LST_AGE_NO_CUTOFF": "N",
    "WRK_STMNT_ACTIV": "N", "USE_LWY_SHIP_TO": "N", "ALLOW_LWYS": "Y", "IS_ECOMM_CUST": "Y",
    "ECOMM_NXT_PUB_UPDT": "N", "ECOMM_NXT_PUB_FULL": "N", "PROMPT_FOR_CUSTOM_FLDS": "N", "REQ_PO_NO": "N",
    "EMAIL_STATEMENT": "N", "RPT_EMAIL": "N", "INCLUDE_IN_MARKETING_MAILOUTS": "N",
}  # fmt: skip


def _name_and_address() -> list[object]:
    sizes = {
        "NAM": 40, "NAM_UPR": 40, "FST_NAM": 15, "FST_NAM_UPR": 15, "LST_NAM": 25, "LST_NAM_UPR": 25,
        "SALUTATION": 10, "ADRS_1": 40, "ADRS_2": 40, "ADRS_3": 40, "CITY": 20, "STATE": 10, "ZIP_COD": 15,
        "CNTRY": 20, "PHONE_1": 25, "PHONE_2": 25, "FAX_1": 25, "FAX_2": 25, "EMAIL_ADRS_1": 50,
        "EMAIL_ADRS_2": 50, "CONTCT_1": 40, "CONTCT_2": 40, "URL_1": 100, "URL_2": 100,
    }  # fmt: skip
    return [text(name, size) for name, size in sizes.items()]


CUSTOMER = table(
    "AR_CUST",
    text("CUST_NO", 15, required=True),
    *_name_and_address(),
    text("MBL_PHONE_1", 25),
    text("MBL_PHONE_2", 25),
    flag("CUST_TYP", default="C", codes="CA"),
    flag("CUST_NAM_TYP", default="B", codes="BP"),
    text("CATEG_COD", 10),
    text("PROF_COD_1", 10),
    text("TAX_COD", 10),
    text("STR_ID", 10),
    text("SLS_REP", 10),
    text("SHIP_VIA_COD", 10),
    text("SHIP_ZONE_COD", 10),
    text("STMNT_COD", 10),
    text("TERMS_COD", 10),
    text("COMMNT", 50),
    *(yes_no(name, default) for name, default in _FLAGS.items()),
    text("BAL_METH", 1, default="O"),
    text("LST_AGE_METH", 1, default="I"),
    text("LST_STMNT_METH", 1, default="!"),
    amount("UNPSTD_BAL", default=0),
    amount("BAL", default=0),
    amount("ORD_BAL", default=0),
    whole("NO_OF_ORDS", default=0),
    amount("LWY_BAL", default=0),
    whole("NO_OF_LWYS", default=0),
    *(quantity(name, default=0) for name in ("LOY_PTS_BAL", "TOT_LOY_PTS_EARND", "TOT_LOY_PTS_RDM")),
    quantity("TOT_LOY_PTS_ADJ", default=0),
    small("RS_STAT", default=0),
    moment("RS_UTC_DT"),
    moment("LST_MAINT_DT"),
    text("LST_MAINT_USR_ID", 10),
    refers("TAX_COD", "SY_TAX_COD"),
    refers("SHIP_VIA_COD", "SY_SHIP_VIA_COD"),
    refers("STR_ID", "PS_STR"),
    key=("CUST_NO",),
)

SHIP_TO = table(
    "AR_SHIP_ADRS",
    text("CUST_NO", 15, required=True),
    text("SHIP_ADRS_ID", 10, required=True),
    *_name_and_address(),
    text("SHIP_ZONE_COD", 10),
    text("SHIP_VIA_COD", 10),
    text("TAX_COD", 10),
    text("COMMNT", 50),
    flag("SHIP_NAM_TYP", codes="BP"),
    moment("LST_MAINT_DT"),
    text("LST_MAINT_USR_ID", 10),
    refers("CUST_NO", "AR_CUST"),
    refers("TAX_COD", "SY_TAX_COD"),
    refers("SHIP_VIA_COD", "SY_SHIP_VIA_COD"),
    key=("CUST_NO", "SHIP_ADRS_ID"),
)
