"""The parsed dbt project, kept by the process: reading what dbt keeps on disk takes a second per invocation.

What was parsed is valid as long as no file of the project has changed, and for one target.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

_FOLDERS = ("dbt", "mappings")
_FILES = ("dbt_project.yml", "profiles.yml")
_kept: dict[tuple[str, ...], tuple[frozenset[tuple[str, int, int]], Any]] = {}


def parsed(root: Path, variables: Mapping[str, str], parse: Callable[[], Any]) -> Any:
    """Return dbt's manifest of the project below `root`; `parse` makes one when there is none that holds.

    `variables` are those of the environment that make a difference to parsing.
    """
    target = (str(root), *(f"{name}={value}" for name, value in sorted(variables.items())))
    stamps = frozenset(_stamps(root))
    known, manifest = _kept.get(target, (None, None))
    if known != stamps:
        manifest = parse()
        _kept[target] = stamps, manifest
    return _as_parsed(manifest)


def _stamps(root: Path) -> Iterator[tuple[str, int, int]]:
    """Name, moment of the last change and size of every file dbt reads."""
    for folder in _FOLDERS:
        for path in (root / folder).rglob("*"):
            yield _stamp(path)
    for name in _FILES:
        yield _stamp(root / name)


def _stamp(path: Path) -> tuple[str, int, int]:
    found = path.stat()
    return str(path), found.st_mtime_ns, found.st_size


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
