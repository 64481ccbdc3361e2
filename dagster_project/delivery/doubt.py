"""Rows in doubt: sent, but without a definite answer. What follows depends on the kind of operation.

*Set* and *archive* are simply sent again with the newest values. *Create* and *append* are probed after a
quiet period; found means adopted, absent means repeated under the same idempotency key. An *archive* whose
row is wanted again is looked at, too: what we told may still read like what is wanted of an object that we
removed ourselves.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dagster_project.delivery.conclusion import conclude
from dagster_project.delivery.destination import (
    Absent,
    Change,
    Destination,
    Found,
    Intent,
    Kind,
    Operation,
    Probe,
    Row,
    Target,
)
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.outcomes import Delivered, ErrorClass, Unknown
from dagster_project.delivery.sending import Sender
from dagster_project.delivery.states import State
from dagster_project.delivery.transport import Plan, Request

MAKERS = frozenset({Kind.CREATE, Kind.APPEND})
Ref = tuple[str, str]


@dataclass
class Findings:
    """What the probe says about every row in doubt."""

    adopted: list[tuple[Target, Intent, str]] = field(default_factory=list)
    ambiguous: list[tuple[Target, Intent, tuple[str, ...]]] = field(default_factory=list)
    absent: list[tuple[Target, Intent]] = field(default_factory=list)
    archived: list[tuple[Target, list[Intent]]] = field(default_factory=list)
    resend: list[tuple[Target, list[Intent]]] = field(default_factory=list)


class Doubts:
    """Resolves rows in doubt and returns those that have to be sent once more."""

    def __init__(
        self, destination: Destination, ledger: Ledger, sender: Sender,
        targets: Callable[[Sequence[Row]], Sequence[Target]],
    ) -> None:  # fmt: skip
        self.destination = destination
        self.ledger = ledger
        self.sender = sender
        self.targets = targets

    def resolve(self, rows: Sequence[Row]) -> list[Row]:
        """Wait for quiet, probe, adopt or repeat; return the rows that go the ordinary way again."""
        if not rows:
            return []
        unresolved = self.ledger.unresolved((row.entity, row.key) for row in rows)
        self._wait_for_quiet(unresolved)
        targets = list(self.targets(rows))
        findings = self._probe(targets, unresolved)
        self._adopt(findings)
        self._leave_to_a_person(findings)
        self._retire(findings.absent)
        repeated, fresh = self._split_absent([(t, i) for t, i in findings.absent if not _removed(t)])
        for request in repeated:
            self.sender.repeat(request)
        self._note([intent for _, intent in fresh], "ABSENT")
        self._note([intent for _, intents in findings.resend for intent in intents], "SUPERSEDED")
        return [
            *(target.row for target, _ in fresh),
            *(target.row for target, _ in findings.resend),
            *self._begin_anew(findings.archived),
        ]

    def _wait_for_quiet(self, unresolved: Mapping[Ref, Sequence[Intent]]) -> None:
        requests = self.ledger.requests(i.request_id for intents in unresolved.values() for i in intents)
        if not requests:
            return
        latest: dt.datetime = max(
            max(request.sent_at, request.answered_at or request.sent_at) for request, _ in requests.values()
        )
        quiet = latest + dt.timedelta(seconds=self.destination.quiet_seconds)
        seconds = (quiet - self.sender.clock.now()).total_seconds()
        if seconds > 0:
            self.sender.nap(seconds)

    def _probe(self, targets: Sequence[Target], unresolved: Mapping[Ref, list[Intent]]) -> Findings:
        makers = {
            target.ref: intent
            for target in targets
            for intent in unresolved.get(target.ref, [])
            if intent.kind in MAKERS and intent.incarnation == target.incarnation and target.remote_id is None
        }
        probes = self._unowned(self.destination.probe(list(makers.values())), makers) if makers else {}
        archived = self._archived(targets, unresolved)
        findings = Findings()
        for target in targets:
            intent = makers.get(target.ref)
            if intent is None:
                sent = unresolved.get(target.ref, [])
                (findings.archived if target.ref in archived else findings.resend).append((target, sent))
                continue
            match probes.get(intent.intent_id, Absent()):
                case Found((remote_id,)):
                    findings.adopted.append((target, intent, remote_id))
                case Found(remote_ids):
                    findings.ambiguous.append((target, intent, remote_ids))
                case Absent():
                    findings.absent.append((target, intent))
        return findings

    def _archived(self, targets: Sequence[Target], unresolved: Mapping[Ref, Sequence[Intent]]) -> set[Ref]:
        """Return the rows that are wanted again and whose archive, sent without an answer, was executed."""
        asked: dict[str, dict[str, Target]] = {}
        for target in targets:
            kinds = {intent.kind for intent in unresolved.get(target.ref, [])}
            if target.remote_id is not None and Kind.ARCHIVE in kinds and not _removed(target):
                asked.setdefault(target.row.entity, {})[target.remote_id] = target
        return {
            of[remote_id].ref
            for entity, of in asked.items()
            for remote_id, found in self.destination.read_back(entity, list(of)).items()
            if found is None
        }

    def _unowned(self, probes: Mapping[str, Probe], makers: Mapping[Ref, Intent]) -> dict[str, Probe]:
        """Leave out objects the ledger owns; interchangeable candidates are given out one to a row."""
        taken: set[str] = set()
        for entity in {intent.entity for intent in makers.values()}:
            taken |= set(self.ledger.owned(entity))
        pools: dict[tuple[str, ...], int] = {}
        for probe in probes.values():
            if isinstance(probe, Found):
                pools[probe.remote_ids] = pools.get(probe.remote_ids, 0) + 1
        resolved: dict[str, Probe] = {}
        for intent_id, probe in probes.items():
            if not isinstance(probe, Found):
                resolved[intent_id] = probe
                continue
            free = tuple(remote_id for remote_id in probe.remote_ids if remote_id not in taken)
            if len(free) > 1 and pools[probe.remote_ids] > 1:
                free = free[:1]
            if len(free) == 1:
                taken.add(free[0])
            resolved[intent_id] = Found(free) if free else Absent()
        return resolved

    def _adopt(self, findings: Findings) -> None:
        changes: list[dict[str, Any]] = []
        events: list[dict[str, Any]] = []
        for target, intent, remote_id in findings.adopted:
            operation = Operation(target, intent.operation, intent.kind, intent.fields)
            told = replace(target, row=replace(target.row, values=intent.fields))
            operation = replace(operation, target=told)
            outcome = Delivered(remote_id)
            changes.append(
                conclude(told, [(operation, outcome)], self.sender.versions, self.sender.clock.now())
            )
            events.append(_outcome(intent, "DELIVERED", "found by the probe", remote_id))
            self.sender.delivered(target.row, "adopted")
        self._amend(changes, events)

    def _leave_to_a_person(self, findings: Findings) -> None:
        changes: list[dict[str, Any]] = []
        for target, intent, remote_ids in findings.ambiguous:
            message = (
                f"{len(remote_ids)} objects carry {intent.key}: {', '.join(remote_ids[:5])}; "
                "delete all but one in the destination, the next run takes the one that is left"
            )
            outcome = Unknown(message)
            operation = Operation(target, intent.operation, intent.kind, intent.fields)
            columns = conclude(target, [(operation, outcome)], self.sender.versions, self.sender.clock.now())
            changes.append({**columns, "error_class": ErrorClass.FIX_ELSEWHERE, "error_code": "Ambiguous"})
            self.sender.report.count(target.row, "REJECTED", message)
            self.sender.batches.count(target.row, "REJECTED", message)
        self._amend(changes, [])

    def _retire(self, absent: Sequence[tuple[Target, Intent]]) -> None:
        """A row that left the source while its create was in doubt, and was never made, is over."""
        changes: list[dict[str, Any]] = []
        events: list[dict[str, Any]] = []
        for target, intent in absent:
            if _removed(target):
                columns = conclude(target, [], self.sender.versions, self.sender.clock.now())
                changes.append({**columns, "state": State.ARCHIVED, "told": None})
                events.append(_outcome(intent, "ABSENT", None, None))
                self.sender.delivered(target.row, "never made")
        self._amend(changes, events)

    def _begin_anew(self, archived: Sequence[tuple[Target, Sequence[Intent]]]) -> list[Row]:
        """Write down archives that were executed; return their rows, to be made as the next incarnation."""
        changes: list[dict[str, Any]] = []
        events: list[dict[str, Any]] = []
        for target, intents in archived:
            columns = conclude(target, [], self.sender.versions, self.sender.clock.now())
            changes.append({**columns, "state": State.ARCHIVED})
            events += [
                _outcome(intent, "DELIVERED", "found archived", target.remote_id) for intent in intents
            ]
        self._amend(changes, events)
        return [
            replace(target.row, change=Change.NEW, revision=target.revision + 1) for target, _ in archived
        ]

    def _split_absent(
        self, absent: Sequence[tuple[Target, Intent]]
    ) -> tuple[list[Request], list[tuple[Target, Intent]]]:
        """Return requests of which nothing was executed, and rows whose request was executed in part."""
        by_request: dict[str, list[tuple[Target, Intent]]] = {}
        for target, intent in absent:
            by_request.setdefault(intent.request_id, []).append((target, intent))
        stored = self.ledger.requests(by_request)
        whole: list[Request] = []
        fresh: list[tuple[Target, Intent]] = []
        for request_id, missing in by_request.items():
            request, intents = stored[request_id]
            targets = {intent.intent_id: target for target, intent in missing}
            if set(targets) != {intent.intent_id for intent in intents}:
                fresh.extend(missing)
                continue
            plans = [_plan(targets[intent.intent_id], intent) for intent in intents]
            whole.append(Request(request_id, request.idempotency_key, request.body, plans, intents))
        return whole, fresh

    def _note(self, intents: Sequence[Intent], outcome: str) -> None:
        with self.ledger.warehouse.begin() as connection:
            self.ledger.events(connection, [_outcome(intent, outcome, None, None) for intent in intents])

    def _amend(self, changes: Sequence[dict[str, Any]], events: Sequence[dict[str, Any]]) -> None:
        if changes:
            with self.ledger.warehouse.begin() as connection:
                self.ledger.amend(connection, changes)
                self.sender.retire_children(connection, changes)
                self.ledger.events(connection, events)
                self.sender.batches.flush(connection)


def _removed(target: Target) -> bool:
    return target.row.change is Change.REMOVED


def _plan(target: Target, intent: Intent) -> Plan:
    told = replace(target, row=replace(target.row, values=intent.fields))
    return Plan(told, [Operation(told, intent.operation, intent.kind, intent.fields)])


def _outcome(intent: Intent, outcome: str, message: str | None, remote_id: str | None) -> dict[str, Any]:
    return {
        "kind": "OUTCOME", "entity": intent.entity, "business_key": intent.key,
        "incarnation": intent.incarnation, "intent_id": intent.intent_id,
        "operation": f"{intent.kind}:{intent.operation}", "request_id": intent.request_id,
        "outcome": outcome, "message": message, "remote_id": remote_id,
    }  # fmt: skip
