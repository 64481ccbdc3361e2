"""First contact: matching what a destination already holds to source keys, so that nothing is doubled.

All systems replace running predecessors. Until every remote object is matched, or an operator says that
starting empty is meant, creating is refused. Matching is pure; `adopt` writes its result to the ledger.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagster_project.delivery.destination import Destination, Entity, Fields, RemoteObject
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.outcomes import ErrorClass, FirstContactRefused
from dagster_project.delivery.records import Record, dump
from dagster_project.delivery.scope import Registry
from dagster_project.delivery.states import State
from dagster_project.delivery.verification import Verified

Same = Callable[[Fields, Fields], bool]


@dataclass(frozen=True)
class Candidate:
    """A source row that may already exist in the destination."""

    key: str
    values: Fields
    parent_key: str | None = None


@dataclass
class Matches:
    """Source rows and remote objects, paired or not."""

    paired: list[tuple[Candidate, RemoteObject]] = field(default_factory=list)
    ambiguous: list[tuple[Sequence[Candidate], Sequence[RemoteObject]]] = field(default_factory=list)
    only_source: list[Candidate] = field(default_factory=list)
    only_remote: list[RemoteObject] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return counts, and the ambiguous groups in full."""
        return {
            "matched": len(self.paired),
            "only_in_source": len(self.only_source),
            "only_in_destination": len(self.only_remote),
            "ambiguous": [
                {"keys": [c.key for c in candidates], "remote_ids": [r.remote_id for r in remotes]}
                for candidates, remotes in self.ambiguous
            ],
        }


def match(
    candidates: Iterable[Candidate], remotes: Iterable[RemoteObject], identity: Sequence[str], same: Same,
    likeness: Sequence[str] = (),
) -> Matches:  # fmt: skip
    """Pair by external key; then, within equal identity, by equality of all values; then one to one.

    Rows equal in every value are interchangeable and are paired in order. What is left in a group with
    more than one possibility is ambiguous and left to a person. What found nobody is tried once more by
    `likeness`, the part of the identity that does not change in the life of a row. An empty identity is no
    likeness at all.
    """
    matches = Matches()
    by_key = {candidate.key: candidate for candidate in candidates}
    rest: list[RemoteObject] = []
    for remote in remotes:
        known = by_key.pop(remote.key, None) if remote.key is not None else None
        if known is not None:
            matches.paired.append((known, remote))
        else:
            rest.append(remote)
    _pair_groups(list(by_key.values()), rest, identity, same, matches)
    if likeness:
        alone, unmatched = matches.only_source, matches.only_remote
        matches.only_source, matches.only_remote = [], []
        _pair_groups(alone, unmatched, likeness, same, matches)
    return matches


def _pair_groups(
    candidates: Sequence[Candidate], remotes: Sequence[RemoteObject], names: Sequence[str], same: Same,
    matches: Matches,
) -> None:  # fmt: skip
    groups: dict[tuple[str, ...], tuple[list[Candidate], list[RemoteObject]]] = defaultdict(lambda: ([], []))
    for candidate in candidates:
        groups[_identity(candidate.values, names)][0].append(candidate)
    for remote in remotes:
        groups[_identity(remote.values, names)][1].append(remote)
    for shared, (ours, theirs) in groups.items():
        if any(shared):
            _pair(ours, theirs, same, matches)
        else:
            matches.only_source += ours
            matches.only_remote += theirs


def _pair(ours: list[Candidate], theirs: list[RemoteObject], same: Same, matches: Matches) -> None:
    for candidate in list(ours):
        equal = next((remote for remote in theirs if same(candidate.values, remote.values)), None)
        if equal is not None:
            matches.paired.append((candidate, equal))
            ours.remove(candidate)
            theirs.remove(equal)
    if len(ours) == 1 and len(theirs) == 1:
        matches.paired.append((ours[0], theirs[0]))
    elif ours and theirs:
        matches.ambiguous.append((ours, theirs))
    else:
        matches.only_source += ours
        matches.only_remote += theirs


def _identity(values: Fields, names: Sequence[str]) -> tuple[str, ...]:
    """The texts that are to agree; outer blanks and the kind of a line break are no difference."""
    found = (values.get(name) for name in names)
    return tuple("" if value is None else str(value).replace("\r\n", "\n").strip() for value in found)


