"""The predecessor's own tables: order and customer staging, maps, and the log of its runs."""

import sqlalchemy as sa

from sandbox.counterpoint.columns import (
    LONG_TEXT,
    bit,
    identity,
    moment2,
    quantity,
    table,
    text,
    unicode_text,
    whole,
)

DATABASE_LOGIN = "sandbox"

ORDER_STAGING = table(
    "USER_ORDER_STAGING",
    identity("STAGING_ID"),
    text("BATCH_ID", 50, required=True),
    whole("WOO_ORDER_ID", required=True),
    text("WOO_ORDER_NO", 50),
    text("CUST_NO", 15),
    text("CUST_EMAIL", 100),
    sa.Column("ORD_DAT", sa.Date()),
    text("ORD_STATUS", 20),
    text("PMT_METH", 50),
    text("SHIP_VIA", 100),
    quantity("SUBTOT"),
    quantity("SHIP_AMT"),
    quantity("TAX_AMT"),
    quantity("DISC_AMT"),
    quantity("TOT_AMT"),
    text("SHIP_NAM", 40),
    text("SHIP_ADRS_1", 40),
    text("SHIP_ADRS_2", 40),
    text("SHIP_CITY", 20),
    text("SHIP_STATE", 3),
    text("SHIP_ZIP_COD", 15),
    text("SHIP_CNTRY", 3),
    text("SHIP_PHONE", 25),
    sa.Column("LINE_ITEMS_JSON", LONG_TEXT),
    bit("IS_VALIDATED", 0),
    unicode_text("VALIDATION_ERROR", 500),
    bit("IS_APPLIED", 0),
    moment2("APPLIED_DT"),
    text("CP_DOC_ID", 15),
    sa.Column("SOURCE_SYSTEM", sa.String(50), server_default="WOOCOMMERCE"),
    moment2("CREATED_DT", now=True),
    sa.Column("CREATED_BY", sa.String(50), server_default=DATABASE_LOGIN),
    # WOO_ORDER_ID is not unique: the predecessor never made it so.
    sa.Index("IX_ORDER_STAGING_BATCH", "BATCH_ID").ddl_if(dialect="mssql"),
    sa.Index("IX_ORDER_STAGING_WOO", "WOO_ORDER_ID").ddl_if(dialect="mssql"),
    sa.Index("IX_ORDER_STAGING_CUST", "CUST_NO").ddl_if(dialect="mssql"),
    sa.Index("IX_ORDER_STAGING_STATE", "IS_VALIDATED", "IS_APPLIED").ddl_if(dialect="mssql"),
)

SYNC_LOG = table(
    "USER_SYNC_LOG",
    identity("LOG_ID"),
    text("SYNC_ID", 50, required=True),
    text("OPERATION_TYPE", 50, required=True),
    text("DIRECTION", 20, required=True),
    bit("DRY_RUN", 1),
    moment2("START_TIME", required=True),
    moment2("END_TIME"),
    sa.Column("DURATION_SECONDS", sa.Numeric(10, 2)),
    *(
        sa.Column(f"RECORDS_{name}", sa.Integer(), server_default=sa.text("0"))
        for name in ("INPUT", "CREATED", "UPDATED", "SKIPPED", "FAILED")
    ),
    bit("SUCCESS", 0),
    sa.Column("ERROR_MESSAGE", LONG_TEXT),
    moment2("CREATED_DT", now=True),
    sa.Column("CREATED_BY", sa.String(50), server_default=DATABASE_LOGIN),
    sa.Index("IX_SYNC_LOG_SYNC", "SYNC_ID").ddl_if(dialect="mssql"),
    sa.Index("IX_SYNC_LOG_TYPE", "OPERATION_TYPE", "START_TIME").ddl_if(dialect="mssql"),
    sa.CheckConstraint("DIRECTION in ('CP_TO_WOO', 'WOO_TO_CP', 'INTERNAL')"),
)


def _name_and_address() -> list[sa.Column[str]]:
    """Sized exactly as AR_CUST and AR_SHIP_ADRS."""
    sizes = {
        "NAM": 40, "FST_NAM": 15, "LST_NAM": 25, "SALUTATION": 10, "ADRS_1": 40, "ADRS_2": 40, "ADRS_3": 40,
        "CITY": 20, "STATE": 10, "ZIP_COD": 15, "CNTRY": 20, "PHONE_1": 25, "PHONE_2": 25, "FAX_1": 25,
        "FAX_2": 25, "CONTCT_1": 40, "CONTCT_2": 40,
    }  # fmt: skip
    return [text(name, size) for name, size in sizes.items()]


