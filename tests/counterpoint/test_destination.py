"""Documents through the kernel: once each, whatever ends where; verdicts before them; what is there is adopted."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dagster_project.counterpoint import sets
from dagster_project.counterpoint.database import Lost
from dagster_project.counterpoint.destination import DocumentDestination
from dagster_project.counterpoint.writing import POINTS, DocumentWriter
from dagster_project.delivery.adoption import Adoption, Candidate, check_first_contact
from dagster_project.delivery.destination import Destination
from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.outcomes import FirstContactRefused, PreflightFailed
from dagster_project.delivery.sending import POINTS as KERNEL_POINTS
from dagster_project.delivery.sending import no_checkpoint
from dagster_project.delivery.states import State
from dagster_project.settings import Settings
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock
from tests.counterpoint.conftest import PLACE, Company
from tests.counterpoint.delivering import Deliveries
from tests.counterpoint.made_up import line, order
from tests.crashes import Crash, crash_at

MAPPINGS = load_all("counterpoint")
OURS = "DOC_ID >= 900000000001"


@dataclass
class Orders:
    """Staged orders of a company on their way to becoming documents."""

    company: Company
    settings: Settings
    deliveries: Deliveries
    before: dict[Any, Any]
    web_ids: list[int] = field(default_factory=list)
    checkpoint: Callable[[str], None] = no_checkpoint
    per_transaction: int = 1

    def build(self) -> Destination:
        """A destination as a new process builds it."""
        clock = self.deliveries.clock
        writer = DocumentWriter(
            self.company.database, PLACE.store, clock, self.per_transaction, 5, self.checkpoint
        )
        return DocumentDestination(self.settings, self.company.database, writer, MAPPINGS)

    def want(self, count: int, **values: Any) -> None:
        """So many staged orders that want to become documents, of two cartons each."""
        items = self.company.items()
        fresh = range(15001 + len(self.web_ids), 15001 + len(self.web_ids) + count)
        for staging_id, web_id in zip(self.company.stage(*fresh), fresh, strict=True):
            lines = [line(items[web_id % 7], 2, factor=12)]
            self.deliveries.want("documents", staging_id, order(web_id, lines, **values))
            self.web_ids.append(web_id)

    def made_once(self) -> bool:
        """Exactly one document per order, stock exact, ledger and company agree, and nothing more to do."""
        assert self.company.documents_of(self.web_ids) == dict.fromkeys(self.web_ids, 1)
        assert self.company.one(f"select count(*) from dbo.PS_DOC_HDR where {OURS}") == len(self.web_ids)
        after = self.company.stock()
        for column in (1, 3):  # QTY_COMMIT and QTY_ON_ORD
            taken = sum(after[place][column] - self.before[place][column] for place in after)
            assert taken == Decimal(24 * len(self.web_ids))
        tickets = self.company.all(
            f"select count(distinct TKT_NO), count(*) from dbo.PS_DOC_HDR where {OURS}"
        )
        assert tickets == [(len(self.web_ids), len(self.web_ids))]
        verified = self.deliveries.verify()
        assert (verified.gone, verified.strangers, verified.drifted) == ([], [], [])
        assert self.deliveries.outcomes() == {}
        return True


@pytest.fixture
def orders(company: Company, embedded: Warehouse, clock: FakeClock, tmp_path: Path) -> Orders:
    schema.init(embedded)
    settings = Settings(_env_file=None, order_staging_home=tmp_path, counterpoint_orders_per_request=3)
    deliveries = Deliveries(embedded, clock, lambda: orders.build())
    orders = Orders(company, settings, deliveries, company.stock())
    return orders


def test_orders_become_documents_once_and_a_second_run_sends_nothing(orders: Orders) -> None:
    orders.want(7)
    report = orders.deliveries.run()
    assert report.as_dict()["entities"] == {"documents": {"DELIVERED": 7}}
    assert report.requests == 3
    assert orders.made_once()
    assert orders.deliveries.record("documents", 1).remote_id == "900000000001"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("occurrence", [1, 2])
@pytest.mark.parametrize("point", [*KERNEL_POINTS, *POINTS])
def test_an_end_at_any_point_around_or_inside_a_transaction_makes_each_once(
    orders: Orders, point: str, occurrence: int
) -> None:
    orders.want(5)
    checkpoint = crash_at(point, occurrence)
    orders.checkpoint = checkpoint
    with pytest.raises(Crash):
        orders.deliveries.run(checkpoint)
    orders.checkpoint = no_checkpoint
    orders.deliveries.clock.sleep(300)
    orders.deliveries.run()
    assert orders.made_once()


@pytest.mark.parametrize("per_transaction", [1, 3])
@pytest.mark.parametrize("broken", [1, 2, 3])
def test_a_connection_lost_in_the_middle_is_probed_and_each_order_made_once(
    orders: Orders, monkeypatch: pytest.MonkeyPatch, broken: int, per_transaction: int
) -> None:
    orders.want(5)
    orders.per_transaction = per_transaction
    real, seen = sets.insert, itertools.count(1)

    def insert(connection: Any, table: Any, rows: Any) -> None:
        if table.name == "PS_DOC_HDR" and next(seen) == broken:
            raise Lost("Communication link failure", committing=False)
        real(connection, table, rows)

    monkeypatch.setattr(sets, "insert", insert)
    assert orders.deliveries.outcomes() == {"documents": {"DELIVERED": 5}}
    assert orders.made_once()


def test_a_poison_order_is_rejected_alone_and_tried_again_when_it_changes(orders: Orders) -> None:
    orders.want(2)
    orders.want(1, SHIP_VIA_COD="NO SUCH")
    orders.want(2)
    assert orders.deliveries.outcomes() == {"documents": {"DELIVERED": 4, "REJECTED": 1}}
    assert orders.deliveries.record("documents", 3).state is State.REJECTED
    assert orders.company.rows("USER_ORDER_STAGING", "STAGING_ID = 3")[0]["IS_APPLIED"] is False


def test_an_order_whose_sums_are_wrong_is_refused_without_a_call(orders: Orders) -> None:
    orders.want(1, TOT_AMT="11.00", PAID_AMT="11.00")
    report = orders.deliveries.run()
    assert report.as_dict()["entities"] == {"documents": {"REJECTED": 1}}
    assert report.requests == 0


def test_an_order_that_changes_after_its_document_is_a_persons_matter(orders: Orders) -> None:
    orders.want(1)
    orders.deliveries.run()
    changed = {**orders.deliveries.wanted["documents", "1"].values, "CUST_NO": "2000"}
    orders.deliveries.want("documents", 1, changed)
    assert orders.deliveries.outcomes() == {"documents": {"REJECTED": 1}}
    with orders.deliveries.warehouse.begin() as connection:
        said = connection.exec_driver_sql("select error_code, error_message from delivery").fetchall()
    assert said == [
        ("ChangedAfterDocument", "changed after document 900000000001: change it in Counterpoint, too")
    ]
    assert orders.company.one(f"select CUST_NO from dbo.PS_DOC_HDR where {OURS}") == "CASH"


def test_an_order_that_the_predecessor_made_meanwhile_is_adopted(orders: Orders) -> None:
    orders.want(1)
    orders.company.do("update dbo.USER_ORDER_STAGING set IS_APPLIED = true, CP_DOC_ID = '103398648477'")
    assert orders.deliveries.outcomes() == {"documents": {"DELIVERED": 1}}
    assert orders.deliveries.record("documents", 1).remote_id == "103398648477"
    assert orders.company.one(f"select count(*) from dbo.PS_DOC_HDR where {OURS}") == 0


# -- verdicts ---------------------------------------------------------------------------------------


def verdict(validated: int, error: str | None) -> dict[str, Any]:
    return {
        "WOO_ORDER_ID": 15001, "WOO_ORDER_NO": "15001", "CUST_NO": None, "PULL_BATCH": "B",
        "IS_VALIDATED": validated, "VALIDATION_ERROR": error,
    }  # fmt: skip


def validation(orders: Orders) -> list[tuple[Any, ...]]:
    return orders.company.all(
        "select IS_VALIDATED, VALIDATION_ERROR from dbo.USER_ORDER_STAGING order by STAGING_ID"
    )


def test_what_was_found_stands_in_the_staging_row_before_its_document_is_made(orders: Orders) -> None:
    orders.company.stage(15001, 15002)
    orders.deliveries.want("verdicts", 1, verdict(0, "Customer not found: guest"))
    orders.deliveries.want("verdicts", 2, verdict(1, None))
    assert orders.deliveries.outcomes() == {"verdicts": {"DELIVERED": 2}}
    assert validation(orders) == [(False, "Customer not found: guest"), (True, None)]
    assert orders.deliveries.outcomes() == {}
    orders.deliveries.want("verdicts", 1, verdict(1, None))
    assert orders.deliveries.outcomes() == {"verdicts": {"DELIVERED": 1}}
    assert validation(orders) == [(True, None), (True, None)]


def test_a_verdict_that_an_operator_empties_is_written_anew_while_it_holds(orders: Orders) -> None:
    orders.company.stage(15001)
    orders.deliveries.want("verdicts", 1, verdict(0, "Item not found: X"))
    orders.deliveries.run()
    orders.company.do("update dbo.USER_ORDER_STAGING set VALIDATION_ERROR = null")
    assert len(orders.deliveries.verify().drifted) == 1
    orders.deliveries.run()
    assert validation(orders) == [(False, "Item not found: X")]


def test_a_verdict_about_an_applied_row_changes_nothing(orders: Orders) -> None:
    orders.company.stage(15001)
    orders.company.do(
        "update dbo.USER_ORDER_STAGING set IS_APPLIED = true, VALIDATION_ERROR = 'MANUALLY_SKIPPED: test'"
    )
    orders.deliveries.want("verdicts", 1, verdict(0, "Item not found: X"))
    assert orders.deliveries.outcomes() == {"verdicts": {"DELIVERED": 1}}
    assert validation(orders) == [(False, "MANUALLY_SKIPPED: test")]
    assert orders.deliveries.verify().drifted == []


# -- first contact and verification -----------------------------------------------------------------


def predecessors_document(company: Company, web_id: int, doc_id: int) -> None:
    """An order as the predecessor left it: a header, one total row, and the applied staging row."""
    company.do(
        "insert into dbo.PS_DOC_HDR (DOC_ID, DOC_GUID, DOC_TYP, STR_ID, STA_ID, TKT_NO, CUST_NO) "
        f"values ({doc_id}, uuid(), 'O', '01', '101', '101-{doc_id % 10**6:06}', 'CASH')"
    )
    company.do(
        "insert into dbo.PS_DOC_HDR_TOT (DOC_ID, TOT_TYP, SUB_TOT, TAX_AMT, TOT, TOT_HDR_DISC, TOT_LIN_DISC, "
        f"INITIAL_MIN_DUE, TAX_AMT_SHIPPED, TOT_WEIGHT, TOT_CUBE) values ({doc_id}, 'S', 10, 0, 8, 1, 1, 8, 0, 0, 0)"
    )
    company.do(
        "insert into dbo.USER_ORDER_STAGING (BATCH_ID, WOO_ORDER_ID, IS_APPLIED, CP_DOC_ID) "
        f"values ('B', {web_id}, true, '{doc_id}')"
    )


def test_documents_the_predecessor_made_are_adopted_by_their_staging_rows(orders: Orders) -> None:
    predecessors_document(orders.company, 14001, 103_398_648_401)
    orders.want(2)
    destination, deliveries = orders.build(), orders.deliveries
    with pytest.raises(FirstContactRefused, match="adopt counterpoint"):
        check_first_contact(
            destination, deliveries.ledger, deliveries.registry, deliveries.verify(), start_empty=False
        )
    values = order(14001, [line(orders.company.items()[0])])
    deliveries.want("documents", 1, values)
    documents = next(entity for entity in destination.entities if entity.name == "documents")
    candidates = [Candidate(key, want.values) for (_, key), want in deliveries.wanted.items()]
    found = Adoption(destination, deliveries.ledger, deliveries.registry).adopt(documents, candidates)
    assert [(candidate.key, remote.remote_id) for candidate, remote in found.paired] == [
        ("1", "103398648401")
    ]
    assert len(found.only_source) == 2
    record = deliveries.record("documents", 1)
    assert record.told is not None
    assert record.told["TOT_AMT"] == "8.00"  # what stands there, discount taken twice
    assert check_first_contact(
        destination, deliveries.ledger, deliveries.registry, deliveries.verify(), start_empty=False
    ) is None  # fmt: skip


def test_a_document_of_ours_that_the_ledger_does_not_know_is_a_stranger(orders: Orders) -> None:
    orders.want(1)
    orders.deliveries.run()
    with orders.deliveries.warehouse.begin() as connection:
        connection.exec_driver_sql("delete from delivery")
    assert [s.remote_id for s in orders.deliveries.verify().strangers] == ["900000000001"]


def test_a_deleted_document_is_gone_a_changed_one_drifts_and_a_posted_one_is_settled(orders: Orders) -> None:
    orders.want(3)
    orders.deliveries.run()
    orders.company.do("delete from dbo.PS_DOC_HDR where DOC_ID = 900000000001")
    orders.company.do("update dbo.PS_DOC_HDR set SHIP_VIA_COD = 'TRUCK' where DOC_ID = 900000000002")
    orders.company.do(
        "insert into dbo.PS_TKT_HIST (DOC_ID, BUS_DAT, STR_ID, STA_ID, TKT_NO) "
        "values (900000000003, current_date, '01', '101', 'O101-000368')"
    )
    orders.company.do("delete from dbo.PS_DOC_HDR where DOC_ID = 900000000003")
    verified = orders.deliveries.verify()
    assert verified.gone == [("documents", "1")]
    assert verified.drifted == [("documents", "2", {"SHIP_VIA_COD": ("UPS GROUND", "TRUCK")})]
    assert orders.deliveries.record("documents", 3).state is State.DELIVERED


# -- preflight --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("drop index dbo.UQ_USER_ORDER_STAGING_WOO", "no unique index UQ_USER_ORDER_STAGING_WOO; run"),
        ("drop table dbo.USER_DOC_ID_RANGE", "no table dbo.USER_DOC_ID_RANGE; run `order-staging counterpoint setup`"),
        ("update dbo.PS_STR_CFG_PS set NXT_ORD_NO = 'WEB'", "ends in no digits"),
        ("update dbo.PS_STR_CFG_PS set ORD_NO_METH = 'W'", "not numbered by the store"),
        ("update dbo.PS_STR_CFG_PS set USE_MISC_1 = 'N'", "does not use misc charge 1"),
        ("delete from dbo.PS_PAY_COD where PAY_COD = 'WEBCC'", "names the pay code WEBCC"),
        ("delete from dbo.SY_USR where USR_ID = 'INTEG'", "CP_USER: dbo.SY_USR has no USR_ID INTEG"),
        ("update dbo.USER_DOC_ID_RANGE set FST_DOC_ID = 5", "was begun with 5 to 999999999999"),
    ],
)  # fmt: skip
def test_preflight_says_what_has_to_change(orders: Orders, change: str, said: str) -> None:
    orders.company.do(change)
    with pytest.raises(PreflightFailed, match=said):
        orders.build().preflight()


def test_defect_10_a_stranger_in_our_range_of_numbers_is_noticed(orders: Orders) -> None:
    predecessors_document(orders.company, 14001, 900_000_000_500)
    with pytest.raises(PreflightFailed, match="document 900000000500 stands in our range, ahead of"):
        orders.build().preflight()


def test_a_code_that_is_added_changes_what_refusals_depend_on(orders: Orders) -> None:
    before = orders.build().preflight()
    orders.company.do("insert into dbo.SY_SHIP_VIA_COD (SHIP_VIA_COD) values ('DRONE')")
    assert orders.build().preflight().schema_version != before.schema_version
