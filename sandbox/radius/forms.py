"""What an element of a payload may hold, and what it has to: XLink takes no key it does not know."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sandbox.radius.refusals import Json, Refused
from sandbox.radius.session import COMPANY

Kind = Literal["text", "int", "number", "date", "flag", "any"]


@dataclass(frozen=True)
class Field:
    kind: Kind = "text"
    required: bool = False
    only: Any = None
    """The one value that is right here."""


TEXT, INT, NUMBER, DATE, FLAG, ANY = (
    Field(kind) for kind in ("text", "int", "number", "date", "flag", "any")
)  # fmt: skip
NEED_TEXT, NEED_INT, NEED_NUMBER, NEED_DATE = (
    Field(kind, required=True) for kind in ("text", "int", "number", "date")
)
IN_COMPANY = Field("int", required=True, only=COMPANY)
Form = Mapping[str, Field]


def plant(code: str) -> Field:
    """PlantCode where only one plant is right; a text, never a number."""
    return Field("text", required=True, only=code)


def checked(form: Form, element: object, name: str) -> Json:
    """The element, if it is one of this form; raises Refused."""
    if not isinstance(element, dict):
        raise Refused(f"{name}: an object was expected")
    for key in element:
        if key not in form:
            raise Refused(f"{name}: element {key} is not known")
    for key, field in form.items():
        if key not in element:
            if field.required:
                raise Refused(f"{name}: element {key} is missing")
            continue
        _check(field, element[key], f"{name}: {key}")
    return element


def listed(parent: Json, key: str, name: str, *, required: bool = True) -> Sequence[object]:
    """A list of elements under a key; raises Refused."""
    if key not in parent and not required:
        return []
    value = parent.get(key)
    if not isinstance(value, list) or (required and not value):
        raise Refused(f"{name}: a list {key} was expected")
    return value


def only_one(payload: object, outer: str, inner: str) -> Json:
    """payload[outer][inner][0]: XLink takes lists, and the workflow sends one object each."""
    if not isinstance(payload, dict) or set(payload) != {outer} or not isinstance(payload[outer], dict):
        raise Refused(f"the payload is no {outer}")
    found = listed(payload[outer], inner, outer)
    if set(payload[outer]) != {inner} or len(found) != 1 or not isinstance(found[0], dict):
        raise Refused(f"{outer}: exactly one {inner} was expected")
    return found[0]


def _check(field: Field, value: object, name: str) -> None:
    if not _RIGHT[field.kind](value):
        raise Refused(f"{name}: {value!r} is no {_NAMES[field.kind]}")
    if field.required and value == "":
        raise Refused(f"{name}: a value is needed")
    if field.only is not None and value != field.only:
        raise Refused(f"{name}: {value!r} is not allowed here")


def _is_date(value: object) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


_RIGHT: Mapping[Kind, Callable[[object], bool]] = {
    "text": lambda value: isinstance(value, str),
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "date": _is_date,
    "flag": lambda value: isinstance(value, bool),
    "any": lambda _: True,
}
_NAMES: Mapping[Kind, str] = {"text": "text", "int": "whole number", "number": "number", "date": "date (yyyy-mm-dd)",
          "flag": "true or false", "any": "value"}  # fmt: skip
