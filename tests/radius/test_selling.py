"""What plant 2 is told, by tables and by laws: no ERP, no ledger."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.delivery.destination import Artefact, Finished, RemoteObject
from dagster_project.delivery.outcomes import Held
from dagster_project.radius import holds, rules, selling
from dagster_project.radius.facts import Sale, SaleLine
from dagster_project.radius.selling import Selling
from tests.radius.facts import APPROVED, FILM, ROLL, order, told_of

KEY = f"251001/P4-PF/{FILM}"


def sell(target: int = 100, **said: Any) -> Selling:
    """A line of 100 feet, sold, shipped and made, of which `target` feet are wanted now."""
    told_line = {
        "item": ROLL, "quantity": "100", "required_date": "2026-04-28", "so_item_type": "RNC", "po": 241001,
        "authorised": True, "confirmed": True,
    }  # fmt: skip
    whole: dict[str, Any] = {
        "order": order(),
        "bought": [RemoteObject("po_lines", "241001/1", {}, KEY)],
        "bought_told": {KEY: {"item": FILM, "quantity": str(target), "required_date": "2026-04-28", "so4_line": 1}},
        "told": {KEY: told_line},
        "sales": [Sale(251002, 0, "4554 0041 A", "241001")],
        "sale_lines": [SaleLine(251002, 1, ROLL, Decimal(100), dt.date(2026, 4, 13))],
        "statuses": APPROVED, "job": "900102", "made": {ROLL: Decimal(100)},
        **said,
    }  # fmt: skip
    return Selling(**whole)


def quantities(wanted: Any) -> list[str]:
    return [artefact.values["quantity"] for artefact in wanted]


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 200), st.booleans())
def test_law_a_decrease_never_touches_plant_2_before_its_job_follows(
    target: int, sold: int, made: int, has_job: bool
) -> None:
    """The line stays as it was told while less is wanted than stands there and the job makes something else."""
    selling_ = sell(
        target, job="900102" if has_job else None, made={ROLL: Decimal(made)},
        sale_lines=[SaleLine(251002, 1, ROLL, Decimal(sold), None)],
    )  # fmt: skip
    (wanted,) = selling.sale_lines_wanted(selling_)  # type: ignore[misc]
    assert isinstance(wanted, Artefact)
    lowered = rules.number_of(wanted.values["quantity"]) < sold and wanted.values["quantity"] != "100"
    assert not (lowered and has_job and made != target)
    if not has_job or made == target or target >= sold:
        assert wanted.values["quantity"] == str(target)


@pytest.mark.parametrize(
    ("target", "sold", "made", "code"),
    [
        (100, 100, 100, None),
        (120, 120, 100, holds.INCREASED),
        (80, 100, 100, holds.DECREASED),
        (80, 100, 80, None),
        (80, 80, 80, None),
    ],
)
def test_a_job_that_makes_something_else_holds_by_the_way_it_has_to_go(
    target: int, sold: int, made: int, code: str | None
) -> None:
    state = sell(
        target, made={ROLL: Decimal(made)}, sale_lines=[SaleLine(251002, 1, ROLL, Decimal(sold), None)]
    )
    found = selling.job_p2(state, 251002, {"confirmed": f"{ROLL} 100"} if target != 100 else None)
    assert getattr(found, "code", None) == code


def test_a_job_that_was_seen_to_follow_is_not_asked_again() -> None:
    told = told_of(selling.job_p2(sell(), 251002, None))["251001"]
    later = sell(made={ROLL: Decimal(777)})
    assert told_of(selling.job_p2(later, 251002, told))["251001"] == told


def test_what_a_person_carries_through_waits_for_no_job() -> None:
    state = sell(80, left_to_hand=frozenset({KEY}))
    assert quantities(selling.sale_lines_wanted(state)) == ["80"]
    assert not isinstance(selling.job_p2(state, 251002, None), Held)


def test_a_complete_plant_2_order_ends_the_chain_unless_there_is_another() -> None:
    done = Sale(251002, 9, None, "241001")
    assert selling.sale_lines_wanted(sell(sales=[done])) == Finished(selling.ALREADY_COMPLETE)
    assert not isinstance(
        selling.sale_lines_wanted(sell(sales=[Sale(251009, 0, None, "241001"), done])), Finished
    )


@pytest.mark.parametrize(
    ("status", "code"), [(0, None), (1, holds.SO_P2_STATUS_HOLD), (2, holds.SO_P2_STATUS_HOLD)]
)
def test_a_held_plant_2_order_gets_no_ship_request(status: int, code: str | None) -> None:
    sold = [RemoteObject("so2_lines", "251002/1", {}, KEY)]
    state = sell(sales=[Sale(251002, status, "4554 0041 A", "241001")])
    assert getattr(selling.ship_lines_wanted(state, sold, {}), "code", None) == code


def test_lines_that_do_not_show_yet_are_waited_for() -> None:
    found = selling.ship_lines_wanted(sell(), [], {})
    assert isinstance(found, Held)
    assert found.code == holds.SHIPREQ_P2_WAIT_LINES


@pytest.mark.parametrize(
    ("custref", "po", "said"),
    [("4554 0041 A", "241001", "4554 0041 A"), (None, "241001", "241001"), ("", "", "SO:251002")],
)
def test_the_shipping_reference_is_the_customers_or_else_ours(
    custref: str | None, po: str, said: str
) -> None:
    assert rules.shipping_reference(custref, po, 251002) == said


def test_the_reference_is_told_where_somebody_takes_it() -> None:
    assert selling.reference_wanted(order(), []) == []
    assert selling.reference_wanted(order(), [Sale(251002, 9, None, "1")]) == []
    (wanted,) = selling.reference_wanted(order(), [Sale(251002, 1, None, "1")])  # type: ignore[misc]
    assert wanted.values["custref"] == "4554 0041 A"  # type: ignore[union-attr]
