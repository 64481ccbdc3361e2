"""The orders of a wave in one step: what each has to bring about, and what stands around it in the ERP.

Glue between the live reading and the rules. Its reading is renewed before rows are planned, so that a plan is made on
what is there then.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dagster_project.delivery.destination import Fields, Walk, Wanted
from dagster_project.delivery.outcomes import ErrorClass, Rejected
from dagster_project.radius import buying, entities, gates, selling
from dagster_project.radius.facts import Order, numbers_of
from dagster_project.radius.item_codes import derived_of, roll_of
from dagster_project.radius.rules import by_item, parts_of
from dagster_project.radius.scene import Scene
from dagster_project.radius.surroundings import Surroundings

TOUCHING = (entities.SO2_REFERENCES, entities.SO2_LINES)
"""Steps that leave a plant-2 order credit held."""


@dataclass(frozen=True)
class Site:
    """How this site wants things done."""

    lead_days: int
    direct_sql: bool
    by_hand: frozenset[str] = frozenset()


class Wave:
    """Orders that take a step together. Numbers of orders are texts in keys, whole in the ERP."""

    def __init__(self, walks: Sequence[Walk], around: Surroundings, site: Site, today: dt.date) -> None:
        self.walks = {walk.order.key: walk for walk in walks}
        self.around = around
        self._site = site
        self._today = today

    def wanted(self, step: str) -> Mapping[str, Wanted]:
        """Return, by order, what a step has to bring about."""
        return {key: self._wanted(step, walk) for key, walk in self.walks.items()}

    def scene(self, order: str) -> Scene:
        """Return what stands around an order."""
        number = int(order)
        sales = self.around.sales.get(number, ())
        return Scene(
            order=self.around.orders.get(number),
            purchases=self.around.purchases.get(number, ()),
            sales=sales,
            sale_lines=[line for one in sales for line in self.around.sale_lines.get(one.number, ())],
            ship_lines=[line for one in sales for line in self.around.ship_lines.get(one.number, ())],
            today=self._today,
            lead_days=self._site.lead_days,
            direct_sql=self._site.direct_sql,
        )

    def bare_scene(self) -> Scene:
        """Return what is planned on for rows that belong to no order."""
        return Scene(None, (), (), (), (), self._today, self._site.lead_days, self._site.direct_sql)

    def told(self, order: str, entity: str) -> Mapping[str, Fields]:
        """Return what was told of an order's artefacts of an entity."""
        return self.walks[order].told.get(entity, {}) if order in self.walks else {}

    def left_to_hand(self, order: str) -> frozenset[str]:
        """Return the keys of an order whose change a person carries through: the ERP takes none."""
        if order not in self._site.by_hand:
            return frozenset()
        told = self.told(order, entities.PO_LINES)
        lines = buying.lines_of(told, self.around.purchases.get(int(order), ()))
        return selling.blocked_keys(told, lines, told)

    def owes_authorisation(self, order: str) -> bool:
        """True when a hold of the plant-2 order may be what our own touch left: it was not authorised since."""
        walk = self.walks.get(order)
        if walk is None:
            return False
        told = [values for entity in TOUCHING for values in walk.told.get(entity, {}).values()]
        return any(entity in walk.unsettled for entity in TOUCHING) or any(
            values.get("authorised") is not True for values in told
        )

    # -- the steps ----------------------------------------------------------------------------------

    def _wanted(self, step: str, walk: Walk) -> Wanted:
        order = self.around.orders.get(int(walk.order.key))
        if order is None:
            said = f"the ERP has no plant-4 order {walk.order.key} any more; remove it from the workflow"
            return Rejected(gates.NO_ORDER, said, ErrorClass.FIX_ELSEWHERE)
        wanted = self._of_step(step, walk, order)
        if step not in entities.MADE:
            return wanted
        return gates.unless_closed(order, wanted, begun=bool(walk.told.get(step) or walk.unsettled.get(step)))

    def _of_step(self, step: str, walk: Walk, order: Order) -> Wanted:
        key, told = walk.order.key, walk.told
        job = self.around.jobs.get(order.number)
        match step:
            case entities.SO2_REFERENCES:
                return self._references(walk)
            case entities.ITEMS:
                bags = [line.item for line in order.lines]
                return gates.items(order, self.around.statuses(bags), has_job=job is not None)
            case entities.ITEM_PRICES:
                return gates.item_prices(order, told.get(entities.ITEMS, {}))
            case entities.JOBS_P4:
                return self._items_wait(walk) or gates.job_p4(order, job)
            case entities.SO4_LINES:
                required = self.around.requirements.get(order.number, ())
                return gates.order_lines(order, told.get(entities.SO4_LINES, {}), required)
            case entities.PO_LINES:
                return buying.purchase_lines(self._buying(walk))
            case entities.SO2_LINES:
                return selling.sale_lines_wanted(self._selling(walk))
            case entities.SHIP_REQUEST_LINES:
                sold = walk.made.get(entities.SO2_LINES, ())
                return selling.ship_lines_wanted(self._selling(walk), sold, self.told(key, step))
            case _:
                return self._job_p2(walk)

    def _references(self, walk: Walk) -> Wanted:
        order = self.around.orders[int(walk.order.key)]
        return selling.reference_wanted(order, self.around.sales.get(order.number, ()))

    def _items_wait(self, walk: Walk) -> Wanted | None:
        order = self.around.orders[int(walk.order.key)]
        bought = self._items_told(walk, entities.PO_LINES) | self._items_told(walk, entities.SO2_LINES)
        codes = [code for line in order.lines for code in derived_of(line.item)]
        return gates.own_items_wait(
            order, self.around.statuses(codes), walk.told.get(entities.ITEMS, {}), bought
        )

    def _items_told(self, walk: Walk, entity: str) -> set[str]:
        return {str(values.get("item")).upper() for values in walk.told.get(entity, {}).values()}

    def _buying(self, walk: Walk) -> buying.Buying:
        number = int(walk.order.key)
        required = self.around.requirements.get(number, ())
        return buying.Buying(
            order=self.around.orders[number],
            job=self.around.jobs.get(number, ""),
            requirements=required,
            lines=self.around.purchases.get(number, ()),
            statuses=self.around.statuses({one.item for one in required}),
            told=walk.told.get(entities.PO_LINES, {}),
            unsettled=walk.unsettled.get(entities.PO_LINES, frozenset()),
            by_hand=walk.order.key in self._site.by_hand,
            lead_days=self._site.lead_days,
            today=self._today,
        )

    def _selling(self, walk: Walk) -> selling.Selling:
        number, bought = int(walk.order.key), walk.told.get(entities.PO_LINES, {})
        scene = self.scene(walk.order.key)
        jobs = [job for one in scene.sales if (job := self.around.jobs_p2.get(one.number))]
        return selling.Selling(
            order=self.around.orders[number],
            bought=walk.made.get(entities.PO_LINES, ()),
            bought_told=bought,
            told=walk.told.get(entities.SO2_LINES, {}),
            sales=scene.sales,
            sale_lines=scene.sale_lines,
            statuses=self.around.statuses({roll_of(parts_of(key)[2]) for key in bought}),
            job=", ".join(jobs) or None,
            made=by_item(made for job in jobs for made in self.around.job_quantities.get(job, {}).items()),
            left_to_hand=self.left_to_hand(walk.order.key),
        )

    def _job_p2(self, walk: Walk) -> Wanted:
        sold = walk.made.get(entities.SO2_LINES, ())
        if not sold:
            return []
        told = walk.told.get(entities.JOBS_P2, {}).get(walk.order.key)
        return selling.job_p2(self._selling(walk), numbers_of(sold[0].remote_id)[0], told)


def purchase_orders_of(walks: Iterable[Walk]) -> Mapping[int, Iterable[int]]:
    """Return, by order, the numbers of purchase orders that the ledger knows to be its own."""
    found: dict[int, set[int]] = {}
    for walk in walks:
        numbers = {numbers_of(one.remote_id)[0] for one in walk.made.get(entities.PO_LINES, ())}
        numbers |= {int(v["po"]) for v in walk.told.get(entities.SO2_LINES, {}).values() if v.get("po")}
        found[int(walk.order.key)] = numbers
    return found
