"""The demo's second part: the shop's orders become documents in Counterpoint; both sides are asked.

The amounts come from Counterpoint's own rows and from the shop's own answers, by queries of this module's own.
"""

from decimal import Decimal
from typing import Any

import requests
import sqlalchemy as sa

from dagster_project.cli import output
from dagster_project.cli.counterpoint import set_up_company
from dagster_project.cli.running import show, system_run
from dagster_project.counterpoint import staged
from dagster_project.counterpoint.backlog import opened
from dagster_project.delivery.report import Report
from dagster_project.delivery.staging import Filters
from dagster_project.settings import Settings
from dagster_project.systems import pipelines_of

DOCUMENTS = """
select s.WOO_ORDER_ID, t.TOT, t.SUB_TOT + t.TAX_AMT + t.TOT_MISC, sum(l.EXT_PRC)
from dbo.PS_DOC_HDR as h
join dbo.PS_DOC_HDR_TOT as t on t.DOC_ID = h.DOC_ID and t.TOT_TYP = 'O'
join dbo.PS_DOC_LIN as l on l.DOC_ID = h.DOC_ID
join dbo.USER_ORDER_STAGING as s on s.CP_DOC_ID = cast(h.DOC_ID as varchar(15))
group by s.WOO_ORDER_ID, h.DOC_ID, t.TOT, t.SUB_TOT + t.TAX_AMT + t.TOT_MISC
"""


def play(settings: Settings) -> None:
    """Tell it once; every part may be repeated."""
    set_up_company(settings)
    reports = _run()
    _ask_both_sides(settings)
    _show_failures(settings)
    again = _run()
    made, once_more = (sum(report.requests for report in found) for found in (reports, again))
    output.say(
        f"\n{made} requests that create or change anything, then a second run: {once_more}. "
        "Look around: order-staging counterpoint list, counterpoint show ID, health counterpoint"
    )


def _run() -> list[Report]:
    reports = []
    for pipeline in pipelines_of("counterpoint"):
        output.say(f"\n{pipeline.name}")
        with system_run(pipeline.name, json=False) as run:
            resolution, staging, report = run.whole(Filters(everything=True))
        show(resolution, staging, report)
        reports.append(report)
    return reports


def _ask_both_sides(settings: Settings) -> None:
    """Compare every document with what the shop charged for its order, to the cent."""
    charged = _charged(settings)
    with opened(settings) as connection:
        documents = connection.execute(sa.text(DOCUMENTS)).fetchall()
    agree = sum(
        Decimal(total) == charged[web] == Decimal(parts) and Decimal(lines) <= Decimal(total)
        for web, total, parts, lines in documents
    )
    total = sum((Decimal(row[1]) for row in documents), Decimal(0))
    output.say(
        f"\n{len(documents)} documents in Counterpoint, for {len({row[0] for row in documents})} orders of the "
        f"shop, come to {total:,.2f}; {agree} of them are what the shop charged, to the cent"
    )


def _charged(settings: Settings) -> dict[int, Decimal]:
    """Ask the shop what it charged: order id → total."""
    charged: dict[int, Decimal] = {}
    page, pages = 1, 1
    while page <= pages:
        answer = requests.get(
            f"{settings.woo_base_url}/wp-json/wc/v3/orders",
            params={"per_page": "100", "page": str(page), "orderby": "id", "order": "asc"},
            auth=(
                settings.woo_consumer_key.get_secret_value(),
                settings.woo_consumer_secret.get_secret_value(),
            ),
            timeout=60,
        )
        answer.raise_for_status()
        orders: list[dict[str, Any]] = answer.json()
        charged.update({order["id"]: Decimal(order["total"]) for order in orders})
        page, pages = page + 1, int(answer.headers["X-WP-TotalPages"])
    return charged


def _show_failures(settings: Settings) -> None:
    with opened(settings) as connection:
        failed = staged.waiting(connection, ["FAILED"], None)
    output.table(
        f"{len(failed)} orders failed: counterpoint list --failed",
        ("ID", "web order", "why"),
        ([row["STAGING_ID"], row["WOO_ORDER_ID"], row["VALIDATION_ERROR"]] for row in failed[:8]),
    )
