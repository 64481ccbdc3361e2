"""Asking a database, whichever engine holds it: what counting is built on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

Ask = Callable[..., Sequence[Sequence[Any]]]
"""Takes SQL that every engine understands, and the values of its question marks."""


@contextmanager
def asking(file: Path) -> Iterator[Ask]:
    """Ask a database file while nobody holds it."""
    with duckdb.connect(str(file), read_only=True) as connection:
        yield lambda sql, *values: connection.execute(sql, values).fetchall()
