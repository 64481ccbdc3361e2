"""The raw tables: what was last seen in the shop and in Counterpoint's database, as it stood there.

The extract owns them and nobody else writes them; dbt reads them as the source `raw_counterpoint`. Texts of
the shop are kept longer than any column they go to, so that a text that is too long is still there to be shown.
Times that no instant is known for are texts, YYYY-MM-DDTHH:MM:SS on the shop's or the server's own clock.

python -m dagster_project.counterpoint.raw_tables        writes sql/ddl/002_counterpoint_raw.sql anew
"""

from typing import Any

import sqlalchemy as sa

from dagster_project.settings import PROJECT_ROOT
from dagster_project.warehouse import raw
from dagster_project.warehouse.tables import FREE, Instant, LongText

SCRIPT = PROJECT_ROOT / "sql" / "ddl" / "002_counterpoint_raw.sql"

metadata = sa.MetaData()

MONEY = sa.Numeric(19, 4)
MOMENT = sa.Unicode(19)


def _table(name: str, *columns: sa.Column[Any], comment: str) -> sa.Table:
    return sa.Table(f"raw_counterpoint__{name}", metadata, *columns, comment=comment)


def _key(name: str, kind: Any = None) -> sa.Column[Any]:
    return sa.Column(name, kind or sa.BigInteger(), primary_key=True, autoincrement=False)


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.Unicode(length))


def _said(*names: str) -> list[sa.Column[Any]]:
    """Texts as the shop says them, of nearly any length."""
    return [sa.Column(name, sa.Unicode(4000), info=FREE) for name in names]


def _long(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, LongText) for name in names]


def _numbers(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind) for name in names]


_SIDE = ("NAM", "FST_NAM", "LST_NAM", "ADRS_1", "ADRS_2", "CITY", "STATE", "ZIP_COD", "CNTRY", "PHONE")

# -- the shop ---------------------------------------------------------------------------------------

WOO_ORDERS = _table(
    "woo_orders",
    _key("WOO_ORDER_ID"),
    sa.Column("MODIFIED_AT", Instant, comment="last change in the shop, UTC; the next pull begins at the newest"),
    sa.Column("LANDED_AT", Instant, nullable=False),
    sa.Column("PULL_BATCH", sa.Unicode(50), nullable=False),
    sa.Column("WOO_CUST_ID", sa.BigInteger()),
    *_said(
        "WOO_ORDER_NO", "CUST_EMAIL", "ORD_DT", "ORD_DAT", "ORD_STATUS", "PAID_DT", "MODIFIED_DT_UTC",
        "CURNCY_COD", "PMT_METH", "PMT_METH_ID", "TRANSACTION_ID", "SHIP_VIA", "SHIP_METH_ID", "COUPON_CODES",
        "TOT_AMT", "SHIP_AMT", "TAX_AMT", "DISC_AMT", "SUBTOT", "FEE_AMT", "REFUND_AMT",
        *(f"{side}_{name}" for side in ("SHIP", "BILL") for name in _SIDE),
    ),
    *_long(
        "CUST_NOTE", "LINE_ITEMS_JSON", "LINE_DETAILS_JSON", "FEE_LINES_JSON", "TAX_LINES_JSON", "LOST_TEXTS"
    ),
    comment="orders of the shop, one row each, in the words of USER_ORDER_STAGING",
)  # fmt: skip

WOO_LINES = _table(
    "woo_lines",
    _key("WOO_ORDER_ID"),
    _key("LIN_SEQ_NO", sa.Integer()),
    sa.Column("LINE_ID", sa.BigInteger()),
    *_said("SKU", "DESCR"),
    *_numbers(MONEY, "QUANTITY", "SUBTOTAL", "TOTAL", "TAX", "PRICE"),
    comment="lines of the shop's orders",
)

