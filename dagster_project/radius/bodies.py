"""The body of a request: a list of calls and statements, executed in order, made of what rows ask for. Pure.

Rows of one order travel together, so a purchase order with three lines is one call. An entry of the body says which
operations it answers, by their place. What an entry needs of an earlier one's answer stands there as a symbol:
{"$number": NAME} is the number of what the call NAME made, {"$copy": KEY} what the answer before held under KEY.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dagster_project.radius import live_queries
from dagster_project.radius.payloads import NUMBER, Form, render
from dagster_project.radius.rules import ordered_by

CALL, SQL, PRICES = "call", "sql", "prices"
AUTHORISE, PRICE_CODE, RUN_PRICES = "authorise", "price_code", "run_prices"
BEFORE = {"film_create": "item_read", "roll_create": "item_read"}
"""What has to be read before a call, because it copies from that answer."""
LAST = (AUTHORISE, "purchase_order_confirm", PRICE_CODE)
"""Entries that stand behind all others of a request."""


@dataclass(frozen=True)
class Ask:
    """What one operation asks for: a call or statement by name, and what it says of itself and of its lines.

    `first_line` numbers lines that are to be made, counted over all rows of the call. `id` is the remote id of the row
    where it is known before, of lines that are to be made that of the object they are added to.
    """

    name: str
    header: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[Mapping[str, Any]] = ()
    first_line: int | None = None
    id: str | None = None


def number_of(call: str) -> dict[str, str]:
    """Return the symbol for the number of what a call of the same request makes."""
    return {NUMBER: call}


@dataclass
class _Entry:
    ask: Ask
    answers: list[int]
    ids: list[str | None] = field(default_factory=list)


def compose(asks: Sequence[Ask], forms: Mapping[str, Form], today: dt.date) -> str:
    """Return the body that asks for all of these, in an order in which they can be done."""
    entries: dict[str, _Entry] = {}
    for place, ask in enumerate(asks):
        same = json.dumps([ask.name, dict(ask.header)], sort_keys=True)
        entry = entries.setdefault(same, _Entry(replace(ask, lines=()), []))
        entry.ask = replace(entry.ask, lines=[*entry.ask.lines, *ask.lines])
        entry.answers.append(place)
        entry.ids.append(ask.id)
    in_order = sorted(entries.values(), key=lambda entry: entry.ask.name in LAST)
    said: list[dict[str, Any]] = []
    for entry in in_order:
        before = BEFORE.get(entry.ask.name)
        if before is not None:
            said.append(_call(_Entry(Ask(before, entry.ask.header), []), forms[before], today))
        said.append(_said(entry, forms, today))
    return json.dumps(said, ensure_ascii=False)


def _said(entry: _Entry, forms: Mapping[str, Form], today: dt.date) -> dict[str, Any]:
    name, header = entry.ask.name, entry.ask.header
    if name == AUTHORISE:
        return _statement(entry, live_queries.AUTHORISE, [header["so2"]])
    if name == PRICE_CODE:
        return _statement(entry, live_queries.PRICE_CODE[header["kind"]], [header["item"], header["item"]])
    if name == RUN_PRICES:
        return {
            "do": PRICES,
            "name": name,
            "say": {"run_all": True},
            "answers": entry.answers,
            "ids": entry.ids,
        }
    return _call(entry, forms[name], today)


def _statement(entry: _Entry, sql: str, parameters: Sequence[Any]) -> dict[str, Any]:
    return {
        "do": SQL, "name": entry.ask.name, "sql": " ".join(sql.split()), "parameters": list(parameters),
        "answers": entry.answers, "ids": entry.ids,
    }  # fmt: skip


def _call(entry: _Entry, form: Form, today: dt.date) -> dict[str, Any]:
    lines, first, ids = [dict(line) for line in entry.ask.lines], entry.ask.first_line, list(entry.ids)
    said: dict[str, Any] = {}
    if first is not None:
        lines = [{**line, "line": first + place} for place, line in enumerate(lines)]
        said = {"lines": [line["line"] for line in lines]}
        ids = [id and f"{id}/{line['line']}" for id, line in zip(ids, lines, strict=True)]
    payload = render(form, {**_derived(lines, today), **entry.ask.header}, lines)
    return {
        "do": CALL, "name": entry.ask.name, "path": form.path, "entity": form.entity, "payload": payload,
        "answers": entry.answers, "ids": ids, **said,
    }  # fmt: skip


def _derived(lines: Sequence[Mapping[str, Any]], today: dt.date) -> dict[str, Any]:
    """The day, the earliest date of the lines and what follows from it; nothing of it when no line says a date."""
    first = min((line["date"] for line in lines if line.get("date") is not None), default=None)
    if first is None:
        return {"today": today}
    return {
        "today": today, "first_date": first, "ordered_by": ordered_by(first, today),
        "arrival": first + dt.timedelta(days=1),
    }  # fmt: skip
