"""The ERP's database through DB-API: over ODBC in production, a SQLite file attached as PUB in the sandbox.

Both take the same text: quoted names of the schema PUB, values bound as question marks. Every column is written
with the alias of its table, because SQLite takes an unknown quoted name that stands alone for a text. Statements
stand alone, each its own transaction, so that a read sees what is there now. Errors say whether anything can
have happened, in one line, without login or password.
"""

import datetime as dt
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from dagster_project.delivery.outcomes import (
    AccessRefused,
    DeliveryError,
    ErrorClass,
    MustWait,
    NoDefiniteAnswer,
    RequestRefused,
)
from dagster_project.settings import Settings

Row = dict[str, Any]
LOGIN_SECONDS = 30
IN_ONE_QUERY = 500
_DENIED = re.compile(
    r"\b28000\b|access denied|login failed|not authori[sz]ed|permission denied|\(-2000(14|28)\)|readonly database",
    re.IGNORECASE,
)
_BUSY = re.compile(r"\b40001\b|\blocked\b|lock timeout|deadlock|\bHYT00\b|timeout expired", re.IGNORECASE)
_LOST = re.compile(r"\b08\w{3}\b|communication link|connection (reset|closed|broken|lost)", re.IGNORECASE)
_DRIVERS = re.compile(r"^(\[[^\]]*\]\s*)+")


@dataclass(frozen=True)
class Table:
    """Rows as a driver gives them; names of columns in lower case."""

    names: Sequence[str]
    values: Sequence[Sequence[Any]]

    @property
    def rows(self) -> list[Row]:
        """The same by column name."""
        return [dict(zip(self.names, row, strict=True)) for row in self.values]


