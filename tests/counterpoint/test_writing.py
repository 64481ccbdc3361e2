"""Documents in Counterpoint's database: exactly one per order, stock exact, numbers once, under any end."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from dagster_project.clock import SystemClock
from dagster_project.counterpoint import sets
from dagster_project.counterpoint.database import Lost, Unreachable
from dagster_project.counterpoint.documents import Document
from dagster_project.counterpoint.numbers import Numbers, NumbersRefused, following
from dagster_project.counterpoint.tables import DOCUMENT
from dagster_project.counterpoint.writing import POINTS
from dagster_project.delivery.outcomes import (
    Delivered,
    MustWait,
    NoDefiniteAnswer,
    Outcome,
    Rejected,
    Unknown,
)
from tests.conftest import FakeClock
from tests.counterpoint.conftest import Company
from tests.counterpoint.made_up import line, order, random_order
from tests.crashes import Crash, crash_at


def staged(company: Company, count: int, **values: object) -> list[Document]:
    """So many orders in staging, and the documents they are to become."""
    items = company.items()
    web_ids = range(15001, 15001 + count)
    return [
        company.document(
            staging_id,
            order(web_id, [line(items[n % 7], 2, factor=12), line(items[n % 5], number=2)], **values),
        )
        for n, (staging_id, web_id) in enumerate(zip(company.stage(*web_ids), web_ids, strict=True))
    ]


def applied(company: Company) -> list[tuple]:
    return company.all(
        "select STAGING_ID, IS_APPLIED, CP_DOC_ID from dbo.USER_ORDER_STAGING order by STAGING_ID"
    )


def taken(before: dict, after: dict) -> dict[tuple[str, str], Decimal]:
    """What was committed since, by item and location; every other quantity follows or stays."""
    found = {}
    for place, (on_hand, committed, available, on_order, special) in after.items():
        was = before.get(place, (Decimal(0),) * 5)
        assert (on_hand, special) == (was[0], was[4])
        assert committed - was[1] == on_order - was[3] == was[2] - available
        if committed != was[1]:
            found[place] = committed - was[1]
    return found


@pytest.mark.parametrize("per_transaction", [1, 7])
def test_every_row_of_a_document_is_there_and_the_staging_row_names_it(
    company: Company, per_transaction: int
) -> None:
    documents = staged(company, 3, shipping="5.00", tax="1.40")
    outcomes = company.writer(per_transaction).write(documents)
    assert outcomes == [Delivered("900000000001"), Delivered("900000000002"), Delivered("900000000003")]
    for doc_id, document in enumerate(documents, start=900_000_000_001):
        for table in DOCUMENT:
            assert len(company.rows(table.name, "DOC_ID = ?", doc_id)) == len(document.rows[table.name])
    assert applied(company) == [(n, True, f"90000000000{n}") for n in (1, 2, 3)]
    (header,) = company.rows("PS_DOC_HDR", "DOC_ID = 900000000001")
    (payment,) = company.rows("PS_DOC_PMT", "DOC_ID = 900000000001")
    assert header["TKT_NO"] == payment["TKT_NO"] == "O101-000366"
    assert header["CUST_PO_NO"] == "15001"
    assert company.one("select NXT_ORD_NO from dbo.PS_STR_CFG_PS") == "O101-000369"


def test_defect_7_the_ordered_stocking_units_are_committed_and_on_order_and_nothing_else(
    company: Company,
) -> None:
    items = company.items()
    before = company.stock()
    (staging_id,) = company.stage(15001)
    lines = [line(items[0], 2, factor=12), line(items[1], 5, number=2), line(items[0], 3, number=3)]
    company.writer().write([company.document(staging_id, order(15001, lines))])
    assert taken(before, company.stock()) == {(items[0], "01"): Decimal(27), (items[1], "01"): Decimal(5)}


def test_an_item_without_a_stock_row_gets_one(company: Company) -> None:
    (item,) = company.items(1)
    company.do("delete from dbo.IM_INV where ITEM_NO = ?", item)
    (staging_id,) = company.stage(15001)
    outcomes = company.writer().write([company.document(staging_id, order(15001, [line(item, 4)]))])
    assert outcomes == [Delivered("900000000001")]
    (row,) = company.rows("IM_INV", "ITEM_NO = ?", item)
    assert (row["QTY_ON_HND"], row["QTY_COMMIT"], row["QTY_AVAIL"], row["QTY_ON_ORD"]) == (0, 4, -4, 4)


@given(seed=st.integers(0, 10**6), per_transaction=st.sampled_from([1, 4]))
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_stands_in_the_database_is_what_the_shop_charged(
    company: Company, seed: int, per_transaction: int
) -> None:
    rng = random.Random(seed)
    already = company.one("select count(*) from dbo.USER_ORDER_STAGING")
    web_ids = range(20_000 + already, 20_000 + already + 4)
    rows = [random_order(web_id, company.items(), rng) for web_id in web_ids]
    documents = [company.document(i, values) for i, values in zip(company.stage(*web_ids), rows, strict=True)]
    before = company.stock()
    outcomes = company.writer(per_transaction).write(documents)
    for outcome, values in zip(outcomes, rows, strict=True):
        assert isinstance(outcome, Delivered)
        sums = [
            company.one(f"select coalesce(sum({column}), 0) from dbo.{table} where DOC_ID = ?", outcome.remote_id)
            for table, column in (
                ("PS_DOC_LIN", "EXT_PRC"), ("PS_DOC_TAX", "TAX_AMT"), ("PS_DOC_HDR_MISC_CHRG", "MISC_AMT"),
                ("PS_DOC_HDR_TOT", "TOT"), ("PS_DOC_PMT", "AMT"),
            )
        ]  # fmt: skip
        charged = Decimal(values["TOT_AMT"])
        assert sum(sums[:3]) == sums[3] == sums[4] == charged
    expected: dict[tuple[str, str], Decimal] = {}
    for document in documents:
        for item, location, quantity in document.stock:
            expected[item, location] = expected.get((item, location), Decimal(0)) + quantity
    assert taken(before, company.stock()) == expected


def test_an_order_that_was_made_is_adopted_and_takes_nothing_again(company: Company) -> None:
    documents = staged(company, 2)
    first = company.writer().write(documents)
    stock, numbers = company.stock(), company.rows("PS_STR_CFG_PS")
    assert company.writer(5).write(documents) == first
    assert company.stock() == stock
    assert company.rows("PS_STR_CFG_PS") == numbers
    assert company.one("select count(*) from dbo.PS_DOC_HDR where DOC_ID >= 900000000001") == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("IS_APPLIED = true, VALIDATION_ERROR = 'MANUALLY_SKIPPED: test order'", "ManuallySkipped"),
        ("IS_APPLIED = true", "OrderAlreadyProcessed"),
    ],
)
def test_a_row_that_a_person_closed_is_refused(company: Company, change: str, code: str) -> None:
    (document,) = staged(company, 1)
    company.do(f"update dbo.USER_ORDER_STAGING set {change}")
    (outcome,) = company.writer().write([document])
    assert isinstance(outcome, Rejected)
    assert outcome.code == code
    assert outcome.message.startswith("Order already processed")
    assert company.one("select count(*) from dbo.PS_DOC_HDR where DOC_ID >= 900000000001") == 0


def test_a_parked_row_and_a_missing_one_are_refused(company: Company) -> None:
    parked, missing = staged(company, 2)
    company.do(
        "insert into dbo.USER_ORDER_STAGING_EXT (STAGING_ID, PARKED_DT, PARKED_REASON) values (1, now(), 'why')"
    )
    company.do("delete from dbo.USER_ORDER_STAGING where STAGING_ID = 2")
    outcomes = company.writer(9).write([parked, missing])
    assert [outcome.code for outcome in outcomes if isinstance(outcome, Rejected)] == [
        "Parked", "StagingRowMissing",
    ]  # fmt: skip


@pytest.mark.parametrize("per_transaction", [1, 9])
def test_a_poison_order_is_refused_alone_and_leaves_nothing_behind(
    company: Company, per_transaction: int
) -> None:
    documents = staged(company, 5)
    (staging_id,) = company.stage(16001)
    poison = company.document(staging_id, order(16001, [line("NO SUCH ITEM")]))
    before = company.stock()
    outcomes = company.writer(per_transaction).write([*documents[:3], poison, *documents[3:]])
    assert [type(outcome) for outcome in outcomes] == [Delivered] * 3 + [Rejected] + [Delivered] * 2
    numbers = sorted(int(outcome.remote_id) for outcome in outcomes if isinstance(outcome, Delivered))
    assert len(set(numbers)) == 5
    assert applied(company)[5] == (6, False, None)
    assert sum(taken(before, company.stock()).values()) == 5 * 25
    assert company.one("select count(*) from dbo.PS_DOC_LIN where ITEM_NO = 'NO SUCH ITEM'") == 0


def test_defect_18_a_permanent_error_is_told_at_once_without_a_pause(company: Company) -> None:
    (staging_id,) = company.stage(16001)
    clock = FakeClock()
    company.writer(clock=clock).write([company.document(staging_id, order(16001, [line("NO SUCH ITEM")]))])
    assert clock.slept == []


def test_defect_19_an_error_of_an_earlier_attempt_is_gone_from_an_applied_row(company: Company) -> None:
    (document,) = staged(company, 1)
    company.do("update dbo.USER_ORDER_STAGING set VALIDATION_ERROR = '[Attempt 2/3] Item not found'")
    company.writer().write([document])
    (row,) = company.rows("USER_ORDER_STAGING")
    assert (row["IS_VALIDATED"], row["VALIDATION_ERROR"]) == (True, None)
    assert row["APPLIED_DT"] is not None


@pytest.mark.parametrize("per_transaction", [1, 3])
@pytest.mark.parametrize("point", POINTS)
def test_an_end_at_any_point_leaves_each_order_whole_or_not_there(
    company: Company, point: str, per_transaction: int
) -> None:
    documents = staged(company, 4)
    before = company.stock()
    with pytest.raises(Crash):
        company.writer(per_transaction, crash_at(point, 2)).write(documents)
    half = [row for row in applied(company) if row[1] != bool(row[2])]
    assert half == []
    for (doc_id,) in company.all("select DOC_ID from dbo.PS_DOC_HDR where DOC_ID >= 900000000001"):
        assert len(company.rows("PS_DOC_HDR_TOT", "DOC_ID = ?", doc_id)) == 3
    outcomes = company.writer(per_transaction).write(documents)
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    assert company.documents_of(range(15001, 15005)) == dict.fromkeys(range(15001, 15005), 1)
    assert sum(taken(before, company.stock()).values()) == 4 * 25
    tickets = company.all("select TKT_NO from dbo.PS_DOC_HDR where DOC_ID >= 900000000001 order by DOC_ID")
    assert tickets == [(f"O101-{number:06}",) for number in range(366, 370)]


def lose_the_connection_in(company: Company, monkeypatch: pytest.MonkeyPatch, insert: int) -> None:
    """The server is gone while the n-th header is written."""
    real, seen = sets.insert, [0]

    def broken(connection, table, rows):  # type: ignore[no-untyped-def]
        seen[0] += table.name == "PS_DOC_HDR"
        if seen[0] == insert and table.name == "PS_DOC_HDR":
            raise Lost("Communication link failure", committing=False)
        real(connection, table, rows)

    monkeypatch.setattr(sets, "insert", broken)


def test_what_was_committed_before_the_connection_broke_is_delivered_the_rest_is_unknown(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = staged(company, 4)
    lose_the_connection_in(company, monkeypatch, insert=3)
    outcomes: list[Outcome] = company.writer().write(documents)
    assert [type(outcome) for outcome in outcomes] == [Delivered, Delivered, Unknown, Unknown]
    assert [bool(doc_id) for _, _, doc_id in applied(company)] == [True, True, False, False]


def test_a_connection_that_broke_before_anything_was_committed_is_no_answer(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = staged(company, 2)
    lose_the_connection_in(company, monkeypatch, insert=1)
    with pytest.raises(NoDefiniteAnswer, match="Communication link failure"):
        company.writer().write(documents)


def test_a_database_that_cannot_be_reached_is_waited_for(company: Company) -> None:
    documents = staged(company, 1)
    writer = company.writer()

    class Gone:
        def connect(self) -> None:
            raise Unreachable("no server")

    writer._database = Gone()  # type: ignore[assignment]
    with pytest.raises(MustWait, match="no server"):
        writer.write(documents)


def test_defect_10_eight_writers_at_once_give_out_each_number_once(company: Company) -> None:
    documents = staged(company, 24)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda n: company.writer(clock=SystemClock()).write(documents[n::8]), range(8))
        )
    outcomes = [outcome for answer in answers for outcome in answer]
    assert all(isinstance(outcome, Delivered) for outcome in outcomes), outcomes
    tickets = company.all("select TKT_NO from dbo.PS_DOC_HDR where DOC_ID >= 900000000001 order by TKT_NO")
    assert tickets == [(f"O101-{number:06}",) for number in range(366, 390)]
    doc_ids = company.all("select DOC_ID from dbo.PS_DOC_HDR where DOC_ID >= 900000000001 order by DOC_ID")
    assert doc_ids == [(number,) for number in range(900_000_000_001, 900_000_000_025)]


def test_defect_10_eight_writers_of_the_same_orders_make_each_once(company: Company) -> None:
    documents = staged(company, 6)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: company.writer(clock=SystemClock()).write(documents), range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert company.documents_of(range(15001, 15007)) == dict.fromkeys(range(15001, 15007), 1)


def test_defect_10_a_number_given_out_by_hand_is_stepped_over(company: Company) -> None:
    documents = staged(company, 2)
    company.writer().write(documents[:1])
    company.do("update dbo.PS_STR_CFG_PS set NXT_ORD_NO = 'O101-000366'")
    company.writer().write(documents[1:])
    tickets = company.all("select TKT_NO from dbo.PS_DOC_HDR where DOC_ID >= 900000000001 order by DOC_ID")
    assert tickets == [("O101-000366",), ("O101-000367",)]


@pytest.mark.parametrize(
    ("number", "next_number"),
    [
        ("O101-000365", "O101-000366"), ("70040", "70041"), ("O101-999999", "O101-1000000"), ("A9", "A10"),
        ("007", "008"), ("X1Y099", "X1Y100"),
    ],
)  # fmt: skip
def test_defect_10_a_number_keeps_prefix_and_width_and_never_wraps(number: str, next_number: str) -> None:
    assert following(number) == next_number


@pytest.mark.parametrize(
    ("number", "said"),
    [("WEB-A", "ends in no digits"), ("99999999999999" + "9", "longer than a ticket number")],
)
def test_defect_10_a_counter_that_cannot_go_on_says_so(number: str, said: str) -> None:
    with pytest.raises(NumbersRefused, match=said):
        following(number)


def test_a_range_that_is_used_up_gives_out_nothing(company: Company) -> None:
    company.do("update dbo.USER_DOC_ID_RANGE set NXT_DOC_ID = LST_DOC_ID")
    with company.database.begin() as connection:
        numbers = Numbers("01")
        assert numbers.documents(connection, 1) == [999_999_999_999]
        with pytest.raises(NumbersRefused, match="used up"):
            numbers.documents(connection, 1)
    (document,) = staged(company, 1)
    (outcome,) = company.writer().write([document])
    assert isinstance(outcome, Rejected)
    assert outcome.code == "NoNumber"
    assert applied(company) == [(1, False, None)]


def test_numbers_of_a_document_that_was_rolled_back_are_given_to_nobody_else_twice(company: Company) -> None:
    documents = staged(company, 2)
    with pytest.raises(Crash):
        company.writer(1, crash_at("committing")).write(documents)
    company.writer().write(documents)
    found = company.all(
        "select count(*), count(distinct TKT_NO) from dbo.PS_DOC_HDR where DOC_ID >= 900000000001"
    )
    assert found == [(2, 2)]


class Beaten:
    """A connection of an engine that takes no lock by a hint: somebody counts on between a look and a change."""

    def __init__(self, connection: Connection, change: str) -> None:
        self.dialect = connection.dialect
        self._connection, self._change = connection, change

    def exec_driver_sql(self, statement: str, bound: Sequence[Any] = ()) -> Any:
        if statement.partition(" set ")[0] == self._change.partition(" set ")[0]:
            self._connection.exec_driver_sql(self._change)
        return self._connection.exec_driver_sql(statement, tuple(bound))


@pytest.mark.parametrize(
    ("numbers", "change"),
    [
        ("tickets", "update dbo.PS_STR_CFG_PS set NXT_ORD_NO = '700000'"),
        ("documents", "update dbo.USER_DOC_ID_RANGE set NXT_DOC_ID = NXT_DOC_ID + 1"),
    ],
)
def test_a_document_whose_counter_moved_without_a_lock_begins_again(
    company: Company, numbers: str, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, before, beaten = staged(company, 2), company.stock(), [Beaten]
    given = getattr(Numbers, numbers)

    def first_beaten(self: Numbers, connection: Connection, count: int) -> Any:
        return given(self, beaten.pop()(connection, change) if beaten else connection, count)

    monkeypatch.setattr(Numbers, numbers, first_beaten)
    outcomes = company.writer().write(documents)
    assert [type(outcome) for outcome in outcomes] == [Delivered] * 2
    assert company.documents_of([15001, 15002]) == {15001: 1, 15002: 1}
    assert sum(taken(before, company.stock()).values()) == 2 * 25
