"""What a cell says: integers, dates, and what is neither."""

import datetime as dt

import pytest

from dagster_project.warehouse.landing_cells import Unreadable, read_date, read_integer


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("12.0", 12), ("12.", 12), ("12.000", 12), ("1,200", 1200), ("1,234,567", 1234567),
        (" -3 ", -3), ("+4", 4), ("0", 0), ("-0", 0), ("007", 7), ("2147483647", 2**31 - 1),
        ("-2147483648", -(2**31)), ("", None), ("  ", None), ("nan", None), ("None", None), ("NULL", None),
    ],
)  # fmt: skip
def test_integers_are_read(text: str, value: int | None) -> None:
    assert read_integer(text) == value


@pytest.mark.parametrize(
    "text",
    ["12.5", "1,2", "12,00", "1.200,0", "12 pcs", "1e3", "TBC", "(5)", "--1", "x", "٣", "½", "1_000", ","],
)
def test_what_is_no_integer_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="is not an integer"):
        read_integer(text)


@pytest.mark.parametrize("text", ["2147483648", "-2147483649", "99999999999999999999999"])
def test_integers_beyond_the_column_are_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="beyond the range"):
        read_integer(text)


@pytest.mark.parametrize(
    "text",
    [
        "2025-09-10", " 2025-09-10 ", "2025-09-10 00:00:00", "2025-09-10T13:45", "2025-09-10 13:45:10.123",
        "2025-09-10T13:45:10Z", "2025-09-10T13:45:10+02:00", "9/10/2025", "09/10/2025",
    ],
)  # fmt: skip
def test_dates_are_read(text: str) -> None:
    assert read_date(text) == dt.date(2025, 9, 10)


def test_a_day_beyond_twelve_can_only_stand_first() -> None:
    assert read_date("26/09/2025") == dt.date(2025, 9, 26)
    assert read_date("09/26/2025") == dt.date(2025, 9, 26)


@pytest.mark.parametrize(
    "text", ["", " ", "TBC", "tba", "TBD", "N/A", "00/00/00", "00/00/0000", "nan", "none", "NULL"]
)
def test_words_for_no_date_are_no_date(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize("text", ["2025-02-30", "31/02/2025", "2025-13-01", "0/1/2025", "0000-01-01"])
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="is not a day of the calendar"):
        read_date(text)


@pytest.mark.parametrize(
    "text", ["soon", "2025", "10.09.2025", "9/10/25", "2025-9-10", "2025-09-10 soon", "45910"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="is not a date"):
        read_date(text)
