"""Whether files changed since they were read, told without reading them."""

from collections.abc import Iterable
from pathlib import Path

Stamps = frozenset[tuple[str, int, int]]
"""Name, moment of the last change in nanoseconds and size in bytes of each file."""


def stamps(files: Iterable[Path]) -> Stamps:
    """Return what tells these files, as they are now, from what they were or become."""
    found = ((path, path.stat()) for path in files)
    return frozenset((str(path), known.st_mtime_ns, known.st_size) for path, known in found)