class ErpDatabase:
    """One ERP database. It may be used by several threads: each has a connection of its own."""

    def __init__(
        self, *, dsn: str = "", user: str = "", password: str = "", file: Path | None = None,
        timeout_seconds: float = 60.0,
    ) -> None:  # fmt: skip
        self.name = file.name if file is not None else dsn
        self.queries = 0
        self._file = file
        self._login = {"DSN": dsn, "UID": user, "PWD": password}
        self._timeout = timeout_seconds
        self._errors: type[Exception] = sqlite3.Error
        self._mine = threading.local()
        self._opened: list[Any] = []
        self._lock = threading.Lock()

    @classmethod
    def of(cls, settings: Settings) -> "ErpDatabase":
        """The database the settings name; opens nothing yet. Raises AccessRefused when they name none."""
        if not settings.uses_radius:
            raise AccessRefused(
                "no ERP is set up: set DSN, DB_USER and DB_PASS, or with ENV=SANDBOX start `order-staging sandbox up`"
            )
        return cls(
            dsn=settings.dsn, user=settings.db_user, password=settings.db_pass.get_secret_value(),
            file=settings.radius_database, timeout_seconds=settings.radius_timeout_seconds,
        )  # fmt: skip

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """What a query gives, by column name in lower case: drivers do not agree on its case.

        Raises MustWait (nobody there, locked), AccessRefused or RequestRefused.
        """
        return self.table(sql, parameters).rows

    def rows_in(self, sql: str, values: Sequence[Any], *more: Any) -> list[Row]:
        """What a query gives for any number of values; see `table_in`."""
        return self.table_in(sql, values, *more).rows

    def table(self, sql: str, parameters: Sequence[Any] = ()) -> Table:
        """What a query gives as it comes from the driver: for those who read many rows. Raises as `rows`."""
        cursor = self._run(sql, parameters, writes=False)
        try:
            names = [str(column[0]).lower() for column in cursor.description]
            return Table(names, cursor.fetchall())
        except self._errors as error:
            raise self._meaning(error, writes=False) from None
        finally:
            cursor.close()

    def table_in(self, sql: str, values: Sequence[Any], *more: Any) -> Table:
        """What a query gives for any number of values, chunk by chunk; without any, no names and no rows.

        A row that two chunks give is one: the ERP does not tell upper case from lower case, so two values of
        ours may be one to it. Where no two may, no row is looked at for that.
        `{marks}` stands in the text for as many question marks as there are values; `more` are the other
        parameters in the order of their question marks, before and behind it.
        """
        before = sql.partition("{marks}")[0].count("?")
        distinct = list(dict.fromkeys(values))
        names: Sequence[str] = []
        found: list[Sequence[Any]] = []
        for chunk in _chunks(distinct):
            marks = ", ".join("?" * len(chunk))
            part = self.table(sql.replace("{marks}", marks), [*more[:before], *chunk, *more[before:]])
            names = part.names
            found += part.values
        return Table(names, list(dict.fromkeys(map(tuple, found))) if _any_alike(distinct) else found)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Change something; return how many rows. Raises as `rows`, and NoDefiniteAnswer when it may stand."""
        cursor = self._run(sql, parameters, writes=True)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def release(self) -> None:
        """Close every connection; the next statement opens one anew."""
        with self._lock:
            opened, self._opened = self._opened, []
            self._mine = threading.local()
        for connection in opened:
            connection.close()

    # -- connections --------------------------------------------------------------------------------

    def _run(self, sql: str, parameters: Sequence[Any], *, writes: bool) -> Any:
        connection = self._connection()
        self.queries += 1
        try:
            return connection.cursor().execute(sql, self._bound(parameters))
        except self._errors as error:
            raise self._meaning(error, writes=writes) from None

    def _bound(self, parameters: Sequence[Any]) -> tuple[Any, ...]:
        """ODBC takes decimals and dates as they are; in SQLite they are texts."""
        if self._file is None:
            return tuple(parameters)
        return tuple(str(v) if isinstance(v, Decimal | dt.date) else v for v in parameters)

    def _connection(self) -> Any:
        found = getattr(self._mine, "connection", None)
        if found is None:
            found = self._open_file(self._file) if self._file is not None else self._open_odbc()
            self._mine.connection = found
            with self._lock:
                self._opened.append(found)
        return found

    def _open_file(self, file: Path) -> Any:
        try:
            # isolation_level None: a statement is a transaction. Another thread may close it, none else use it.
            opened = sqlite3.connect(
                ":memory:", timeout=self._timeout, isolation_level=None, check_same_thread=False, uri=True
            )
            opened.execute("attach database ? as PUB", (f"{file.as_uri()}?mode=rw",))
        except sqlite3.Error as error:
            raise MustWait(f"the ERP's file {file} cannot be opened: {error}", code="NoConnection") from None
        return opened

    def _open_odbc(self) -> Any:
        try:
            import pyodbc
        except ImportError as error:
            raise AccessRefused(f"pyodbc cannot be loaded ({error}): install unixODBC") from None
        self._errors = pyodbc.Error
        try:
            opened = pyodbc.connect(_login(self._login), autocommit=True, timeout=LOGIN_SECONDS)
        except pyodbc.Error as error:
            said = self._said(error)
            if _DENIED.search(said):
                raise AccessRefused(f"the ERP's database {self.name} refuses DB_USER: {said}") from None
            raise MustWait(
                f"the ERP's database {self.name} does not answer: {said}", code="NoConnection"
            ) from None
        try:
            opened.timeout = int(self._timeout)
        except pyodbc.Error:
            opened.timeout = 0  # a driver that knows no time-out for statements
        return opened

    # -- errors -------------------------------------------------------------------------------------

    def _meaning(self, error: Exception, *, writes: bool) -> DeliveryError:
        said = self._said(error)
        if _LOST.search(said):
            self._forget()
            if writes:
                return NoDefiniteAnswer(f"the ERP's database {self.name} broke off: {said}")
            return MustWait(f"the ERP's database {self.name} broke off: {said}", code="NoConnection")
        if _DENIED.search(said):
            return AccessRefused(f"the ERP's database {self.name} does not allow it: {said}")
        if _BUSY.search(said):
            return MustWait(f"the ERP's database {self.name} is busy: {said}", code="Busy")
        return RequestRefused("SQL", f"the ERP's database {self.name}: {said}", ErrorClass.FIX_ELSEWHERE)

    def _forget(self) -> None:
        self._mine.connection = None

    def _said(self, error: Exception) -> str:
        """What the driver said in one line, with its SQLSTATE; secrets are taken out."""
        words = [str(word) for word in getattr(error, "args", ())] or [str(error)]
        state = f"{words[0]}: " if len(words) == 2 else ""
        said = state + _DRIVERS.sub("", words[-1].partition("\n")[0])
        for secret in (self._login["PWD"], self._login["UID"]):
            said = said.replace(secret, "***") if secret else said
        return said[:400]


def _login(parts: dict[str, str]) -> str:
    """A connection string; a value in braces may hold anything, a closing brace twice."""
    return ";".join(f"{name}={{{value.replace('}', '}}')}}}" for name, value in parts.items() if value)


def _any_alike(values: Sequence[Any]) -> bool:
    """True when two of these values, all different, may be one to the ERP, to which blanks at the end say nothing."""
    texts = [value for value in values if isinstance(value, str)]
    return len({text.rstrip().upper() for text in texts}) < len(texts)


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), IN_ONE_QUERY):
        yield values[start : start + IN_ONE_QUERY]