def _outcome() -> list[sa.Column[str]]:
    return [
        bit("IS_VALIDATED", 0),
        unicode_text("VALIDATION_ERROR", 500),
        unicode_text("VALIDATION_NOTES", 500),
        bit("IS_APPLIED", 0),
        moment2("APPLIED_DT"),
        sa.Column("SOURCE_SYSTEM", sa.String(50), server_default="WOOCOMMERCE"),
        moment2("CREATED_DT", now=True),
        sa.Column("CREATED_BY", sa.String(50), server_default=DATABASE_LOGIN),
    ]


CUSTOMER_STAGING = table(
    "USER_CUSTOMER_STAGING",
    identity("STAGING_ID"),
    text("BATCH_ID", 50, required=True),
    text("CUST_NO", 15),
    text("EMAIL_ADRS_1", 100),
    whole("WOO_USER_ID"),
    *_name_and_address(),
    *(
        text(name, 10)
        for name in (
            "CUST_TYP", "CATEG_COD", "PROF_COD_1", "TERMS_COD", "TAX_COD", "SLS_REP", "SHIP_VIA_COD",
            "SHIP_ZONE_COD", "STMNT_COD",
        )
    ),
    text("STR_ID", 15),
    text("CUST_NAM_TYP", 1),
    sa.Column("IS_ECOMM_CUST", sa.String(1), server_default="Y"),
    sa.Column("ALLOW_AR_CHRG", sa.String(1), server_default="N"),
    text("ACTION_TAKEN", 20),
    *_outcome(),
)  # fmt: skip

CUSTOMER_MAP = table(
    "USER_CUSTOMER_MAP",
    identity("MAP_ID"),
    text("CUST_NO", 15, required=True),
    whole("WOO_USER_ID", required=True),
    text("WOO_EMAIL", 100),
    text("BOOKKEEPING_ID", 50),
    sa.Column("MAPPING_SOURCE", sa.String(20), server_default="AUTO"),
    bit("IS_ACTIVE", 1),
    moment2("CREATED_DT", now=True),
    sa.Column("CREATED_BY", sa.String(50), server_default=DATABASE_LOGIN),
    moment2("UPDATED_DT"),
    text("UPDATED_BY", 50),
    unicode_text("NOTES", 500),
    sa.CheckConstraint("MAPPING_SOURCE in ('AUTO', 'MANUAL', 'IMPORT', 'AUTO_STAGING')"),
)

SHIP_TO_STAGING = table(
    "USER_SHIP_TO_STAGING",
    identity("STAGING_ID"),
    text("BATCH_ID", 50, required=True),
    text("CUST_NO", 15, required=True),
    whole("WOO_USER_ID"),
    text("SHIP_ADRS_ID", 10),
    *_name_and_address(),
    text("CP_SHIP_ADRS_ID", 10),
    *_outcome(),
)

CUSTOMER_NOTES_STAGING = table(
    "USER_CUSTOMER_NOTES_STAGING",
    identity("STAGING_ID"),
    text("BATCH_ID", 50, required=True),
    text("CUST_NO", 15, required=True),
    whole("NOTE_ID"),
    moment2("NOTE_DAT"),
    text("USR_ID", 10),
    text("NOTE", 50),
    sa.Column("NOTE_TXT", LONG_TEXT),
    whole("CP_NOTE_ID"),
    *_outcome(),
)

PRODUCT_MAP = table(
    "USER_PRODUCT_MAP",
    identity("MAP_ID"),
    text("SKU", 50, required=True),
    sa.Column("WOO_PRODUCT_ID", sa.BigInteger(), nullable=False),
    bit("IS_ACTIVE", 1),
    moment2("CREATED_DT", now=True),
)

CATEGORY_MAP = table(
    "USER_CATEGORY_MAP",
    identity("MAP_ID"),
    text("CP_CATEGORY_CODE", 50, required=True),
    sa.Column("WOO_CATEGORY_ID", sa.BigInteger(), nullable=False),
    bit("IS_ACTIVE", 1),
)

ONE_ACTIVE_ROW = (
    ("UQ_CUSTOMER_MAP_CUST", "USER_CUSTOMER_MAP", "CUST_NO"),
    ("UQ_CUSTOMER_MAP_WOO", "USER_CUSTOMER_MAP", "WOO_USER_ID"),
    ("UQ_PRODUCT_MAP_SKU", "USER_PRODUCT_MAP", "SKU"),
    ("UQ_PRODUCT_MAP_WOO", "USER_PRODUCT_MAP", "WOO_PRODUCT_ID"),
)
"""Unique among active rows: filtered indexes, which only SQL Server has (name, table, column)."""
