"""What the kernel does with a destination, in sentences: rows in, outcomes out, no ledger."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dagster_project.clock import new_id
from dagster_project.delivery.destination import (
    Change,
    Found,
    Intent,
    Operation,
    Probe,
    RemoteObject,
    Row,
    StagedAs,
    Target,
)
from dagster_project.delivery.outcomes import Delivered, Outcome
from dagster_project.monday.destination import MondayDestination

ITEM: Mapping[str, Any] = {
    "Title": "JWHD100120WHITEJOO-00505",
    "Group": "JOHNNIE O SPRING SUMMER 2026",
    "CUSTOMER": "JOHNNIE O",
    "SOURCE CUSTOMER NAME": "Johnnie O",
    "AAG ORDER NUMBER": "JOO-00505",
    "AAG SEASON": "2026 SPRING",
    "ORDER DATE PO RECEIVED": "2025-05-20",
    "STYLE": "JWHD100120",
    "COLOR": "WHITE",
    "UNIT OF MEASURE": "PCS",
    "TOTAL QTY": 500,
    "ORDER TYPE": "RECEIVED",
    "CUSTOMER PRICE": "28.8600",
    "NOTES": None,
}
LINE: Mapping[str, Any] = {
    "Size": "M",
    "Name": "Size M",
    "Order Qty": 177,
    "Packed Qty": 0,
    "Shipped Qty": 0,
}


def item(key: str = "k1", change: Change = Change.NEW, **values: Any) -> Row:
    """An item row; names with blanks are written with underscores."""
    return Row("items", key, change, {**ITEM, **_named(values)})


def line(key: str = "k1|M", change: Change = Change.NEW, **values: Any) -> Row:
    """A subitem row."""
    return Row("subitems", key, change, {**LINE, **_named(values)}, parent_key=key.split("|")[0])


def target(
    row: Row,
    remote_id: str | None = None,
    parent: str | None = None,
    resend: Iterable[str] | None = None,
) -> Target:
    """A row joined with what a ledger would know of it."""
    told = row.values if remote_id else None
    return Target(
        row, 1, remote_id, parent, told, frozenset(row.values if resend is None else _names(resend)), 1
    )


def intents_of(operations: Sequence[Operation]) -> list[Intent]:
    """What the ledger would remember of operations."""
    return [
        Intent(
            new_id(),
            o.target.row.entity,
            o.target.row.key,
            o.target.incarnation,
            o.name,
            o.kind,
            o.tells,
            "r1",
            o.target.parent_remote_id,
        )
        for o in operations
    ]


class Acting:
    """Delivers rows and returns what became of them."""

    def __init__(self, destination: MondayDestination) -> None:
        self.destination = destination

    def send(self, operations: Sequence[Operation], key: str | None = None) -> list[Outcome]:
        """Send operations as one request."""
        body = self.destination.compose(operations)
        return list(self.destination.send(body, key or new_id(), intents_of(operations)).outcomes)

    def tell(self, *targets: Target) -> list[Outcome]:
        """Plan and send some rows as one request."""
        return self.send([o for t in targets for o in self.destination.operations(t)])

    def create(self, *rows: Row, parent: str | None = None) -> list[str]:
        """Make rows, their groups first, and return their ids."""
        groups = self.destination.prerequisites(rows)
        if groups:
            self.tell(*(target(group) for group in groups))
        made = self.tell(*(target(row, parent=parent) for row in rows))
        assert all(isinstance(outcome, Delivered) for outcome in made), made
        return [outcome.remote_id or "" for outcome in made if isinstance(outcome, Delivered)]

    def change(self, row: Row, remote_id: str, *fields: str) -> list[Outcome]:
        """Tell some fields of a row that exists."""
        return self.tell(target(row, remote_id, resend=fields))

    def archive(self, row: Row, remote_id: str) -> Outcome:
        """Archive what was made for a row."""
        removed = Row(row.entity, row.key, Change.REMOVED, row.values)
        return self.tell(target(removed, remote_id))[0]

    def read(self, remote_id: str, entity: str = "items") -> RemoteObject | None:
        """Read one object back."""
        return self.destination.read_back(entity, [remote_id])[remote_id]

    def probe(self, *rows: Row, parent: str | None = None) -> list[tuple[str, ...]]:
        """Look for what creating these rows may have made."""
        intents = intents_of(
            [o for row in rows for o in self.destination.operations(target(row, parent=parent))]
        )
        probes = self.destination.probe(intents)
        return [_ids(probes[intent.intent_id]) for intent in intents]


def in_doubt(row: Row) -> Row:
    """The same row, staged because its last attempt is not settled."""
    return Row(row.entity, row.key, Change.UNCHANGED, row.values, StagedAs.IN_DOUBT)


def _ids(probe: Probe) -> tuple[str, ...]:
    return probe.remote_ids if isinstance(probe, Found) else ()


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("_", " "): value for name, value in values.items()}


def _names(names: Iterable[str]) -> list[str]:
    return [name.replace("_", " ") for name in names]
