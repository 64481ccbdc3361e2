"""Which of the staged orders a run walks, and in which order: what an operator asked for first, then the oldest.

Only orders that no run has taken up yet are limited. What is held, has changed or is tried again goes in every
run, so that holds never keep new orders out, and finished orders, which are not staged, count for nothing.
"""

from collections.abc import Sequence

from dagster_project.delivery.destination import Change, Row, StagedAs

ORDERED_ON = "so_date"
NAMED = 5  # so many of the waiting orders are named


def choose(staged: Sequence[Row], limit: int) -> tuple[Sequence[Row], Sequence[str]]:
    """Return the orders to walk now, and in a sentence what has to wait for the next run.

    Nothing but new orders waits, and never an older one than another new one that goes.
    """
    ordered = sorted(staged, key=_place)
    waiting = [row for row in ordered if is_new(row)][limit:]
    if not waiting:
        return ordered, []
    left_out = {row.key for row in waiting}
    names = ", ".join(row.key for row in waiting[:NAMED]) + (", …" if len(waiting) > NAMED else "")
    orders = "1 new order waits" if len(waiting) == 1 else f"{len(waiting)} new orders wait"
    sentence = f"{orders} for the next run ({names}): MAX_ORDERS_PER_RUN is {limit}"
    return [row for row in ordered if row.key not in left_out], [sentence]


def is_new(row: Row) -> bool:
    """True for an order that no run has taken up yet."""
    return row.change is Change.NEW and row.status is StagedAs.PENDING


def _place(row: Row) -> tuple[bool, str, int, str]:
    """Sort by this: asked for or tried again, day of the order, its number. An order without a day is old."""
    number = int(row.key) if row.key.isdecimal() else 0
    return row.status is not StagedAs.RETRY, str(row.values.get(ORDERED_ON) or ""), number, row.key
