"""Renders the dbt property files of the relations that follow from a mapping: told_, STG_, ERR_ and MON_.

`order-staging mappings render` writes them, they are committed, and `stale` tells when they are out of step.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from dagster_project.delivery.mapping import Mapping, load_all
from dagster_project.delivery.mapping_control import CONTROLS, FILTERS, MIRROR_IDS, WITH_MAPPED, Control
from dagster_project.delivery.mapping_document import ROOT

_HEADER = "# Rendered from mappings/{system}/ by `order-staging mappings render`: edit the mapping instead.\n"
_DESCRIPTIONS = {
    "told": "What the destination was told and accepted, unpacked from the ledger: {noun}.",
    "staging": (
        "What is to be told next: every row whose mapped values differ from what was told, and every row "
        "whose last attempt is not settled. {Noun}."
    ),
    "errors": ("What cannot be told, why, and what clears it; one row per broken rule or refusal. {Noun}."),
    "mirror": "What the destination holds by our word, with its ids and when it was last read back: {noun}.",
}


def path_of(system: str, root: Path = ROOT) -> Path:
    """Return the property file that is rendered for a system."""
    return root / "dbt" / "models" / "marts" / system / f"_{system}__rendered.yml"


def render(system: str, root: Path = ROOT) -> dict[Path, str]:
    """Return path → content of the files that follow from a system's mappings. Raises MappingError."""
    mappings = load_all(system, root=root)
    models = [
        _model(role, mapping, mappings) for mapping in mappings for role in CONTROLS if getattr(mapping, role)
    ]
    text = yaml.dump(
        {"version": 2, "models": models}, Dumper=_Indented, sort_keys=False, allow_unicode=True, width=110
    )
    return {path_of(system, root): _HEADER.format(system=system) + text}


def stale(system: str, root: Path = ROOT) -> list[Path]:
    """Return the rendered files that do not say what the mappings say."""
    return [
        path
        for path, text in render(system, root).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def write(system: str, root: Path = ROOT) -> list[Path]:
    """Write the files that are stale and return them."""
    written = stale(system, root)
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(system, root)[path], encoding="utf-8", newline="\n")
    return written


def columns_of(role: str, mapping: Mapping, mappings: Iterable[Mapping]) -> Iterator[Control]:
    """Yield the columns of told, staging, errors or mirror in their order; mapped columns come last."""
    if role == "mirror":
        for known in mapping.mirror_ids:
            yield Control(known.name, known.data_type, MIRROR_IDS[known.role])
    for control in CONTROLS[role]:
        if control.name == FILTERS:
            yield from _repeated(role, mapping, mappings)
        else:
            yield control
    if role in WITH_MAPPED:
        for column in mapping.columns:
            yield Control(column.name, column.data_type, column.description)


def _repeated(role: str, mapping: Mapping, mappings: Iterable[Mapping]) -> Iterator[Control]:
    """The columns that repeat a mapped column of the entity or of its parent, so that people find the row."""
    home = next((m for m in mappings if m.entity in (mapping.parent, mapping.part_of)), mapping)
    repeated = {**mapping.filters, **(mapping.reference if role == "errors" else {})}
    for name, source in repeated.items():
        column = home.column(source)
        yield Control(name, column.data_type, f"{source} of the row, to filter by. {column.description}")


def _model(role: str, mapping: Mapping, mappings: Iterable[Mapping]) -> dict[str, Any]:
    noun = mapping.noun
    mapped = {column.name for column in mapping.columns} | {known.name for known in mapping.mirror_ids}
    columns = list(columns_of(role, mapping, mappings))
    said: dict[str, Any] = {
        "name": getattr(mapping, role),
        "description": _DESCRIPTIONS[role].format(noun=noun, Noun=noun[:1].upper() + noun[1:]),
        "config": {"contract": {"enforced": True}},
    }
    if role == "staging":  # what a delivery reads; ERR_ is read by people, after the delivery
        known = {column.name: list(column.values) for column in columns if column.values}
        test = {
            "name": f"deliverable_{mapping.staging}",
            "arguments": {"key": "business_key", "known": known},
        }
        said["data_tests"] = [{"deliverable": test}]
    said["columns"] = [_property(column, quote=column.name in mapped) for column in columns]
    return said


def _property(column: Control, *, quote: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"name": column.name, "data_type": column.data_type}
    if quote:
        said["quote"] = True
    said["description"] = column.description
    return said


class _Indented(yaml.SafeDumper):
    """Indents lists below their key, as the rest of the repository does, and repeats instead of anchoring."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True
