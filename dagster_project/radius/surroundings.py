"""The live ERP around the orders of a wave: each part read once, for all of them, when it is first asked for.

Another look needs another object: what a step does is decided on what stands there now. The questions are the
extract's, so that staging and delivery cannot mean different things by the same word.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from dagster_project.radius import cells, live_queries, queries
from dagster_project.radius.database import ErpDatabase
from dagster_project.radius.facts import ART, Order, PurchaseLine, Requirement, Sale, SaleLine, ShipLine
from dagster_project.radius.item_codes import derived_of
from dagster_project.radius.reading import (
    grouped,
    number_of,
    order_line,
    purchase_line,
    quantity_of,
    requirement,
    sale,
    sale_line,
    ship_line,
    text_of,
)


class Surroundings:
    """What stands in the ERP for these plant-4 orders.

    `purchase_orders` are numbers that the ledger knows of, by order: they belong to it whatever they say themselves.
    Every part raises what the database raises: MustWait, AccessRefused, RequestRefused.
    """

    def __init__(
        self, database: ErpDatabase, profile: str, orders: Iterable[int],
        purchase_orders: Mapping[int, Iterable[int]] | None = None,
    ) -> None:  # fmt: skip
        self._database = database
        self._reference = queries.JOB_REFERENCE[profile]
        self._numbers = sorted(set(orders))
        self._known = {order: set(numbers) for order, numbers in (purchase_orders or {}).items()}
        self._statuses: dict[str, str | None] = {}

    # -- plant 4 ------------------------------------------------------------------------------------

    @cached_property
    def orders(self) -> Mapping[int, Order]:
        """Orders by number, their lines in order; lines of art are none of ours."""
        rows = self._database.rows_in(queries.LINES_OF_ORDERS, self._numbers, "4")
        lines = grouped(rows, "sordernum", order_line, number_of)
        found = {}
        for row in self._database.rows_in(queries.ORDERS_WATCHED, self._numbers):
            number = number_of(row["sordernum"])
            bags = sorted((line for line in lines[number] if line.item_type != ART), key=lambda x: x.number)
            found[number] = Order(
                number, number_of(row["sorderstat"]), cells.text(row["custref"]), tuple(bags)
            )
        return found

    def statuses(self, items: Iterable[str]) -> Mapping[str, str]:
        """Status of these items by code in capitals; a code that is not there is no item.

        A question is asked for what all the orders name, what is derived of it and what their jobs require.
        """
        wanted = set(items)
        if any(item.upper() not in self._statuses for item in wanted):
            named = wanted | self._derived | self._required()
            self._read_statuses(item for item in named if item.upper() not in self._statuses)
        found = {item.upper(): self._statuses[item.upper()] for item in wanted}
        return {code: status for code, status in found.items() if status is not None}

    def _read_statuses(self, items: Iterable[str]) -> None:
        codes = sorted(items)
        self._statuses |= dict.fromkeys((code.upper() for code in codes), None)
        both = dict.fromkeys([*codes, *(code.upper() for code in codes)])
        for row in self._database.rows_in(queries.ITEMS, list(both)):
            self._statuses[text_of(row["itemcode"]).upper()] = text_of(row["itemstatuscode"]).upper()

    @cached_property
    def _derived(self) -> set[str]:
        bags = {line.item for order in self.orders.values() for line in order.lines}
        return {code for bag in bags for code in (bag, *derived_of(bag))}

    def _required(self) -> set[str]:
        """What the jobs require, in a step that has asked for that."""
        some = self.requirements.values() if "requirements" in vars(self) else ()
        return {one.item for required in some for one in required}

    @cached_property
    def jobs(self) -> Mapping[int, str]:
        """The newest P4 job by order."""
        return self._jobs("4", self._numbers)

    @cached_property
    def requirements(self) -> Mapping[int, Sequence[Requirement]]:
        """Film that the newest job requires, by order; open or not."""
        rows = self._database.rows_in(queries.REQUIREMENTS_OF_JOBS, sorted(set(self.jobs.values())))
        by_job = grouped(rows, "jobcode", requirement, text_of)
        return {order: sorted(by_job[job], key=lambda one: one.id) for order, job in self.jobs.items()}

    @cached_property
    def purchases(self) -> Mapping[int, Sequence[PurchaseLine]]:
        """Lines of purchase orders by plant-4 order, newest order first: those of its job, and those known."""
        of_jobs = queries.PO_LINES_OF_JOBS.replace("{reference}", self._reference)
        numbered = live_queries.PO_LINES_BY_NUMBER.replace("{reference}", self._reference)
        known = sorted({number for numbers in self._known.values() for number in numbers})
        rows = [
            *self._database.rows_in(of_jobs, sorted(set(self.jobs.values()))),
            *self._database.rows_in(numbered, known),
        ]
        by_job: dict[str | None, set[PurchaseLine]] = defaultdict(set)
        by_number: dict[int, set[PurchaseLine]] = defaultdict(set)
        for line in map(purchase_line, rows):
            by_job[line.job].add(line)
            by_number[line.order].add(line)
        found = {}
        for order in self._numbers:
            job = self.jobs.get(order)
            lines = by_job[job].copy() if job is not None else set()
            lines.update(*(by_number[number] for number in self._known.get(order, ())))
            found[order] = sorted(lines, key=lambda one: (-one.order, one.line))
        return found

    # -- plant 2 ------------------------------------------------------------------------------------

    @cached_property
    def sales(self) -> Mapping[int, Sequence[Sale]]:
        """Plant-2 orders by plant-4 order, newest first: those that serve its purchase orders."""
        numbers = sorted({str(line.order) for lines in self.purchases.values() for line in lines})
        rows = self._database.rows_in(queries.SO2_OF_PURCHASE_ORDERS, numbers)
        found = grouped(rows, "pordernum", sale, text_of)
        return {
            order: sorted(
                (one for po in {str(line.order) for line in lines} for one in found[po]),
                key=lambda one: -one.number,
            )
            for order, lines in self.purchases.items()
        }

    @cached_property
    def sale_lines(self) -> Mapping[int, Sequence[SaleLine]]:
        """Lines by plant-2 order."""
        rows = self._database.rows_in(queries.LINES_OF_ORDERS, self._sale_numbers, "2")
        return grouped(rows, "sordernum", sale_line, number_of)

    @cached_property
    def ship_lines(self) -> Mapping[int, Sequence[ShipLine]]:
        """Lines of ship requests by plant-2 order, newest request first."""
        rows = self._database.rows_in(live_queries.SHIP_LINES_OF_ORDERS, self._sale_numbers)
        newest = sorted(
            rows, key=lambda row: (-number_of(row["shipreqnum"]), number_of(row["shipreqlinenum"]))
        )
        return grouped(newest, "sordernum", ship_line, number_of)

    @cached_property
    def jobs_p2(self) -> Mapping[int, str]:
        """The newest P2 job by plant-2 order."""
        return self._jobs("2", self._sale_numbers)

    @cached_property
    def job_quantities(self) -> Mapping[str, Mapping[str, Decimal]]:
        """Feet by P2 job and item in capitals: job lines stand in no dependable order."""
        rows = self._database.rows_in(queries.LINES_OF_JOBS_P2, sorted(set(self.jobs_p2.values())))
        found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for row in rows:
            item = text_of(row["itemcode"]).upper()
            found[text_of(row["jobcode"])][item] += quantity_of(row["orderedqty"])
        return found

    @property
    def _sale_numbers(self) -> list[int]:
        return sorted({one.number for some in self.sales.values() for one in some})

    def _jobs(self, plant: str, orders: Sequence[int]) -> dict[int, str]:
        newest: dict[int, tuple[int, str]] = {}
        for row in self._database.rows_in(queries.JOBS_OF_ORDERS, orders, plant, plant):
            link = (number_of(row["tablerecid"]), text_of(row["jobcode"]))
            order = number_of(row["sordernum"])
            newest[order] = max(newest.get(order, link), link)
        return {order: job for order, (_, job) in newest.items()}
