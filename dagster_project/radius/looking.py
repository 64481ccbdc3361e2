"""What is there already of rows that were never made here, so that it is adopted instead of made twice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dagster_project.delivery.destination import Fields, RemoteObject, Target
from dagster_project.radius import entities
from dagster_project.radius.facts import COMPLETE, PO_OPEN
from dagster_project.radius.finding import Candidates, Finder
from dagster_project.radius.objects import reference_object
from dagster_project.radius.wave import Wave


def existing(targets: Sequence[Target], wave: Wave, finder: Finder) -> Mapping[str, RemoteObject]:
    """Return what may be adopted, by artefact key; each object for one key only."""
    found: dict[str, RemoteObject] = {}
    for entity in dict.fromkeys(target.row.entity for target in targets):
        some = [target for target in targets if target.row.entity == entity]
        if entity == entities.SO2_REFERENCES:
            found |= _references(some, wave)
        else:
            found |= _adoptable(entity, some, wave, finder)
    return found


def _references(targets: Sequence[Target], wave: Wave) -> Mapping[str, RemoteObject]:
    found: dict[str, RemoteObject] = {}
    for target in targets:
        sales = [one for one in wave.scene(target.row.key).sales if one.status != COMPLETE]
        if sales:
            found[target.row.key] = replace(reference_object(sales[0]), key=target.row.key)
    return found


def _adoptable(
    entity: str, targets: Sequence[Target], wave: Wave, finder: Finder
) -> Mapping[str, RemoteObject]:
    """Give candidates out one to a key, also to keys that the ledger has objects of already: those are taken."""
    wants: dict[str, Fields] = {}
    for order in dict.fromkeys(t.row.parent_key for t in targets if t.row.parent_key is not None):
        wants |= wave.told(order, entity)
    wants |= {target.row.key: target.row.values for target in targets}
    candidates = finder.find(entity, wants)
    given = _given_out(candidates)
    return {
        target.row.key: _with_what_is_owed(entity, given[target.row.key], target, wave)
        for target in targets
        if target.row.key in given and target.row.values.get("quantity") != "0"
    }


def _given_out(candidates: Candidates) -> Mapping[str, RemoteObject]:
    taken: set[str] = set()
    given: dict[str, RemoteObject] = {}
    for key, some in sorted(candidates.items()):
        free = next((one for one in some if one.remote_id not in taken), None)
        if free is not None:
            taken.add(free.remote_id)
            given[key] = replace(free, key=key)
    return given


def _with_what_is_owed(entity: str, found: RemoteObject, target: Target, wave: Wave) -> RemoteObject:
    """A plant-2 order that others made is owed no authorisation, but its purchase order a confirmation."""
    if entity != entities.SO2_LINES or target.row.parent_key is None:
        return found
    bought = wave.scene(target.row.parent_key).purchases
    is_open = any(line.status == PO_OPEN for line in bought if line.order == found.values.get("po"))
    return replace(found, values={**found.values, "authorised": True, "confirmed": not is_open})