WOO_CHARGES = _table(
    "woo_charges",
    _key("WOO_ORDER_ID"),
    _key("SEQ_NO", sa.Integer()),
    sa.Column("KIND", sa.Unicode(10), nullable=False, comment="TAX, SHIPPING, FEE, COUPON or REFUND"),
    *_said("CODE", "LABEL"),
    sa.Column("AMOUNT", MONEY),
    sa.Column("TAX_AMOUNT", MONEY, comment="tax on it; for a TAX the part on shipping"),
    comment="what is charged or taken off beside the lines",
)

# -- orders on their way ----------------------------------------------------------------------------

ORDER_STAGING = _table(
    "order_staging",
    _key("STAGING_ID"),
    _text("BATCH_ID", 50),
    sa.Column("WOO_ORDER_ID", sa.BigInteger()),
    *[
        _text(name, size)
        for name, size in {
            "WOO_ORDER_NO": 50, "CUST_NO": 15, "CUST_EMAIL": 100, "ORD_STATUS": 20, "PMT_METH": 50,
            "SHIP_VIA": 100, "SHIP_NAM": 40, "SHIP_ADRS_1": 40, "SHIP_ADRS_2": 40, "SHIP_CITY": 20,
            "SHIP_STATE": 3, "SHIP_ZIP_COD": 15, "SHIP_CNTRY": 3, "SHIP_PHONE": 25, "VALIDATION_ERROR": 500,
            "CP_DOC_ID": 15, "SOURCE_SYSTEM": 50,
        }.items()
    ],
    sa.Column("ORD_DAT", sa.Date()),
    *_numbers(sa.Numeric(15, 4), "SUBTOT", "SHIP_AMT", "TAX_AMT", "DISC_AMT", "TOT_AMT"),
    *_numbers(sa.Integer(), "IS_VALIDATED", "IS_APPLIED"),
    *_numbers(MOMENT, "APPLIED_DT", "CREATED_DT"),
    *_long("LINE_ITEMS_JSON"),
    comment="rows of USER_ORDER_STAGING; those with a document as they were when they got it",
)  # fmt: skip

ORDER_EXTRA = _table(
    "order_extra",
    _key("STAGING_ID"),
    sa.Column("WOO_CUST_ID", sa.BigInteger()),
    *_numbers(MOMENT, "ORD_DT", "PAID_DT", "PARKED_DT"),
    *[
        _text(name, size)
        for name, size in {
            "CURNCY_COD": 3, "PMT_METH_ID": 50, "TRANSACTION_ID": 100, "SHIP_METH_ID": 50, "COUPON_CODES": 400,
            "SHIP_FST_NAM": 15, "SHIP_LST_NAM": 25, "BILL_NAM": 40, "BILL_FST_NAM": 15, "BILL_LST_NAM": 25,
            "BILL_ADRS_1": 40, "BILL_ADRS_2": 40, "BILL_CITY": 20, "BILL_STATE": 10, "BILL_ZIP_COD": 15,
            "BILL_CNTRY": 20, "BILL_PHONE": 25, "PARKED_REASON": 400, "CP_TKT_NO": 15,
        }.items()
    ],
    *_numbers(sa.Numeric(15, 4), "FEE_AMT", "REFUND_AMT"),
    *_long("CUST_NOTE", "FEE_LINES_JSON", "TAX_LINES_JSON", "MISFITS_JSON"),
    comment="rows of USER_ORDER_STAGING_EXT",
)  # fmt: skip

ORDER_LINES = _table(
    "order_lines",
    _key("STAGING_ID"),
    _key("LIN_SEQ_NO", sa.Integer()),
    *_said("SKU", "DESCR", "QUANTITY", "PRICE", "TOTAL", "SUBTOTAL", "TAX"),
    sa.Column(
        "PROBLEM", sa.Unicode(400), info=FREE, comment="why LINE_ITEMS_JSON or this line cannot be read"
    ),
    comment="LINE_ITEMS_JSON read as JSON, one row per line; one row with the problem where it cannot be read",
)

ORDER_TAXES = _table(
    "order_taxes",
    _key("STAGING_ID"),
    _key("SEQ_NO", sa.Integer()),
    *_said("LABEL", "RATE_CODE", "RATE", "AMOUNT", "SHIPPING_AMOUNT"),
    comment="TAX_LINES_JSON read as JSON, one row per authority",
)

