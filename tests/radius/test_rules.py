"""The rules of the workflow, by tables and by laws: no ERP, no ledger."""

import datetime as dt
import string
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.delivery.destination import Artefact, Finished, RemoteObject
from dagster_project.delivery.outcomes import Held, Rejected
from dagster_project.radius import buying, gates, holds, rules, selling
from dagster_project.radius.buying import Buying
from dagster_project.radius.facts import Order, OrderLine, PurchaseLine, Requirement, Sale, SaleLine
from dagster_project.radius.item_codes import core, film_of, is_film, roll_of
from dagster_project.radius.selling import Selling

TODAY = dt.date(2026, 3, 2)
BAG, OTHER = "2300-ACM01-0001", "2300-ACM01-0002"
FILM, ROLL = f"16P4-{BAG}", f"1600-{BAG}"
APPROVED = {
    BAG: "APP",
    FILM: "APP",
    ROLL: "APP",
    OTHER: "APP",
    f"16P4-{OTHER}": "APP",
    f"1600-{OTHER}": "APP",
}


def line(number: int = 1, item: str = BAG, quantity: int = 150_000) -> OrderLine:
    return OrderLine(number, item, Decimal(quantity), dt.date(2026, 5, 1), "RNC")


def order(*lines: OrderLine, status: int = 0) -> Order:
    return Order(251001, status, "4554 0041 A", lines or (line(),))


def required(item: str = FILM, quantity: int = 375_500, **said: Any) -> Requirement:
    whole = {
        "id": 340_000_001, "group": "P4-PF", "required": dt.date(2026, 4, 28), "order_line": 1,
        "width": Decimal("36.0"), "open": True, **said,
    }  # fmt: skip
    return Requirement(item=item, quantity=Decimal(quantity), **whole)


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


def told_of(wanted: Any) -> dict[str, Any]:
    return {artefact.key: dict(artefact.values) for artefact in wanted}


# -- texts, dates, keys -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "bare"),
    [
        (BAG, BAG), (FILM, BAG), (ROLL, BAG), ("16p4-abc", "abc"), ("16P4-1600-X", "X"), ("1600-16P4-X", "16P4-X"),
        ("16P4-16P4-X", "16P4-X"), ("", ""),
    ],
)  # fmt: skip
def test_an_item_without_its_marks(item: str, bare: str) -> None:
    assert core(item) == bare


@given(st.text(string.ascii_uppercase + string.digits + "-", max_size=12))
def test_film_and_roll_of_an_item_have_its_core(item: str) -> None:
    assert core(film_of(core(item))) == core(core(item)) or core(item).startswith(("16P4-", "1600-"))
    assert is_film(film_of(item))
    assert not is_film(roll_of(item))


@given(st.decimals(min_value=0, max_value=10**9, places=3))
def test_a_number_is_told_exactly_and_in_one_way_only(value: Decimal) -> None:
    told = rules.told_number(value)
    assert told is not None
    assert rules.number_of(told) == value
    assert rules.told_number(rules.number_of(told)) == told
    assert "E" not in told
    assert not (("." in told) and told.endswith(("0", ".")))


@pytest.mark.parametrize(
    ("required", "sent"),
    [
        (dt.date(2026, 5, 1), dt.date(2026, 4, 16)),
        (dt.date(2026, 3, 17), TODAY),
        (dt.date(2026, 3, 5), TODAY),
        (dt.date(2026, 1, 1), TODAY),
        (None, TODAY),
    ],
)
def test_film_is_wanted_the_lead_time_before_but_never_before_today(
    required: dt.date | None, sent: dt.date
) -> None:
    assert rules.sent_day(required, 15, TODAY) == sent


def test_the_order_itself_is_two_weeks_earlier_and_tomorrow_at_the_earliest() -> None:
    assert rules.ordered_by(dt.date(2026, 4, 16), TODAY) == dt.date(2026, 4, 2)
    assert rules.ordered_by(TODAY, TODAY) == dt.date(2026, 3, 3)


DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))


@given(DAYS, st.integers(0, 60), DAYS, st.integers(0, 200))
def test_what_was_sent_is_in_time_also_on_later_days(
    required: dt.date, lead: int, day: dt.date, later: int
) -> None:
    sent = rules.sent_day(required, lead, day)
    assert rules.on_time(sent, required, lead, day + dt.timedelta(days=later))


def test_a_date_that_somebody_moved_is_not_in_time() -> None:
    assert not rules.on_time(dt.date(2026, 4, 20), dt.date(2026, 5, 1), 15, TODAY)


@given(
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.sampled_from(["P4-PF", "P4-FILM"]),
    st.text(min_size=1, max_size=20),
)
def test_a_key_can_be_taken_apart_again(number: str, group: str, item: str) -> None:
    assert rules.parts_of(rules.key_of(number, group, item)) == (number, group, item)


ITEMS = st.sampled_from(["16P4-A", "16P4-B", "16p4-a"])


@given(st.lists(ITEMS, max_size=6), st.lists(ITEMS, max_size=6))
def test_law_no_line_is_for_two_keys_and_each_is_for_its_item(wanted: list[str], there: list[str]) -> None:
    keys = [(f"251001/G{n}/{item}", item) for n, item in enumerate(wanted)]
    lines = [(item, (item, n)) for n, item in enumerate(there)]
    found = rules.assigned(keys, lines)
    assert len(set(found.values())) == len(found)
    assert all(dict(keys)[key].upper() == line[0].upper() for key, line in found.items())


