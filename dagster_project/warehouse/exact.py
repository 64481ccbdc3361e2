"""Keys of the ledger beside keys of other relations, in one SQL expression.

The ledger's keys stand under a binary collation on SQL Server, everything else under the database's. T-SQL
refuses to compare the two until one side says which collation is meant.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from dagster_project.warehouse.tables import BINARY


class exact(FunctionElement[str]):  # noqa: N801 - it reads as the SQL function it is
    """A text to compare with a key of the ledger: `ledger.c.business_key == exact(staged.c.business_key)`."""

    inherit_cache = True
    type = sa.Unicode()


@compiles(exact)
def _as_it_is(element: exact, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(exact, "mssql")
def _collated(element: exact, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.clauses, **kw)} COLLATE {BINARY}"