# -- reference --------------------------------------------------------------------------------------

CUSTOMERS = _table(
    "customers",
    _key("CUST_NO", sa.Unicode(15)),
    _text("NAM", 40),
    _text("EMAIL_ADRS_1", 50),
    _text("TAX_COD", 10),
    comment="AR_CUST, what is needed to find a customer",
)

CUSTOMER_MAP = _table(
    "customer_map",
    _key("MAP_ID"),
    _text("CUST_NO", 15),
    sa.Column("WOO_USER_ID", sa.BigInteger()),
    sa.Column("IS_ACTIVE", sa.Integer()),
    comment="USER_CUSTOMER_MAP",
)

_UNITS = tuple(range(1, 6))
ITEMS = _table(
    "items",
    _key("ITEM_NO", sa.Unicode(20)),
    *[
        _text(name, size)
        for name, size in {
            "DESCR": 250, "STAT": 1, "ITEM_TYP": 1, "TRK_METH": 1, "CATEG_COD": 10, "SUBCAT_COD": 10,
            "IS_TXBL": 1, "ITEM_VEND_NO": 15, "BARCOD": 20, "STK_UNIT": 15,
        }.items()
    ],
    *[_text(f"ALT_{place}_UNIT", 15) for place in _UNITS],
    *_numbers(sa.Numeric(15, 4), *(f"ALT_{place}_{part}" for place in _UNITS for part in ("NUMER", "DENOM"))),
    *_numbers(MONEY, "REG_PRC", "PRC_1", "LST_COST"),
    comment="IM_ITEM",
)  # fmt: skip

SHIP_VIA_CODES = _table("ship_via_codes", _key("SHIP_VIA_COD", sa.Unicode(10)), comment="ship-via codes")
PAY_CODES = _table("pay_codes", _key("PAY_COD", sa.Unicode(10)), comment="pay codes")
TAX_CODES = _table(
    "tax_codes",
    _key("TAX_COD", sa.Unicode(10)),
    _key("SEQ_NO", sa.Integer()),
    _text("AUTH_COD", 10),
    _text("RUL_COD", 10),
    sa.Column("RATE_PCT", sa.Numeric(9, 4)),
    comment="tax codes with their authorities; SEQ_NO 0 without authority for a code that has none",
)

# -- what became of documents -----------------------------------------------------------------------

FULFILMENT = _table(
    "fulfilment",
    _key("STAGING_ID"),
    _text("DOC_ID", 15),
    _text("TKT_NO", 15),
    sa.Column("IS_SHIPPED", sa.Integer(), nullable=False, comment="1: released, invoiced or posted"),
    sa.Column("SHIPPED_ON", sa.Date()),
    comment="documents that staged orders became, and whether the goods have left; never a promised date",
)

REFRESHED = sa.Table(
    "raw_counterpoint__refreshed",
    metadata,
    sa.Column("TABLE_NAME", sa.Unicode(200), primary_key=True),
    sa.Column(
        "FINGERPRINT", sa.Unicode(64), nullable=False, comment="of the rows; unchanged rows are not written"
    ),
    sa.Column("ROW_COUNT", sa.BigInteger(), nullable=False),
    sa.Column("REFRESHED_AT", Instant, nullable=False),
    comment="when each reference table last changed",
)


def script() -> str:
    """Return the T-SQL script for a DBA."""
    head = (
        f"-- {SCRIPT.name}: what is extracted from the shop and from Counterpoint's database.\n"
        "--\n"
        "-- Rendered from dagster_project/counterpoint/raw_tables.py; change it there. Run it in the warehouse. Only\n"
        "-- adds what is missing: it may be run again. `order-staging init` and every extract do the same.\n"
    )
    return "\n".join([head, *(f"{statement}\n" for statement in raw.statements(metadata))])


def main() -> None:
    """Write the script."""
    SCRIPT.write_text(script(), encoding="utf-8")


if __name__ == "__main__":
    main()
