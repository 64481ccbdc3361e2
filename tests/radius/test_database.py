"""The ERP's database: the same text for both drivers, bound values, errors in words and without secrets."""

import datetime as dt
import sqlite3
import sys
import threading
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dagster_project.delivery.outcomes import AccessRefused, MustWait, NoDefiniteAnswer, RequestRefused
from dagster_project.radius import cells
from dagster_project.radius.database import IN_ONE_QUERY, ErpDatabase
from dagster_project.settings import Settings

ORDERS = 'select o."SOrderNum", o."CustRef" from "PUB"."PV_SOrder" o'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "erp file.db"
    with sqlite3.connect(path) as erp:
        erp.execute('create table "PV_SOrder" ("SOrderNum" integer primary key, "CustRef" varchar)')
        erp.executemany(
            'insert into "PV_SOrder" values (?, ?)', [(n, f"{n} A") for n in range(1, 2 * IN_ONE_QUERY)]
        )
    erp.close()
    return path


@pytest.fixture
def erp(file: Path) -> ErpDatabase:
    return ErpDatabase.of(Settings(radius_database=file))


def test_rows_come_by_lower_case_names(erp: ErpDatabase) -> None:
    assert erp.rows(f'{ORDERS} where o."SOrderNum" = ?', [7]) == [{"sordernum": 7, "custref": "7 A"}]


def test_any_number_of_values_is_looked_for_with_parameters_on_both_sides(erp: ErpDatabase) -> None:
    wanted = [*range(3, 2 * IN_ONE_QUERY), 3, 4]
    sql = f'{ORDERS} where o."SOrderNum" > ? and o."SOrderNum" in ({{marks}}) and o."SOrderNum" < ?'
    found = erp.rows_in(sql, wanted, 4, 2 * IN_ONE_QUERY - 1)
    assert [row["sordernum"] for row in found] == list(range(5, 2 * IN_ONE_QUERY - 1))
    assert erp.queries == 2
    assert erp.rows_in(sql, [], 4, 9) == []


def test_a_row_that_matches_values_of_two_queries_comes_once(erp: ErpDatabase) -> None:
    wanted = ["7 a", *(f"{n} Z" for n in range(IN_ONE_QUERY)), "7 A"]
    sql = f'{ORDERS} where o."CustRef" collate nocase in ({{marks}})'
    assert erp.rows_in(sql, wanted) == [{"sordernum": 7, "custref": "7 A"}]
    assert erp.queries == 2


def test_a_change_is_seen_by_the_next_reader(erp: ErpDatabase, file: Path) -> None:
    changed = erp.execute('update "PUB"."PV_SOrder" set "CustRef" = ? where "SOrderNum" < ?', ["new", 4])
    assert changed == 3
    with sqlite3.connect(file) as other:
        assert other.execute("select count(*) from PV_SOrder where CustRef = 'new'").fetchone() == (3,)
        other.execute("delete from PV_SOrder")
    assert erp.rows(ORDERS) == []


