"""What can be special about an order of plant 4: how it is entered, and what has to become of it.

A scene gets the order's plain draft and spoils it. `expected` is the name of the state in which the order ends
when nobody helps: COMPLETE, a hold, REQS_P4 (failed), ERR (people have to see it) or NOT_ELIGIBLE.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

COMPLETE, NOT_ELIGIBLE, ERR = "COMPLETE", "NOT_ELIGIBLE", "ERR"


@dataclass(frozen=True)
class Bag:
    """A base item, the estimate behind it, and how far its derived items are."""

    code: str
    ratio: float
    setup: int
    width: float
    status: str = "APP"
    film: str | None = "APP"
    """Status of the printed film; None: there is none yet."""
    roll: str | None = "APP"
    estimate: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    bag: Bag
    quantity: int
    required: date | None
    columns: dict[str, Any] = field(default_factory=dict)
    film: str | None = None
    """The film on the estimate, when it is not the bag's own; blank: none."""


@dataclass(frozen=True)
class Draft:
    """An order before it is entered; the first line is of the order's own bag."""

    day: date
    custref: str
    lines: tuple[Line, ...]
    header: dict[str, Any] = field(default_factory=dict)
    expected: str = COMPLETE
    other: Bag | None = None
    """A second bag, for scenes that need one."""

    def first(self, **changes: Any) -> "Draft":
        """With another first line."""
        return replace(self, lines=(replace(self.lines[0], **changes), *self.lines[1:]))

    def bag(self, expected: str, **changes: Any) -> "Draft":
        """With another bag."""
        changed = self.first(bag=replace(self.lines[0].bag, **changes))
        return replace(changed, expected=expected)


Scene = Callable[[Draft], Draft]


def items_missing(draft: Draft) -> Draft:
    return draft.bag("ITEM_CREATE_WAIT", film=None, roll=None)


def film_missing(draft: Draft) -> Draft:
    return draft.bag("ITEM_CREATE_WAIT", film=None)


def roll_missing(draft: Draft) -> Draft:
    return draft.bag("ITEM_CREATE_WAIT", roll=None)


def film_waits(draft: Draft) -> Draft:
    return draft.bag("ITEM_WAIT_GATE_PT", film="WAIT")


def film_blank(draft: Draft) -> Draft:
    return draft.bag("ITEM_WAIT_GATE_PT", film="")


def roll_waits(draft: Draft) -> Draft:
    return draft.bag("ITEM_WAIT_GATE_SP", roll="WAIT")


def roll_pending(draft: Draft) -> Draft:
    return draft.bag("ITEM_WAIT_GATE_SP", roll="PEND")


def bag_waits(draft: Draft) -> Draft:
    return draft.bag("BASE_ITEM_WAIT", status="WAIT")


def bag_blank(draft: Draft) -> Draft:
    return draft.bag("BASE_ITEM_WAIT", status="")


def bag_inactive(draft: Draft) -> Draft:
    return draft.bag("BASE_ITEM_WAIT", status="INAC")


def order_held(draft: Draft) -> Draft:
    return replace(draft, header={"SOrderStat": 1}, expected="JOB_P4_HOLD")


def order_credit_held(draft: Draft) -> Draft:
    return replace(draft, header={"SOrderStat": 2}, expected="JOB_P4_HOLD")


def no_estimate(draft: Draft) -> Draft:
    """Plant 4 finds no valid estimate."""
    return draft.bag("JOB_P4_HOLD", estimate={"p4": 0})


def no_roll_estimate(draft: Draft) -> Draft:
    """Plant 2 finds none; everything before it is made."""
    return draft.bag("JOB_P2_SO_ON_HOLD", estimate={"p2": 0})


def wrong_film(draft: Draft) -> Draft:
    """The estimate takes the film of another bag."""
    assert draft.other is not None
    changed = draft.first(film=f"16P4-{draft.other.code}")
    return replace(changed, expected="PRINTED_FILM_BASE_MISMATCH")


def no_film(draft: Draft) -> Draft:
    """The job asks for plain film only."""
    changed = draft.first(film="").bag("PRINTED_FILM_BASE_MISMATCH", estimate={"extra": "OPP-35-CLEAR"})
    return replace(changed, expected="PRINTED_FILM_BASE_MISMATCH")


def no_requirements(draft: Draft) -> Draft:
    """The job asks for nothing."""
    return replace(draft.first(film=""), expected="REQS_P4")


def plain_film_too(draft: Draft) -> Draft:
    """A P4-FILM row that is no printed film stands beside the right one."""
    return draft.bag(COMPLETE, estimate={"extra": "OPP-35-CLEAR"})


def two_webs(draft: Draft) -> Draft:
    """Two requirements of one item in one job."""
    return draft.bag(COMPLETE, estimate={"webs": 2})


def two_lines(draft: Draft) -> Draft:
    """Lines with different bags."""
    assert draft.other is not None
    return replace(draft, lines=(*draft.lines, replace(draft.lines[0], bag=draft.other, quantity=40_000)))


def one_bag_twice(draft: Draft) -> Draft:
    """Two lines with the same bag, for different dates."""
    line = draft.lines[0]
    later = None if line.required is None else line.required + timedelta(days=14)
    return replace(draft, lines=(line, replace(line, quantity=25_000, required=later)))


def art_first(draft: Draft) -> Draft:
    """Line 1 is art work."""
    line = draft.lines[0]
    return replace(draft, lines=(replace(line, quantity=1, columns={"SOItemTypeCode": "P4ART"}), line))


def art_second(draft: Draft) -> Draft:
    line = draft.lines[0]
    return replace(draft, lines=(line, replace(line, quantity=1, columns={"SOItemTypeCode": "P4ART"})))


def art_only(draft: Draft) -> Draft:
    return replace(draft.first(columns={"SOItemTypeCode": "P4ART"}, quantity=1), expected=NOT_ELIGIBLE)


def no_lines(draft: Draft) -> Draft:
    return replace(draft, lines=(), expected=ERR)


def custref_blank(draft: Draft) -> Draft:
    return replace(draft, custref="")


def custref_pending(draft: Draft) -> Draft:
    """The real one is told later."""
    return replace(draft, custref="3736 PEND11")


def custref_odd(draft: Draft) -> Draft:
    """A quote, an accent and an ampersand, as people type them."""
    return replace(draft, custref="O'Néil & Co 12\"")


def overdue(draft: Draft) -> Draft:
    """Required in the past."""
    return draft.first(required=draft.day - timedelta(days=12))


def urgent(draft: Draft) -> Draft:
    """Required so soon that the lead time would begin before today."""
    return draft.first(required=draft.day + timedelta(days=9))


def lower_case(draft: Draft) -> Draft:
    """The line was typed in lower case; texts compare without regard to it."""
    return draft.first(columns={"ItemCode": draft.lines[0].bag.code.lower()})


SCENES: tuple[Scene, ...] = (
    items_missing, film_missing, roll_missing, film_waits, film_blank, roll_waits, roll_pending, bag_waits,
    bag_blank, bag_inactive, order_held, order_credit_held, no_estimate, no_roll_estimate, wrong_film, no_film,
    no_requirements, plain_film_too, two_webs, two_lines, one_bag_twice, art_first, art_second, art_only, no_lines,
    custref_blank, custref_pending, custref_odd, overdue, urgent, lower_case,
)  # fmt: skip
