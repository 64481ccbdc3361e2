"""What an answer of the adapter says: the envelope in JSON or XML, its payload, messages wherever they stand. Pure.

Business refusals come as HTTP 200 with another status than success, as HTTP 400 or 500 with an envelope, or inside a
payload whose status says success; the words may stand in the envelope, at the header, or at a line.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

REFUSES, INFORMS = ("ErrorMessage", "Errors", "Error"), "Message"
"""Keys of a payload under which the adapter says what is wrong, and what else it has to say."""
FAILED = "Failed"
_LINE_NUMBERS = ("POrderLineNum", "SOrderLineNum", "ShipReqLineNum", "POLineNum")


class Unreadable(Exception):
    """No envelope; the message says what it looked like."""


@dataclass(frozen=True)
class Message:
    """What is wrong, and where it was said: at which element, of which line or item."""

    element: str
    line: int | None
    item: str | None
    text: str
    refuses: bool = True

    def __str__(self) -> str:
        where = [f"line {self.line}"] if self.line else []
        where += [self.item] if self.item else []
        return f"{' '.join(where)}: {self.text}" if where else self.text


@dataclass(frozen=True)
class Reply:
    """An answer as far as it could be read. `payload` is None, and `raw` its text, when it is neither JSON nor XML."""

    entity: str
    status: int
    error: str
    payload: Any
    http: int = 200
    raw: str = ""
    messages: tuple[Message, ...] = field(default=())

    @property
    def refuses(self) -> bool:
        """True when the envelope or the payload names something that is wrong."""
        return bool(self.error) or any(message.refuses for message in self.messages)

    @property
    def words(self) -> str:
        """Everything that the answer says is wrong, once each; envelope first, then header, then lines."""
        said = [self.error, *map(str, self.messages)]
        return "; ".join(dict.fromkeys(text for text in said if text)) or "it says no more"

    def number(self, key: str) -> str | None:
        """Return what stands under a key of the payload, wherever that is: a number or a code; None for nothing."""
        return next(
            (str(v).strip() for v in _under(self.payload, key) if str(v).strip() not in ("", "0")), None
        )

    def line_numbers(self, key: str) -> list[int]:
        """Return the numbers that the lines of the payload have, in their order."""
        return [int(str(value)) for value in _under(self.payload, key) if str(value).isdigit()]

    def as_dict(self) -> dict[str, Any]:
        """Return what is kept of it, as JSON-ready values."""
        kept: dict[str, Any] = {
            "entity": self.entity, "http": self.http, "status": self.status, "error": self.error,
            "messages": [str(message) for message in self.messages],
        }  # fmt: skip
        return {**kept, **({"raw": self.raw} if self.payload is None else {"payload": self.payload})}


def read(text: str, http: int = 200) -> Reply:
    """Open an answer. Raises Unreadable for what is no envelope."""
    parts = _json_envelope(text) if text.lstrip().startswith("{") else _xml_envelope(text)
    try:
        status = int(str(parts["statusCode"]))
    except (KeyError, ValueError):
        raise Unreadable("the envelope tells no statusCode") from None
    payload, raw = _payload(parts.get("payload"))
    return Reply(
        str(parts.get("entityName") or ""), status, str(parts.get("errorMessage") or "").strip(), payload, http,
        raw, tuple(_messages(payload)),
    )  # fmt: skip


def first_object(payload: Any, key: str) -> Mapping[str, Any]:
    """Return the first object under a key, without what the adapter says there about the call itself."""
    found = [one for part in _under(payload, key) for one in (part if isinstance(part, list) else [part])]
    whole = next((one for one in found if isinstance(one, Mapping)), {})
    return {name: value for name, value in whole.items() if name not in ("Action", *REFUSES)}


def _json_envelope(text: str) -> Mapping[str, Any]:
    try:
        content = json.loads(text)
    except ValueError:
        raise Unreadable("the answer is no whole JSON") from None
    content = content.get("ResponseObject", content)
    parts = content.get("efiRadiusResponse") if isinstance(content, Mapping) else None
    if not isinstance(parts, Mapping):
        raise Unreadable("the answer has no efiRadiusResponse")
    return parts


def _xml_envelope(text: str) -> Mapping[str, Any]:
    root = _xml(text)
    found = None if root is None else next((e for e in root.iter() if _name(e) == "efiRadiusResponse"), None)
    if found is None:
        raise Unreadable("the answer is no envelope")
    return {_name(part): part.text or "" for part in found}


def _payload(said: Any) -> tuple[Any, str]:
    """Return the payload as JSON values, or None and the text that could not be read."""
    if said is None or said == "":
        return {}, ""
    try:
        text = base64.b64decode(str(said), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        text = str(said)
    try:
        return json.loads(text), ""
    except ValueError:
        root = _xml(text)
        return (None, text) if root is None else ({_name(root): _values(root)}, "")


def _xml(text: str) -> ElementTree.Element | None:
    """Parse XML; one that declares entities of its own is none of the adapter's."""
    if not text.lstrip().startswith("<") or "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        return ElementTree.fromstring(text.strip())  # noqa: S314 - no entity can be declared, see above
    except ElementTree.ParseError:
        return None


def _values(element: ElementTree.Element) -> Any:
    """An element as JSON values: children by name, repeated ones as a list."""
    if len(element) == 0:
        return element.text or ""
    found: dict[str, Any] = {}
    for child in element:
        name, value = _name(child), _values(child)
        if name in found:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
        else:
            found[name] = value
    return found


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _messages(value: Any, name: str = "payload") -> Iterator[Message]:
    """Every message of a payload, outer ones first; an element that failed without a word says that."""
    if isinstance(value, list):
        for element in value:
            yield from _messages(element, name)
    if not isinstance(value, Mapping):
        return
    said = [(text, True) for key in REFUSES if (text := _text(value.get(key)))]
    said += [(text, False) for text in (_text(value.get(INFORMS)),) if text]
    inner = [m for key, part in value.items() for m in _messages(part, str(key))]
    if value.get("Action") == FAILED and not (said or inner):
        said = [(f"{name} failed", True)]
    line = next((value[key] for key in _LINE_NUMBERS if str(value.get(key) or "").isdigit()), None)
    item = value.get("ItemCode")
    for text, refuses in said:
        yield Message(name, None if line is None else int(line), str(item) if item else None, text, refuses)
    yield from inner


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _under(value: Any, key: str) -> Iterator[Any]:
    """Values under a key, in any case, outer ones first."""
    if isinstance(value, list):
        for element in value:
            yield from _under(element, key)
    if isinstance(value, Mapping):
        yield from (part for name, part in value.items() if str(name).lower() == key.lower() and part)
        for part in value.values():
            yield from _under(part, key)
