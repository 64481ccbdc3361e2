"""mappings/radius/payloads/*.yml as forms of calls, and calls rendered from them. Pure but for reading the files.

A form has the shape of its payload: constants stand as they are, `$name` is a value of the call or of the line at
hand, `$each: line` makes one element per line, `$copy: KEY` puts in what an earlier answer held under a key.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from dagster_project.delivery.mapping_document import (
    ROOT,
    Document,
    MappingError,
    Place,
    Problem,
    read,
    suggest,
)
from dagster_project.radius.calls import CALLS, KINDS, VALUES

FOLDER = Path("mappings", "radius", "payloads")
SCHEMA = Path("mappings", "radius", "payload.schema.json")
PROFILES = ("documented", "observed")
EVERY, EACH, COPY, NUMBER = "every", "$each", "$copy", "$number"
_VALUE = re.compile(r"\$([a-z_0-9]+)(?: as ([a-z]+))?")


@dataclass(frozen=True)
class Form:
    """How a call is made in a profile: where it goes, which status means success, where the new numbers stand."""

    path: str
    entity: str
    success: int
    number: str | None
    line_number: str | None
    payload: Any


def load(profile: str, root: Path = ROOT) -> Mapping[str, Form]:
    """Return the form of every call in a profile. Raises MappingError with all problems of all files."""
    wrong = problems(root)
    if wrong:
        raise MappingError(wrong)
    return {name: _form(said.get(profile) or said[EVERY]) for name, _, said in _calls(_documents(root))}


def fingerprint(forms: Mapping[str, Form]) -> str:
    """Return what changes when a form does."""
    said = {
        name: [f.path, f.entity, f.success, f.number, f.line_number, f.payload] for name, f in forms.items()
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def render(form: Form, header: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Any:
    """Return the payload of a call; `$copy` stays in it until the answer it asks for is there."""
    return _rendered(form.payload, header, lines)


# -- rendering --------------------------------------------------------------------------------------


def _rendered(form: Any, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Any:
    if isinstance(form, dict):
        rendered = {key: _rendered(part, values, lines) for key, part in form.items()}
        return {key: part for key, part in rendered.items() if part is not None}
    if isinstance(form, list):
        return [element for part in form for element in _elements(part, values, lines)]
    return _value(form, values) if isinstance(form, str) else form


def _elements(form: Any, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> list[Any]:
    if not isinstance(form, dict) or EACH not in form:
        return [_rendered(form, values, lines)]
    element = {key: part for key, part in form.items() if key != EACH}
    return [_rendered(element, {**values, **line}, lines) for line in lines]


def _value(said: str, values: Mapping[str, Any]) -> Any:
    whole = _VALUE.fullmatch(said)
    if whole is None:
        return _VALUE.sub(lambda found: str(values.get(found[1], "")), said)
    name, kind = whole[1], whole[2] or VALUES[whole[1]]
    value = values.get(name)
    if value is None:
        return "" if kind == "text" else None
    return value if isinstance(value, dict) else KINDS[kind](value)  # a symbol, resolved when it is sent


# -- checking ---------------------------------------------------------------------------------------


def problems(root: Path = ROOT) -> list[Problem]:
    """Return what is wrong with the payload files: shape, unknown calls and values, calls without a form."""
    documents = _documents(root)
    found = [problem for document in documents for problem in document.problems]
    validator = jsonschema.Draft202012Validator(json.loads((root / SCHEMA).read_text(encoding="utf-8")))
    for document in documents:
        found += [document.problem(e.message, tuple(e.path)) for e in validator.iter_errors(document.content)]
    if found:
        return found
    seen: set[str] = set()
    for name, document, said in _calls(documents):
        found += _call_problems(name, document, said, seen)
        seen.add(name)
    shown = FOLDER.as_posix()
    return found + [
        Problem(shown, None, None, f"no file says how {name} is called")
        for name in sorted(CALLS.keys() - seen)
    ]


def _call_problems(
    name: str, document: Document, said: Mapping[str, Any], seen: set[str]
) -> Iterator[Problem]:
    place: Place = ("calls", name)
    if name not in CALLS:
        yield document.problem(f"unknown call '{name}'{suggest(name, list(CALLS))}", place)
        return
    if name in seen:
        yield document.problem(f"{name} is called in another file already", place)
    if set(said) not in ({EVERY}, set(PROFILES)):
        yield document.problem(f"{name} needs a form for {' and '.join(PROFILES)}, or one for every", place)
    for profile, form in said.items():
        for where, words, text in _texts(form["payload"], name, (*place, profile, "payload")):
            for value, kind in _VALUE.findall(text):
                if value not in words:
                    yield document.problem(f"unknown value '${value}'{suggest(value, list(words))}", where)
                if kind and kind not in KINDS:
                    yield document.problem(f"unknown kind '{kind}'{suggest(kind, list(KINDS))}", where)


def _texts(
    form: Any, call: str, place: Place, *, line: bool = False
) -> Iterator[tuple[Place, frozenset[str], str]]:
    """Every text of a form, with its place and the values that may stand in it."""
    if isinstance(form, dict):
        line = line or EACH in form
        for key, part in form.items():
            if key not in (EACH, COPY):
                yield from _texts(part, call, (*place, key), line=line)
    elif isinstance(form, list):
        for number, part in enumerate(form):
            yield from _texts(part, call, (*place, number), line=line)
    elif isinstance(form, str):
        yield place, CALLS[call].words | (CALLS[call].line if line else frozenset()), form


# -- files ------------------------------------------------------------------------------------------


@cache
def _documents(root: Path) -> tuple[Document, ...]:
    return tuple(read(path, root) for path in sorted((root / FOLDER).glob("*.yml")))


def _calls(documents: Sequence[Document]) -> Iterator[tuple[str, Document, Mapping[str, Any]]]:
    for document in documents:
        for name, said in document.content["calls"].items():
            yield name, document, said


def _form(said: Mapping[str, Any]) -> Form:
    return Form(
        said.get("path", ""), said["entity"], said.get("success", 1), said.get("number"),
        said.get("line_number"), said["payload"],
    )  # fmt: skip
