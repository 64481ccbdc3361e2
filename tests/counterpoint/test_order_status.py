"""What the shop is told: one note per document, completed once and never twice, whatever the shop answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_project.counterpoint.client import WooClient
from dagster_project.counterpoint.order_status import WooStatusDestination, shop_of
from dagster_project.delivery.destination import Destination
from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.outcomes import AccessRefused, MustWait
from dagster_project.delivery.sending import POINTS as KERNEL_POINTS
from dagster_project.delivery.sending import Patience
from dagster_project.delivery.states import State
from dagster_project.settings import Settings
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from sandbox.woocommerce.server import RunningWoo
from tests.conftest import FakeClock
from tests.counterpoint.delivering import Deliveries
from tests.crashes import Crash, crash_at

MAPPINGS = load_all("counterpoint")


@pytest.fixture(scope="module")
def served() -> Iterator[RunningWoo]:
    with RunningWoo(orders=160) as running:
        yield running


@pytest.fixture
def shop(served: RunningWoo) -> RunningWoo:
    """A shop as on its first day."""
    served.control.reset()
    return served


@pytest.fixture
def deliveries(shop: RunningWoo, embedded: Warehouse, clock: FakeClock, tmp_path: Path) -> Deliveries:
    schema.init(embedded)
    settings = Settings(
        _env_file=None, order_staging_home=tmp_path, woo_base_url=shop.url, woo_timeout_seconds=0.5,
        woo_quiet_seconds=5,
    )  # fmt: skip

    def build() -> Destination:
        return WooStatusDestination(settings, WooClient.from_settings(settings, clock), clock, MAPPINGS)

    return Deliveries(embedded, clock, build)


def orders_that_are(shop: RunningWoo, status: str, count: int) -> list[int]:
    found = [
        order_id
        for order_id in sorted(shop.control.expectations())
        if shop.control.order(order_id)["status"] == status
    ]
    assert len(found) >= count
    return found[:count]


def told(order_id: int, *, shipped: bool = False, doc_id: str = "900000000001") -> dict[str, Any]:
    return {
        "WOO_ORDER_ID": order_id, "WOO_ORDER_NO": str(order_id), "CUST_NO": "2000", "PULL_BATCH": "B",
        "DOC_ID": doc_id, "TKT_NO": "O101-000366", "SHIPMENT": "SHIPPED" if shipped else "OPEN",
        "SHIPPED_ON": None, "STATUS": "completed" if shipped else None, "SHOP_STATUS": None,
    }  # fmt: skip


def want(deliveries: Deliveries, orders: list[int], **values: Any) -> None:
    for order_id in orders:
        deliveries.want("order_statuses", order_id, told(order_id, **values))


def ours(shop: RunningWoo, order_id: int) -> list[dict[str, Any]]:
    """Our notes at an order."""
    return [note for note in shop.control.notes(order_id) if "order-staging" in note["note"]]


def completed_mails(shop: RunningWoo, order_id: int) -> int:
    return sum(m["order_id"] == order_id and "completed" in m["kind"] for m in shop.control.mails())


def writes(shop: RunningWoo) -> list[str]:
    return [call["path"] for call in shop.control.calls()["log"] if call["method"] in ("POST", "PUT")]


def test_a_document_is_told_in_one_private_note_and_the_status_stays(
    shop: RunningWoo, deliveries: Deliveries
) -> None:
    orders = orders_that_are(shop, "processing", 3)
    want(deliveries, orders)
    assert deliveries.outcomes() == {"order_statuses": {"DELIVERED": 3}}
    for order_id in orders:
        (note,) = ours(shop, order_id)
        assert "O101-000366" in note["note"]
        assert "900000000001" in note["note"]
        assert note["customer_note"] is False
        assert shop.control.order(order_id)["status"] == "processing"
    assert shop.control.mails() == []
    assert deliveries.outcomes() == {}


def test_what_is_shipped_is_completed_in_one_call_with_one_mail_each(
    shop: RunningWoo, deliveries: Deliveries
) -> None:
    orders = orders_that_are(shop, "processing", 40)
    want(deliveries, orders)
    deliveries.run()
    shop.control.reset_calls()
    want(deliveries, orders, shipped=True)
    assert deliveries.outcomes() == {"order_statuses": {"DELIVERED": 40}}
    assert {shop.control.order(order_id)["status"] for order_id in orders} == {"completed"}
    assert [completed_mails(shop, order_id) for order_id in orders] == [1] * 40
    assert len(writes(shop)) == 1
    assert all(len(ours(shop, order_id)) == 1 for order_id in orders)


def test_defect_13_a_completed_order_stays_completed_and_gets_no_second_mail(
    shop: RunningWoo, deliveries: Deliveries
) -> None:
    orders = orders_that_are(shop, "processing", 2)
    for order_id in orders:
        shop.control.edit("complete", order_id=order_id)
    before = shop.control.mails()
    want(deliveries, orders)
    deliveries.run()
    want(deliveries, orders, shipped=True)
    assert deliveries.outcomes() == {"order_statuses": {"DELIVERED": 2}}
    assert {shop.control.order(order_id)["status"] for order_id in orders} == {"completed"}
    assert shop.control.mails() == before
    assert not any("batch" in path for path in writes(shop))


def test_defect_21_a_shipped_order_costs_no_call_once_the_shop_knows(
    shop: RunningWoo, deliveries: Deliveries
) -> None:
    want(deliveries, orders_that_are(shop, "processing", 5), shipped=True)
    deliveries.run()
    shop.control.reset_calls()
    assert deliveries.outcomes() == {}
    assert [call["path"] for call in shop.control.calls()["log"] if "notes" in call["path"]] == []


def test_defect_21_reading_everything_back_costs_the_shop_no_call_and_loses_nothing(
    shop: RunningWoo, deliveries: Deliveries
) -> None:
    orders = orders_that_are(shop, "processing", 2)
    want(deliveries, orders, shipped=True)
    deliveries.run()
    shop.control.reset_calls()
    verified = deliveries.verify()
    assert (verified.seen, verified.gone, verified.strangers) == (0, [], [])
    assert shop.control.calls()["log"] == []
    assert deliveries.record("order_statuses", orders[0]).state is State.DELIVERED


@pytest.mark.parametrize("status", ["cancelled", "refunded"])
def test_an_order_that_the_shop_ended_is_left_to_a_person(
    shop: RunningWoo, deliveries: Deliveries, status: str
) -> None:
    (order_id,) = orders_that_are(shop, "processing", 1)
    shop.control.edit("set_status", order_id=order_id, status=status)
    want(deliveries, [order_id], shipped=True)
    assert deliveries.outcomes() == {"order_statuses": {"REJECTED": 1}}
    assert shop.control.order(order_id)["status"] == status
    assert len(ours(shop, order_id)) == 1


def test_an_order_that_is_not_in_the_shop_is_gone(deliveries: Deliveries) -> None:
    want(deliveries, [999_999])
    assert deliveries.outcomes() == {"order_statuses": {"GONE": 1}}
    assert deliveries.record("order_statuses", 999_999).state is State.GONE


def test_errors_of_single_entries_belong_to_their_orders(shop: RunningWoo, deliveries: Deliveries) -> None:
    first, second, third = orders_that_are(shop, "processing", 3)
    want(deliveries, [first, second, third])
    deliveries.run()
    shop.control.poison({"order_id": second, "on": "order"})
    want(deliveries, [first, second, third], shipped=True)
    assert deliveries.outcomes() == {"order_statuses": {"DELIVERED": 2, "REJECTED": 1}}
    assert [shop.control.order(o)["status"] for o in (first, second, third)] == [
        "completed", "processing", "completed",
    ]  # fmt: skip


LOST = [
    {"kind": "silence", "when": "after", "on": "write"},
    {"kind": "silence", "when": "before", "on": "write"},
    {"kind": "reset", "when": "after", "on": "write"},
    {"kind": "status", "status": 500, "when": "after", "on": "write"},
    {"kind": "status", "status": 502, "when": "before", "on": "write"},
    {"kind": "html", "when": "after", "on": "write"},
    {"kind": "half_json", "when": "after", "on": "write"},
    {"kind": "empty", "when": "after", "on": "write"},
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("fault", LOST, ids=lambda fault: f"{fault['kind']} {fault['when']}")
@pytest.mark.parametrize("shipped", [False, True])
def test_a_lost_answer_adds_no_second_note_and_sends_no_second_mail(
    shop: RunningWoo, deliveries: Deliveries, fault: dict[str, Any], shipped: bool
) -> None:
    orders = orders_that_are(shop, "processing", 3)
    if shipped:
        want(deliveries, orders)
        deliveries.run()
    want(deliveries, orders, shipped=shipped)
    shop.control.next_faults(fault)
    assert deliveries.outcomes() == {"order_statuses": {"DELIVERED": 3}}
    assert [len(ours(shop, order_id)) for order_id in orders] == [1, 1, 1]
    assert [completed_mails(shop, order_id) for order_id in orders] == [int(shipped)] * 3
    deliveries.run()
    assert deliveries.outcomes() == {}


def test_half_a_batch_that_was_executed_is_finished_without_a_second_mail(
    shop: RunningWoo, deliveries: Deliveries
) -> None:
    orders = orders_that_are(shop, "processing", 6)
    want(deliveries, orders)
    deliveries.run()
    want(deliveries, orders, shipped=True)
    shop.control.next_faults({"kind": "silence", "when": "after", "on": "write", "after_entries": 3})
    deliveries.run()
    assert [completed_mails(shop, order_id) for order_id in orders] == [1] * 6


@pytest.mark.parametrize("occurrence", [1, 2])
@pytest.mark.parametrize("point", KERNEL_POINTS)
def test_an_end_of_the_process_at_any_point_adds_no_second_note(
    shop: RunningWoo, deliveries: Deliveries, point: str, occurrence: int
) -> None:
    orders = orders_that_are(shop, "processing", 3)
    want(deliveries, orders)
    try:
        deliveries.run(crash_at(point, occurrence))
    except Crash:
        deliveries.clock.sleep(300)
        deliveries.run()
    assert [len(ours(shop, order_id)) for order_id in orders] == [1, 1, 1]


def test_a_shop_that_says_wait_in_the_middle_is_obeyed_and_no_note_is_doubled(
    shop: RunningWoo, deliveries: Deliveries
) -> None:
    orders = orders_that_are(shop, "processing", 4)
    want(deliveries, orders)
    gap = {"kind": "none", "on": "write"}
    shop.control.next_faults(gap, {"kind": "rate_limit", "seconds": 7, "on": "write", "when": "before"})
    deliveries.run()
    deliveries.run()
    assert [len(ours(shop, order_id)) for order_id in orders] == [1, 1, 1, 1]
    assert deliveries.outcomes() == {}


def test_a_shop_that_says_wait_at_once_is_asked_again_under_the_same_request(
    shop: RunningWoo, deliveries: Deliveries
) -> None:
    want(deliveries, orders_that_are(shop, "processing", 1))
    shop.control.next_faults({"kind": "rate_limit", "seconds": 7, "on": "write", "when": "before"})
    report = deliveries.run()
    assert report.retries == 1
    assert 7.0 in deliveries.clock.slept


def test_a_wait_longer_than_a_run_stops_it(shop: RunningWoo, deliveries: Deliveries) -> None:
    want(deliveries, orders_that_are(shop, "processing", 1))
    shop.control.next_faults({"kind": "rate_limit", "seconds": 9999, "on": "write", "when": "before"})
    with pytest.raises(MustWait):
        deliveries.run(patience=Patience(longest_wait=60))


def test_a_refused_key_pauses(shop: RunningWoo, deliveries: Deliveries) -> None:
    want(deliveries, orders_that_are(shop, "processing", 1))
    shop.control.next_faults({"kind": "status", "status": 401, "on": "write", "when": "before"})
    with pytest.raises(AccessRefused):
        deliveries.run()


def test_an_order_made_anew_gets_a_note_about_its_new_document(
    shop: RunningWoo, deliveries: Deliveries
) -> None:
    orders = orders_that_are(shop, "processing", 1)
    want(deliveries, orders)
    deliveries.run()
    want(deliveries, orders, doc_id="900000000002")
    deliveries.run()
    assert len(ours(shop, orders[0])) == 2


@pytest.mark.parametrize(
    ("url", "shop"),
    [
        ("https://shop.example", "shop.example"),
        ("https://shop.example:8443/", "shop.example"),
        ("http://127.0.0.1:46377", "127.0.0.1"),
        ("https://host.example/second/", "host.example/second"),
    ],
)
def test_a_shop_is_the_same_whatever_port_it_is_reached_by(url: str, shop: str) -> None:
    """The sandbox takes another port at every start; told statuses were told again because of it."""
    assert shop_of(Settings(_env_file=None, woo_base_url=url)) == shop