class Adoption:
    """Writes matches to the ledger: told is what was read back, ambiguous keys wait for a person."""

    def __init__(self, destination: Destination, ledger: Ledger, registry: Registry) -> None:
        self.destination = destination
        self.ledger = ledger
        self.registry = registry

    def adopt(self, entity: Entity, candidates: Sequence[Candidate]) -> Matches:
        """Match one entity, parents before children, and record the result."""
        owned = self.ledger.owned(entity.name)
        remotes = [r for r in self.destination.listing(entity.name) if r.remote_id not in owned]
        known = self.ledger.records((entity.name, candidate.key) for candidate in candidates)
        there = {remote.key for remote in remotes}
        open_ = [c for c in candidates if _may_be_there(known.get((entity.name, c.key)), c.key in there)]
        matches = self._match(entity, open_, remotes)
        self._record(entity, matches, known)
        ambiguous = [remote for _, remotes in matches.ambiguous for remote in remotes]
        left_over = [remote.remote_id for remote in (*matches.only_remote, *ambiguous)]
        self.registry.leave_over(self.ledger.run.instance, entity.name, left_over)
        return matches

    def _match(
        self, entity: Entity, candidates: Sequence[Candidate], remotes: Sequence[RemoteObject]
    ) -> Matches:
        def same(told: Fields, found: Fields) -> bool:
            return not self.destination.differences(entity.name, told, found)

        if entity.parent is None:
            return match(candidates, remotes, entity.identity, same, entity.likeness)
        parents = {remote_id: record.key for remote_id, record in self.ledger.owned(entity.parent).items()}
        ours: dict[str | None, list[Candidate]] = defaultdict(list)
        theirs: dict[str | None, list[RemoteObject]] = defaultdict(list)
        for candidate in candidates:
            ours[candidate.parent_key].append(candidate)
        for remote in remotes:
            theirs[parents.get(remote.parent_remote_id or "")].append(remote)
        total = Matches(only_remote=theirs.pop(None, []))
        for parent_key in ours.keys() | theirs.keys():
            one = match(ours.get(parent_key, []), theirs.get(parent_key, []), entity.identity, same)
            total.paired += one.paired
            total.ambiguous += one.ambiguous
            total.only_source += one.only_source
            total.only_remote += one.only_remote
        return total

    def told(self, candidate: Candidate, remote: RemoteObject) -> Fields:
        """What the object says, in the words of the row wherever the two agree."""
        differences = self.destination.differences(remote.entity, candidate.values, remote.values)
        return {**candidate.values, **{name: found for name, (_, found) in differences.items()}}

    def _record(self, entity: Entity, matches: Matches, known: Mapping[tuple[str, str], Record]) -> None:
        adopted = [
            self._row(entity, candidate, State.DELIVERED)
            | {"remote_id": remote.remote_id, "told": dump(self.told(candidate, remote))}
            for candidate, remote in matches.paired
        ]
        waiting = [
            self._row(entity, candidate, State.AMBIGUOUS)
            | {
                "error_class": ErrorClass.FIX_ELSEWHERE,
                "error_code": "Ambiguous",
                "error_message": _ambiguity(candidates, remotes),
            }
            for candidates, remotes in matches.ambiguous
            for candidate in candidates
        ]
        with self.ledger.warehouse.begin() as connection:
            for rows in (adopted, waiting):
                by_ref = {(entity.name, row["business_key"]): row for row in rows}
                self.ledger.record_new(connection, [row for ref, row in by_ref.items() if ref not in known])
                self.ledger.amend(
                    connection, [_taken_up(row, known[ref]) for ref, row in by_ref.items() if ref in known]
                )
            self.ledger.events(
                connection,
                [
                    {
                        "kind": "NOTE",
                        "entity": entity.name,
                        "business_key": row["business_key"],
                        "message": "adopted",
                        "remote_id": row["remote_id"],
                    }
                    for row in adopted
                ],
            )

    def _row(self, entity: Entity, candidate: Candidate, state: State) -> dict[str, Any]:
        return {
            "entity": entity.name,
            "business_key": candidate.key,
            "parent_key": candidate.parent_key,
            "incarnation": 1,
            "state": state,
            "attempt": 0,
        }


def _may_be_there(record: Record | None, key_is_there: bool) -> bool:
    """True when an object the ledger does not know may be this row's: it has none of its own, as far as we know.

    What is in doubt is left to the probe, and what an operator forgot stays forgotten.
    """
    if record is None or record.state is State.ARCHIVED:
        return True
    if record.state in (State.SENDING, State.IN_DOUBT, State.FORGOTTEN):
        return False
    return record.remote_id is None or (record.state is State.GONE and key_is_there)


def _taken_up(row: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """What becomes of a row the ledger has: nothing is left of why it was not made by us."""
    cleared = dict.fromkeys(
        ("hold_reason", "hold_since", "tried", "doubtful", "drift", "error_class", "error_code",
         "error_field", "error_message", "next_attempt"),
    )  # fmt: skip
    incarnation = record.incarnation + (record.state is State.ARCHIVED)
    return {**cleared, **row, "incarnation": incarnation, "attempt": record.attempt}


def _ambiguity(candidates: Sequence[Candidate], remotes: Sequence[RemoteObject]) -> str:
    return (
        f"{len(candidates)} source rows and {len(remotes)} objects "
        f"({', '.join(remote.remote_id for remote in remotes[:5])}) could be each other; "
        "say which with `adopt --pair KEY=ID`, or `retry --recreate` when none is"
    )


def check_first_contact(
    destination: Destination, ledger: Ledger, registry: Registry, verified: Verified, *, start_empty: bool
) -> str | None:
    """Raise FirstContactRefused while creating could double something; return a warning or None.

    An empty destination is contact enough. Objects made by our user that the ledger does not know mean
    that the ledger is older than they are, e.g. after a restored backup.
    """
    instance, system = ledger.run.instance, ledger.run.system
    if start_empty:
        registry.allow_contact(instance, "START_EMPTY")
    contact = registry.contact(instance)
    if contact == "START_EMPTY":
        return f"{len(verified.strangers)} objects are unknown to the ledger" if verified.strangers else None
    left_over = registry.left_over(instance) if verified.strangers else set()
    strangers = [found for found in verified.strangers if (found.entity, found.remote_id) not in left_over]
    if strangers:
        some = ", ".join(f"{stranger.entity} {stranger.remote_id}" for stranger in strangers[:5])
        more = ", …" if len(strangers) > 5 else ""
        raise FirstContactRefused(
            f"{instance} holds {len(strangers)} objects the ledger does not know ({some}{more}); "
            "creating could double them. Match them with "
            f"`order-staging adopt {system}`, or say --start-empty"
        )
    if contact is None:
        if ledger.empty() and any(_holds_anything(destination, e) for e in destination.entities if e.staging):
            raise FirstContactRefused(
                f"{instance} is not empty and the ledger is. Match what is there with "
                f"`order-staging adopt {system}`, or say --start-empty"
            )
        registry.allow_contact(instance, "FOUND_EMPTY")
    return None


def _holds_anything(destination: Destination, entity: Entity) -> bool:
    return next(iter(destination.listing(entity.name)), None) is not None
