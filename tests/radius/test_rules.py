"""Texts, dates and keys, by tables and by laws: no ERP, no ledger."""

import datetime as dt
import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.radius import rules
from dagster_project.radius.item_codes import core, film_of, is_film, roll_of
from tests.radius.facts import BAG, FILM, ROLL, TODAY


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
