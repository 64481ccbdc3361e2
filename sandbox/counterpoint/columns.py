"""Column builders that keep Counterpoint's types strict on both engines.

DuckDB takes VARCHAR(n) for VARCHAR, knows no MONEY and has no stored computed columns; what SQL Server would
refuse by type is refused there by a CHECK.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mssql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler

SCHEMA = "dbo"
metadata = sa.MetaData(schema=SCHEMA)

Column = sa.Column[Any]
MONEY = sa.Numeric(19, 4).with_variant(mssql.MONEY(), "mssql")
TINYINT = sa.SmallInteger().with_variant(mssql.TINYINT(), "mssql")
DATETIME2 = sa.DateTime().with_variant(mssql.DATETIME2(), "mssql")  # type: ignore[no-untyped-call]
LONG_TEXT = sa.Text().with_variant(mssql.NVARCHAR(None), "mssql")
NOW = sa.func.current_timestamp()


class Calculated(sa.Computed):
    """A computed column; SQL Server raises error 271 when somebody writes it, DuckDB a binder error."""


@compiles(Calculated, "duckdb")
def _virtual(element: Calculated, compiler: DDLCompiler, **_: Any) -> str:
    text = compiler.sql_compiler.process(element.sqltext, include_table=False, literal_binds=True)
    return f"generated always as ({text}) virtual"


def text(name: str, length: int, *, required: bool = False, default: str | None = None) -> Column:
    """VARCHAR(length); a default makes it NOT NULL as well."""
    return _column(name, sa.String(length), required=required, default=default)


def unicode_text(name: str, length: int) -> Column:
    """NVARCHAR(length), nullable."""
    return _column(name, sa.Unicode(length))


def flag(name: str, *, required: bool = False, default: str | None = None, codes: str = "") -> Column:
    """VARCHAR(1); `codes` are the only letters admitted."""
    column = text(name, 1, required=required, default=default)
    if codes:
        column.info["codes"] = tuple(codes)
    return column


def yes_no(name: str, default: str | None = None) -> Column:
    """Y or N."""
    return flag(name, default=default, codes="YN")


def amount(name: str, *, required: bool = False, default: int | None = None) -> Column:
    """DECIMAL(15,2), dollars."""
    return _number(name, sa.Numeric(15, 2), required, default)


def quantity(name: str, *, required: bool = False, default: int | None = None) -> Column:
    """DECIMAL(15,4), in stocking units unless the table says otherwise."""
    return _number(name, sa.Numeric(15, 4), required, default)


def money(name: str, *, required: bool = False, default: int | None = None) -> Column:
    """MONEY, four places."""
    return _number(name, MONEY, required, default)


def whole(name: str, *, required: bool = False, default: int | None = None) -> Column:
    """INT."""
    return _number(name, sa.Integer(), required, default)


def small(name: str, *, default: int | None = None) -> Column:
    """TINYINT, 0 to 255."""
    return _number(name, TINYINT, False, default)


def bit(name: str, default: int) -> Column:
    """BIT with a default; nullable, as in the predecessor's DDL."""
    return sa.Column(name, sa.Boolean(), server_default=sa.text(str(default)))


def moment(name: str, *, required: bool = False) -> Column:
    """DATETIME."""
    return sa.Column(name, sa.DateTime(), nullable=not required)


def moment2(name: str, *, required: bool = False, now: bool = False) -> Column:
    """DATETIME2; `now` is the database's own clock."""
    return sa.Column(name, DATETIME2, nullable=not required, server_default=NOW if now else None)


def identity(name: str) -> Column:
    """INT IDENTITY(1,1), the primary key."""
    return sa.Column(name, sa.Integer(), sa.Identity(), primary_key=True)


def document_id() -> Column:
    """BIGINT, not an identity: whoever inserts a document brings the number."""
    return sa.Column("DOC_ID", sa.BigInteger(), nullable=False, autoincrement=False)


def guid(name: str, *, required: bool = False) -> Column:
    """UNIQUEIDENTIFIER."""
    return sa.Column(name, sa.Uuid(), nullable=not required)


def computed(name: str, expression: str) -> Column:
    """DECIMAL(16,4) that nobody can write."""
    return sa.Column(name, sa.Numeric(16, 4), Calculated(expression))


def table(name: str, *parts: Any, key: Iterable[str] = ()) -> sa.Table:
    """A table of schema dbo with the checks its columns ask for."""
    made = sa.Table(name, metadata, *parts)
    if key:
        made.append_constraint(sa.PrimaryKeyConstraint(*key))
    for column in list(made.columns):
        for check in _checks(column):
            made.append_constraint(check)
    return made


def refers(columns: str | tuple[str, ...], target: str) -> sa.ForeignKeyConstraint:
    """A foreign key to a code or master table: `refers("TAX_COD", "SY_TAX_COD")`; same names unless given.

    `refers("NORM_TAX_COD", "SY_TAX_COD.TAX_COD")` names the column referred to.
    """
    names = (columns,) if isinstance(columns, str) else columns
    relation, _, column = target.partition(".")
    targets = [f"{SCHEMA}.{relation}.{column or name}" for name in names]
    return sa.ForeignKeyConstraint(names, targets)


def belongs_to_document() -> sa.ForeignKeyConstraint:
    """A child of PS_DOC_HDR. Not on DuckDB: it refuses to delete child and parent in one transaction."""
    key = sa.ForeignKeyConstraint(["DOC_ID"], [f"{SCHEMA}.PS_DOC_HDR.DOC_ID"])
    return key.ddl_if(dialect="mssql")


def _column(name: str, kind: sa.String, *, required: bool = False, default: str | None = None) -> Column:
    given = None if default is None else sa.text(f"'{default}'")
    return sa.Column(name, kind, nullable=not (required or default is not None), server_default=given)


def _number(name: str, kind: Any, required: bool, default: int | None) -> Column:
    given = None if default is None else sa.text(str(default))
    return sa.Column(
        name, kind, nullable=not (required or default is not None), server_default=given, autoincrement=False
    )


def _checks(column: Column) -> Iterable[sa.CheckConstraint]:
    if codes := column.info.get("codes"):
        listed = ", ".join(f"'{code}'" for code in codes)
        yield sa.CheckConstraint(f"{column.name} in ({listed})")
    elif isinstance(column.type, sa.String) and column.type.length:
        yield sa.CheckConstraint(f'length("{column.name}") <= {column.type.length}').ddl_if(dialect="duckdb")
