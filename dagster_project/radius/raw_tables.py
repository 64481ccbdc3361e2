"""The raw tables: what was last seen in the ERP of LWS orders and of what was made for them, as it stood there.

The extract owns them and nobody else writes them; dbt reads them as the source `raw_radius`. Columns bear the
ERP's names. Every extract fills them anew, so that what is gone there is gone here; those of which it brings what they
hold it leaves as they are.

python -m dagster_project.radius.raw_tables        writes sql/ddl/004_radius_raw.sql anew
"""

from typing import Any

import sqlalchemy as sa

from dagster_project.settings import PROJECT_ROOT
from dagster_project.warehouse import raw
from dagster_project.warehouse.tables import FREE

SCRIPT = PROJECT_ROOT / "sql" / "ddl" / "004_radius_raw.sql"

metadata = sa.MetaData()

QUANTITY = sa.Numeric(18, 3)
INCHES = sa.Numeric(18, 4)
DAY = sa.Date().with_variant(sa.DATE(), "mssql")  # a dialect not yet connected says datetime


def _table(name: str, *columns: sa.Column[Any], comment: str) -> sa.Table:
    return sa.Table(f"raw_radius__{name}", metadata, *columns, comment=comment)


def _key(name: str, kind: Any = None) -> sa.Column[Any]:
    return sa.Column(name, kind or sa.Integer(), primary_key=True, autoincrement=False)


def _codes(*names: str) -> list[sa.Column[Any]]:
    """Codes: item, job, status."""
    return [sa.Column(name, sa.Unicode(50)) for name in names]


def _said(*names: str) -> list[sa.Column[Any]]:
    """Texts that people wrote; cut when they are longer than any column of the ERP."""
    return [sa.Column(name, sa.Unicode(200), info=FREE) for name in names]


def _whole(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer()) for name in names]


def _days(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, DAY) for name in names]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, QUANTITY) for name in names]


# -- plant 4 ----------------------------------------------------------------------------------------

SO4_HEADERS = _table(
    "so4_headers",
    _key("SOrderNum"),
    *_days("SOrderDate", "CustReqDate"),
    *_codes("CustCode", "SOSourceCode"),
    *_said("CustRef"),
    *_whole("SOrderStat"),
    comment="PV_SOrder of plant 4: orders in scope, and those the ledger watches",
)

SO4_LINES = _table(
    "so4_lines",
    _key("SOrderNum"),
    _key("SOrderLineNum"),
    *_codes("ItemCode", "SOItemTypeCode"),
    *_numbers("OrderedQty"),
    *_days("ReqDate"),
    comment="PV_SOrderLine of these orders",
)

ITEMS = _table(
    "items",
    _key("ItemCode", sa.Unicode(50)),
    *_codes("ItemStatusCode", "ProdGroupCode"),
    comment="PM_Item: items of these lines, and the printed film and printed roll made of them",
)

JOBS_P4 = _table(
    "jobs_p4",
    _key("SOrderNum"),
    _key("JobCode", sa.Unicode(50)),
    sa.Column("TableRecId", sa.BigInteger(), comment="the highest of the job's links; the newest job holds"),
    comment="PV_JobSOLink of plant 4: jobs of these orders",
)

REQUIREMENTS = _table(
    "requirements",
    _key("RequirementId", sa.BigInteger()),
    *_codes("JobCode", "ItemCode", "ReqGroupCode"),
    *_numbers("RequiredQty", "POResQty", "InProdResQty"),
    *_days("RequiredDate"),
    *_whole("ReqStatus", "SOrderNum", "SOrderLineNum"),
    sa.Column("DimA", INCHES, comment="width of the web in inches"),
    comment="PV_Req: film that these jobs require, in feet, whatever its status",
)

PO_LINES = _table(
    "po_lines",
    _key("POrderNum"),
    _key("POrderLineNum"),
    sa.Column("JobCode", sa.Unicode(50), comment="the purchase order's reference to its job"),
    *_whole("POrderStat", "POLineStatus"),
    *_codes("ItemCode"),
    *_numbers("OrderedQty", "ReceivedQty"),
    *_days("ReqDate"),
    comment="PV_POrderLine with the status of its header: purchase orders of these jobs",
)

# -- plant 2 ----------------------------------------------------------------------------------------

SO2_HEADERS = _table(
    "so2_headers",
    _key("SOrderNum"),
    *_whole("POrderNum", "SOrderStat"),
    *_said("CustRef"),
    *_days("CustReqDate"),
    comment="PV_SOrder of plant 2: orders that serve these purchase orders",
)

SO2_LINES = _table(
    "so2_lines",
    _key("SOrderNum"),
    _key("SOrderLineNum"),
    *_codes("ItemCode"),
    *_numbers("OrderedQty"),
    *_days("ReqDate"),
    comment="PV_SOrderLine of these orders, in feet",
)

JOB_LINES_P2 = _table(
    "job_lines_p2",
    _key("JobCode", sa.Unicode(50)),
    _key("JobLineNum"),
    _key("SOrderNum"),
    *_codes("ItemCode"),
    *_numbers("OrderedQty"),
    *_whole("JobLineStatus"),
    sa.Column("TableRecId", sa.BigInteger(), comment="of the job's link; the newest job holds"),
    comment="PV_JobLine of plant 2: jobs of these orders, in feet",
)

SHIP_REQUEST_LINES = _table(
    "ship_request_lines",
    _key("ShipReqNum"),
    _key("ShipReqLineNum"),
    *_whole("SOrderNum", "SOrderLineNum"),
    *_codes("ItemCode"),
    *_numbers("ShipQty"),
    *_said("ShippingRef"),
    comment="PV_ShipReqLine of plant 2: what is to be shipped of these orders, in feet",
)


# -- what the tables hold -----------------------------------------------------------------------------

CONTENTS = _table(
    "contents",
    _key("table_name", sa.Unicode(100)),
    sa.Column("fingerprint", sa.Unicode(64), comment="of what the ERP brought"),
    sa.Column("row_count", sa.Integer()),
    comment="What each of these tables holds: an extract that brings the same leaves it as it is",
)


def script() -> str:
    """Return the T-SQL script for a DBA."""
    head = (
        f"-- {SCRIPT.name}: what is extracted from the ERP's database for the LWS workflow.\n"
        "--\n"
        "-- Rendered from dagster_project/radius/raw_tables.py; change it there. Run it in the warehouse. Only adds\n"
        "-- what is missing: it may be run again. `order-staging init` and every extract do the same.\n"
    )
    return "\n".join([head, *(f"{statement}\n" for statement in raw.statements(metadata))])


def main() -> None:
    """Write the script."""
    SCRIPT.write_text(script(), encoding="utf-8")


if __name__ == "__main__":
    main()
