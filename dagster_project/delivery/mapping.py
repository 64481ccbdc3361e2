"""mappings/<system>/<entity>.yml as typed, frozen objects: what the kernel and the payloads are built from.

The destination's side of a column is carried through unread (`target`): the kernel knows that systems
have names and that columns may have an address there, and nothing else. A mapping loads whole or not at
all; MappingError has every problem of every file of the system.
"""

import hashlib
import json
from collections.abc import Collection
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from dagster_project.delivery import mapping_check, mapping_lookup, mapping_schema
from dagster_project.delivery.mapping_document import (
    ROOT,
    ColumnEntry,
    Document,
    MappingError,
    Problem,
    read,
    suggest,
)
from dagster_project.delivery.mapping_vocabulary import ARGUMENTS, kind_of
from dagster_project.file_stamps import Stamps, stamps

__all__ = ["MappedColumn", "Mapping", "MappingError", "Problem", "check", "load", "load_all", "systems"]

Sources = Dict[str, Collection[str]]


@dataclass(frozen=True)
class MappedColumn:
    """One value the destination is told. `target` is empty for a column that is mapped but not sent."""

    name: str
    data_type: str
    kind: str  # text, integer, decimal, date
    description: str
    transform: str
    arguments: Dict[str, Any] = field(repr=False)
    sources: tuple[str, ...]
    required: bool = False
    max_length: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    compare: bool = True
    target: Dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CarriedColumn:
    """A column of the mapped model that is no part of what the destination is told (keys, findings)."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class MirrorId:
    """A remote id in the mirror: `role` is remote_id or parent_remote_id, `name` what analysts know."""

    role: str
    name: str
    data_type: str


@dataclass(frozen=True)
class ReadOnlyColumn:
    """A column of the destination that no mapping may write, and why."""

    title: str
    column: str
    kind: str


@dataclass(frozen=True)
class Mapping:
    """One entity: how its rows are made, what they are called in the warehouse, where they go."""

    system: str
    entity: str
    profile: str
    noun: str
    model: str
    description: str
    key: str
    parent: str | None
    parent_key: str | None
    identity: tuple[str, ...]
    batch: str | None
    filters: Dict[str, str]
    reference: Dict[str, str]
    part_of: str | None  # entity these rows are told with; they have no relations but `staging`
    told: str
    staging: str
    errors: str
    mirror: str
    mirror_ids: tuple[MirrorId, ...]
    target: Dict[str, Any]
    read_only: tuple[ReadOnlyColumn, ...] = field(repr=False)
    columns: tuple[MappedColumn, ...] = field(repr=False)
    carried: tuple[CarriedColumn, ...] = field(repr=False)
    version: str
    path: Path

    def column(self, name: str) -> MappedColumn:
        """Return the mapped column of this exact name; KeyError names the entity."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.system} {self.entity} has no mapped column {name!r}")

    @property
    def sent(self) -> tuple[MappedColumn, ...]:
        """The columns that have an address at the destination in this profile."""
        return tuple(column for column in self.columns if column.target)


def systems(root: Path = ROOT) -> tuple[str, ...]:
    """Return the systems that have mappings, by folder name."""
    return tuple(sorted({path.parent.name for path in (root / "mappings").glob("*/[!_]*.yml")}))


def load(system: str, entity: str, profile: str | None = None, **options: Any) -> Mapping:
    """Return one entity of a system; see `load_all`."""
    for mapping in load_all(system, profile, **options):
        if mapping.entity == entity:
            return mapping
    shown = f"mappings/{system}/{entity}.yml"
    raise MappingError(
        [Problem(shown, None, None, "there is no such mapping: write it or ask for another entity")]
    )


def load_all(
    system: str, profile: str | None = None, *, root: Path = ROOT, sources: Sources | None = None
) -> tuple[Mapping, ...]:
    """Return a system's mappings, parents before children.

    `profile` None takes each file's default_profile. `sources` (entity → column names of its source, from
    the catalogue) adds the check that every source column exists. Raises MappingError with all problems.
    """
    if sources is not None:
        return _loaded(system, profile, root, sources)
    return _kept(system, profile, root, stamps((root / "mappings" / system).rglob("*")))


