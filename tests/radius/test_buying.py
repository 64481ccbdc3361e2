"""What is bought for a job, by tables and by laws: no ERP, no ledger."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.delivery.outcomes import Held, Rejected
from dagster_project.radius import buying, holds, rules
from dagster_project.radius.buying import Buying
from dagster_project.radius.facts import OrderLine, PurchaseLine, Requirement
from tests.radius.facts import APPROVED, BAG, FILM, OTHER, TODAY, line, order, required, told_of


def bought(item: str = FILM, ordered: int = 375_500, **said: Any) -> PurchaseLine:
    whole = {
        "order": 241001, "line": 1, "job": "900101", "status": 2, "received": Decimal(0),
        "required": dt.date(2026, 4, 13), **said,
    }  # fmt: skip
    return PurchaseLine(item=item, ordered=Decimal(ordered), **whole)


def buy(*requirements: Requirement, **said: Any) -> Any:
    whole = {
        "order": order(), "job": "900101", "requirements": requirements, "lines": (), "statuses": APPROVED, "told": {},
        "lead_days": 15, "today": TODAY, **said,
    }  # fmt: skip
    return buying.purchase_lines(Buying(**whole))


def test_requirements_of_one_item_are_one_line() -> None:
    found = buy(required(quantity=100, id=1), required(quantity=50, id=2, required=dt.date(2026, 4, 20)))
    assert told_of(found) == {f"251001/P4-PF/{FILM}": {
        "job": "900101", "item": FILM, "quantity": "150", "required_date": "2026-04-20", "dim_a": "36",
        "so4_line": 1,
    }}  # fmt: skip


def test_defect_19_only_printed_film_becomes_a_line() -> None:
    found = buy(required(), required("1200-CLEAR", group="P4-FILM"))
    assert [artefact.values["item"] for artefact in found] == [FILM]


@pytest.mark.parametrize(
    ("requirements", "lines", "held"),
    [
        ([required()], [line()], False),
        ([required(f"16P4-{OTHER}")], [line()], True),
        ([required(), required(f"16P4-{OTHER}", id=2)], [line()], True),
        ([required(), required(f"16P4-{OTHER}", id=2)], [line(), line(2, OTHER)], False),
        ([required()], [line(), line(2, OTHER)], True),
        ([required()], [line(), line(2, OTHER, 0)], False),
        ([required(FILM.lower())], [line()], False),
        ([required("1200-CLEAR", group="P4-FILM")], [line()], True),
        ([required("16P4-1600-" + BAG)], [line()], True),
    ],
)
def test_film_has_to_be_that_of_the_bags_and_of_all_of_them(
    requirements: list[Requirement], lines: list[OrderLine], held: bool
) -> None:
    found = buy(*requirements, order=order(*lines))
    assert isinstance(found, Held) == held
    if held:
        assert found.code == holds.FILM_MISMATCH


@pytest.mark.parametrize("requirements", [(), (required(open=False),)])
def test_nothing_that_is_still_open_is_refused_unless_it_was_bought(
    requirements: tuple[Requirement, ...],
) -> None:
    found = buy(*requirements)
    assert isinstance(found, Rejected)
    assert found.code == buying.REQS_P4
    told = told_of(buy(required()))
    assert told_of(buy(*requirements, told=told)) == told


def test_a_line_of_which_a_part_is_reserved_by_now_stays_as_it_was_told() -> None:
    both = required(quantity=100, id=1), required(quantity=50, id=2)
    told = told_of(buy(*both))
    assert told_of(buy(both[0], replace(both[1], open=False), told=told)) == told


@pytest.mark.parametrize(
    ("status", "code"), [("WAIT", holds.ITEM_WAIT_GATE_PT), (None, holds.ITEM_WAIT_GATE_PT), ("APP", None)]
)
def test_film_is_approved_before_it_is_bought(status: str | None, code: str | None) -> None:
    statuses = {**APPROVED, FILM: status}
    assert getattr(buy(required(), statuses=statuses), "code", None) == code
    assert not isinstance(buy(required(), statuses=statuses, lines=[bought()]), Held)


BLOCKED = [{"status": 8}, {"status": 9}, {"received": Decimal(1)}]


@pytest.mark.parametrize("blocked", BLOCKED)
def test_defect_6_a_blocked_purchase_order_holds_what_differs_and_nothing_else(
    blocked: dict[str, Any],
) -> None:
    told = told_of(buy(required()))
    lines = [bought(**blocked)]
    assert told_of(buy(required(), told=told, lines=lines)) == told
    held = buy(required(quantity=400_000), told=told, lines=lines)
    assert held.code == holds.PO_BLOCKED
    assert "quantity 375500 -> 400000" in held.reason
    moved = buy(required(required=dt.date(2026, 6, 1)), told=told, lines=lines)
    assert moved.code == holds.PO_BLOCKED
    by_hand = buy(required(quantity=400_000), told=told, lines=lines, by_hand=True)
    assert told_of(by_hand)[f"251001/P4-PF/{FILM}"]["quantity"] == "400000"
    assert not isinstance(
        buy(required(quantity=400_000), told=told, lines=[bought(ordered=400_000, **blocked)]), Held
    )


def test_film_that_is_not_required_any_more_is_left_to_a_person() -> None:
    both = order(line(), line(2, OTHER))
    told = told_of(buy(required(), required(f"16P4-{OTHER}", id=2), order=both))
    held = buy(required(), order=order(), told=told, lines=[bought()])
    assert held.code == holds.PO_BLOCKED
    assert f"16P4-{OTHER} is not required any more" in held.reason
    told = told_of(buy(required(), order=order(), told=told, by_hand=True))
    assert told[f"251001/P4-PF/16P4-{OTHER}"]["quantity"] == "0"
    assert told_of(buy(required(), order=order(), told=told)) == told


GROUPS = st.sampled_from(["P4-PF", "P4-FILM"])
REQUIREMENTS = st.lists(
    st.builds(
        required, st.sampled_from([FILM, f"16P4-{OTHER}"]), st.integers(1, 9), group=GROUPS,
        id=st.integers(1, 99), open=st.booleans(),
    ),
    max_size=6,
)  # fmt: skip


@given(REQUIREMENTS)
def test_law_no_key_is_wanted_twice_and_every_open_foot_is_in_one(requirements: list[Requirement]) -> None:
    found = buy(*requirements, order=order(line(), line(2, OTHER)))
    if isinstance(found, Held | Rejected):
        return
    keys = [artefact.key for artefact in found]
    assert len(set(keys)) == len(keys)
    assert sum(rules.number_of(artefact.values["quantity"]) for artefact in found) == sum(
        one.quantity for one in requirements if one.open
    )
    assert told_of(buy(*requirements, order=order(line(), line(2, OTHER)), told=told_of(found))) == told_of(
        found
    )
