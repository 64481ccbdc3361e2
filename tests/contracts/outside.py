"""What the contract needs of an outside system, in the contract's own words.

The suite speaks of *orders* and their *lines*. An order has a name, a city, a colour, and `ours`: a value
that is set back when somebody changes it there. Every system says what these are called on its side.
"""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from dagster_project.clock import Clock
from dagster_project.delivery.destination import Destination, Fields

Sent = tuple[str, str, list[str]]
"""A request as the destination was asked to send it: idempotency key, body, keys of its rows."""


class Outside(Protocol):
    """One outside system with everything on it. It outlives the runs."""

    system: str
    instance: str
    words: Mapping[str, str]
    """orders and lines → what the destination calls these entities."""
    fields: Mapping[str, str]
    """name, city, colour, ours → what its mapping calls them."""

    def destination(self, clock: Clock, size: int) -> Destination:
        """A destination as a new process builds it, with requests of at most `size` operations."""

    def values(self, word: str, said: Mapping[str, Any]) -> Fields:
        """Mapped values of an order or a line."""

    def live(self, word: str) -> list[tuple[str, Mapping[str, Any]]]:
        """(key, values in the contract's words) of all that is there, counted without a destination."""

    def fault(self, *names: str) -> None:
        """What happens to the next requests, in this order; an empty text is no fault."""

    def later(self, seconds: float) -> None:
        """Let time pass there, too."""


@runtime_checkable
class People(Protocol):
    """Those who work in an outside system by hand."""

    def delete(self, key: str) -> None:
        """Somebody removes an order."""

    def change(self, key: str, said: str, value: str) -> None:
        """Somebody changes a value of an order."""

    def made_before(self, said: Mapping[str, Any]) -> str:
        """Make an order as a predecessor did, without our key; return its id."""


class Recording:
    """A destination that remembers what it was asked to send, prerequisites left out."""

    def __init__(self, destination: Destination, words: Mapping[str, str], sent: list[Sent]) -> None:
        self._destination = destination
        self._recorded = frozenset(words.values())
        self._sent = sent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._destination, name)

    def send(self, body: str, idempotency_key: str, intents: Any) -> Any:
        if intents[0].entity in self._recorded:
            self._sent.append((idempotency_key, body, [intent.key for intent in intents]))
        return self._destination.send(body, idempotency_key, intents)
