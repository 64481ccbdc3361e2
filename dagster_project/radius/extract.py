"""The ERP into the raw tables: orders in scope and those the ledger watches, and what was made for them.

Each question is asked once for all orders: lines, items, jobs by orders; requirements and purchase orders by jobs;
plant 2 by purchase orders. An order with which the ERP is done is not asked for any more once it is known.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.delivery.states import RETIRED, State
from dagster_project.radius import cells, queries
from dagster_project.radius import raw_tables as raws
from dagster_project.radius.brought import Brought
from dagster_project.radius.database import ErpDatabase, Table
from dagster_project.radius.item_codes import derived_of
from dagster_project.settings import Settings
from dagster_project.warehouse import raw, tables
from dagster_project.warehouse.engine import Warehouse

_MAY_BE_COMPLETE = json.dumps({"status": queries.COMPLETE})[1:-1]
"""As it stands in what was told; to read all that was told of thousands of orders takes longer than to ask the ERP."""


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
            brought.table.name.removeprefix("raw_radius__"): count
            for brought, count in _refilled(connection, found)
        }


def _refilled(connection: Connection, found: Sequence[Brought]) -> list[tuple[Brought, int]]:
    """Fill anew the tables of which something else was brought than they hold; return the rows of each."""
    known = _contents(connection)
    counts: list[tuple[Brought, int]] = []
    for brought in found:
        count = known.get((brought.table.name, brought.fingerprint))
        if count is None:
            count = raw.refill_columns(connection, brought.table, brought.columns)
        counts.append((brought, count))
    now = {(brought.table.name, brought.fingerprint): count for brought, count in counts}
    if now != known:
        raw.refill(
            connection, raws.CONTENTS,
            [
                {"table_name": name, "fingerprint": fingerprint, "row_count": count}
                for (name, fingerprint), count in now.items()
            ],
        )  # fmt: skip
    return counts


def _contents(connection: Connection) -> dict[tuple[str, str], int]:
    """Return name and fingerprint → rows of the tables that hold as many rows as an extract left in them."""
    counted = [
        sa.select(
            sa.literal(table.name, sa.Unicode(100)).label("table_name"), sa.func.count().label("n")
        ).select_from(table)
        for table in raws.metadata.tables.values()
        if table is not raws.CONTENTS
    ]
    there = {row.table_name: row.n for row in connection.execute(sa.union_all(*counted))}
    return {
        (row.table_name, row.fingerprint): row.row_count
        for row in connection.execute(sa.select(raws.CONTENTS))
        if there.get(row.table_name) == row.row_count
    }


def _watched(connection: Connection, instance: str) -> list[int]:
    """Orders of the ledger, but those whose chain was complete when the ERP was done with them."""
    ledger = tables.delivery.c
    query = sa.select(ledger.business_key, ledger.state, ledger.told).where(
        ledger.instance == instance, ledger.entity == "orders", ledger.state.not_in(sorted(RETIRED))
    )
    return [int(key) for key, state, told in connection.execute(query) if not _done_with(state, told)]


def _done_with(state: str, told: str | None) -> bool:
    if state != State.DELIVERED or not told or _MAY_BE_COMPLETE not in told:
        return False
    return bool(json.loads(told).get("status") == queries.COMPLETE)


def _read(erp: ErpDatabase, settings: Settings, watched: Sequence[int]) -> list[Brought]:
    in_scope = erp.table(queries.ORDERS_IN_SCOPE, [settings.lws_eligibility_start_date])
    missing = set(watched) - Brought(raws.SO4_HEADERS, in_scope).distinct("SOrderNum")
    others = erp.table_in(queries.ORDERS_WATCHED, sorted(missing))
    headers = Brought(raws.SO4_HEADERS, in_scope, others)
    orders = sorted(headers.distinct("SOrderNum"))
    lines = Brought(raws.SO4_LINES, erp.table_in(queries.LINES_OF_ORDERS, orders, "4"))
    jobs = Brought(raws.JOBS_P4, erp.table_in(queries.JOBS_OF_ORDERS, orders, "4", "4"))
    newest = sorted(_newest(jobs))
    requirements = Brought(raws.REQUIREMENTS, erp.table_in(queries.REQUIREMENTS_OF_JOBS, newest))
    reference = queries.JOB_REFERENCE[settings.radius_profile]
    of_jobs = queries.PO_LINES_OF_JOBS.replace("{reference}", reference)
    po_lines = Brought(raws.PO_LINES, erp.table_in(of_jobs, newest))
    return [
        headers,
        lines,
        Brought(raws.ITEMS, erp.table_in(queries.ITEMS, _items(lines, requirements))),
        jobs,
        requirements,
        po_lines,
        *_plant_2(erp, sorted(po_lines.distinct("POrderNum"))),
    ]


def _plant_2(erp: ErpDatabase, purchase_orders: Sequence[int]) -> list[Brought]:
    numbers = [str(number) for number in purchase_orders]
    headers = Brought(raws.SO2_HEADERS, erp.table_in(queries.SO2_OF_PURCHASE_ORDERS, numbers))
    orders = sorted(headers.distinct("SOrderNum"))
    links = Brought(raws.JOBS_P4, erp.table_in(queries.JOBS_OF_ORDERS, orders, "2", "2"))
    return [
        headers,
        Brought(raws.SO2_LINES, erp.table_in(queries.LINES_OF_ORDERS, orders, "2")),
        _job_lines(erp, links),
        Brought(raws.SHIP_REQUEST_LINES, erp.table_in(queries.SHIP_REQUESTS_OF_ORDERS, orders)),
    ]


def _job_lines(erp: ErpDatabase, links: Brought) -> Brought:
    """Lines of jobs, once for each order that the job serves."""
    found = erp.table_in(queries.LINES_OF_JOBS_P2, sorted(links.distinct("JobCode")))
    by_job: dict[str | None, list[Sequence[Any]]] = {}
    for line in found.values:
        by_job.setdefault(cells.text(line[found.names.index("jobcode")]), []).append(line)
    served = [(*line, order, record) for order, job, record in _links(links) for line in by_job.get(job, ())]
    return Brought(raws.JOB_LINES_P2, Table([*found.names, "sordernum", "tablerecid"], served))


def _items(lines: Brought, requirements: Brought) -> list[str]:
    """Base items, what is derived of them, and what the jobs require."""
    bases = lines.distinct("ItemCode")
    derived = {code for base in bases for code in derived_of(base)}
    return sorted(bases | derived | requirements.distinct("ItemCode"))


def _newest(jobs: Brought) -> set[str]:
    """The job of each order that was linked last."""
    newest: dict[int, tuple[int, str]] = {}
    for order, code, record in _links(jobs):
        link = (record or 0, code)
        newest[order] = max(newest.get(order, link), link)
    return {code for _, code in newest.values()}


def _links(jobs: Brought) -> Iterable[tuple[int, str, int | None]]:
    return zip(jobs.column("SOrderNum"), jobs.column("JobCode"), jobs.column("TableRecId"), strict=True)