# -- gates ------------------------------------------------------------------------------------------


def test_both_items_of_each_bag_are_wanted_once() -> None:
    found = gates.items(order(line(), line(2, OTHER), line(3, BAG.lower())), APPROVED, has_job=False)
    assert [artefact.key for artefact in found] == [FILM, ROLL, f"16P4-{OTHER}", f"1600-{OTHER}"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("statuses", "has_job", "code"),
    [
        ({BAG: "WAIT"}, False, holds.BASE_ITEM_WAIT),
        ({BAG: ""}, False, holds.BASE_ITEM_WAIT),
        ({}, False, gates.NO_ITEM),
        ({BAG: "WAIT"}, True, None),
        ({BAG: "APP"}, False, None),
    ],
)
def test_bags_are_approved_before_there_is_a_job(
    statuses: dict[str, str], has_job: bool, code: str | None
) -> None:
    found = gates.items(order(), statuses, has_job=has_job)
    assert getattr(found, "code", None) == code


@pytest.mark.parametrize("lines", [(), (line(item=""),)])
def test_an_order_without_a_bag_is_refused(lines: tuple[OrderLine, ...]) -> None:
    found = gates.items(Order(251001, 0, None, lines), {}, has_job=False)
    assert isinstance(found, Rejected)
    assert found.code == gates.NO_ITEM


@pytest.mark.parametrize(
    ("told", "status", "bought_already", "waits"),
    [
        ({"made": False}, "WAIT", (), False),
        ({}, "WAIT", (), True),
        ({}, "PEND", (), True),
        ({}, "APP", (), False),
        ({}, "WAIT", (FILM,), False),
    ],
)
def test_only_items_of_ours_wait_here(
    told: dict[str, Any], status: str, bought_already: tuple[str, ...], waits: bool
) -> None:
    found = gates.own_items_wait(order(), {FILM: status}, {FILM: told}, bought_already)
    assert (found is not None) == waits


@pytest.mark.parametrize(
    ("status", "job", "held"), [(0, None, 0), (1, None, 1), (2, None, 1), (1, "900101", 0)]
)
def test_a_held_order_gets_no_job_but_keeps_the_one_it_has(status: int, job: str | None, held: int) -> None:
    assert isinstance(gates.job_p4(order(status=status), job), Held) == bool(held)


def confirmed(lines: list[OrderLine], confirmation: int, told: Any = None) -> Any:
    return gates.order_lines(order(*lines), told or {}, [required(id=confirmation)])


def test_a_first_look_tells_what_there_is() -> None:
    assert told_of(confirmed([line()], 7)) == {
        "251001/1": {"item": BAG, "ordered_qty": "150000", "req_date": "2026-05-01", "confirmation": 7}
    }


@pytest.mark.parametrize(
    ("before", "after", "again", "held"),
    [
        ([line()], [line(quantity=180_000)], False, "line 1: 150000 -> 180000"),
        ([line()], [line(quantity=180_000)], True, None),
        ([line()], [line()], False, None),
        ([line()], [line(), line(2, OTHER, 5)], False, f"line 2: 0 -> 5 {OTHER}"),
        ([line(), line(2, OTHER, 5)], [line()], False, f"line 2: 5 -> 0 {OTHER}"),
        ([line(), line(2, OTHER, 5)], [line()], True, None),
        ([line()], [line(item=OTHER)], False, f"line 1: 150000 {BAG} -> 150000 {OTHER}"),
        ([line()], [line(), line(2, OTHER, 0)], False, None),
    ],
)
def test_another_quantity_waits_for_another_confirmation(
    before: list[OrderLine], after: list[OrderLine], again: bool, held: str | None
) -> None:
    told = told_of(confirmed(before, 7))
    found = confirmed(after, 8 if again else 7, told)
    if held is None:
        assert not isinstance(found, Held)
    else:
        assert isinstance(found, Held)
        assert found.code == holds.QUANTITY_CHANGED
        assert held in found.reason


def test_requirements_that_vanish_confirm_nothing() -> None:
    told = told_of(confirmed([line()], 7))
    for left in ([], [required(id=6)]):
        found = gates.order_lines(order(line(quantity=180_000)), told, left)
        assert isinstance(found, Held)
        assert told_of(gates.order_lines(order(), told, left)) == told


LINES = st.lists(st.tuples(st.sampled_from([BAG, OTHER]), st.integers(1, 9)), min_size=1, max_size=4)


def _lines(said: list[tuple[str, int]]) -> list[OrderLine]:
    return [line(number, item, quantity) for number, (item, quantity) in enumerate(said, 1)]


@given(LINES, LINES)
def test_law_what_is_put_back_is_no_change(
    first: list[tuple[str, int]], second: list[tuple[str, int]]
) -> None:
    told = told_of(confirmed(_lines(first), 7))
    changed = confirmed(_lines(second), 7, told)
    assert isinstance(changed, Held) == (first != second)
    assert told_of(confirmed(_lines(first), 7, told)) == told


@given(LINES, LINES)
def test_law_a_confirmation_releases_and_is_told(
    first: list[tuple[str, int]], second: list[tuple[str, int]]
) -> None:
    told = told_of(confirmed(_lines(first), 7))
    after = told_of(confirmed(_lines(second), 8, told))
    assert all(values["confirmation"] == 8 for values in after.values())
    assert not isinstance(confirmed(_lines(second), 8, after), Held)


# -- buying -----------------------------------------------------------------------------------------


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


# -- selling ----------------------------------------------------------------------------------------

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
