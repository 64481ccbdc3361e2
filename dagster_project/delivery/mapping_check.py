"""What a schema cannot see in a mapping: columns against columns, files against files.

Works on documents as they are written, right or wrong, so that one run names every problem.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from dagster_project.delivery import mapping_lookup
from dagster_project.delivery.mapping_control import control_columns
from dagster_project.delivery.mapping_document import (
    META,
    ColumnEntry,
    Document,
    Problem,
    block,
    listed,
    suggest,
)
from dagster_project.delivery.mapping_vocabulary import ARGUMENTS, TEXT, TRANSFORMS, kind_of, length_of

ADDRESSES = ("column", "path")
"""Keys of a destination side, one of which says where a value goes."""


def problems(
    documents: Sequence[Document], system: str, profile: str | None, sources: Mapping[str, Collection[str]]
) -> list[Problem]:
    """Return the problems of a system's documents, unordered."""
    entities = {str(document.meta.get("entity")): document for document in documents}
    found: list[Problem] = []
    for document in documents:
        if document.content is None:
            continue
        entity = str(document.meta.get("entity"))
        found += _names(document, system, entities)
        found += _profiles(document, profile)
        found += _columns(document)
        found += _addresses(document, system)
        found += mapping_lookup.problems(document)
        if entity in sources:
            found += _sources(document, sources[entity])
    return found


