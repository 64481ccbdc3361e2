"""An ERP with plain LWS orders and an empty warehouse in one home; and counting of what became of the orders.

The counting asks the ERP's own tables by queries of this module's own, and the ledger by a plain one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.asking import Ask, asking
from bench.world import own_home, settings_for
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from sandbox.radius.erp import Erp
from sandbox.radius.people import People
from sandbox.radius.server import RadiusProcess

LATENCY = dict.fromkeys(
    ("P4 job create", "P2 job create", "PO create", "PO update", "SO2 create", "SO2 update", "ship request create",
     "ship request update"), 0.05,
)  # fmt: skip
"""Seconds by kind of call: long enough for a kill to fall into one."""


@dataclass
class Plant:
    """A home, and the ERP behind it."""

    home: Path
    radius: RadiusProcess
    orders: list[int]

    @property
    def environment(self) -> dict[str, str]:
        """What a shell would have to export to work in this home."""
        return {
            "ENV": "SANDBOX", "ORDER_STAGING_HOME": str(self.home),
            "WAREHOUSE_URL": f"duckdb:///{self.home / 'warehouse.duckdb'}", "WAREHOUSE_WAIT_SECONDS": "120",
            "RADIUS_API_URL": self.radius.api, "RADIUS_DATABASE": str(self.radius.database),
            "XLINK_RUNNER_URL": self.radius.url, "RADIUS_QUIET_SECONDS": "0.6", "RADIUS_WORKERS": "4",
        }  # fmt: skip

    @property
    def people(self) -> People:
        """Those with access to the ERP."""
        return self.radius.people


@contextmanager
def plant_of(orders: int) -> Iterator[Plant]:
    """Yield an ERP with so many orders of one line, each of a bag of its own whose derived items are approved."""
    with own_home() as home:
        file = home / "radius.sqlite"
        people = People(Erp(file))
        numbers = []
        for place in range(orders):
            bag = people.add_item(f"2300-ACM{place % 7:02}-{place:04}")
            people.add_derived_items(bag)
            numbers.append(people.add_order(bag, 20_000 + 1_000 * place, f"{4500 + place} 0001 A"))
        with RadiusProcess(file, view_lag_seconds=0.1) as radius:
            radius.control.settings(latency=LATENCY)
            warehouse = Warehouse(settings_for(home).warehouse)
            schema.init(warehouse)
            warehouse.release()
            yield Plant(home, radius, numbers)


@dataclass
class Count:
    """What became of the orders, against what was wanted. Orders by their SO4 numbers."""

    objects: int = 0
    not_once: dict[int, dict[str, int]] = field(default_factory=dict)
    quantities_differ: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)  # plant-2 orders that were not authorised
    disagreeing: list[str] = field(default_factory=list)  # ledger and ERP

    def wrong(self) -> dict[str, Any]:
        """Everything that is not as it should be, by name; empty when all is right."""
        return {name: found for name, found in vars(self).items() if name != "objects" and found}

    @property
    def right(self) -> bool:
        """Each object once, quantities as required, nothing held, the ledger agrees."""
        return self.objects > 0 and not self.wrong()


def count(plant: Plant, *, complete: bool = True) -> Count:
    """Hold the ERP and the ledger against each other; with `complete` every order has to be at its end."""
    with asking(plant.home / "warehouse.duckdb") as warehouse:
        return counted(plant.people, plant.orders, warehouse, complete=complete)


def counted(people: People, orders: Sequence[int], warehouse: Ask, *, complete: bool = True) -> Count:
    """The same of these orders, whatever holds the warehouse."""
    found, remote = Count(), Counter[tuple[str, str]]()
    for order in orders:
        chain = people.show(order)
        made = _made(chain)
        found.objects += sum(len(ids) for ids in made.values())
        if any(len(ids) != 1 for ids in made.values()):
            found.not_once[order] = {kind: len(ids) for kind, ids in made.items()}
        remote.update((kind, one) for kind, ids in made.items() for one in ids)
        if not _agree(chain):
            found.quantities_differ.append(order)
        found.held += [so["SOrderNum"] for so in chain["sales_orders_p2"] if so["SOrderStat"] != 0]
    found.disagreeing = _disagreeing(warehouse, remote, complete=complete)
    return found


def _made(chain: dict[str, Any]) -> dict[str, list[str]]:
    """Ids of what was made, by entity."""
    return {
        "jobs_p4": [job["JobCode"] for job in chain["jobs_p4"]],
        "po_lines": [
            f"{po['POrderNum']}/{line['POrderLineNum']}" for po in chain["purchase_orders"] for line in po["lines"]
        ],
        "so2_lines": [
            f"{so['SOrderNum']}/{line['SOrderLineNum']}" for so in chain["sales_orders_p2"] for line in so["lines"]
        ],
        "ship_request_lines": [f"{one['ShipReqNum']}/{one['ShipReqLineNum']}" for one in chain["ship_requests"]],
        "jobs_p2": [job["JobCode"] for job in chain["jobs_p2"]],
    }  # fmt: skip


def _agree(chain: dict[str, Any]) -> bool:
    """Requirement, purchase order, plant-2 order, ship request and plant-2 job are of one quantity."""
    return 1 == len(
        {
            *(row["RequiredQty"] for row in chain["requirements"]),
            *(line["OrderedQty"] for po in chain["purchase_orders"] for line in po["lines"]),
            *(line["OrderedQty"] for so in chain["sales_orders_p2"] for line in so["lines"]),
            *(line["ShipQty"] for line in chain["ship_requests"]),
            *(line["OrderedQty"] for job in chain["jobs_p2"] for line in job["lines"]),
        }
    )


def _disagreeing(warehouse: Ask, remote: Counter[tuple[str, str]], *, complete: bool) -> list[str]:
    rows = warehouse(
        "select entity, business_key, remote_id, state from delivery where instance like 'radius:%'"
    )
    told = {(entity, one) for entity, _, one, _ in rows if one is not None}
    wrong = [
        f"{entity} {one}: only the ledger knows it"
        for entity, one in told
        if entity in _KINDS and not remote[entity, one]
    ]
    wrong += [
        f"{entity} {one}: the ledger does not know it" for entity, one in remote if (entity, one) not in told
    ]
    if complete:
        wrong += [f"{entity} {key} is {state}" for entity, key, _, state in rows if state != "DELIVERED"]
    return sorted(wrong)


_KINDS = frozenset({"jobs_p4", "po_lines", "so2_lines", "ship_request_lines", "jobs_p2"})
