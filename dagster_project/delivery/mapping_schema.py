"""Holds a mapping file against mappings/mapping.schema.json and says the findings in words.

The schema is what editors complete from; here it also carries each destination's vocabulary, so that no
Python module of the kernel has to know one.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from dagster_project.delivery.mapping_document import COLUMNS, ROOT, Document, Problem, suggest


def problems(document: Document) -> Iterator[Problem]:
    """Yield what the schema finds in a document."""
    for error in _validator().iter_errors(document.content):
        place = tuple(error.absolute_path)
        for message in _messages(error):
            yield document.problem(message, place)


@cache
def _validator() -> Any:
    path = ROOT / "mappings" / "mapping.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def _messages(error: ValidationError) -> Iterator[str]:
    found: Any = error.instance
    expected: Any = error.validator_value
    where = _label(error)
    schema: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    match error.validator:
        case "additionalProperties":
            known = list(schema.get("properties", {}))
            for key in found:
                if key not in known:
                    yield f"unknown key '{key}'{_in(where)}{suggest(key, known)}"
        case "required":
            reason = schema.get("description", "")
            for key in expected:
                if key not in found:
                    yield f"'{key}' is missing{_in(where)}{f': {reason}' if reason else ''}"
        case "enum":
            yield f"unknown {where} '{found}'{suggest(found, [str(word) for word in expected])}"
        case "pattern" | "oneOf" | "not":
            wanted = schema.get("description", expected)
            yield f"{where} {_shown(found)} does not do: {wanted}{suggest(found, schema.get('examples', []))}"
        case "type":
            yield f"{where} must be {_word(expected)}, not {_shown(found)}"
        case "const":
            yield f"{where} must be {json.dumps(expected)}, not {_shown(found)}"
        case "minLength" | "minItems" | "minProperties":
            yield f"{where} is empty: fill it or leave it out"
        case _:
            yield f"{where}: {error.message}"


def _label(error: ValidationError) -> str:
    """Name what is wrong by its last keys, e.g. `lookup.seed`, without the way down to the column."""
    place = list(error.absolute_path)
    below = place[4:] if tuple(place[:3]) == COLUMNS else place[2:] if place[:1] == ["models"] else place
    words = [str(step) for step in below if step not in ("config", "meta") and not isinstance(step, int)]
    return ".".join(words)


def _in(where: str) -> str:
    return f" in {where}" if where else ""


def _word(kind: object) -> str:
    words = {
        "object": "a block of keys",
        "array": "a list",
        "string": "text (in quotes)",
        "boolean": "true or false",
    }
    kinds = kind if isinstance(kind, list) else [kind]
    return " or ".join(words.get(str(k), f"a {k}") for k in kinds)


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return f"'{text}'" if len(text) <= 60 else f"'{text[:57]}...'"
