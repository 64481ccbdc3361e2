"""The small CSVs beside a mapping that its lookups read; dbt loads the same files as seeds."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dagster_project.delivery.mapping_document import Document, Problem, block, suggest


def contents(document: Document) -> dict[str, list[list[str]]]:
    """Return seed → lines of every CSV the document looks up in; part of the mapping's version."""
    return {path.stem: _lines(path) for path in sorted(_paths(document))}


def problems(document: Document) -> Iterator[Problem]:
    """Yield what is wrong with the lookups: no file, no such column, not one answer for a value."""
    first: dict[str, tuple[object, object]] = {}
    for entry in document.mapped:
        lookup, place = block(block(entry.meta).get("lookup")), (*entry.place, "config", "meta", "lookup")
        seed, match, value = (lookup.get(key) for key in ("seed", "match", "value"))
        if not (isinstance(seed, str) and isinstance(match, str) and isinstance(value, str)):
            continue  # the schema says so
        way = (block(entry.meta).get("source"), match)
        joined = str(lookup.get("as", seed))  # dbt joins a seed once under each name
        if first.setdefault(joined, way) != way:
            message = f"{joined} is looked up by {first[joined][0]} already: say `as` another name"
            yield document.problem(message, (*place, "seed"))
        path = document.path.parent / f"{seed}.csv"
        if not path.is_file():
            near = suggest(seed, [other.stem for other in path.parent.glob("*.csv")])
            yield document.problem(f"no lookup file {path.name} beside the mapping{near}", (*place, "seed"))
            continue
        header, *lines = _lines(path) or [[]]
        for key, name in (("match", match), ("value", value)):
            if name not in header:
                message = f"{path.name} has no column '{name}'{suggest(name, header)}"
                yield document.problem(message, (*place, key))
        if match in header:
            at = header.index(match)
            texts = [line[at] if at < len(line) else "" for line in lines]
            for message in _not_one_answer(match, texts):
                yield document.problem(f"{path.name} has {message}", (*place, "match"))


def _not_one_answer(match: str, texts: list[str]) -> Iterator[str]:
    """Lookups compare without outer blanks and in any case, so two such lines would be two answers."""
    counts = Counter(text.strip().casefold() for text in texts)
    if counts.pop("", 0):
        yield f"a line with an empty {match}"
    if twice := sorted(text for text, count in counts.items() if count > 1):
        yield f"more than one line for {', '.join(map(repr, twice[:5]))}: keep one"


def _paths(document: Document) -> set[Path]:
    lookups = [block(block(entry.meta).get("lookup")) for entry in document.mapped]
    return {document.path.parent / f"{lookup['seed']}.csv" for lookup in lookups if lookup}


def _lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [line for line in csv.reader(file) if line]
