"""A request on its way to its handler, and the answer on its way back."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.web.answering import JSON_HEADERS, Answer
from sandbox.web.calls import Call


@dataclass(frozen=True)
class Asked:
    """A request that may be answered."""

    ids: tuple[int, ...]
    """The numbers in the path."""
    query: dict[str, list[str]]
    body: dict[str, Any]
    url: str
    call: Call


def told(content: Any, status: int = 200) -> Answer:
    """An answer as WordPress writes JSON."""
    return Answer(status, json.dumps(content).encode(), JSON_HEADERS)
