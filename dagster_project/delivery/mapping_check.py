"""What a schema cannot see in a mapping: columns against columns, files against files.

Works on documents as they are written, right or wrong, so that one run names every problem.
"""

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dagster_project.delivery.mapping_control import control_columns
from dagster_project.delivery.mapping_document import META, ColumnEntry, Document, Problem, suggest
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
        found += _lookups(document)
        if entity in sources:
            found += _sources(document, sources[entity])
    return found


def sources_of(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the source columns a column is made of, in order and once each."""
    names: list[Any] = [meta.get("source")]
    for part in meta.get("parts") or ():
        if isinstance(part, dict):
            names += [part.get("source"), *(part.get("first_of") or ())]
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def target_of(meta: Mapping[str, Any], system: str, profile: str) -> dict[str, Any]:
    """Return the destination's side of a column in a profile; empty when it is not sent."""
    by_profile = (meta.get("profiles") or {}).get(profile) or {}
    found = by_profile.get(system, meta.get(system))
    return found if isinstance(found, dict) else {}


def seeds_of(document: Document) -> set[Path]:
    """Return the CSV files a document looks up in; they stand beside it."""
    lookups = [(entry.meta or {}).get("lookup") for entry in document.mapped]
    return {document.path.parent / f"{lookup['seed']}.csv" for lookup in lookups if lookup}


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
    parent = meta.get("parent")
    if parent is not None and parent not in entities:
        yield document.problem(
            f"unknown parent '{parent}'{suggest(parent, list(entities))}", (*META, "parent")
        )
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
    identity = meta.get("identity")
    for position, name in enumerate(identity if isinstance(identity, list) else ()):
        yield ("identity", position), name
    for block in ("filters", "reference", system):
        side = meta.get(block)
        for key, name in (side if isinstance(side, dict) else {}).items():
            if isinstance(name, str):
                yield (block, key), name


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
        for name in (entry.meta or {}).get("profiles") or ():
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
    for key in ("minimum", "maximum"):
        if key in meta and kind in (TEXT, "date"):
            yield document.problem(f"{key} is for numbers, data_type is {entry.data_type}", (*place, key))


def _addresses(document: Document, system: str) -> Iterator[Problem]:
    read_only = {
        entry.get("column"): entry
        for entry in document.meta.get("read_only") or ()
        if isinstance(entry, dict)
    }
    own = document.meta.get(system)
    sides = [side for side in (own.values() if isinstance(own, dict) else ()) if isinstance(side, dict)]
    for profile in document.meta.get("profiles") or (None,):
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


def _lookups(document: Document) -> Iterator[Problem]:
    for entry in document.mapped:
        lookup = (entry.meta or {}).get("lookup")
        if not isinstance(lookup, dict) or not isinstance(lookup.get("seed"), str):
            continue
        place = (*entry.place, "config", "meta", "lookup")
        path = document.path.parent / f"{lookup['seed']}.csv"
        if not path.is_file():
            near = suggest(lookup["seed"], [other.stem for other in path.parent.glob("*.csv")])
            yield document.problem(f"no lookup file {path.name} beside the mapping{near}", (*place, "seed"))
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows, header = list(reader), list(reader.fieldnames or ())
        for key in ("match", "value"):
            if isinstance(lookup.get(key), str) and lookup[key] not in header:
                message = f"{path.name} has no column '{lookup[key]}'{suggest(lookup[key], header)}"
                yield document.problem(message, (*place, key))
        # Matched as the macro does: without outer blanks, in any case.
        texts = Counter((row.get(lookup.get("match")) or "").strip().casefold() for row in rows)
        twice = sorted(text for text, count in texts.items() if count > 1 and text)
        if twice:
            named = ", ".join(repr(text) for text in twice[:5])
            yield document.problem(
                f"{path.name} has more than one line for {named}: keep one", (*place, "match")
            )
        if lookup.get("match") in header and texts[""]:
            yield document.problem(
                f"{path.name} has a line with an empty {lookup['match']}", (*place, "match")
            )


def _sources(document: Document, known: Collection[str]) -> Iterator[Problem]:
    for entry in document.mapped:
        for name in sources_of(entry.meta or {}):
            if name not in known:
                place = (*entry.place, "config", "meta")
                yield document.problem(
                    f"the source has no column '{name}'{suggest(name, list(known))}", place
                )
