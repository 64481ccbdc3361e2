"""The parsed dbt project, kept by the process: reading what dbt keeps on disk takes a second per invocation.

What was parsed is valid as long as no file of the project has changed, and for one target.
"""

import atexit
import dataclasses
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster_project.file_stamps import Stamps, stamps

Source = tuple[str, str, str]
"""Database, schema and name of a table that dbt reads and somebody else writes."""

_FOLDERS = ("dbt", "mappings")
_FILES = ("dbt_project.yml", "profiles.yml")
_kept: dict[tuple[str, ...], tuple[Stamps, Any]] = {}
atexit.register(gc.unfreeze)  # or DuckDB complains at the end of what is left


def parsed(root: Path, variables: Mapping[str, str], parse: Callable[[], Any]) -> Any:
    """Return dbt's manifest of the project below `root`; `parse` makes one when there is none that holds.

    `variables` are those of the environment that make a difference to parsing.
    """
    target = (str(root), *(f"{name}={value}" for name, value in sorted(variables.items())))
    now = stamps(project_files(root))
    known, manifest = _kept.get(target, (None, None))
    if known != now:
        gc.unfreeze()
        manifest = parse()
        _kept[target] = now, manifest
        gc.freeze()  # half a million objects that stay: looking through them for garbage took a tenth of a cycle
    return _as_parsed(manifest)


def project_files(root: Path) -> list[Path]:
    """Return every file dbt reads, in a fixed order."""
    found = [path for folder in _FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
    return sorted([*found, *(root / name for name in _FILES)])


def tagged(manifest: Any, tags: Iterable[str]) -> dict[str, Any]:
    """Return name → node of everything that has all the tags and is no test."""
    wanted = set(tags)
    return {
        node.name: node
        for node in manifest.nodes.values()
        if node.resource_type != "test" and wanted <= set(node.tags)
    }


def tests_of(manifest: Any, nodes: Iterable[Any], *, examples: bool) -> list[Any]:
    """Return the tests that look at one of the nodes; those of mapping examples only when wanted."""
    known = {node.unique_id for node in nodes}
    return [
        node
        for node in manifest.nodes.values()
        if node.resource_type == "test"
        and known & set(node.depends_on.nodes)
        and (examples or not _tries_examples(node))
    ]


def _tries_examples(test: Any) -> bool:
    metadata = getattr(test, "test_metadata", None)
    return metadata is not None and metadata.name == "mapping_examples"


def sources_of(manifest: Any) -> list[Source]:
    """Return the tables that dbt reads and others write."""
    return [(source.database, source.schema, source.identifier) for source in manifest.sources.values()]


def part_of(manifest: Any, chosen: Iterable[Any]) -> Any:
    """Return a manifest with no nodes but these and all they are made of.

    An invocation goes through all nodes several times: with every pipeline's, that is a twelfth of a staging. Sources,
    macros and the `graph` that macros look up nodes in stay whole.
    """
    nodes: dict[str, Any] = {}
    waiting = [node.unique_id for node in chosen]
    while waiting:
        name = waiting.pop()
        if name in manifest.nodes and name not in nodes:
            nodes[name] = manifest.nodes[name]
            waiting += nodes[name].depends_on_nodes
    # exposures and unit tests name nodes that may not be here
    return dataclasses.replace(manifest, nodes=nodes, exposures={}, unit_tests={})


@contextmanager
def marked(nodes: Iterable[Any]) -> Iterator[str]:
    """Yield a tag that just these nodes have: dbt looks through all nodes for every name it is asked for."""
    mark, chosen = "chosen", list(nodes)
    for node in chosen:
        node.tags.append(mark)
    try:
        yield mark
    finally:
        for node in chosen:
            node.tags.remove(mark)


def _as_parsed(manifest: Any) -> Any:
    """Forget what an invocation compiled; a lock that a killed child of ours may hold is replaced."""
    from dbt.contracts.graph.nodes import CompiledNode
    from dbt.mp_context import get_mp_context

    manifest._lock = get_mp_context().Lock()
    for node in manifest.nodes.values():
        if isinstance(node, CompiledNode) and node.compiled:
            node.compiled = node.extra_ctes_injected = False
            node.compiled_code = node._pre_injected_sql = None
            node.extra_ctes = []
    return manifest