def test_every_thread_has_a_connection_of_its_own(erp: ErpDatabase) -> None:
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(len(erp.rows(ORDERS)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2 * IN_ONE_QUERY - 1] * 4
    erp.release()
    assert len(erp.rows(ORDERS)) == 2 * IN_ONE_QUERY - 1


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(MustWait, match=r"erp\.db cannot be opened"):
        ErpDatabase.of(Settings(radius_database=tmp_path / "erp.db")).rows(ORDERS)
    assert not (tmp_path / "erp.db").exists()


def test_a_statement_the_erp_does_not_take_is_refused_in_its_words(erp: ErpDatabase) -> None:
    with pytest.raises(RequestRefused, match=r"no such column: o\.NoSuch"):
        erp.rows('select o."NoSuch" from "PUB"."PV_SOrder" o')


def test_without_an_erp_nothing_is_opened(tmp_path: Path) -> None:
    with pytest.raises(AccessRefused, match="set DSN, DB_USER and DB_PASS"):
        ErpDatabase.of(Settings(_env_file=None, order_staging_home=tmp_path))


class DriverError(Exception):
    """What pyodbc raises: SQLSTATE and text."""


def driver(monkeypatch: pytest.MonkeyPatch, **answers: Any) -> list[str]:
    """Put a driver in pyodbc's place that answers with rows or raises; return the logins it was given."""
    logins: list[str] = []

    class Cursor:
        description = (("SORDERNUM",), ("ReqDate",))
        rowcount = 1

        def execute(self, _sql: str, _values: object) -> "Cursor":
            if "execute" in answers:
                raise answers["execute"]
            return self

        def fetchall(self) -> list[tuple[Any, ...]]:
            return [(Decimal(251001), dt.date(2026, 2, 5))]

        def close(self) -> None: ...

    def connect(login: str, **_options: Any) -> Any:
        logins.append(login)
        if "connect" in answers:
            raise answers["connect"]
        return SimpleNamespace(cursor=Cursor, timeout=0, close=lambda: None)

    monkeypatch.setitem(sys.modules, "pyodbc", SimpleNamespace(connect=connect, Error=DriverError))
    return logins


def live() -> ErpDatabase:
    return ErpDatabase(dsn="Erp64", user="lws", password="s3;cr}et")


def test_upper_case_names_of_odbc_are_the_same_names(monkeypatch: pytest.MonkeyPatch) -> None:
    logins = driver(monkeypatch)
    assert live().rows("select") == [{"sordernum": Decimal(251001), "reqdate": dt.date(2026, 2, 5)}]
    assert logins == ["DSN={Erp64};UID={lws};PWD={s3;cr}}et}"]


@pytest.mark.parametrize(
    ("state", "said", "reading", "writing"),
    [
        ("08S01", "Communication link failure", MustWait, NoDefiniteAnswer),
        ("HY000", "[ODBC Driver][Erp]Table PUB.PV_SOrder is locked (7870)", MustWait, MustWait),
        ("HY000", "[ODBC Driver][Erp]Access denied (Authorisation failed) (7512)", AccessRefused, AccessRefused),
        ("42S22", "[ODBC Driver][Erp]Column not found (13865)", RequestRefused, RequestRefused),
    ],
)  # fmt: skip
def test_what_an_error_means_depends_on_whether_anything_can_have_happened(
    monkeypatch: pytest.MonkeyPatch, state: str, said: str, reading: type, writing: type
) -> None:
    driver(monkeypatch, execute=DriverError(state, f"{said} for lws with s3;cr}}et"))
    for what, meant in ((live().rows, reading), (live().execute, writing)):
        with pytest.raises(meant) as refused:
            what("select")
        assert state in str(refused.value)
        assert "s3;cr}et" not in str(refused.value)
        assert "lws" not in str(refused.value)


def test_a_refused_login_pauses_and_an_absent_server_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    driver(monkeypatch, connect=DriverError("28000", "Login failed for user lws"))
    with pytest.raises(AccessRefused, match="refuses DB_USER"):
        live().rows("select")
    driver(monkeypatch, connect=DriverError("08001", "no listener"))
    with pytest.raises(MustWait, match="does not answer"):
        live().rows("select")


def test_values_of_either_driver_are_ours() -> None:
    assert [cells.text(v) for v in (" A ", "  ", None, 7)] == ["A", None, None, "7"]
    assert [cells.number(v) for v in ("550050.5", 3, None, Decimal("1.50"), " ")] == [
        Decimal("550050.5"), Decimal(3), None, Decimal("1.50"), None,
    ]  # fmt: skip
    assert [cells.whole(v) for v in ("12", 12.0, None, Decimal("3.000"))] == [12, 12, None, 3]
    days = ("2026-02-05", "2026-02-05 10:11:12", dt.datetime(2026, 2, 5, 3), dt.date(2026, 2, 5))
    assert {cells.day(v) for v in days} == {dt.date(2026, 2, 5)}
    assert cells.day("") is None
    with pytest.raises(ValueError, match="no whole number"):
        cells.whole("1.5")