def sources_of(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the source columns a column is made of, in order and once each."""
    names: list[Any] = [meta.get("source")]
    for part in map(block, listed(meta.get("parts"))):
        names += [part.get("source"), *listed(part.get("first_of"))]
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def target_of(meta: Mapping[str, Any], system: str, profile: str) -> dict[str, Any]:
    """Return the destination's side of a column in a profile; empty when it is not sent."""
    by_profile = block(block(meta.get("profiles")).get(profile))
    return block(by_profile.get(system, meta.get(system)))


def _names(document: Document, system: str, entities: Mapping[str, Document]) -> Iterator[Problem]:
    meta, entity, folder = document.meta, document.path.stem, document.path.parent.name
    if meta.get("system") not in (None, folder):
        yield document.problem(
            f"system '{meta['system']}' stands in the folder of {folder}", (*META, "system")
        )
    if meta.get("entity") not in (None, entity):
        message = f"entity '{meta['entity']}' stands in a file named {entity}.yml: rename one of them"
        yield document.problem(message, (*META, "entity"))
    model = document.at("models", 0, "name")
    if isinstance(model, str) and model != f"int_{system}__{entity}_mapped":
        yield document.problem(
            f"the model must be named int_{system}__{entity}_mapped", ("models", 0, "name")
        )
    for key in ("parent", "part_of"):
        named = meta.get(key)
        if named is not None and named not in entities:
            yield document.problem(f"unknown {key} '{named}'{suggest(named, list(entities))}", (*META, key))
    carried = [column.name for column in document.columns if column.meta is None]
    for key in ("key", "parent_key"):
        if isinstance(meta.get(key), str) and meta[key] not in carried:
            message = f"{key} '{meta[key]}' is no carried column{suggest(meta[key], carried)}"
            yield document.problem(message, (*META, key))
    mapped = [column.name for column in document.mapped]
    for place, name in _mapped_names(meta, system):
        if name not in mapped:
            yield document.problem(
                f"{place[0]} names no mapped column: '{name}'{suggest(name, mapped)}", (*META, *place)
            )


def _mapped_names(meta: Mapping[str, Any], system: str) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every name in the entity's own settings that must be a mapped column, and where it stands.

    In a destination's side that is each plain text: `monday: {name: Title}` takes the name from Title.
    """
    if isinstance(meta.get("batch"), str):
        yield ("batch",), meta["batch"]
    for position, name in enumerate(listed(meta.get("identity"))):
        yield ("identity", position), name
    for side in ("filters", "reference", system):
        for key, name in block(meta.get(side)).items():
            if isinstance(name, str):
                yield (side, key), name


def _profiles(document: Document, profile: str | None) -> Iterator[Problem]:
    known = document.meta.get("profiles")
    if not isinstance(known, list):
        return
    default = document.meta.get("default_profile")
    if default not in known:
        yield document.problem(
            f"unknown default_profile '{default}'{suggest(default, known)}", (*META, "default_profile")
        )
    if profile is not None and profile not in known:
        yield document.problem(
            f"there is no profile '{profile}'{suggest(profile, known)}", (*META, "profiles")
        )
    for entry in document.mapped:
        for name in block(block(entry.meta).get("profiles")):
            if name not in known:
                place = (*entry.place, "config", "meta", "profiles", name)
                yield document.problem(f"unknown profile '{name}'{suggest(name, known)}", place)


def _columns(document: Document) -> Iterator[Problem]:
    first: dict[str, ColumnEntry] = {}
    for entry in document.columns:
        if (other := first.setdefault(entry.name.casefold(), entry)) is not entry:
            yield document.problem(
                f"already described in line {document.line(other.place)}: remove one", entry.place
            )
    reserved = control_columns(document.meta)
    for entry in document.mapped:
        if relation := reserved.get(entry.name.casefold()):
            yield document.problem(
                f"the name is taken by a control column of {relation}: choose another", entry.place
            )
        yield from _arguments(document, entry, entry.meta or {})


def _arguments(document: Document, entry: ColumnEntry, meta: Mapping[str, Any]) -> Iterator[Problem]:
    place = (*entry.place, "config", "meta")
    kind, transform = kind_of(entry.data_type), TRANSFORMS.get(str(meta.get("transform")))
    if entry.data_type and kind is None:
        known = ["nvarchar(200)", "int", "bigint", "smallint", "decimal(18,4)", "date"]
        message = f"unknown data_type '{entry.data_type}'{suggest(entry.data_type, known)}"
        yield document.problem(message, (*entry.place, "data_type"))
    if transform is None or kind is None:
        return
    if kind not in transform.kinds:
        fitting = " or ".join(sorted(transform.kinds))
        yield document.problem(
            f"transform {meta['transform']} makes {fitting}, data_type is {entry.data_type}", place
        )
    for key in sorted((meta.keys() & ARGUMENTS) - transform.required - transform.optional):
        yield document.problem(
            f"'{key}' is no argument of transform {meta['transform']}: remove it", (*place, key)
        )
    length, longest = length_of(entry.data_type), meta.get("max_length")
    if isinstance(longest, int) and longest > (length or 0):
        message = f"max_length {longest} does not fit data_type {entry.data_type}"
        yield document.problem(message, (*place, "max_length"))
    if length and longest is None and "value" not in transform.required:
        message = f"'max_length' is missing: up to {length} a text is sent, a longer one goes to ERR_"
        yield document.problem(message, place)
    if "too_long" in meta and longest is None:
        yield document.problem("too_long says what becomes of a text longer than max_length: say one", place)
    for key in ("minimum", "maximum"):
        if key in meta and kind in (TEXT, "date"):
            yield document.problem(f"{key} is for numbers, data_type is {entry.data_type}", (*place, key))


def _addresses(document: Document, system: str) -> Iterator[Problem]:
    read_only = {
        str(entry.get("column")): entry for entry in map(block, listed(document.meta.get("read_only")))
    }
    sides = [block(side) for side in block(document.meta.get(system)).values()]
    for profile in listed(document.meta.get("profiles")):
        taken = {address: "the entity's own settings" for side in sides if (address := _address(side))}
        for entry in document.mapped:
            place = (*entry.place, "config", "meta")
            address = _address(target_of(entry.meta or {}, system, str(profile)))
            if address is None:
                continue
            if address in taken:
                yield document.problem(f"writes {address}, which {taken[address]} writes already", place)
            taken.setdefault(address, f"column {entry.name}")
            if barred := read_only.get(address):
                title, kind = barred.get("title"), barred.get("kind")
                yield document.problem(f"writes {address} ({title}), which is read-only: {kind}", place)


def _address(side: Mapping[str, Any]) -> str | None:
    return next((str(side[key]) for key in ADDRESSES if key in side), None)


def _sources(document: Document, known: Collection[str]) -> Iterator[Problem]:
    for entry in document.mapped:
        for name in sources_of(entry.meta or {}):
            if name not in known:
                place = (*entry.place, "config", "meta")
                yield document.problem(
                    f"the source has no column '{name}'{suggest(name, list(known))}", place
                )
