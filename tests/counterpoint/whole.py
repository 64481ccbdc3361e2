"""The shop's orders from end to end: a shop, a company, a warehouse, and the command line over them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from bench.orders_world import COMPANY, DOCUMENTS, Stand, environment, found_company, settings_of
from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.snapshot import Snapshot, differences, snapshot
from sandbox.woocommerce.server import RunningWoo, WooProcess
from tests.pipeline.world import Home

PIPELINES = ("order_pull", "order_processing", "fulfillment_status_sync")
AMOUNTS = f"""
select d.web, t.TOT, t.SUB_TOT, t.TAX_AMT, t.TOT_MISC,
    (select sum(EXT_PRC) from dbo.PS_DOC_LIN as l where l.DOC_ID = h.DOC_ID) as lines,
    (select sum(GROSS_EXT_PRC) from dbo.PS_DOC_LIN as l where l.DOC_ID = h.DOC_ID) as gross,
    (select coalesce(sum(TAX_AMT), 0) from dbo.PS_DOC_TAX as x where x.DOC_ID = h.DOC_ID) as taxes,
    (select coalesce(sum(MISC_AMT), 0) from dbo.PS_DOC_HDR_MISC_CHRG as m where m.DOC_ID = h.DOC_ID) as charges,
    (select coalesce(sum(DISC_AMT), 0) from dbo.PS_DOC_DISC as d where d.DOC_ID = h.DOC_ID) as discounts,
    (select coalesce(sum(AMT), 0) from dbo.PS_DOC_PMT as p where p.DOC_ID = h.DOC_ID) as paid,
    t.TOT_LIN_DISC + t.TOT_HDR_DISC as discount,
    (select count(*) from dbo.PS_DOC_LIN as l where l.DOC_ID = h.DOC_ID) - t.LINS as lines_off,
    (select count(*) from dbo.PS_DOC_HDR_TOT as o where o.DOC_ID = h.DOC_ID and o.TOT_TYP <> 'O' and o.TOT <> 0)
from ({DOCUMENTS}) as d join dbo.PS_DOC_HDR as h on h.DOC_ID = d.DOC_ID
join dbo.PS_DOC_HDR_TOT as t on t.DOC_ID = h.DOC_ID and t.TOT_TYP = 'O'
"""


@dataclass
class Orders(Home):
    """A home, a shop, and the commands of an operator."""

    shop: RunningWoo | WooProcess

    @property
    def environment(self) -> dict[str, str]:
        """What a shell would have to export."""
        return {**environment(self.home, self.shop), **super().environment}

    def found(self) -> "Orders":
        """Make the company and the warehouse."""
        found_company(self.home, settings_of(self.environment))
        return self

    def run(self, *words: str, code: int = 0) -> Any:
        """A whole run of all that is waiting; returns what was delivered, by pipeline."""
        return self.done("run", *(words or ("counterpoint", "--all")), code=code)

    @contextmanager
    def company(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Counterpoint's database while nobody else has it."""
        with duckdb.connect(str(self.home / COMPANY), read_only=True) as connection:
            yield connection

    def asked(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a query finds in Counterpoint's database."""
        with self.company() as connection:
            return connection.execute(sql, parameters).fetchall()

    def snapshot(self) -> Snapshot:
        """Every row of the company."""
        database = CounterpointDatabase(self.home / COMPANY)
        try:
            with database.begin() as connection:
                return snapshot(connection)
        finally:
            database.release()

    def stand(self) -> Stand:
        """Stock and numbers."""
        return Stand.of(self.home / COMPANY)

    def writes(self) -> Mapping[str, int]:
        """Calls that the shop executed and that were no reading, by route."""
        routes: Mapping[str, int] = self.shop.control.calls(log=False)["routes"]
        return {route: times for route, times in routes.items() if not route.startswith("GET ")}


def amounts(orders: Orders, before: Stand) -> tuple[int, dict[int, Any]]:
    """How many documents there are, and those that do not come to what the shop charged, to the cent."""
    control, wrong = orders.shop.control, {}
    expectations = control.expectations()
    rows = orders.asked(AMOUNTS, before.doc_id)
    for web, total, sub, tax, misc, lines, gross, taxes, charges, discounts, paid, discount, *off in rows:
        charged = Decimal(expectations[web]["charged"])
        order = control.order(web)
        own_tax, own_lines = Decimal(order["total_tax"]), _sum(order["line_items"])
        left = charged - own_tax - own_lines - Decimal(order["shipping_total"]) - _sum(order["fee_lines"])
        a_cent = any(trait.startswith("total_off_by_a_cent") for trait in expectations[web]["traits"])
        checks = {
            "charged": (total, charged),
            "parts": (sub + tax + misc, total),
            "line sums": (lines, sub),
            "gross less discount": (gross - discount, sub),
            "discount rows": (discounts, discount),
            "tax rows": (taxes, tax),
            "charge rows": (charges, misc),
            "payment": (paid, total),
            "shop's own": ((tax, lines, misc), (own_tax, own_lines, charged - own_tax - own_lines)),
            "left over": (abs(left), Decimal("0.01") * a_cent),  # it goes to the shipping charge
            "rows": (off, [0, 0]),
        }
        differing = {name: pair for name, pair in checks.items() if pair[0] != pair[1]}
        if differing:
            wrong[web] = (expectations[web]["traits"], differing)
    return len(rows), wrong


def _sum(parts: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(part["total"]) for part in parts), Decimal(0))


def beside_log_and_counters(before: Snapshot, after: Snapshot) -> dict[str, dict[str, int]]:
    """What differs where it should not: numbers are never given out again, and what was done is logged."""
    found = differences(before, after)
    return {name: n for name, n in found.items() if name not in ("USER_SYNC_LOG", "PS_STR_CFG_PS")}
