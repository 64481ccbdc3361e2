"""The steps of an order's chain, in order, as the kernel sees them."""

import dataclasses
from collections.abc import Sequence

from dagster_project.delivery.destination import Entity
from dagster_project.delivery.mapping import Mapping

ORDERS = "orders"
SO2_REFERENCES = "so2_references"
ITEMS = "items"
ITEM_PRICES = "item_prices"
JOBS_P4 = "jobs_p4"
SO4_LINES = "so4_lines"
PO_LINES = "po_lines"
SO2_LINES = "so2_lines"
SHIP_REQUEST_LINES = "ship_request_lines"
JOBS_P2 = "jobs_p2"

STEPS = (
    SO2_REFERENCES, ITEMS, ITEM_PRICES, JOBS_P4, SO4_LINES, PO_LINES, SO2_LINES, SHIP_REQUEST_LINES, JOBS_P2,
)  # fmt: skip
"""The reference comes first, so that it travels although the order is held further on."""

MADE = frozenset({JOBS_P4, PO_LINES, SO2_LINES, SHIP_REQUEST_LINES, JOBS_P2})
"""Steps that make something of an order's own."""

_STEP = Entity("", "", "", listed=False)


def entities_of(mappings: Sequence[Mapping]) -> tuple[Entity, ...]:
    """Return the staged order and the steps of its chain; all are read where they are walked, never as a whole."""
    orders = next(mapping for mapping in mappings if mapping.entity == ORDERS)
    staged = dataclasses.replace(
        _STEP, name=ORDERS, staging=orders.staging, completed_status="COMPLETED", batch_field=orders.batch,
        identity=orders.identity, likeness=orders.identity,
    )  # fmt: skip
    return (staged, *(dataclasses.replace(_STEP, name=name) for name in STEPS))
