"""Texts, telephone numbers, addresses and amounts of the shop: nothing is cut, nothing is guessed."""

# ruff: noqa: RUF001 - such letters are what this is about

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.counterpoint.addresses import LINE, address_of, on_two_lines
from dagster_project.counterpoint.amounts import NoAmount, amount, told, total
from dagster_project.counterpoint.texts import clean, email, is_email, lost, phone, plain


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("“Executive” ‘Ivory’ – 24#…", "\"Executive\" 'Ivory' - 24#..."),
        ('8.5" x 11"', '8.5" x 11"'),
        ("Party Napkins 🎉 2-ply", "Party Napkins 2-ply"),
        ("Crème Brûlée ½ × ¼, 5 °C", "Crème Brûlée ½ × ¼, 5 °C"),
        ("Copy\tPaper   20#  \n White ", "Copy Paper 20# White"),
        ("€ 5 ™", "EUR 5 (TM)"),
        ("Łódź", "ódz"),
        ("Печатный двор 印刷", ""),
        (None, ""),
        (7, "7"),
    ],
)
def test_texts_are_written_in_the_letters_the_columns_hold(said: object, written: str) -> None:
    assert clean(said) == written


def test_lost_letters_are_noticed_and_lost_decoration_is_not() -> None:
    assert lost("Печатный двор")
    assert not lost("Happy Paper 😀 Co")
    assert not lost("Zoë Müller-Peña")


@given(st.text())
def test_a_cleaned_text_is_latin_and_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert all(" " <= letter <= "ÿ" for letter in once)
    once.encode("latin-1")


def test_notes_keep_every_letter() -> None:
    assert plain(" Thank you!! 🙏\x07 door 🚪\nring ") == "Thank you!! 🙏  door 🚪\nring"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("3055550123", "(305) 555-0123"),
        ("+1 305.555.0123", "(305) 555-0123"),
        ("1-305-555-0123 ext. 12", "(305) 555-0123 ext 12"),
        ("+1 (305) 555-0123 extension 12345", "(305) 555-0123 ext 12345"),
        ("+44 20 7946 0018", "+44 20 7946 0018"),
        ("305-555-CALL", "305-555-CALL"),
        ("", ""),
    ],
)
def test_telephone_numbers_of_the_united_states_have_one_form(said: str, written: str) -> None:
    assert phone(said) == written


def test_an_address_that_is_no_email_is_kept_and_known_as_none() -> None:
    assert email(" Jo@Example.COM ") == "jo@example.com"
    assert is_email("jo@example.com")
    assert not is_email("not-an-address@")


@pytest.mark.parametrize(
    ("line", "first", "second"),
    [
        ("4500 North Federal Highway Building C, Suite 1200", "4500 North Federal Highway", "Building C, Suite 1200"),
        ("12345 Southwest Extremely Long Boulevard #402", "12345 Southwest Extremely Long Boulevard", "#402"),
        ("77 Avenue of the Extraordinary Americas, Rear", "77 Avenue of the Extraordinary Americas", "Rear"),
        ("One two three four five six seven eight nine ten", "One two three four five six seven eight", "nine ten"),
        ("Short St", "Short St", ""),
    ],
)  # fmt: skip
def test_a_street_that_is_too_long_goes_on_in_the_free_second_line(
    line: str, first: str, second: str
) -> None:
    assert on_two_lines(line, "") == (first, second)


def test_a_street_stays_whole_when_the_second_line_is_taken_or_nothing_fits() -> None:
    long = "Receiving dock behind the old Hollywood Fashion Center annex, third gate from the north"
    assert on_two_lines(long, "") == (long, "")
    assert on_two_lines("x" * 50, "Suite 3") == ("x" * 50, "Suite 3")


@given(st.text(alphabet="abc ,#1 suite", max_size=120))
def test_no_letter_of_a_street_is_lost_by_parting_it(line: str) -> None:
    line = clean(line)
    first, second = on_two_lines(line, "")
    assert [c for c in first + second if c.isalnum()] == [c for c in line if c.isalnum()]
    assert (len(first) <= LINE and len(second) <= LINE) or (first, second) == (line, "")


def test_the_name_is_the_company_else_the_person() -> None:
    assert address_of({"company": "", "first_name": "Zoë", "last_name": "Cohen"}).name == "Zoë Cohen"
    assert address_of({"company": "Cohen Press", "first_name": "Zoë"}).name == "Cohen Press"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("67.20", "67.20"), ("$1,028.86", "1028.86"), ("(3.25)", "-3.25"), ("", "0"), (None, "0"), (5, "5"),
        ("-0.01", "-0.01"), ("0.0049", "0.0049"),
    ],
)  # fmt: skip
def test_amounts_are_read_exactly(said: object, value: str) -> None:
    assert amount(said) == Decimal(value)


@pytest.mark.parametrize("said", ["12,5", "abc", "1.2.3", "NaN", "1,2345"])
def test_what_is_no_amount_is_not_taken_for_one(said: str) -> None:
    with pytest.raises(NoAmount, match=said):
        amount(said)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_an_amount_survives_being_written(value: Decimal) -> None:
    assert amount(told(value)) == value
    assert "E" not in told(value)


def test_a_sum_is_exact() -> None:
    assert total(["0.10"] * 3) == Decimal("0.30")
