"""GET /orders and /orders/{id}: pages, filters, and refusals in Woo's shape."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.woocommerce.server import RunningWoo
from sandbox.woocommerce.site_time import ZONE


@pytest.fixture(scope="module")
def shop() -> Iterator[RunningWoo]:
    with RunningWoo(orders=450) as woo:
        yield woo


def ask(shop: RunningWoo, path: str = "/orders", **query: Any) -> requests.Response:
    return requests.get(f"{shop.api}{path}", params=query, auth=shop.auth, timeout=10)


def ids(response: requests.Response) -> list[int]:
    assert response.status_code == 200, response.text
    return [order["id"] for order in response.json()]


def test_all_pages_together_hold_every_order_once(shop: RunningWoo) -> None:
    first = ask(shop, per_page=100, status="processing,completed")
    assert (first.headers["X-WP-Total"], first.headers["X-WP-TotalPages"]) == ("444", "5")
    found = ids(first)
    for page in range(2, 6):
        found += ids(ask(shop, per_page=100, page=page, status="processing,completed"))
    assert len(found) == len(set(found)) == 444


def test_links_lead_through_the_pages(shop: RunningWoo) -> None:
    count, response = 0, ask(shop, per_page=100, status="any", order="asc")
    while True:
        count += len(ids(response))
        following = response.links.get("next")
        if following is None:
            break
        response = requests.get(following["url"], auth=shop.auth, timeout=10)
    assert count == 449
    assert response.links["prev"]["url"].endswith("page=4")


def test_ten_orders_newest_first_unless_asked_otherwise(shop: RunningWoo) -> None:
    response = ask(shop)
    dates = [order["date_created"] for order in response.json()]
    assert len(dates) == 10
    assert dates == sorted(dates, reverse=True)
    assert ids(ask(shop, orderby="id", order="asc", per_page=2)) == [15001, 15006]


def test_a_page_beyond_the_last_is_an_empty_list(shop: RunningWoo) -> None:
    response = ask(shop, per_page=100, page=99)
    assert response.json() == []
    assert response.headers["X-WP-Total"] == "449"


def test_the_trash_is_shown_only_when_asked_for(shop: RunningWoo) -> None:
    assert len(ids(ask(shop, status="trash"))) == 1
    assert ask(shop, status="any").headers["X-WP-Total"] == "449"


def test_modified_after_compares_with_the_wall_clock_unless_dates_are_gmt(shop: RunningWoo) -> None:
    order = ask(shop, orderby="modified", per_page=1).json()[0]
    local, gmt = order["date_modified"], order["date_modified_gmt"]
    assert ids(ask(shop, modified_after=local)) == []
    assert order["id"] not in ids(ask(shop, modified_after=gmt, dates_are_gmt="true"))
    assert len(ids(ask(shop, modified_after=local, dates_are_gmt="true", per_page=100))) > 1


def test_a_moment_with_an_offset_is_turned_into_the_zone_of_the_shop(shop: RunningWoo) -> None:
    """Right without dates_are_gmt; with it five hours too early, as on a real site."""
    gmt = ask(shop, orderby="modified", per_page=1).json()[0]["date_modified_gmt"]
    assert ids(ask(shop, modified_after=f"{gmt}Z")) == []
    assert len(ids(ask(shop, modified_after=f"{gmt}Z", dates_are_gmt="true", per_page=100))) > 1
    assert str(ZONE) == "America/New_York"


def test_created_filters_do_not_see_an_order_paid_later(shop: RunningWoo) -> None:
    expectations = shop.control.expectations()
    late = next(key for key, each in expectations.items() if "paid_after_two_days" in each["traits"])
    order = ask(shop, f"/orders/{late}").json()
    window = {"per_page": 100, "status": "processing"}
    paid = order["date_paid"]
    since = f"{paid[:11]}00:00:00"
    assert late not in ids(ask(shop, after=since, before=f"{paid[:11]}23:59:59", **window))
    assert late in ids(ask(shop, modified_after=since, modified_before=f"{paid[:11]}23:59:59", **window))


def test_a_misspelt_parameter_is_ignored(shop: RunningWoo) -> None:
    filters = {"modified-after": "2030-01-01T00:00:00"}
    assert ask(shop, **filters).headers["X-WP-Total"] == "449"


def test_orders_are_found_by_id_customer_and_text(shop: RunningWoo) -> None:
    assert ids(ask(shop, include="15006,15001", orderby="include")) == [15006, 15001]
    assert 15001 not in ids(ask(shop, exclude="15001", per_page=100, order="asc"))
    order = ask(shop, "/orders/15001").json()
    assert 15001 in ids(ask(shop, search=order["billing"]["last_name"], per_page=100, order="asc"))
    mine = ask(shop, customer=order["customer_id"], per_page=100).json()
    assert {each["customer_id"] for each in mine} == {order["customer_id"]}


def test_fields_leave_the_rest_out(shop: RunningWoo) -> None:
    assert [set(order) for order in ask(shop, _fields="id,status", per_page=2).json()] == [
        {"id", "status"}
    ] * 2
    assert set(ask(shop, "/orders/15001", _fields="id,total").json()) == {"id", "total"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"per_page": 101}, "per_page must be between 1 (inclusive) and 100 (inclusive)"),
        ({"per_page": 0}, "per_page must be between 1 (inclusive) and 100 (inclusive)"),
        ({"page": 0}, "page must be greater than or equal to 1"),
        ({"page": "two"}, "page is not of type integer."),
        ({"modified_after": "yesterday"}, "Invalid date."),
        ({"after": "2025-02-30T00:00:00"}, "Invalid date."),
        ({"order": "up"}, "order is not one of asc and desc."),
        ({"status": "paid"}, "status[0] is not one of any, trash, pending, processing, on-hold, completed, "
         "cancelled, refunded, failed, and checkout-draft."),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_refused_by_name(shop: RunningWoo, query: dict[str, Any], sentence: str) -> None:
    response = ask(shop, **query)
    name = next(iter(query))
    assert response.status_code == 400
    body = response.json()
    assert body["code"] == "rest_invalid_param"
    assert body["message"] == f"Invalid parameter(s): {name}"
    assert body["data"]["params"] == {name: sentence}


def test_who_has_no_key_or_a_wrong_one_gets_401(shop: RunningWoo) -> None:
    url = f"{shop.api}/orders"
    key, secret = shop.auth
    refusals = {
        "Sorry, you cannot list resources.": None,
        "Consumer key is invalid.": ("ck_other", secret),
        "Consumer secret is invalid.": (key, "cs_other"),
        "The API key provided does not have read permissions.": ("ck_sandbox_write", secret),
    }
    for message, auth in refusals.items():
        response = requests.get(url, auth=auth, timeout=10)
        assert response.status_code == 401
        assert response.json()["message"] == message
        assert response.json()["data"] == {"status": 401}
    in_query = requests.get(url, params={"consumer_key": key, "consumer_secret": secret}, timeout=10)
    assert in_query.status_code == 200


def test_unknown_orders_and_routes_are_404(shop: RunningWoo) -> None:
    assert ask(shop, "/orders/1").json() == {
        "code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID.", "data": {"status": 404}
    }  # fmt: skip
    assert ask(shop, "/shipments").json()["code"] == "rest_no_route"


def test_the_index_tells_the_zone(shop: RunningWoo) -> None:
    index = requests.get(f"{shop.url}/wp-json/", timeout=10).json()
    assert index["timezone_string"] == "America/New_York"
    assert "wc/v3" in index["namespaces"]
