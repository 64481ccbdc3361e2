"""People in Counterpoint: orders entered, promised, released, voided; stock moves with them."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.numbers import SECOND_WORKSTATION_BLOCK
from sandbox.counterpoint.people import NoSuchThing, People
from sandbox.counterpoint.shipping import DOCUMENT_TABLES, CannotShip
from sandbox.counterpoint.snapshot import differences, snapshot
from sandbox.counterpoint.staging_tables import ORDER_STAGING

ITEM = "01-10104"


@pytest.fixture
def people(counterpoint: CounterpointDatabase) -> People:
    """Everybody, in a company of their own."""
    return People(counterpoint)


def one(people: People, sql: str, *values: Any) -> Any:
    with people.database.begin() as connection:
        return connection.exec_driver_sql(sql, tuple(values)).one()


def stock(people: People, item: str = ITEM, location: str = "01") -> dict[str, Decimal]:
    names = ("QTY_ON_HND", "QTY_COMMIT", "QTY_AVAIL", "QTY_ON_ORD", "QTY_ON_SO")
    sql = f"select {', '.join(names)} from dbo.IM_INV where ITEM_NO = $1 and LOC_ID = $2"
    return dict(zip(names, one(people, sql, item, location), strict=True))


def moved(before: dict[str, Decimal], after: dict[str, Decimal]) -> dict[str, int]:
    return {name: int(after[name] - before[name]) for name in before if after[name] != before[name]}


def test_a_native_order_has_the_shape_that_ncr_tests_expect(people: People) -> None:
    before = stock(people)
    entered = people.take_order(ITEM, "3", customer="2001")
    header = one(
        people,
        "select DOC_TYP, ORD_LINS, SAL_LINS, HAS_ENTD_LINS, HAS_PCKD_LINS, TKT_NO, STA_ID "
        "from dbo.PS_DOC_HDR where DOC_ID = $1",
        entered.order_id,
    )
    assert tuple(header) == ("O", 1, 0, "Y", "N", entered.ticket_no, "103")
    line = one(
        people,
        "select LIN_TYP, ORIG_QTY, QTY_ENTD, QTY_SHIPPED from dbo.PS_DOC_LIN where DOC_ID = $1",
        entered.order_id,
    )
    assert tuple(line) == ("O", 3, 3, 0)
    counts = one(
        people,
        "select (select count(*) from dbo.PS_DOC_HDR_TOT where DOC_ID = $1), "
        "(select count(*) from dbo.PS_DOC_AUDIT_LOG where DOC_ID = $1)",
        entered.order_id,
    )
    assert tuple(counts) == (3, 1)
    assert moved(before, stock(people)) == {"QTY_COMMIT": 3, "QTY_AVAIL": -3, "QTY_ON_ORD": 3}


def test_totals_of_a_native_order_add_up(people: People) -> None:
    entered = people.take_order(ITEM, "3", customer="2001", tax_code="MEMTN")
    total = one(
        people,
        "select SUB_TOT, TAX_AMT, TOT, AMT_DUE, "
        "(select sum(TAX_AMT) from dbo.PS_DOC_TAX t where t.DOC_ID = o.DOC_ID), "
        "(select sum(EXT_PRC) from dbo.PS_DOC_LIN l where l.DOC_ID = o.DOC_ID) "
        "from dbo.PS_DOC_HDR_TOT o where DOC_ID = $1 and TOT_TYP = 'O'",
        entered.order_id,
    )
    goods, tax, whole, due, taxes, lines = total
    assert goods == lines
    assert tax == taxes > 0
    assert whole == goods + tax == due == entered.total


def test_numbers_come_from_the_counters_of_the_store(people: People) -> None:
    first, second = people.take_order(ITEM), people.take_order(ITEM)
    assert int(second.ticket_no[-6:]) == int(first.ticket_no[-6:]) + 1
    assert second.order_id == first.order_id + 1
    assert first.order_id in SECOND_WORKSTATION_BLOCK
    (counter,) = one(people, "select NXT_ORD_NO from dbo.PS_STR_CFG_PS")
    assert int(counter[-6:]) == int(second.ticket_no[-6:]) + 1


def test_workstations_in_several_processes_never_take_the_same_number(
    counterpoint_file: Path, tmp_path: Path
) -> None:
    file = shutil.copy(counterpoint_file, tmp_path)
    script = (
        "import sys; from sandbox.counterpoint.database import CounterpointDatabase; "
        "from sandbox.counterpoint.people import People; "
        f"print([People(CounterpointDatabase(sys.argv[1])).take_order('{ITEM}').ticket_no for _ in range(4)])"
    )
    command = [sys.executable, "-c", script, str(file)]

    def work(_: int) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    with ThreadPoolExecutor(2) as pool:
        printed = list(pool.map(work, range(2)))
    numbers = [number for text in printed for number in text.strip("[]\n ").split(", ")]
    assert len(numbers) == len(set(numbers)) == 8


def test_a_promised_date_ships_nothing(people: People) -> None:
    entered = people.take_order(ITEM, "3")
    before = stock(people)
    people.promise_ship_date(entered.order_id)
    header = one(
        people,
        "select SHIP_DAT is not null, HAS_RLSD_LINS from dbo.PS_DOC_HDR where DOC_ID = $1",
        entered.order_id,
    )
    assert tuple(header) == (True, "N")
    assert stock(people) == before


def test_an_invoiced_order_is_still_here(people: People) -> None:
    entered = people.take_order(ITEM, "3")
    before = stock(people)
    people.invoice(entered.order_id)
    header = one(
        people, "select HAS_INVCD_LINS, HAS_RLSD_LINS from dbo.PS_DOC_HDR where DOC_ID = $1", entered.order_id
    )
    assert tuple(header) == ("Y", "N")
    assert stock(people) == before


def test_a_released_order_leaves_a_ticket_in_history_and_the_stock(people: People) -> None:
    entered = people.take_order(ITEM, "3")
    before = stock(people)
    release = people.release(entered.order_id)
    assert release.ticket_no == f"{entered.ticket_no}-01"
    assert release.open_quantity == 0
    evidence = one(
        people,
        "select h.HAS_RLSD_LINS, l.QTY_SHIPPED, t.TKT_NO, o.ORIG_DOC_ID from dbo.PS_DOC_HDR h "
        "join dbo.PS_DOC_LIN l on l.DOC_ID = h.DOC_ID "
        "join dbo.PS_TKT_HIST_ORIG_DOC o on o.ORIG_DOC_ID = h.DOC_ID "
        "join dbo.PS_TKT_HIST t on t.DOC_ID = o.DOC_ID where h.DOC_ID = $1",
        entered.order_id,
    )
    assert tuple(evidence) == ("Y", 3, release.ticket_no, entered.order_id)
    assert moved(before, stock(people)) == {"QTY_ON_HND": -3, "QTY_COMMIT": -3, "QTY_ON_ORD": -3}


def test_a_release_that_is_not_posted_yet_still_holds_the_goods(people: People) -> None:
    entered = people.take_order(ITEM, "3")
    before = stock(people)
    people.release(entered.order_id, post=False)
    assert moved(before, stock(people)) == {"QTY_ON_ORD": -3}
    ticket = one(
        people, "select IS_REL_TKT, DOC_TYP from dbo.PS_DOC_HDR where TKT_NO = $1", f"{entered.ticket_no}-01"
    )
    assert tuple(ticket) == ("Y", "T")


def test_an_order_can_be_released_in_parts(people: People) -> None:
    entered = people.take_order(ITEM, "3")
    first = people.release(entered.order_id, {1: Decimal(1)})
    second = people.release(entered.order_id)
    assert (first.open_quantity, second.open_quantity) == (2, 0)
    assert (first.ticket_no[-3:], second.ticket_no[-3:]) == ("-01", "-02")
    with pytest.raises(CannotShip):
        people.release(entered.order_id)


def test_a_purged_order_is_known_to_history_only(people: People) -> None:
    entered = people.take_order(ITEM)
    with pytest.raises(NoSuchThing):
        people.purge(entered.order_id)
    people.release(entered.order_id)
    people.purge(entered.order_id)
    counts = one(
        people,
        "select (select count(*) from dbo.PS_DOC_HDR where DOC_ID = $1), "
        "(select count(*) from dbo.PS_TKT_HIST_ORIG_DOC where ORIG_DOC_ID = $1)",
        entered.order_id,
    )
    assert tuple(counts) == (0, 1)


@pytest.mark.parametrize("how", ["void", "delete_order"])
def test_an_order_called_off_gives_its_stock_back(people: People, how: str) -> None:
    before = stock(people)
    entered = people.take_order(ITEM, "7")
    getattr(people, how)(entered.order_id)
    assert stock(people) == before
    if how == "void":
        header = one(
            people, "select VOID_USR_ID, VOID_REAS from dbo.PS_DOC_HDR where DOC_ID = $1", entered.order_id
        )
        assert tuple(header) == ("MGR", "Customer changed his mind")
    else:
        with people.database.begin() as connection:
            for table in DOCUMENT_TABLES:
                rows = sa.select(sa.func.count()).where(table.c.DOC_ID == entered.order_id)
                assert connection.execute(rows).scalar_one() == 0


def test_a_sale_at_the_counter_takes_from_what_is_on_hand(people: People) -> None:
    before = stock(people)
    people.walk_in_sale(ITEM, "2")
    people.receive(ITEM, "5")
    assert moved(before, stock(people)) == {"QTY_ON_HND": 3, "QTY_AVAIL": 3}


def test_a_new_customer_gets_the_next_number_and_a_map_row(people: People) -> None:
    first = people.create_customer("new@example.com", woo_user=987_654)
    second = people.create_customer("newer@example.com")
    assert int(second) == int(first) + 1
    mapped = one(
        people, "select CUST_NO, MAPPING_SOURCE from dbo.USER_CUSTOMER_MAP where WOO_USER_ID = 987654"
    )
    assert tuple(mapped) == (first, "MANUAL")
    with pytest.raises(sa.exc.IntegrityError):
        people.create_customer("again@example.com", cust_no=first)


def test_items_are_created_and_change_their_status(people: People) -> None:
    people.create_item("99-10026")
    people.set_item_status("99-10026", "D")
    assert one(people, "select STAT, STK_UNIT from dbo.IM_ITEM where ITEM_NO = '99-10026'") == ("D", "EA")
    before_any_stock = people.take_order("99-10026", "4")
    assert stock(people, "99-10026")["QTY_AVAIL"] == -4
    assert before_any_stock.total > 0
    with pytest.raises(NoSuchThing):
        people.set_item_status("none")


@pytest.mark.parametrize(
    ("how", "expected"), [("empty", ""), ("null", None), ("object", "{}"), ("cut", '[{"sku": "')]
)
def test_an_operator_spoils_a_staged_row(people: People, how: str, expected: str | None) -> None:
    with people.database.begin() as connection:
        row = {"BATCH_ID": "B", "WOO_ORDER_ID": 1, "LINE_ITEMS_JSON": '[{"sku": "01-10100"}'}
        staging_id = connection.execute(
            ORDER_STAGING.insert().returning(ORDER_STAGING.c.STAGING_ID), row
        ).scalar_one()
    people.break_line_items(staging_id, how)
    assert one(people, "select LINE_ITEMS_JSON from dbo.USER_ORDER_STAGING")[0] == expected
    people.edit_staging(staging_id, CUST_NO="2001")
    assert one(people, "select CUST_NO from dbo.USER_ORDER_STAGING")[0] == "2001"


def test_the_reference_data_has_native_orders_of_others(people: People) -> None:
    native = one(
        people,
        "select count(*), min(TKT_NO), max(TKT_NO) from dbo.PS_DOC_HDR where DOC_TYP = 'O' and RS_STAT = 0",
    )
    assert tuple(native) == (5, "O101-000361", "O101-000365")


def test_a_snapshot_tells_what_was_touched(people: People) -> None:
    with people.database.begin() as connection:
        before = snapshot(connection)
    entered = people.take_order(ITEM, customer="2001")
    with people.database.begin() as connection:
        after = snapshot(connection)
    touched = differences(before, after)
    assert touched["PS_DOC_HDR"] == {"added": 1, "removed": 0, "changed": 0}
    assert touched["IM_INV"] == {"added": 0, "removed": 0, "changed": 1}
    assert set(touched) == {
        "PS_DOC_HDR", "PS_DOC_LIN", "PS_DOC_HDR_TOT", "PS_DOC_TAX", "PS_DOC_AUDIT_LOG", "PS_DOC_HDR_DOC_STAT",
        "IM_INV", "AR_CUST", "PS_STR_CFG_PS",
    }  # fmt: skip
    people.delete_order(entered.order_id)
    with people.database.begin() as connection:
        assert set(differences(before, snapshot(connection))) == {"PS_STR_CFG_PS"}
