"""The demo's first part: orders are made up, landed, staged, delivered to the board; the board is asked.

The counts come from the board itself, by a query of this module's own: not from our tables, nor from our
client.
"""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from dagster_project.cli import output
from dagster_project.cli.running import system_run
from dagster_project.delivery.report import Report
from dagster_project.delivery.staging import Filters
from dagster_project.monday.provision import provision
from dagster_project.settings import Settings
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing import land
from dagster_project.warehouse.lock import hold

REFERENCE_GROUP = "GREYSON CLOTHIERS 2025 FALL"
REFERENCE_PO = "4755"

QUESTION = """
query ($board: [ID!], $cursor: String) {
  boards(ids: $board) {
    items_page(limit: 500, cursor: $cursor) {
      cursor
      items { group { title } column_values(ids: ["text_mkr5ej2x"]) { text } subitems { id } }
    }
  }
}
"""


def play(settings: Settings, orders: int) -> None:
    """Tell it once; every part may be repeated."""
    _land(settings, orders)
    with system_run("monday", json=False) as run:
        provision(run.destination)
    report = _run()
    _ask_the_board(settings)
    _show_errors(settings)
    again = _run()
    output.say(
        f"\n{report.requests} calls that create or change anything, then a second run: {again.requests}. "
        "Look around: order-staging status, errors monday, trace KEY"
    )


def _land(settings: Settings, orders: int) -> None:
    file = settings.order_staging_home / "sandbox" / f"orders_unified_{orders}.parquet"
    if not file.exists():
        _make_up(orders, file)
    warehouse = Warehouse(settings.warehouse)
    with hold(warehouse, "order-staging demo", settings.warehouse_wait_seconds, on_wait=output.warn):
        output.say(str(schema.init(warehouse)))
        landed = land(warehouse, "ORDERS_UNIFIED", file)
        output.say(f"{landed.rows} made-up order lines landed in ORDERS_UNIFIED")


def _make_up(orders: int, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "sandbox.source", "--orders", str(orders), "--out", str(file)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program


def _run() -> Report:
    from dagster_project.cli.running import show

    with system_run("monday", json=False) as run:
        resolution, staged, report = run.whole(Filters(everything=True))
    show(resolution, staged, report)
    return report


def _ask_the_board(settings: Settings) -> None:
    """Count items and subitems of the reference purchase order by asking the board."""
    items, subitems = 0, 0
    groups: Counter[str] = Counter()
    for item in _items(settings):
        groups[item["group"]["title"]] += 1
        if item["group"]["title"] == REFERENCE_GROUP and item["column_values"][0]["text"] == REFERENCE_PO:
            items += 1
            subitems += len(item["subitems"])
    output.table("what the board says", ("group", "items"), groups.most_common(8))
    output.say(
        f"GREYSON CLOTHIERS PO {REFERENCE_PO} in group {REFERENCE_GROUP}: {items} items, {subitems} subitems"
    )


def _items(settings: Settings) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        answer = requests.post(
            settings.monday_api_url,
            json={"query": QUESTION, "variables": {"board": [settings.monday_board_id], "cursor": cursor}},
            headers={"Authorization": settings.monday_api_token.get_secret_value()},
            timeout=60,
        ).json()
        page = answer["data"]["boards"][0]["items_page"]
        items += page["items"]
        cursor = page["cursor"]
        if not cursor:
            return items


def _show_errors(settings: Settings) -> None:
    warehouse = Warehouse(settings.warehouse)
    columns = ("error_class", "column_name", "message", "shared_by")
    table = sa.table("ERR_MON_CustMasterSchedule", *(sa.column(name) for name in columns))
    with (
        hold(warehouse, "order-staging demo", settings.warehouse_wait_seconds),
        warehouse.begin() as connection,
    ):
        rows = connection.execute(sa.select(table).limit(8)).fetchall()
    output.table("some of what could not be told: ERR_MON_CustMasterSchedule", columns, rows)
