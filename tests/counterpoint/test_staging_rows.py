"""USER_ORDER_STAGING: one row per web order, kept up to date until a document is made of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dagster_project.counterpoint import sets
from dagster_project.counterpoint.database import Lost
from dagster_project.counterpoint.staging_rows import StagingRowDestination
from dagster_project.delivery.destination import Destination
from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.outcomes import PreflightFailed
from dagster_project.delivery.sending import POINTS as KERNEL_POINTS
from dagster_project.delivery.states import State
from dagster_project.settings import Settings
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock
from tests.counterpoint.conftest import Company
from tests.counterpoint.delivering import Deliveries
from tests.crashes import Crash, crash_at

MAPPINGS = load_all("counterpoint")
(MAPPING,) = (one for one in MAPPINGS if one.entity == "staging_rows")


@pytest.fixture
def deliveries(company: Company, embedded: Warehouse, clock: FakeClock, tmp_path: Path) -> Deliveries:
    schema.init(embedded)
    settings = Settings(
        _env_file=None, order_staging_home=tmp_path, counterpoint_orders_per_request=3,
        counterpoint_drift_overwrite=["SHIP_VIA"],
    )  # fmt: skip

    def build() -> Destination:
        return StagingRowDestination(settings, company.database, MAPPINGS)

    return Deliveries(embedded, clock, build)


def row(web_id: int, **values: Any) -> dict[str, Any]:
    """Mapped values of a web order; columns that a test does not name are empty."""
    said = {
        "WOO_ORDER_ID": web_id, "PULL_BATCH": "WOO_ORDERS_20261121_090000", "WOO_ORDER_NO": str(web_id),
        "CUST_EMAIL": "ann@example.net", "ORD_DAT": "2026-11-20", "ORD_STATUS": "processing",
        "PMT_METH": "Credit Card", "SHIP_VIA": "UPS Ground", "SUBTOT": "47.8000", "SHIP_AMT": "18.1300",
        "TAX_AMT": "1.2700", "DISC_AMT": "0.0000", "TOT_AMT": "67.2000", "SHIP_NAM": "Bright Print Shop",
        "SHIP_STATE": "FL", "LINE_ITEMS_JSON": '[{"sku": "01-10100", "name": "8.5\\" X 11\\""}]',
        "SOURCE_SYSTEM": "WOOCOMMERCE", "ORD_DT": "2026-11-20T23:30:00", "PAID_DT": "2026-11-20T23:31:00",
        "FEE_AMT": "5.0000", "CUST_NOTE": "Back door", "BILL_NAM": "Ann Lee",
    }  # fmt: skip
    return {**{column.name: None for column in MAPPING.columns}, **said, **values}


def want(deliveries: Deliveries, *web_ids: int, **values: Any) -> None:
    for web_id in web_ids:
        deliveries.want("staging_rows", web_id, row(web_id, **values))


def stored(company: Company, web_id: int) -> dict[str, Any]:
    """What stands in both tables."""
    (main,) = company.rows("USER_ORDER_STAGING", "WOO_ORDER_ID = ?", web_id)
    (extra,) = company.rows("USER_ORDER_STAGING_EXT", "STAGING_ID = ?", main["STAGING_ID"])
    return {**extra, **main}


def settled(company: Company, deliveries: Deliveries, count: int) -> bool:
    assert company.one("select count(*) from dbo.USER_ORDER_STAGING") == count
    assert company.one("select count(*) from dbo.USER_ORDER_STAGING_EXT") == count
    verified = deliveries.verify()
    assert (verified.agreed, verified.gone, verified.drifted, verified.strangers) == (count, [], [], [])
    assert deliveries.outcomes() == {}
    return True


def test_a_web_order_is_staged_once_in_both_tables(company: Company, deliveries: Deliveries) -> None:
    want(deliveries, 15001, 15002, 15003, 15004)
    assert deliveries.outcomes() == {"staging_rows": {"DELIVERED": 4}}
    found = stored(company, 15001)
    assert (found["BATCH_ID"], found["SOURCE_SYSTEM"]) == ("WOO_ORDERS_20261121_090000", "WOOCOMMERCE")
    assert (str(found["TOT_AMT"]), str(found["FEE_AMT"]), found["BILL_NAM"]) == (
        "67.2000",
        "5.0000",
        "Ann Lee",
    )
    assert (found["IS_VALIDATED"], found["IS_APPLIED"], found["VALIDATION_ERROR"]) == (False, False, None)
    assert found["ORD_DT"].isoformat() == "2026-11-20T23:30:00"
    assert found["LINE_ITEMS_JSON"].endswith('X 11\\""}]')
    assert deliveries.record("staging_rows", 15001).remote_id == str(found["STAGING_ID"])
    assert settled(company, deliveries, 4)


def test_a_changed_order_changes_its_row_and_keeps_its_pull_and_its_verdict(
    company: Company, deliveries: Deliveries
) -> None:
    want(deliveries, 15001)
    deliveries.run()
    company.do("update dbo.USER_ORDER_STAGING set VALIDATION_ERROR = 'Item not found: X', CUST_NO = '2000'")
    want(deliveries, 15001, SHIP_VIA="Flat rate", CUST_NOTE=None, PULL_BATCH="WOO_ORDERS_20261122_090000")
    assert deliveries.outcomes() == {"staging_rows": {"DELIVERED": 1}}
    found = stored(company, 15001)
    assert (found["SHIP_VIA"], found["CUST_NOTE"]) == ("Flat rate", None)
    assert found["BATCH_ID"] == "WOO_ORDERS_20261121_090000"
    assert (found["VALIDATION_ERROR"], found["CUST_NO"]) == ("Item not found: X", "2000")


def test_an_order_changed_after_its_document_is_refused_and_its_row_stays(
    company: Company, deliveries: Deliveries
) -> None:
    want(deliveries, 15001, 15002)
    deliveries.run()
    company.do(
        "update dbo.USER_ORDER_STAGING set IS_APPLIED = true, CP_DOC_ID = '9' where WOO_ORDER_ID = 15001"
    )
    want(deliveries, 15001, 15002, TOT_AMT="99.0000")
    assert deliveries.outcomes() == {"staging_rows": {"DELIVERED": 1, "REJECTED": 1}}
    assert str(stored(company, 15001)["TOT_AMT"]) == "67.2000"
    assert str(stored(company, 15002)["TOT_AMT"]) == "99.0000"
    assert deliveries.record("staging_rows", 15001).state is State.REJECTED


@pytest.mark.parametrize("applied", [True, False])
def test_a_row_that_the_predecessor_staged_is_taken_over(
    company: Company, deliveries: Deliveries, applied: bool
) -> None:
    company.do(
        "insert into dbo.USER_ORDER_STAGING (BATCH_ID, WOO_ORDER_ID, SHIP_VIA, IS_APPLIED) "
        f"values ('OLD', 15001, 'old words', {applied})"
    )
    want(deliveries, 15001)
    assert deliveries.outcomes() == {"staging_rows": {"DELIVERED": 1}}
    (found,) = company.rows("USER_ORDER_STAGING")
    assert found["BATCH_ID"] == "OLD"
    assert found["SHIP_VIA"] == ("old words" if applied else "UPS Ground")
    assert deliveries.record("staging_rows", 15001).remote_id == "1"


def test_defect_16_a_text_too_long_is_refused_alone_and_leaves_a_trace(
    company: Company, deliveries: Deliveries
) -> None:
    want(deliveries, 15001, 15003)
    want(deliveries, 15002, SHIP_STATE="Florida")
    assert deliveries.outcomes() == {"staging_rows": {"DELIVERED": 2, "REJECTED": 1}}
    assert company.all("select WOO_ORDER_ID from dbo.USER_ORDER_STAGING order by 1") == [(15001,), (15003,)]
    assert deliveries.record("staging_rows", 15002).state is State.REJECTED


def test_defect_14_and_15_the_same_order_pulled_by_two_is_one_row(
    company: Company, deliveries: Deliveries
) -> None:
    want(deliveries, 15001)
    deliveries.run()
    with deliveries.warehouse.begin() as connection:
        connection.exec_driver_sql("delete from delivery")
        connection.exec_driver_sql("delete from delivery_event")
    deliveries.run()
    assert settled(company, deliveries, 1)


def lost_at(monkeypatch: pytest.MonkeyPatch, *, committing: bool) -> Callable[[], None]:
    real, times = sets.now, [0]

    def broken(connection: Any) -> Any:
        times[0] += 1
        if times[0] == 1:
            raise Lost("Communication link failure", committing=committing)
        return real(connection)

    monkeypatch.setattr(sets, "now", broken)
    return lambda: None


def test_a_lost_connection_leaves_nothing_and_the_same_run_finishes(
    company: Company, deliveries: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    want(deliveries, 15001, 15002, 15003, 15004)
    lost_at(monkeypatch, committing=False)
    assert deliveries.outcomes() == {"staging_rows": {"DELIVERED": 4}}
    assert settled(company, deliveries, 4)


@pytest.mark.parametrize("occurrence", [1, 2])
@pytest.mark.parametrize("point", KERNEL_POINTS)
def test_an_end_at_any_point_stages_each_order_once(
    company: Company, deliveries: Deliveries, point: str, occurrence: int
) -> None:
    want(deliveries, *range(15001, 15006))
    with pytest.raises(Crash):
        deliveries.run(crash_at(point, occurrence))
    deliveries.clock.sleep(300)
    deliveries.run()
    assert settled(company, deliveries, 5)


def test_a_change_by_hand_is_shown_and_set_back_only_where_policy_says_so(
    company: Company, deliveries: Deliveries
) -> None:
    want(deliveries, 15001)
    deliveries.run()
    company.do("update dbo.USER_ORDER_STAGING set SHIP_VIA = 'by hand', SHIP_NAM = 'by hand'")
    ((_, _, drift),) = deliveries.verify().drifted
    assert drift == {
        "SHIP_VIA": ("UPS Ground", "by hand"),
        "SHIP_NAM": ("Bright Print Shop", "by hand"),
    }
    deliveries.run()
    found = stored(company, 15001)
    assert (found["SHIP_VIA"], found["SHIP_NAM"]) == ("UPS Ground", "by hand")


def test_a_row_that_was_deleted_is_gone(company: Company, deliveries: Deliveries) -> None:
    want(deliveries, 15001)
    deliveries.run()
    company.do("delete from dbo.USER_ORDER_STAGING")
    assert deliveries.verify().gone == [("staging_rows", "15001")]


def test_without_the_unique_index_nothing_is_staged(company: Company, deliveries: Deliveries) -> None:
    company.do("drop index dbo.UQ_USER_ORDER_STAGING_WOO")
    with pytest.raises(PreflightFailed, match="no unique index"):
        deliveries.build().preflight()
