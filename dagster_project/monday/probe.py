"""Looking for what unanswered creates may have made. Absent is said only when the board itself says so.

Items are searched by the key they carry. The search index may lag behind, so whatever it does not find is
looked for once more on the board's pages. Without such a column an object is recognised by all its values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dagster_project.delivery.destination import Absent, Fields, Found, Intent, Probe, RemoteObject
from dagster_project.monday.layout import ExternalId, Layout
from dagster_project.monday.normalise import differences
from dagster_project.monday.reading import Reader


def probe_groups(groups: Sequence[tuple[str, str]], intents: Sequence[Intent]) -> dict[str, Probe]:
    """Look for groups by title, among (id, title) of those on the board."""
    return {
        intent.intent_id: _found(tuple(gid for gid, title in groups if title.strip() == intent.key.strip()))
        for intent in intents
    }


def probe_by_key(
    reader: Reader, layout: Layout, external: ExternalId, intents: Sequence[Intent]
) -> dict[str, Probe]:
    """Look for items by the key in their external-id column."""
    keys = sorted({intent.key for intent in intents})
    found = reader.ids_by_value(layout.board_id, external.column, keys)
    if len(found) < len(keys):
        found |= _on_the_pages(reader, layout, set(keys) - set(found))
    return {intent.intent_id: _found(tuple(sorted(found.get(intent.key, ())))) for intent in intents}


def probe_by_values(
    layout: Layout, remotes: Sequence[RemoteObject], intents: Sequence[Intent]
) -> dict[str, Probe]:
    """Look for objects that hold all values the intent sent, below the same parent.

    Rows that are equal in every value get the same ids: they are interchangeable.
    """
    by_name: dict[tuple[object, str | None], list[RemoteObject]] = {}
    for remote in remotes:
        name = remote.values.get(layout.name.field)
        by_name.setdefault((name, remote.parent_remote_id), []).append(remote)
    probes: dict[str, Probe] = {}
    for intent in intents:
        parent = intent.parent_remote_id
        alike = by_name.get((_name(layout, intent.fields), parent), [])
        same = [r.remote_id for r in alike if not differences(layout, intent.fields, r.values)]
        probes[intent.intent_id] = _found(tuple(sorted(same)))
    return probes


def _on_the_pages(reader: Reader, layout: Layout, keys: set[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for remote in reader.page_through(replace(layout, places=())):
        if remote.key in keys:
            found.setdefault(remote.key, []).append(remote.remote_id)
    return found


def _name(layout: Layout, fields: Fields) -> str:
    return str(fields.get(layout.name.field) or "").strip()


def _found(remote_ids: tuple[str, ...]) -> Probe:
    return Found(remote_ids) if remote_ids else Absent()