@cache
def _kept(system: str, profile: str | None, root: Path, _files: Stamps) -> tuple[Mapping, ...]:
    """Reading and checking takes a third of a second; what was read holds as long as no file changed."""
    return _loaded(system, profile, root, {})


def _loaded(system: str, profile: str | None, root: Path, sources: Sources) -> tuple[Mapping, ...]:
    documents = [read(path, root) for path in sorted((root / "mappings" / system).glob("[!_]*.yml"))]
    if not documents:
        known = systems(root)
        raise MappingError(
            [Problem(f"mappings/{system}", None, None, f"no mapping here{suggest(system, known)}")]
        )
    problems = [problem for document in documents for problem in document.problems]
    problems += [
        p for document in documents if document.content is not None for p in mapping_schema.problems(document)
    ]
    problems += mapping_check.problems(documents, system, profile, sources)
    if problems:
        raise MappingError(sorted(set(problems), key=str))
    entities = {document.meta["entity"]: document for document in documents}
    built = [_mapping(document, entities.get(_whole(document)), system, profile) for document in documents]
    return tuple(sorted(built, key=lambda mapping: (mapping.parent is not None, mapping.entity)))


def check(
    system: str, profile: str | None = None, *, root: Path = ROOT, sources: Sources | None = None
) -> tuple[Problem, ...]:
    """Return what is wrong with a system's mappings; empty when they can be used."""
    try:
        load_all(system, profile, root=root, sources=sources)
    except MappingError as error:
        return error.problems
    return ()


def _whole(document: Document) -> str | None:
    """The entity a document's rows belong to: a parent's, or the one they are told with."""
    return document.meta.get("parent") or document.meta.get("part_of")


def _mapping(document: Document, parent: Document | None, system: str, profile: str | None) -> Mapping:
    meta = document.meta
    chosen = profile or str(meta["default_profile"])
    inherited = {**(parent.meta if parent else {}), **meta}
    return Mapping(
        system=system,
        entity=meta["entity"],
        profile=chosen,
        noun=meta["noun"],
        model=document.at("models", 0, "name"),
        description=document.at("models", 0, "description"),
        key=meta["key"],
        parent=meta.get("parent"),
        parent_key=meta.get("parent_key"),
        identity=tuple(meta.get("identity", ())),
        batch=inherited.get("batch"),
        filters=inherited.get("filters", {}),
        reference=inherited.get("reference", {}),
        part_of=meta.get("part_of"),
        told=meta.get("told", ""),
        staging=meta["staging"],
        errors=meta.get("errors", ""),
        mirror=meta.get("mirror", ""),
        mirror_ids=tuple(MirrorId(role, **said) for role, said in meta.get("mirror_ids", {}).items()),
        target=meta.get(system, {}),
        read_only=tuple(ReadOnlyColumn(**entry) for entry in meta.get("read_only", ())),
        columns=tuple(_column(entry, entry.meta or {}, system, chosen) for entry in document.mapped),
        carried=tuple(
            CarriedColumn(e.name, e.data_type, e.description) for e in document.columns if e.meta is None
        ),
        version=_version(document, chosen),
        path=document.path,
    )


def _column(entry: ColumnEntry, meta: dict[str, Any], system: str, profile: str) -> MappedColumn:
    return MappedColumn(
        name=entry.name,
        data_type=entry.data_type,
        kind=kind_of(entry.data_type) or "",
        description=entry.description.strip(),
        transform=meta["transform"],
        arguments={key: value for key, value in meta.items() if key in ARGUMENTS},
        sources=mapping_check.sources_of(meta),
        required=meta.get("required", False),
        max_length=meta.get("max_length"),
        minimum=meta.get("minimum"),
        maximum=meta.get("maximum"),
        compare=meta.get("compare", True),
        target=mapping_check.target_of(meta, system, profile),
    )


def _version(document: Document, profile: str) -> str:
    """Sha256 over everything that can change a value or its address; words for people are left out."""
    content = {
        "profile": profile,
        "meta": {key: value for key, value in document.meta.items() if key != "noun"},
        "columns": [[entry.name, entry.data_type, entry.meta] for entry in document.mapped],
        "lookups": mapping_lookup.contents(document),
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
