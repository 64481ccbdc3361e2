"""What lines of purchase and sales orders have in common: items that may be ordered, and how a refusal looks."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.radius.codes import APPROVED
from sandbox.radius.refusals import Json, LineRefused, Refused
from sandbox.radius.session import COMPANY, Session

PRICE_UNITS = {"KFEET": 1000, "FEET": 1, "THOUS": 1000, "EA": 1}
ACTIONS = ("", "Add", "Update")


def may_be_ordered(session: Session, line: int, item_code: str, right: str) -> Json:
    """The item, if it is approved and may be Purchased or Sold; raises LineRefused."""
    item = session.find("PM_Item", CompNum=COMPANY, ItemCode=item_code)
    if item is None:
        raise LineRefused(line, f"Item {item_code} does not exist")
    if item["ItemStatusCode"] != APPROVED:
        raise LineRefused(line, "Item is inactive")
    if not item[right]:
        raise LineRefused(line, f"Item {item_code} is not a {right.lower()} item")
    return item


def positive(line: int, quantity: float, name: str = "Ordered quantity") -> float:
    """Raises LineRefused."""
    if quantity <= 0:
        raise LineRefused(line, f"{name} must be greater than zero")
    return quantity


def price_unit(line: int, code: str) -> int:
    """How many of the item's unit one price is for; raises LineRefused."""
    if code not in PRICE_UNITS:
        raise LineRefused(line, f"Price unit {code} does not exist")
    return PRICE_UNITS[code]


def told_action(given: Json, line: int) -> str:
    """The Action somebody wrote on a line; raises LineRefused when there is no such."""
    action = str(given.get("Action", ""))
    if action not in ACTIONS:
        raise LineRefused(line, f"Action {action} is not known")
    return action


def failed(
    header: Json, lines_key: str, number_key: str, refused: LineRefused, *, lines: Sequence[object]
) -> Json:
    """The header as it came, marked as failed, with the reason on the line it is about."""
    return {
        **header,
        number_key: header.get(number_key) or 0,
        "Action": "Failed",
        "ErrorMessage": f"Problem with Line #{refused.line}",
        lines_key: [
            {**line, "Action": "Failed" if place == refused.line else line.get("Action", ""),
             "ErrorMessage": refused.message if place == refused.line else ""}
            for place, line in enumerate(lines, 1) if isinstance(line, dict)
        ],
    }  # fmt: skip


def whole(
    header: Json,
    keys: tuple[str, str, str, str],
    write: Callable[[], Json],
) -> Json:
    """What `write` answers, in its wrapper; refusals get the form of the entity.

    `keys`: outer wrapper, inner wrapper, key of the lines, key of the number.
    """
    outer, inner, lines_key, number_key = keys
    try:
        return {outer: {inner: [write()]}}
    except LineRefused as refused:
        told = failed(header, lines_key, number_key, refused, lines=header.get(lines_key) or [])
        raise Refused(f"Problem with Line #{refused.line}", {outer: {inner: [told]}}) from None
    except Refused as refused:
        told = {**header, "Action": "Failed", "ErrorMessage": refused.message}
        raise Refused(refused.message, {outer: {inner: [told]}}) from None


def picked(given: Json, *columns: str) -> Json:
    """What of these columns was told."""
    return {column: given[column] for column in columns if column in given}


def either(given: Json, before: Json, column: str) -> Any:
    """What was told of a column, or what it is already."""
    return given[column] if column in given else before[column]


def shown(row: Json, **more: Any) -> Json:
    """A row as an answer shows it: blanks instead of nulls."""
    return {**{key: "" if value is None else value for key, value in row.items()}, "ErrorMessage": "", **more}
