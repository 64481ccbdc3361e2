"""First contact as a run: stage, match what the destination holds to source keys, settle."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from dagster_project.delivery.adoption import Adoption, Candidate, Matches
from dagster_project.delivery.operators import Operators
from dagster_project.delivery.records import dump
from dagster_project.delivery.staging import as_told
from dagster_project.delivery.states import RunStatus, State
from dagster_project.runs import SystemRun


class CannotPair(Exception):
    """A pair that was said is none; the message says why."""


def adopt(run: SystemRun) -> dict[str, dict[str, Any]]:
    """Match every entity, parents first; return what matched, what is on one side only, what is ambiguous."""
    found: dict[str, dict[str, Any]] = {}
    with run.step(first=True):
        _ = run.preflight
        run.extract()
        run.stage()
        run.scope.take()  # staging may outlast the lease
        adoption = Adoption(run.destination, run.ledger, run.registry)
        for entity in run.destination.entities:
            if entity.staging:
                run.scope.renew()
                found[entity.name] = adoption.adopt(entity, candidates(run, entity.name)).as_dict()
        if run.pipeline.chained:
            found |= _chains(run)
        run.registry.allow_contact(run.run.instance, "ADOPTED")
        run.settle()
        run.registry.close_run(run.run, RunStatus.COMPLETED, {"adopted": found})
    return found


def _chains(run: SystemRun) -> dict[str, dict[str, Any]]:
    """Count what is there of chains and unknown to the ledger: a step looks for its object before it makes one."""
    found: dict[str, dict[str, Any]] = {}
    for step in run.destination.entities[1:]:
        run.scope.renew()
        owned = run.ledger.owned(step.name)
        there = [one for one in run.destination.listing(step.name) if one.remote_id not in owned]
        found[step.name] = Matches(only_remote=there).as_dict()
    return found


def pair(run: SystemRun, pairs: Sequence[tuple[str, str]]) -> None:
    """Say for ambiguous keys which remote object each is; raise CannotPair before anything is written."""
    with run.step(first=True):
        operators = Operators(run.ledger, run.clock)
        adoption = Adoption(run.destination, run.ledger, run.registry)
        for key, remote_id in pairs:
            record = next((r for r in operators.find([key]) if r.state is State.AMBIGUOUS), None)
            if record is None:
                raise CannotPair(f"{key} is not ambiguous; see: order-staging trace {key}")
            remote = run.destination.read_back(record.entity, [remote_id]).get(remote_id)
            if remote is None:
                raise CannotPair(f"{remote_id} is not in the destination")
            candidate = next(c for c in candidates(run, record.entity) if c.key == key)
            operators.pair(record, remote_id, dump(adoption.told(candidate, remote)) or "{}")
        for entity in run.destination.entities:
            if entity.staging and entity.parent:  # what belongs to a paired parent is there, too
                run.scope.renew()
                adoption.adopt(entity, candidates(run, entity.name))
        run.settle()
        run.registry.close_run(run.run, RunStatus.COMPLETED, {"paired": len(pairs)})


def candidates(run: SystemRun, entity: str) -> list[Candidate]:
    """Return every source row of an entity that has a key, mapped, also those that could not be sent now."""
    mapping = next(m for m in run.mappings if m.entity == entity)
    names = [column.name for column in mapping.columns]
    keys = [mapping.key, *([mapping.parent_key] if mapping.parent_key else [])]
    table = sa.table(mapping.model, *(sa.column(name) for name in (*keys, *names)))
    with run.warehouse.begin() as connection:
        return [
            Candidate(
                key=row._mapping[mapping.key],
                parent_key=row._mapping[mapping.parent_key] if mapping.parent_key else None,
                values={name: as_told(row._mapping[name]) for name in names},
            )
            for row in connection.execute(
                sa.select(*(table.c[name] for name in (*keys, *names))).where(
                    table.c[mapping.key].is_not(None)
                )
            )
        ]
