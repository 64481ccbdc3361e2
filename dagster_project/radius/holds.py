"""The states in which an order waits for somebody, by the names operators know: who has to do what, and what then.

A hold ends by itself when a run finds that it is over; nobody has to tell the workflow.
"""

from dataclasses import dataclass
from typing import Final

POLYTEX, STARPAK = "PolyTex", "StarPak"
"""Plant 4 and plant 2."""

ITEM_CREATE_WAIT: Final = "ITEM_CREATE_WAIT"
BASE_ITEM_WAIT: Final = "BASE_ITEM_WAIT"
ITEM_WAIT_GATE_PT: Final = "ITEM_WAIT_GATE_PT"
ITEM_WAIT_GATE_SP: Final = "ITEM_WAIT_GATE_SP"
JOB_P4_HOLD: Final = "JOB_P4_HOLD"
FILM_MISMATCH: Final = "PRINTED_FILM_BASE_MISMATCH"
SO_P2_STATUS_HOLD: Final = "SO_P2_STATUS_HOLD"
SHIPREQ_P2_WAIT_LINES: Final = "SHIPREQ_P2_WAIT_LINES"
JOB_P2_SO_ON_HOLD: Final = "JOB_P2_SO_ON_HOLD"
QUANTITY_CHANGED: Final = "SO4_QTY_CHANGED_WAIT_RECONFIRM"
INCREASED: Final = "P2_SO_QTY_UPDATED_WAIT_RECONFIRM"
DECREASED: Final = "P2_QTY_DECREASE_WAIT_SP_JOB_RECONFIRM"
PO_BLOCKED: Final = "P2_SO_QTY_UPDATED_MANUAL_COMPLETE_REQUIRED"


@dataclass(frozen=True)
class Hold:
    """A state in which an order waits."""

    code: str
    plant: str  # whose people end it
    waits_for: str  # as the views say it, dbt/macros/radius/holds.sql
    after_changes: bool = False  # True: the chain was made before; a change waits to be carried through


HOLDS = {
    hold.code: hold
    for hold in (
        Hold(BASE_ITEM_WAIT, POLYTEX, "customer service: approve the bag"),
        Hold(
            ITEM_CREATE_WAIT,
            POLYTEX,
            "customer service: approve the printed film and the printed roll that were made",
        ),
        Hold(ITEM_WAIT_GATE_PT, POLYTEX, "customer service: approve the printed film"),
        Hold(ITEM_WAIT_GATE_SP, POLYTEX, "customer service: approve the printed roll"),
        Hold(JOB_P4_HOLD, POLYTEX, "plant 4: release the order, or give its bag an estimate"),
        Hold(
            FILM_MISMATCH,
            POLYTEX,
            "fulfilment: put the film of the bag into the estimate and reconfirm the plant-4 job",
        ),
        Hold(SO_P2_STATUS_HOLD, STARPAK, "plant 2: release the plant-2 order"),
        Hold(SHIPREQ_P2_WAIT_LINES, STARPAK, "nothing: the lines of the plant-2 order show by the next run"),
        Hold(JOB_P2_SO_ON_HOLD, STARPAK, "plant 2: release the plant-2 order, or give its roll an estimate"),
        Hold(QUANTITY_CHANGED, POLYTEX, "customer service: reconfirm the plant-4 job", after_changes=True),
        Hold(INCREASED, STARPAK, "fulfilment: reconfirm the plant-2 job", after_changes=True),
        Hold(
            DECREASED,
            STARPAK,
            "fulfilment: put the decrease into the estimate and reconfirm the plant-2 job",
            after_changes=True,
        ),
        Hold(
            PO_BLOCKED,
            STARPAK,
            "customer service: settle the change by hand and complete the order",
            after_changes=True,
        ),
    )
}


def hold_of(code: str | None) -> Hold:
    """Return what is known of a hold; of one that nobody has named yet, its code alone."""
    return HOLDS.get(code or "") or Hold(code or "HOLD", POLYTEX, "somebody who looks at it")


STEPS = {
    "so2_references": "CUSTREF",
    "items": "ITEM_GATE_PRE_JOB",
    "item_prices": "ITEM_PRICES",
    "jobs_p4": "JOB_P4",
    "so4_lines": "SO4_LINES",
    "po_lines": "PO_P4",
    "so2_lines": "SO_P2",
    "ship_request_lines": "SHIPREQ_P2",
    "jobs_p2": "JOB_P2",
}
"""What people call the steps of a chain, by the kind of object that a step makes."""


def step_of(code: str) -> str:
    """Return the name of a step as people know it; a code that is none stands for itself."""
    return STEPS.get(code, code)
