"""Every table of the database: importing this module completes `metadata`."""

from sandbox.counterpoint import (
    code_tables,
    customer_tables,
    document_children,
    document_remainder,
    document_tables,
    history_tables,
    item_tables,
    staging_tables,
)
from sandbox.counterpoint.columns import SCHEMA, metadata

__all__ = [
    "SCHEMA",
    "code_tables",
    "customer_tables",
    "document_children",
    "document_remainder",
    "document_tables",
    "history_tables",
    "item_tables",
    "metadata",
    "staging_tables",
]
