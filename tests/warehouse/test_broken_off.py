"""A server that ends our work says so in a sentence with a next step; a defect of ours keeps its trace."""

import threading

import pytest
import sqlalchemy as sa

from dagster_project.warehouse.engine import BrokenOff, Warehouse

SERVER = "[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]"
NEXT = "Run it again; what was being sent is in doubt and the next run probes it"


class OdbcError(Exception):
    """What pyodbc raises: SQLSTATE and text."""


@pytest.mark.parametrize(
    ("state", "text", "sentence"),
    [
        (
            "40001",
            f"[40001] {SERVER}Transaction (Process ID 52) was deadlocked on lock resources with another "
            "process and has been chosen as the deadlock victim. Rerun the transaction. (1205) (SQLExecDirectW)",
            "preferred another session in a deadlock: Transaction (Process ID 52) was deadlocked",
        ),
        (
            "42000",
            f"[42000] {SERVER}Lock request time out period exceeded. (1222) (SQLExecDirectW)",
            "gave up waiting for a lock that another session holds: Lock request time out period exceeded.",
        ),
        (
            "08S01",
            "[08S01] [Microsoft][ODBC Driver 18 for SQL Server]TCP Provider: Error code 0x68 (104) (SQLEndTran)",
            "closed the connection: TCP Provider: Error code 0x68 (104)",
        ),
    ],
)
def test_what_the_server_ended_is_a_sentence_with_a_next_step(
    embedded: Warehouse, state: str, text: str, sentence: str
) -> None:
    with pytest.raises(BrokenOff) as broken, embedded.begin():
        raise sa.exc.DBAPIError("update delivery …", None, OdbcError(state, text))
    assert sentence in str(broken.value)
    assert str(broken.value).endswith(NEXT)
    assert "update delivery" not in str(broken.value)


def test_a_defect_of_ours_keeps_its_trace(embedded: Warehouse) -> None:
    with pytest.raises(sa.exc.DBAPIError), embedded.begin():
        raise sa.exc.DBAPIError("select", None, OdbcError("42S22", f"[42S22] {SERVER}Invalid column (207)"))


@pytest.mark.sqlserver
def test_the_victim_of_a_deadlock_is_told_so(sqlserver: Warehouse) -> None:
    with sqlserver.begin() as connection:
        connection.exec_driver_sql("drop table if exists locked")
        connection.exec_driver_sql("create table locked (id int primary key, n int)")
        connection.exec_driver_sql("insert into locked values (1, 0), (2, 0)")
    both_have_one = threading.Barrier(2)
    told: list[str] = []

    def change(first: int, second: int) -> None:
        try:
            with sqlserver.begin() as connection:
                connection.exec_driver_sql(f"update locked set n = n + 1 where id = {first}")
                both_have_one.wait(30)
                connection.exec_driver_sql(f"update locked set n = n + 1 where id = {second}")
        except BrokenOff as broken:
            told.append(str(broken))

    threads = [threading.Thread(target=change, args=order) for order in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert "preferred another session in a deadlock" in told[0]
    with sqlserver.begin() as connection:
        assert connection.exec_driver_sql("select sum(n) from locked").scalar() == 2
        connection.exec_driver_sql("drop table locked")


@pytest.mark.sqlserver
def test_a_connection_that_is_cut_is_a_sentence_and_the_next_one_works(sqlserver: Warehouse) -> None:
    with pytest.raises(BrokenOff, match="closed the connection"):
        cut_while_working(sqlserver)
    with sqlserver.begin() as connection:
        assert connection.exec_driver_sql("select 1").scalar() == 1


def cut_while_working(sqlserver: Warehouse) -> None:
    with sqlserver.begin() as connection:
        session = connection.exec_driver_sql("select @@spid").scalar_one()
        with sqlserver.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
            other.exec_driver_sql(f"kill {session}")
        connection.exec_driver_sql("select 1")
