"""The simplest destination there can be: a shelf of objects, with every fault the contract names.

What stands on the shelf outlives the destination object, as a server outlives its client. Creating the
same key twice makes two objects: the shelf forgives nothing.
"""

import itertools
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagster_project.clock import Clock
from dagster_project.delivery.destination import (
    Absent,
    Answer,
    Change,
    Entity,
    Fields,
    Found,
    Intent,
    Kind,
    Operation,
    Preflight,
    Probe,
    RemoteObject,
    Row,
    Target,
)
from dagster_project.delivery.outcomes import (
    AccessRefused,
    Delivered,
    Gone,
    Held,
    MustWait,
    NoDefiniteAnswer,
    Outcome,
    Rejected,
    RequestRefused,
)

ENTITIES = (
    Entity("orders", "STG_orders", "ORDERS_COMPLETED", identity=("name",)),
    Entity("lines", "STG_lines", "LINES_COMPLETED", parent="orders", identity=("name",)),
)


@dataclass
class Shelf:
    """The outside world: objects by id, a log of requests, and faults for the next ones."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    requests: list[tuple[str, list[str]]] = field(default_factory=list)
    faults: deque[str] = field(default_factory=deque)
    replies: dict[str, Answer] = field(default_factory=dict)

    def live(self, entity: str) -> list[tuple[str, Fields]]:
        """(key, values) of every object of an entity that is not archived."""
        return sorted(
            (
                (o["key"], o["values"])
                for o in self.objects.values()
                if o["entity"] == entity and not o["archived"]
            ),
            key=lambda pair: pair[0],
        )


class ShelfDestination:
    """Delivers to a shelf; poison is any value `poison`, refusal of a whole request any value `choke`."""

    entities: Sequence[Entity] = ENTITIES
    quiet_seconds = 5.0
    lanes = 1

    def __init__(self, shelf: Shelf, size: int = 4) -> None:
        self.shelf = shelf
        self.size = size
        self.calls = 0

    def preflight(self) -> Preflight:
        return Preflight("1")

    def prerequisites(self, rows: Iterable[Row]) -> Sequence[Row]:
        return []

    def look_up(self, targets: Sequence[Target]) -> Mapping[str, RemoteObject]:
        return {}

    def may_send(self, target: Target) -> Held | Rejected | None:
        return Held("not approved") if target.row.values.get("name") == "hold" else None

    def operations(self, target: Target) -> Sequence[Operation]:
        row = target.row
        if row.change is Change.REMOVED:
            return [Operation(target, "archive", Kind.ARCHIVE, {})]
        if target.remote_id is None:
            return [Operation(target, "create", Kind.CREATE, row.values)]
        told = {name: row.values[name] for name in sorted(target.resend) if name in row.values}
        name = {k: v for k, v in told.items() if k == "name"}
        rest = {k: v for k, v in told.items() if k != "name"}
        return [
            Operation(target, verb, Kind.SET, part)
            for verb, part in (("columns", rest), ("rename", name))
            if part
        ]

    def request_size(self, entity: str) -> int:
        return self.size

    def compose(self, operations: Sequence[Operation]) -> str:
        return json.dumps(
            [
                {
                    "do": o.name,
                    "entity": o.target.row.entity,
                    "key": o.target.row.key,
                    "set": dict(o.tells),
                    "id": o.target.remote_id,
                    "parent": o.target.parent_remote_id,
                }
                for o in operations
            ]
        )

    def send(self, body: str, idempotency_key: str, intents: Sequence[Intent]) -> Answer:
        self.calls += 1
        asked = json.loads(body)
        self.shelf.requests.append((idempotency_key, [a["key"] for a in asked]))
        fault = self.shelf.faults.popleft() if self.shelf.faults else ""
        if fault == "timeout before":
            raise NoDefiniteAnswer("no answer")
        if fault.startswith("wait "):
            raise MustWait("busy", seconds=float(fault.split()[1]), code="429")
        if fault == "wait":
            raise MustWait("busy")
        if fault == "access":
            raise AccessRefused("token refused")
        if any("choke" in a["set"].values() for a in asked):
            raise RequestRefused("400", "cannot parse")
        if idempotency_key in self.shelf.replies:
            return self.shelf.replies[idempotency_key]
        cut = len(asked) // 2 if fault == "half then reset" else len(asked)
        answer = Answer([self._do(a) for a in asked[:cut]], text="done")
        if fault == "half then reset":
            raise NoDefiniteAnswer("connection reset")
        self.shelf.replies[idempotency_key] = answer
        if fault == "timeout after commit":
            raise NoDefiniteAnswer("no answer")
        return answer

    def _do(self, asked: Mapping[str, Any]) -> Outcome:
        if "poison" in asked["set"].values():
            column = next(name for name, value in asked["set"].items() if value == "poison")
            return Rejected("bad value", "poison is not allowed", field=column)
        if asked["do"] == "create":
            remote_id = str(next(self.shelf.ids))
            self.shelf.objects[remote_id] = {
                "entity": asked["entity"],
                "key": asked["key"],
                "values": asked["set"],
                "parent": asked["parent"],
                "archived": False,
            }
            return Delivered(remote_id)
        found = self.shelf.objects.get(asked["id"])
        if found is None or found["archived"]:
            return Gone(f"{asked['id']} is not there")
        if asked["do"] == "archive":
            found["archived"] = True
            for child in self.shelf.objects.values():
                child["archived"] = child["archived"] or child["parent"] == asked["id"]
        else:
            found["values"] = {**found["values"], **asked["set"]}
        return Delivered()

    def probe(self, intents: Sequence[Intent]) -> Mapping[str, Probe]:
        found: dict[str, Probe] = {}
        for intent in intents:
            ids = tuple(
                remote_id
                for remote_id, o in self.shelf.objects.items()
                if (o["entity"], o["key"]) == (intent.entity, intent.key) and not o["archived"]
            )
            found[intent.intent_id] = Found(ids) if ids else Absent()
        return found

    def read_back(self, entity: str, remote_ids: Sequence[str]) -> Mapping[str, RemoteObject | None]:
        live = {remote.remote_id: remote for remote in self.listing(entity)}
        return {remote_id: live.get(remote_id) for remote_id in remote_ids}

    def listing(self, entity: str) -> Iterator[RemoteObject]:
        for remote_id, o in self.shelf.objects.items():
            if o["entity"] == entity and not o["archived"]:
                yield RemoteObject(entity, remote_id, o["values"], o["key"], o["parent"])

    def differences(self, entity: str, told: Fields, found: Fields) -> Mapping[str, tuple[Any, Any]]:
        return {name: (told.get(name), value) for name, value in found.items() if told.get(name) != value}

    def overwrites(self, entity: str, name: str) -> bool:
        return name == "ours"


class ShelfOutside:
    """The shelf as the contract sees it."""

    system = "shelf"
    instance = "shelf:TEST:1"
    words: Mapping[str, str] = {"orders": "orders", "lines": "lines"}
    fields: Mapping[str, str] = {"name": "name", "city": "city", "colour": "colour", "ours": "ours"}

    def __init__(self) -> None:
        self.shelf = Shelf()

    def destination(self, clock: Clock, size: int) -> ShelfDestination:
        return ShelfDestination(self.shelf, size)

    def values(self, word: str, said: Mapping[str, Any]) -> Fields:
        return dict(said)

    def live(self, word: str) -> list[tuple[str, Mapping[str, Any]]]:
        return self.shelf.live(word)

    def fault(self, *names: str) -> None:
        self.shelf.faults.extend(names)

    def later(self, seconds: float) -> None:
        """A shelf knows no time."""

    def delete(self, key: str) -> None:
        del self.shelf.objects[self._id(key)]

    def change(self, key: str, said: str, value: str) -> None:
        found = self.shelf.objects[self._id(key)]
        found["values"] = {**found["values"], said: value}

    def made_before(self, said: Mapping[str, Any]) -> str:
        remote_id = str(next(self.shelf.ids))
        made = {"entity": "orders", "key": None, "values": dict(said), "parent": None, "archived": False}
        self.shelf.objects[remote_id] = made
        return remote_id

    def _id(self, key: str) -> str:
        return next(i for i, o in self.shelf.objects.items() if (o["entity"], o["key"]) == ("orders", key))
