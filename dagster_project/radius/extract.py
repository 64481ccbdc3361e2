"""The ERP into the raw tables: orders in scope and those the ledger watches, and what was made for them.

Each question is asked once for all orders: lines, items, jobs by orders; requirements and purchase orders by jobs;
plant 2 by purchase orders. An order with which the ERP is done is not asked for any more once it is known.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import compress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.delivery.states import RETIRED, State
from dagster_project.radius import cells, queries
from dagster_project.radius import raw_tables as raws
from dagster_project.radius.database import ErpDatabase, Table
from dagster_project.radius.item_codes import derived_of
from dagster_project.settings import Settings
from dagster_project.warehouse import raw, tables
from dagster_project.warehouse.engine import Warehouse

Columns = dict[str, list[Any]]
"""Rows of a raw table, column by column: thousands of orders are read in each run, most of them as they were."""
_CELLS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (sa.Integer, cells.whole),
    (sa.Numeric, cells.number),
    (sa.Date, cells.day),
    (sa.Unicode, cells.text),
)


def extract(settings: Settings, warehouse: Warehouse, instance: str) -> Mapping[str, int]:
    """Fill the raw tables; return rows by table. Raises what ErpDatabase raises, and changes nothing then."""
    with warehouse.begin() as connection:
        raw.prepare(connection, raws.metadata)
        watched = _watched(connection, instance)
    erp = ErpDatabase.of(settings)
    try:
        found = _read(erp, settings, watched)
    finally:
        erp.release()
    with warehouse.begin() as connection:
        return {
            table.name.removeprefix("raw_radius__"): raw.refill_columns(connection, table, columns)
            for table, columns in found.items()
        }


def _watched(connection: Connection, instance: str) -> list[int]:
    """Orders of the ledger, but those whose chain was complete when the ERP was done with them."""
    ledger = tables.delivery.c
    query = sa.select(ledger.business_key, ledger.state, ledger.told).where(
        ledger.instance == instance, ledger.entity == "orders", ledger.state.not_in(sorted(RETIRED))
    )
    return [
        int(key)
        for key, state, told in connection.execute(query)
        if not (state == State.DELIVERED and told and json.loads(told).get("status") == queries.COMPLETE)
    ]


def _read(erp: ErpDatabase, settings: Settings, watched: Sequence[int]) -> dict[sa.Table, Columns]:
    headers = _typed(
        raws.SO4_HEADERS, erp.table(queries.ORDERS_IN_SCOPE, [settings.lws_eligibility_start_date])
    )
    missing = set(watched) - _distinct(headers, "SOrderNum")
    others = _typed(raws.SO4_HEADERS, erp.table_in(queries.ORDERS_WATCHED, sorted(missing)))
    headers = {name: values + others[name] for name, values in headers.items()}
    orders = sorted(_distinct(headers, "SOrderNum"))
    lines = _typed(raws.SO4_LINES, erp.table_in(queries.LINES_OF_ORDERS, orders, "4"))
    jobs = _typed(raws.JOBS_P4, erp.table_in(queries.JOBS_OF_ORDERS, orders, "4", "4"))
    newest = sorted(_newest(jobs))
    requirements = _typed(raws.REQUIREMENTS, erp.table_in(queries.REQUIREMENTS_OF_JOBS, newest))
    reference = queries.JOB_REFERENCE[settings.radius_profile]
    of_jobs = queries.PO_LINES_OF_JOBS.replace("{reference}", reference)
    po_lines = _typed(raws.PO_LINES, erp.table_in(of_jobs, newest))
    return {
        raws.SO4_HEADERS: headers,
        raws.SO4_LINES: lines,
        raws.ITEMS: _typed(raws.ITEMS, erp.table_in(queries.ITEMS, _items(lines, requirements))),
        raws.JOBS_P4: jobs,
        raws.REQUIREMENTS: requirements,
        raws.PO_LINES: po_lines,
        **_plant_2(erp, sorted(_distinct(po_lines, "POrderNum"))),
    }


def _plant_2(erp: ErpDatabase, purchase_orders: Sequence[int]) -> dict[sa.Table, Columns]:
    numbers = [str(number) for number in purchase_orders]
    headers = _typed(raws.SO2_HEADERS, erp.table_in(queries.SO2_OF_PURCHASE_ORDERS, numbers))
    orders = sorted(_distinct(headers, "SOrderNum"))
    links = _typed(raws.JOBS_P4, erp.table_in(queries.JOBS_OF_ORDERS, orders, "2", "2"))
    return {
        raws.SO2_HEADERS: headers,
        raws.SO2_LINES: _typed(raws.SO2_LINES, erp.table_in(queries.LINES_OF_ORDERS, orders, "2")),
        raws.JOB_LINES_P2: _job_lines(erp, links),
        raws.SHIP_REQUEST_LINES: _typed(
            raws.SHIP_REQUEST_LINES, erp.table_in(queries.SHIP_REQUESTS_OF_ORDERS, orders)
        ),
    }


def _job_lines(erp: ErpDatabase, links: Columns) -> Columns:
    """Lines of jobs, once for each order that the job serves."""
    found = erp.table_in(queries.LINES_OF_JOBS_P2, sorted(_distinct(links, "JobCode")))
    by_job: dict[str | None, list[Sequence[Any]]] = {}
    for line in found.values:
        by_job.setdefault(cells.text(line[found.names.index("jobcode")]), []).append(line)
    served = [
        (*line, order, record)
        for order, job, record in zip(links["SOrderNum"], links["JobCode"], links["TableRecId"], strict=True)
        for line in by_job.get(job, ())
    ]
    return _typed(raws.JOB_LINES_P2, Table([*found.names, "sordernum", "tablerecid"], served))


def _items(lines: Columns, requirements: Columns) -> list[str]:
    """Base items, what is derived of them, and what the jobs require."""
    bases = _distinct(lines, "ItemCode")
    derived = {code for base in bases for code in derived_of(base)}
    return sorted(bases | derived | _distinct(requirements, "ItemCode"))


def _newest(jobs: Columns) -> set[str]:
    """The job of each order that was linked last."""
    newest: dict[int, tuple[int, str]] = {}
    for order, code, record in zip(jobs["SOrderNum"], jobs["JobCode"], jobs["TableRecId"], strict=True):
        link = (record or 0, code)
        newest[order] = max(newest.get(order, link), link)
    return {code for _, code in newest.values()}


def _distinct(columns: Columns, name: str) -> set[Any]:
    return set(columns[name]) - {None}


def _typed(table: sa.Table, found: Table) -> Columns:
    """Rows of the ERP as a raw table keeps them, column by column; those without a key are none of them."""
    if not found.values:
        return {column.name: [] for column in table.columns}
    given = dict(zip(found.names, zip(*found.values, strict=True), strict=True))
    columns = {c.name: list(map(_cell(c), given[c.name.lower()])) for c in table.columns}
    keys = [columns[key.name] for key in table.primary_key]
    if not any(None in key for key in keys):
        return columns
    whole = [None not in key for key in zip(*keys, strict=True)]
    return {name: list(compress(some, whole)) for name, some in columns.items()}


def _cell(column: sa.Column[Any]) -> Callable[[Any], Any]:
    return next(cell for kind, cell in _CELLS if isinstance(column.type, kind))
