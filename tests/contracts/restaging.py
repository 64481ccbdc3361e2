"""STG_ in a few lines of Python: what the difference would stage, from the wanted rows and the ledger.

The contract suite runs without dbt; the rules are those of the real models, which have tests of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dagster_project.delivery.destination import Change, Entity, Fields, Row, StagedAs
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.records import Record
from dagster_project.delivery.states import RETIRED, State


@dataclass(frozen=True)
class Wanted:
    """A row of the source, mapped."""

    values: Fields
    parent_key: str | None = None


def restage(
    ledger: Ledger, entities: tuple[Entity, ...], wanted: Mapping[tuple[str, str], Wanted]
) -> list[Row]:
    """Return the staged rows of every entity."""
    rows = []
    for entity in entities:
        records = {r.key: r for r in ledger.in_state(entity.name, *State)}
        keys = {key for name, key in wanted if name == entity.name}
        for key in sorted(keys | set(records)):
            row = _row(entity, key, wanted.get((entity.name, key)), records.get(key), wanted)
            if row is not None:
                rows.append(row)
    return rows


def _row(
    entity: Entity,
    key: str,
    want: Wanted | None,
    record: Record | None,
    wanted: Mapping[tuple[str, str], Wanted],
) -> Row | None:
    if record is not None and record.state is State.FORGOTTEN:
        return None
    if record is None or record.state in RETIRED:
        if want is None:
            return None
        revision = record.revision if record else None
        return Row(
            entity.name,
            key,
            Change.NEW,
            want.values,
            revision=revision,
            parent_key=want.parent_key,
            batch="b",
        )
    never_made_and_left = record.state is State.REJECTED and record.told is None and want is None
    if record.state in (State.GONE, State.AMBIGUOUS, State.REJECTED) and not never_made_and_left:
        return None
    status = {
        State.IN_DOUBT: StagedAs.IN_DOUBT,
        State.SENDING: StagedAs.IN_DOUBT,
        State.RETRY: StagedAs.RETRY,
    }
    if want is None:
        if entity.parent and (entity.parent, record.parent_key) not in wanted:
            return None
        change, values = Change.REMOVED, record.told or {}
    else:
        change, values = Change.CHANGED, want.values
    told = record.told or {}
    changed = frozenset(name for name, value in values.items() if told.get(name) != value)
    if change is Change.CHANGED and not changed:
        change = Change.UNCHANGED
        if record.state not in status:
            return None
    if record.remote_id is None and want is not None:
        change = Change.NEW
    return Row(
        entity.name,
        key,
        change,
        values,
        status.get(record.state, StagedAs.PENDING),
        changed,
        record.revision,
        want.parent_key if want else record.parent_key,
        batch="b",
    )
