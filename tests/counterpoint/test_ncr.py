"""Documents through NCR's API: no claim, numbers of its own, errors that may have made a document all the same."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dagster_project.counterpoint.destination import DocumentDestination
from dagster_project.counterpoint.ncr import NcrDocuments
from dagster_project.delivery.destination import Destination
from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.outcomes import AccessRefused
from dagster_project.delivery.sending import POINTS as KERNEL_POINTS
from dagster_project.delivery.states import State
from dagster_project.settings import Settings
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from sandbox.counterpoint.ncr.access import API_KEY, PASSWORD, USER
from sandbox.counterpoint.ncr.server import RunningNcr
from tests.conftest import FakeClock
from tests.counterpoint.conftest import Company
from tests.counterpoint.delivering import Deliveries
from tests.counterpoint.made_up import line, order
from tests.crashes import Crash, crash_at

MAPPINGS = load_all("counterpoint")


@pytest.fixture
def ncr(company: Company) -> Iterator[RunningNcr]:
    with RunningNcr(str(company.database.url.database)) as running:
        yield running


@pytest.fixture
def settings(ncr: RunningNcr, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None, order_staging_home=tmp_path, counterpoint_orders_per_request=3,
        counterpoint_backend="ncr", ncr_api_url=ncr.url, ncr_api_user=USER, ncr_api_password=PASSWORD,
        ncr_api_key=API_KEY, ncr_quiet_seconds=30, ncr_timeout_seconds=5,
    )  # fmt: skip


@pytest.fixture
def deliveries(company: Company, settings: Settings, embedded: Warehouse, clock: FakeClock) -> Deliveries:
    schema.init(embedded)

    def build() -> Destination:
        backend = NcrDocuments.from_settings(settings, company.database, clock)
        return DocumentDestination(settings, company.database, backend, MAPPINGS)

    return Deliveries(embedded, clock, build)


def want(company: Company, deliveries: Deliveries, count: int, **values: Any) -> list[int]:
    items = company.items()
    web_ids = list(range(15001, 15001 + count))
    for n, (staging_id, web_id) in enumerate(zip(company.stage(*web_ids), web_ids, strict=True)):
        deliveries.want(
            "documents", staging_id,
            order(web_id, [line(items[n], 2, "20.00")], shipping="5.00", tax="1.40", **values),
        )  # fmt: skip
    return web_ids


def orders_of(company: Company, web_ids: list[int]) -> dict[int, int]:
    """Web order → how many open orders carry its number; deposit tickets are not counted."""
    return {
        web_id: company.one(
            "select count(*) from dbo.PS_DOC_HDR where DOC_TYP = 'O' and CUST_PO_NO = ?", str(web_id)
        )
        for web_id in web_ids
    }


def once(company: Company, deliveries: Deliveries, web_ids: list[int]) -> bool:
    assert orders_of(company, web_ids) == dict.fromkeys(web_ids, 1)
    named = company.all(
        "select s.WOO_ORDER_ID, h.CUST_PO_NO from dbo.USER_ORDER_STAGING s "
        "join dbo.PS_DOC_HDR h on cast(h.DOC_ID as varchar) = s.CP_DOC_ID where s.IS_APPLIED order by 1"
    )
    assert named == [(web_id, str(web_id)) for web_id in web_ids]
    assert deliveries.outcomes() == {}
    return True


def test_orders_are_posted_once_and_their_staging_rows_name_them(
    company: Company, deliveries: Deliveries, ncr: RunningNcr
) -> None:
    web_ids = want(company, deliveries, 4)
    assert deliveries.outcomes() == {"documents": {"DELIVERED": 4}}
    assert once(company, deliveries, web_ids)
    doc_id = deliveries.record("documents", 1).remote_id
    totals = company.one("select sum(TOT) from dbo.PS_DOC_HDR_TOT where DOC_ID = ?", int(doc_id or 0))
    assert totals == Decimal("26.40")
    assert not deliveries.verify().drifted


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500, "when": "after"},
        {"kind": "status", "status": 500, "when": "before"},
        {"kind": "silence", "when": "after"},
        {"kind": "reset", "when": "before"},
        {"kind": "half_json", "when": "after"},
        {"kind": "html", "when": "after"},
    ],
    ids=lambda fault: f"{fault['kind']} {fault['when']}",
)
@pytest.mark.parametrize("nth", [1, 2])
def test_an_answer_that_says_nothing_is_looked_for_by_the_note_after_the_quiet_time(
    company: Company, deliveries: Deliveries, ncr: RunningNcr, fault: dict[str, Any], nth: int
) -> None:
    web_ids = want(company, deliveries, 4)
    gaps = [{"kind": "none", "on": "write"}] * (nth - 1)
    ncr.control.next_faults(*gaps, {**fault, "on": "write"})
    assert deliveries.outcomes() == {"documents": {"DELIVERED": 4}}
    assert sum(deliveries.clock.slept) >= 30
    assert once(company, deliveries, web_ids)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("occurrence", [1, 2])
@pytest.mark.parametrize("point", KERNEL_POINTS)
def test_an_end_of_the_process_at_any_point_posts_each_order_once(
    company: Company, deliveries: Deliveries, point: str, occurrence: int
) -> None:
    web_ids = want(company, deliveries, 4)
    with pytest.raises(Crash):
        deliveries.run(crash_at(point, occurrence))
    deliveries.clock.sleep(300)
    deliveries.run()
    assert once(company, deliveries, web_ids)


def test_a_definite_error_rejects_its_order_alone(company: Company, deliveries: Deliveries) -> None:
    want(company, deliveries, 3)
    poisoned = {**deliveries.wanted["documents", "2"].values, "CUST_NO": "NOBODY"}
    deliveries.want("documents", 2, poisoned)
    assert deliveries.outcomes() == {"documents": {"DELIVERED": 2, "REJECTED": 1}}
    assert deliveries.record("documents", 2).state is State.REJECTED


def test_an_order_that_breaks_the_api_each_time_is_rejected_in_the_end(
    company: Company, deliveries: Deliveries, ncr: RunningNcr
) -> None:
    want(company, deliveries, 1)
    ncr.control.set_faults(rules=[{"kind": "status", "status": 500, "when": "before", "on": "write"}])
    assert deliveries.outcomes() == {"documents": {"REJECTED": 1}}
    assert company.one("select count(*) from dbo.USER_ORDER_STAGING where IS_APPLIED") == 0


def test_an_order_that_somebody_closed_is_not_posted(company: Company, deliveries: Deliveries) -> None:
    want(company, deliveries, 2)
    company.do("update dbo.USER_ORDER_STAGING set IS_APPLIED = true, CP_DOC_ID = '77' where STAGING_ID = 1")
    company.do("update dbo.USER_ORDER_STAGING set IS_APPLIED = true, "
               "VALIDATION_ERROR = 'MANUALLY_SKIPPED: x' where STAGING_ID = 2")  # fmt: skip
    assert deliveries.outcomes() == {"documents": {"DELIVERED": 1, "REJECTED": 1}}
    assert deliveries.record("documents", 1).remote_id == "77"
    assert orders_of(company, [15001, 15002]) == {15001: 0, 15002: 0}


def test_a_refused_key_pauses(company: Company, deliveries: Deliveries, ncr: RunningNcr) -> None:
    want(company, deliveries, 1)
    ncr.control.next_faults({"kind": "status", "status": 403, "when": "before", "on": "write"})
    with pytest.raises(AccessRefused, match="NCR_API_KEY"):
        deliveries.run()


def test_credentials_do_not_travel_without_tls(
    company: Company, settings: Settings, clock: FakeClock
) -> None:
    far = settings.model_copy(update={"ncr_api_url": "http://counterpoint.example:52000"})
    backend = NcrDocuments.from_settings(far, company.database, clock)
    with pytest.raises(AccessRefused, match="not an https address"):
        backend.client.post_document("{}")


def test_a_charge_that_the_api_loses_is_seen_as_drift(
    company: Company, deliveries: Deliveries, ncr: RunningNcr
) -> None:
    want(company, deliveries, 1)
    ncr.control.quirks(loses_misc_charges=True)
    deliveries.run()
    ((_, _, drift),) = deliveries.verify().drifted
    assert drift["TOT_AMT"] == ("26.40", "21.40")
