"""The client of the shop over a real socket: pages, pacing, and what an answer that does not come means."""

import datetime as dt
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from dagster_project.counterpoint.client import WooClient
from dagster_project.counterpoint.connection import Connection
from dagster_project.delivery.outcomes import (
    AccessRefused,
    ErrorClass,
    MustWait,
    NoDefiniteAnswer,
    RequestRefused,
)
from sandbox.woocommerce.server import RunningWoo
from tests.conftest import FakeClock

WANTED = ("processing", "completed")


@pytest.fixture(scope="module")
def served() -> Iterator[RunningWoo]:
    with RunningWoo(orders=450) as running:
        yield running


@pytest.fixture
def shop(served: RunningWoo) -> RunningWoo:
    served.control.reset()
    return served


def client_of(shop: RunningWoo, clock: FakeClock, *, secret: str = "", timeout: float = 5.0) -> WooClient:
    key, right = shop.auth
    return WooClient(Connection(shop.url, SecretStr(key), SecretStr(secret or right), timeout, clock), clock)


@pytest.fixture
def client(shop: RunningWoo, clock: FakeClock) -> WooClient:
    return client_of(shop, clock)


def an_order(client: WooClient) -> int:
    return int(client.orders(statuses=["processing"])[0]["id"])


# -- reading ----------------------------------------------------------------------------------------


def test_defect_12_every_page_is_read_and_every_order_comes_once(client: WooClient) -> None:
    orders = client.orders()
    ids = [order["id"] for order in orders]
    assert ids == sorted(set(ids))
    assert len(ids) > 400
    assert client.calls == 5


def test_defect_12_orders_are_asked_for_by_their_last_change_in_utc(client: WooClient) -> None:
    everything = client.orders()
    since = sorted(order["date_modified_gmt"] for order in everything)[200]
    found = client.orders(modified_after=dt.datetime.fromisoformat(since))
    assert [o["id"] for o in found] == [o["id"] for o in everything if o["date_modified_gmt"] > since]


def test_only_the_statuses_that_are_asked_for_come(client: WooClient) -> None:
    assert {order["status"] for order in client.orders(statuses=WANTED)} == set(WANTED)


@pytest.mark.parametrize("kind", ["close", "reset", "html", "half_json", "empty", "status"])
def test_reading_tries_again_by_itself(
    client: WooClient, shop: RunningWoo, clock: FakeClock, kind: str
) -> None:
    shop.control.next_faults({"kind": kind}, {"kind": kind})
    assert len(client.orders(statuses=WANTED)) > 200
    assert clock.slept == [1, 2]


def test_a_shop_that_never_answers_is_given_up(client: WooClient, shop: RunningWoo) -> None:
    shop.control.set_faults(rules=[{"kind": "status", "status": 500}])
    with pytest.raises(NoDefiniteAnswer, match="HTTP 500"):
        client.orders()
    assert client.calls == 6


def test_a_429_is_waited_for_as_long_as_the_shop_says(
    client: WooClient, shop: RunningWoo, clock: FakeClock
) -> None:
    shop.control.next_faults({"kind": "rate_limit", "seconds": 7})
    client.order(an_order(client))
    assert clock.slept == [7]


def test_a_429_that_says_an_hour_is_told_instead_of_waited_for(client: WooClient, shop: RunningWoo) -> None:
    shop.control.next_faults({"kind": "rate_limit", "seconds": 3600})
    with pytest.raises(MustWait) as waits:
        client.orders()
    assert waits.value.seconds == 3600
    with pytest.raises(MustWait, match="takes requests again"):
        client.orders()


def test_a_wrong_secret_is_a_refused_access_and_is_never_told(shop: RunningWoo, clock: FakeClock) -> None:
    with pytest.raises(AccessRefused) as refused:
        client_of(shop, clock, secret="cs_wrong").orders()
    assert "WOO_BASE_URL" in str(refused.value)
    assert "cs_wrong" not in str(refused.value)


def test_key_and_secret_leave_this_machine_over_tls_only(clock: FakeClock) -> None:
    client = WooClient(Connection("http://shop.example", SecretStr("ck"), SecretStr("cs"), 5, clock), clock)
    with pytest.raises(AccessRefused, match="must be https"):
        client.orders()
    assert client.calls == 0


def test_a_shop_that_is_not_there_must_be_waited_for(clock: FakeClock) -> None:
    client = WooClient(Connection("http://127.0.0.1:9", SecretStr("ck"), SecretStr("cs"), 5, clock), clock)
    with pytest.raises(MustWait, match="no connection"):
        client.orders()


def test_an_order_the_shop_does_not_have_is_for_somebody_else_to_fix(client: WooClient) -> None:
    with pytest.raises(RequestRefused) as refused:
        client.order(1)
    assert refused.value.error_class is ErrorClass.FIX_ELSEWHERE


def test_an_address_without_the_api_is_a_refused_access(shop: RunningWoo, clock: FakeClock) -> None:
    elsewhere = Connection(f"{shop.url}/blog", SecretStr("ck"), SecretStr("cs"), 5, clock)
    with pytest.raises(AccessRefused):
        WooClient(elsewhere, clock).orders()


# -- writing ----------------------------------------------------------------------------------------


def test_a_private_note_is_found_again(client: WooClient) -> None:
    order = an_order(client)
    client.add_note(order, "Order O101-000366 [ref 1]")
    assert client.notes(order)[0]["note"] == "Order O101-000366 [ref 1]"
    assert not client.notes(order)[0]["customer_note"]


def test_a_batch_tells_errors_of_single_orders(client: WooClient) -> None:
    order = an_order(client)
    entries = client.update([{"id": order, "status": "completed"}, {"id": 1, "status": "completed"}])
    first, second = entries.content["update"]
    assert first["status"] == "completed"
    assert second["error"]["code"].endswith("invalid_id")


@pytest.mark.parametrize("kind", ["silence", "close", "reset", "html", "half_json", "empty", "status"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_write_whose_answer_is_lost_is_sent_once_and_unknown(
    shop: RunningWoo, clock: FakeClock, kind: str, when: str
) -> None:
    client = client_of(shop, clock, timeout=0.5)
    order = an_order(client)
    before, calls = len(client.notes(order)), client.calls
    shop.control.next_faults({"kind": kind, "when": when, "on": "write"})
    with pytest.raises(NoDefiniteAnswer):
        client.add_note(order, "once")
    assert client.calls == calls + 1
    assert len(client.notes(order)) == before + (when == "after")


def test_a_write_that_the_shop_refuses_says_why(client: WooClient) -> None:
    with pytest.raises(RequestRefused, match="note"):
        client.write("POST", f"orders/{an_order(client)}/notes", "{}")
