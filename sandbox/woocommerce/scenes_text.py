"""How it is written: inch marks, emoji, smart quotes, texts longer than Counterpoint's columns."""

# ruff: noqa: RUF001 - such letters are what this is about

from dataclasses import replace

from sandbox.counterpoint.taxes import BY_CODE
from sandbox.woocommerce.stage import Stage


def inch_marks(stage: Stage) -> None:
    _rename(stage, '8.5" x 11" 60# Canary "Perm" Scored, 100/pk')


def brackets_and_backslashes(stage: Stage) -> None:
    """Whoever scans JSON by hand stumbles here."""
    _rename(stage, 'Tabs \\ "A-Z" {set}, [5], "quantity": 9, "price": null')


def smart_quotes(stage: Stage) -> None:
    _rename(stage, "“Executive” Letterhead – 24# ‘Ivory’…")
    stage.ships_to(company="O’Neill & Sons’ “Print” Shop")


def emoji(stage: Stage) -> None:
    _rename(stage, "Party Napkins 🎉 2-ply")
    stage.ships_to(company="Happy Paper 😀 Co")
    stage.draft.note = "Thank you!! 🙏🏽 leave at door 🚪"


def accents(stage: Stage) -> None:
    _rename(stage, "Crème Brûlée Vellum ½ × ¼, 5 °C, µ-perf")
    stage.ships_to(first="Zoë", last="Müller-Peña", company="")


def tabs_and_double_blanks(stage: Stage) -> None:
    _rename(stage, "Copy\tPaper   20#  \n White ")
    stage.ships_to(line_1=" 120  NW\t7th  Ave ", company="  Brown   Printing ")


def outside_any_code_page(stage: Stage) -> None:
    stage.ships_to(company="Печатный двор 印刷", first="Анна", last="李")


def product_name_of_300_letters(stage: Stage) -> None:
    _rename(stage, "Extra heavy recycled cover stock " * 9 + "end")


def long_note(stage: Stage) -> None:
    stage.draft.note = "Deliver between 9 and 11, ask for the print room. " * 16


def company_too_long(stage: Stage) -> None:
    stage.ships_to(company="Greater Fort Lauderdale Association of Independent Printers Inc")
    stage.undecided("a name of more than 40 letters may be cut or refused")


def phone_too_long(stage: Stage) -> None:
    stage.draft.billing = replace(stage.draft.billing, phone="+1 (305) 555-0123 extension 12345")
    if stage.draft.shipping_address:
        stage.ships_to(phone=stage.draft.billing.phone)
    stage.undecided("a phone of more than 25 letters may be cut or refused")


def address_to_be_split(stage: Stage) -> None:
    """Over 40 letters, with a suite that may go to the second line."""
    stage.ships_to(line_1="4500 North Federal Highway Building C, Suite 1200", line_2="")
    stage.undecided("the suite may move to the second line, or the order be refused")


def address_too_long(stage: Stage) -> None:
    """Whatever is cut off is missing on the parcel."""
    stage.ships_to(
        line_1="Receiving dock behind the old Hollywood Fashion Center annex, third gate from the north",
        line_2="ask for Maria or, when she is out, for the gentleman in the blue booth",
    )
    stage.fails("text_too_long")


def city_too_long(stage: Stage) -> None:
    stage.ships_to(city="Rancho Santa Margarita Heights")
    stage.fails("text_too_long")


def state_spelled_out(stage: Stage) -> None:
    stage.ships_to(state="Florida", city="Tampa", postcode="33602")


def state_too_long(stage: Stage) -> None:
    stage.ships_to(state="Mecklenburg-Vorpommern", city="Rostock", postcode="18055", country="DE")
    stage.draft.tax = BY_CODE["NOTAX"]
    stage.fails("text_too_long")


def to_great_britain(stage: Stage) -> None:
    stage.ships_to(
        line_1="221B Baker Street", line_2="", city="London", state="", postcode="NW1 6XE", country="GB"
    )
    stage.draft.tax = BY_CODE["NOTAX"]


def numbered_by_a_plugin(stage: Stage) -> None:
    stage.draft.number = f"WEB-2025-{stage.draft.index:08d}"


def _rename(stage: Stage, name: str) -> None:
    stage.draft.lines[0] = replace(stage.draft.lines[0], name=name)


TEXT = (
    inch_marks,
    brackets_and_backslashes,
    smart_quotes,
    emoji,
    accents,
    tabs_and_double_blanks,
    outside_any_code_page,
    product_name_of_300_letters,
    long_note,
    company_too_long,
    phone_too_long,
    address_to_be_split,
    address_too_long,
    city_too_long,
    state_spelled_out,
    state_too_long,
    to_great_britain,
    numbered_by_a_plugin,
)
