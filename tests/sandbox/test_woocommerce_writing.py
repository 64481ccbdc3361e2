"""Writing orders and notes: what moves, what is mailed, what a batch does with a bad entry."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.woocommerce.server import RunningWoo

FIRST, SECOND = 15001, 15006


@pytest.fixture
def shop() -> Iterator[RunningWoo]:
    with RunningWoo(orders=20) as woo:
        yield woo


def put(shop: RunningWoo, order_id: int, **body: Any) -> requests.Response:
    return requests.put(f"{shop.api}/orders/{order_id}", json=body, auth=shop.auth, timeout=10)


def note(shop: RunningWoo, order_id: int, **body: Any) -> requests.Response:
    return requests.post(f"{shop.api}/orders/{order_id}/notes", json=body, auth=shop.auth, timeout=10)


def batch(shop: RunningWoo, **body: Any) -> requests.Response:
    return requests.post(f"{shop.api}/orders/batch", json=body, auth=shop.auth, timeout=10)


def mails(shop: RunningWoo) -> dict[str, int]:
    return dict(Counter(mail["kind"] for mail in shop.control.mails()))


def test_completing_an_order_moves_its_dates_and_sends_a_mail(shop: RunningWoo) -> None:
    before = shop.control.order(FIRST)
    response = put(shop, FIRST, status="completed")
    after = response.json()
    assert response.status_code == 200
    assert after["status"] == "completed"
    assert after["date_modified_gmt"] > before["date_modified_gmt"]
    assert after["date_completed_gmt"] == after["date_modified_gmt"]
    assert after["date_created"] == before["date_created"]
    assert mails(shop) == {"completed": 1}
    assert shop.control.notes(FIRST)[0]["note"] == "Order status changed from Processing to Completed."


def test_writing_the_status_it_has_moves_nothing_and_mails_nobody(shop: RunningWoo) -> None:
    before = shop.control.order(FIRST)
    assert put(shop, FIRST, status="processing").json() == before
    assert mails(shop) == {}


def test_going_back_and_forth_mails_the_customer_twice(shop: RunningWoo) -> None:
    for status in ("completed", "processing", "completed"):
        assert put(shop, FIRST, status=status).status_code == 200
    assert mails(shop) == {"completed": 2}


def test_a_note_does_not_modify_the_order(shop: RunningWoo) -> None:
    before = shop.control.order(FIRST)
    response = note(shop, FIRST, note="Document 1033 O101-000366", added_by_user=True)
    assert response.status_code == 201
    told = response.json()
    assert (told["note"], told["customer_note"]) == ("Document 1033 O101-000366", False)
    assert shop.control.order(FIRST) == before
    assert mails(shop) == {}
    listed = requests.get(f"{shop.api}/orders/{FIRST}/notes", auth=shop.auth, timeout=10).json()
    assert listed == [told]


def test_a_note_to_the_customer_is_a_mail(shop: RunningWoo) -> None:
    note(shop, FIRST, note="On its way", customer_note=True)
    assert mails(shop) == {"customer_note": 1}
    url = f"{shop.api}/orders/{FIRST}/notes"
    kinds = {
        kind: len(requests.get(url, params={"type": kind}, auth=shop.auth, timeout=10).json())
        for kind in ("any", "customer", "internal")
    }
    assert kinds == {"any": 1, "customer": 1, "internal": 0}


def test_notes_come_newest_first(shop: RunningWoo) -> None:
    for text in ("one", "two", "three"):
        note(shop, FIRST, note=text)
    listed = requests.get(f"{shop.api}/orders/{FIRST}/notes", auth=shop.auth, timeout=10).json()
    assert [each["note"] for each in listed] == ["three", "two", "one"]


def test_a_note_can_be_read_and_deleted_by_force(shop: RunningWoo) -> None:
    number = note(shop, FIRST, note="wrong").json()["id"]
    url = f"{shop.api}/orders/{FIRST}/notes/{number}"
    assert requests.get(url, auth=shop.auth, timeout=10).json()["note"] == "wrong"
    assert requests.delete(url, auth=shop.auth, timeout=10).status_code == 501
    assert requests.delete(url, params={"force": "true"}, auth=shop.auth, timeout=10).status_code == 200
    assert shop.control.notes(FIRST) == []


def test_a_batch_updates_each_entry_for_itself(shop: RunningWoo) -> None:
    response = batch(
        shop,
        update=[
            {"id": FIRST, "status": "completed"},
            {"id": 1, "status": "completed"},
            {"id": SECOND, "status": "shipped"},
            {"id": SECOND, "status": "completed"},
        ],
    )
    assert response.status_code == 200
    entries = response.json()["update"]
    assert [entry.get("status") for entry in entries] == ["completed", None, None, "completed"]
    assert entries[1] == {
        "id": 1,
        "error": {
            "code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID.", "data": {"status": 400}
        },
    }  # fmt: skip
    assert entries[2]["error"]["code"] == "rest_invalid_param"
    assert mails(shop) == {"completed": 2}


def test_a_batch_takes_a_hundred_and_no_more(shop: RunningWoo) -> None:
    entries = [{"id": FIRST, "status": "completed"}] * 101
    response = batch(shop, update=entries)
    assert response.status_code == 413
    assert response.json()["message"] == "Unable to accept more than 100 items for this request."
    assert batch(shop, update=entries[:100]).status_code == 200
    assert mails(shop) == {"completed": 1}


def test_poisoned_orders_fail_alone_and_in_batches(shop: RunningWoo) -> None:
    shop.control.poison({"order_id": FIRST, "on": "order", "times": 2, "status": 500})
    entries = batch(
        shop, update=[{"id": FIRST, "status": "completed"}, {"id": SECOND, "status": "completed"}]
    )
    first, second = entries.json()["update"]
    assert first["error"]["data"] == {"status": 500}
    assert second["status"] == "completed"
    assert put(shop, FIRST, status="completed").status_code == 500
    assert put(shop, FIRST, status="completed").status_code == 200


def test_a_batch_cut_short_by_the_server_leaves_its_first_entries_written(shop: RunningWoo) -> None:
    shop.control.next_faults({"kind": "status", "status": 504, "after_entries": 1, "path": "batch"})
    response = batch(
        shop, update=[{"id": FIRST, "status": "completed"}, {"id": SECOND, "status": "completed"}]
    )
    assert response.status_code == 504
    assert [shop.control.order(each)["status"] for each in (FIRST, SECOND)] == ["completed", "processing"]


@pytest.mark.parametrize(
    ("body", "code"),
    [({"status": "shipped"}, "rest_invalid_param"), ({"set_paid": "yes"}, "rest_invalid_param"),
     ({"meta_data": "x"}, "rest_invalid_param"), ({"line_items": []}, "sandbox_not_played")],
)  # fmt: skip
def test_a_wrong_body_is_refused_and_nothing_written(
    shop: RunningWoo, body: dict[str, Any], code: str
) -> None:
    before = shop.control.order(FIRST)
    assert put(shop, FIRST, **body).json()["code"] == code
    assert shop.control.order(FIRST) == before


def test_json_that_is_none_and_notes_without_text_are_refused(shop: RunningWoo) -> None:
    headers = {"Content-Type": "application/json"}
    url = f"{shop.api}/orders/{FIRST}"
    response = requests.put(url, data=b'{"status":', headers=headers, auth=shop.auth, timeout=10)
    assert (response.status_code, response.json()["code"]) == (400, "rest_invalid_json")
    assert note(shop, FIRST).json()["code"] == "rest_missing_callback_param"
    assert note(shop, 1, note="x").json()["code"] == "woocommerce_rest_order_invalid_id"
    assert put(shop, 1, status="completed").status_code == 400


def test_a_key_that_may_only_read_cannot_write(shop: RunningWoo) -> None:
    auth = ("ck_sandbox_read", "cs_sandbox")
    response = requests.put(f"{shop.api}/orders/{FIRST}", json={"status": "completed"}, auth=auth, timeout=10)
    assert response.status_code == 401
    assert response.json()["message"] == "The API key provided does not have write permissions."


def test_other_methods_may_be_asked_for_by_header(shop: RunningWoo) -> None:
    response = requests.post(
        f"{shop.api}/orders/{FIRST}",
        json={"status": "completed"},
        headers={"X-HTTP-Method-Override": "PATCH"},
        auth=shop.auth,
        timeout=10,
    )
    assert response.json()["status"] == "completed"


def test_meta_data_is_kept_by_key(shop: RunningWoo) -> None:
    put(shop, FIRST, meta_data=[{"key": "_cp_doc_id", "value": "1"}])
    told = put(shop, FIRST, meta_data=[{"key": "_cp_doc_id", "value": "2"}, {"key": "b", "value": 3}]).json()
    assert [(entry["key"], entry["value"]) for entry in told["meta_data"]] == [("_cp_doc_id", "2"), ("b", 3)]
