"""What people do in the shop, what is counted, what goes wrong on demand, and what survives."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.web.control import ControlRefused
from sandbox.woocommerce.scenes import SCENES
from sandbox.woocommerce.server import RunningWoo, WooProcess

FIRST = 15001


@pytest.fixture
def shop() -> Iterator[RunningWoo]:
    with RunningWoo(orders=20) as woo:
        yield woo


def ask(shop: RunningWoo, path: str = "/orders", **options: Any) -> requests.Response:
    return requests.get(f"{shop.api}{path}", auth=shop.auth, timeout=options.pop("timeout", 10), **options)


def adds_up(order: dict[str, Any]) -> bool:
    parts = [*order["line_items"], *order["fee_lines"], *order["shipping_lines"]]
    whole = sum((Decimal(part["total"]) for part in parts), Decimal(order["total_tax"]))
    return whole == Decimal(order["total"])


def test_orders_are_placed_now_and_continue_the_series(shop: RunningWoo) -> None:
    present = {order["id"] for order in ask(shop, params={"per_page": 100}).json()}
    new = shop.control.edit("place", count=250, seconds=60)
    assert len(set(new)) == 250
    assert min(new) > max(present)
    response = ask(shop, params={"per_page": 100, "after": "2026-01-01T00:00:00", "status": "processing"})
    assert response.headers["X-WP-Total"] == "250"
    placed_by_two_calls = shop.control.edit("place", count=2)
    assert set(placed_by_two_calls).isdisjoint(new)


def test_any_scene_can_be_placed(shop: RunningWoo) -> None:
    for scene in SCENES:
        (order_id,) = shop.control.edit("place", scene=scene.__name__)
        assert shop.control.expectations()[order_id]["traits"] == [scene.__name__]
    with pytest.raises(ControlRefused):
        shop.control.edit("place", scene="unheard_of")


def test_a_pending_order_is_paid_later(shop: RunningWoo) -> None:
    (order_id,) = shop.control.edit("place", scene="pending")
    created = shop.control.order(order_id)
    shop.control.advance(2 * 86_400)
    paid = shop.control.edit("pay", order_id=order_id)
    assert (created["status"], paid["status"]) == ("pending", "processing")
    assert paid["date_paid_gmt"][:10] > created["date_created_gmt"][:10]
    assert paid["date_created"] == created["date_created"]
    assert paid["date_modified_gmt"] == paid["date_paid_gmt"]
    assert [mail["kind"] for mail in shop.control.mails()] == ["processing"]


def test_an_edited_quantity_moves_every_total_and_what_is_expected(shop: RunningWoo) -> None:
    before, expected = shop.control.order(FIRST), shop.control.expectations()[FIRST]
    quantity = before["line_items"][0]["quantity"] + 2
    after = shop.control.edit("change_quantity", order_id=FIRST, line=0, quantity=quantity)
    assert after["line_items"][0]["quantity"] == quantity
    assert Decimal(after["total"]) > Decimal(before["total"])
    assert adds_up(after)
    now = shop.control.expectations()[FIRST]
    assert now["charged"] == after["total"] != expected["charged"]
    assert now["lines"][0]["quantity"] == quantity
    assert after["date_modified_gmt"] > before["date_modified_gmt"]


def test_a_line_less_still_adds_up(shop: RunningWoo) -> None:
    many = next(
        order for order in ask(shop, params={"per_page": 100}).json()
        if len(order["line_items"]) > 2 and adds_up(order)
    )  # fmt: skip
    after = shop.control.edit("remove_line", order_id=many["id"], line=1)
    assert len(after["line_items"]) == len(many["line_items"]) - 1
    assert adds_up(after)
    assert len(shop.control.expectations()[many["id"]]["lines"]) == len(after["line_items"])


def test_refunds_leave_the_total_alone_until_everything_is_paid_back(shop: RunningWoo) -> None:
    total = Decimal(shop.control.order(FIRST)["total"])
    part = shop.control.edit("refund", order_id=FIRST, amount="1.50")
    assert (part["status"], Decimal(part["total"])) == ("processing", total)
    assert [refund["total"] for refund in part["refunds"]] == ["-1.50"]
    (told,) = ask(shop, f"/orders/{FIRST}/refunds").json()
    assert (told["amount"], told["reason"]) == ("1.50", "Returned")
    assert ask(shop, f"/orders/{FIRST}/refunds/{told['id']}").json() == told
    rest = shop.control.edit("refund", order_id=FIRST)
    assert rest["status"] == "refunded"
    assert sum(Decimal(refund["total"]) for refund in rest["refunds"]) == -total


def test_staff_cancel_trash_and_delete(shop: RunningWoo) -> None:
    assert shop.control.edit("cancel", order_id=FIRST)["status"] == "cancelled"
    assert shop.control.edit("trash", order_id=FIRST)["status"] == "trash"
    assert FIRST not in [order["id"] for order in ask(shop, params={"per_page": 100}).json()]
    shop.control.edit("delete", order_id=FIRST)
    assert ask(shop, f"/orders/{FIRST}").status_code == 404
    with pytest.raises(ControlRefused):
        shop.control.edit("cancel", order_id=FIRST)


def test_a_revoked_key_is_refused_until_it_is_granted_again(shop: RunningWoo) -> None:
    key, secret = shop.auth
    shop.control.edit("revoke_key", key=key)
    assert ask(shop).status_code == 401
    shop.control.edit("grant_key", key=key, secret=secret)
    assert ask(shop).status_code == 200


def test_products_and_customers_can_be_looked_up(shop: RunningWoo) -> None:
    line = next(line for line in shop.control.order(FIRST)["line_items"] if line["sku"].count("-") == 1)
    (product,) = ask(shop, "/products", params={"sku": line["sku"]}).json()
    assert (product["id"], product["sku"]) == (line["product_id"], line["sku"])
    assert ask(shop, "/products", params={"per_page": 100}).headers["X-WP-Total"] == "1189"
    account = ask(shop, "/customers", params={"per_page": 1}).json()[0]
    assert ask(shop, f"/customers/{account['id']}").json() == account
    assert ask(shop, "/customers", params={"email": account["email"]}).json()[0] == account


def test_calls_are_counted_by_kind_and_route(shop: RunningWoo) -> None:
    ask(shop)
    ask(shop, f"/orders/{FIRST}")
    requests.put(f"{shop.api}/orders/{FIRST}", json={"status": "completed"}, auth=shop.auth, timeout=10)
    requests.put(f"{shop.api}/orders/1", json={"status": "completed"}, auth=shop.auth, timeout=10)
    calls = shop.control.calls()
    assert (calls["calls"], calls["reads"], calls["writes"]) == (4, 2, 2)
    assert calls["executed"] == {"read": 2, "write": 1}
    assert calls["routes"] == {"GET /orders": 1, "GET /orders/{id}": 1, "PUT /orders/{id}": 2}
    assert calls["statuses"] == {"200": 3, "400": 1}
    assert len(calls["log"]) == 4
    shop.control.reset_calls()
    assert shop.control.calls(log=False)["calls"] == 0


def test_faults_spoil_answers_in_every_way(shop: RunningWoo) -> None:
    shop.control.next_faults(
        {"kind": "rate_limit", "seconds": 7},
        {"kind": "rate_limit", "seconds": 0},
        {"kind": "status", "status": 500},
        {"kind": "html"},
        {"kind": "html", "status": 200},
        {"kind": "empty"},
        {"kind": "half_json"},
    )
    limited, bare, broken, proxy, page, empty = (ask(shop) for _ in range(6))
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    assert (bare.status_code, bare.headers.get("Retry-After")) == (429, None)
    assert (broken.status_code, broken.json()["code"]) == (500, "internal_server_error")
    assert (proxy.status_code, page.status_code) == (502, 200)
    assert page.text.startswith("<html>")
    assert (empty.status_code, empty.content) == (200, b"")
    with pytest.raises(requests.exceptions.RequestException):
        ask(shop).json()
    assert ask(shop).status_code == 200


@pytest.mark.parametrize("kind", ["silence", "close", "reset", "status"])
def test_a_write_may_be_committed_though_its_answer_is_lost(shop: RunningWoo, kind: str) -> None:
    shop.control.next_faults({"kind": kind, "when": "after", "on": "write"})
    url = f"{shop.api}/orders/{FIRST}"
    if kind == "status":
        assert requests.put(url, json={"status": "completed"}, auth=shop.auth, timeout=1).status_code == 503
    else:
        with pytest.raises(requests.exceptions.RequestException):
            requests.put(url, json={"status": "completed"}, auth=shop.auth, timeout=1)
    assert shop.control.order(FIRST)["status"] == "completed"


@pytest.mark.parametrize("kind", ["silence", "close", "reset", "status"])
def test_a_fault_before_execution_writes_nothing(shop: RunningWoo, kind: str) -> None:
    shop.control.next_faults({"kind": kind, "when": "before", "on": "write"})
    with suppress(requests.exceptions.RequestException):
        requests.put(f"{shop.api}/orders/{FIRST}", json={"status": "completed"}, auth=shop.auth, timeout=1)
    assert shop.control.order(FIRST)["status"] == "processing"


def test_rules_strike_by_chance_and_seed(shop: RunningWoo) -> None:
    def statuses() -> list[int]:
        rule = {"kind": "status", "probability": 0.4, "times": 5, "path": "/orders$"}
        shop.control.set_faults(seed=3, rules=[rule])
        return [ask(shop, params={"_fields": "id"}).status_code for _ in range(20)]

    first = statuses()
    assert first == statuses()
    assert first.count(503) == 5
    shop.control.clear_faults()
    assert ask(shop).status_code == 200


def test_answers_can_be_slow(shop: RunningWoo) -> None:
    shop.control.set_faults(latency=[0.3, 0.3])
    started = time.monotonic()
    ask(shop)
    assert time.monotonic() - started >= 0.3


def test_a_caller_can_be_killed_after_its_write(shop: RunningWoo) -> None:
    shop.control.next_faults({"kind": "kill", "on": "write"})
    script = (
        "import os, requests; "
        f"requests.put({shop.api!r} + '/orders/{FIRST}', json={{'status': 'completed'}}, auth={shop.auth!r}, "
        "headers={'X-Sandbox-Pid': str(os.getpid())}, timeout=10)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], check=False, env={**os.environ}, capture_output=True
    )
    assert ended.returncode == -9
    assert shop.control.order(FIRST)["status"] == "completed"


def test_a_reset_brings_back_the_first_day_or_another(shop: RunningWoo) -> None:
    before = shop.control.order(FIRST)
    shop.control.edit("complete", order_id=FIRST)
    shop.control.edit("place", count=3)
    shop.control.set_faults(rules=[{"kind": "status"}])
    shop.control.reset()
    assert shop.control.order(FIRST) == before
    assert shop.control.mails() == []
    assert ask(shop, params={"status": "any"}).headers["X-WP-Total"] == "20"
    shop.control.restart(orders=40, seed=9, ending="2026-03-20T12:00:00")
    assert shop.control.order(FIRST) != before
    assert ask(shop).json()[0]["date_created"][:7] == "2026-03"


def test_the_shop_outlives_a_killed_server(tmp_path: Path) -> None:
    state = tmp_path / "new folder" / "shop.sqlite"
    with WooProcess(state=state, orders=20) as woo:
        url = f"{woo.api}/orders/{FIRST}"
        requests.put(url, json={"status": "completed"}, auth=woo.auth, timeout=10)
        requests.post(f"{url}/notes", json={"note": "kept"}, auth=woo.auth, timeout=10)
        new = woo.control.edit("place", count=2)
        woo.kill()
    with RunningWoo(state=state, orders=999) as again:
        assert again.control.order(FIRST)["status"] == "completed"
        assert again.control.notes(FIRST)[0]["note"] == "kept"
        assert again.control.mails()[0]["kind"] == "completed"
        assert again.control.edit("place")[0] > max(new)
        assert sum(again.control.state()["orders"].values()) == 23


def test_the_overview_lists_actions_and_wrong_orders_are_explained(shop: RunningWoo) -> None:
    assert "POST /_sandbox/edit" in shop.control.overview()["actions"]
    with pytest.raises(ControlRefused, match="extra"):
        shop.control.set_faults(rules=[{"kind": "status", "extra": 1}])
    with pytest.raises(ControlRefused, match="unknown"):
        shop.control.post("/nothing")
