"""GET /orders: from the checked query to SQL, to a page of JSON and its headers."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sandbox.web.answering import JSON_HEADERS, Answer
from sandbox.woocommerce.parameters import ListRequest
from sandbox.woocommerce.store import Store

_COLUMNS = {"date": "created", "modified": "modified", "id": "id", "title": "id", "slug": "id"}
_HIDDEN = ("trash", "checkout-draft")
"""What `any` does not show."""


def page(store: Store, request: ListRequest, query: Mapping[str, list[str]], url: str) -> Answer:
    """A page; one beyond the last is an empty list, with the totals all the same."""
    where, values = _where(request)
    with store.reading():
        total = store.count(where, values)
        start = request.offset if request.offset is not None else (request.page - 1) * request.per_page
        sql = f"{where} order by {_ordering(request)} limit {request.per_page} offset {start}"
        bodies = store.bodies(sql, values)
    pages = -(-total // request.per_page)
    headers = {**JSON_HEADERS, "X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
    if links := _links(request.page, pages, query, url):
        headers["Link"] = links
    return Answer(200, _shown(bodies, request.fields).encode(), headers)


def only(order: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """The fields asked for by `_fields`; everything when none were."""
    if not fields:
        return order
    wanted = {field.partition(".")[0] for field in fields}
    return {name: value for name, value in order.items() if name in wanted}


def _shown(bodies: list[str], fields: tuple[str, ...]) -> str:
    if fields:
        bodies = [json.dumps(only(json.loads(body), fields)) for body in bodies]
    return f"[{','.join(bodies)}]"


def _where(request: ListRequest) -> tuple[str, list[object]]:
    suffix = "_gmt" if request.dates_are_gmt else ""
    conditions = [
        ("created" + suffix + " > ?", request.after),
        ("created" + suffix + " < ?", request.before),
        ("modified" + suffix + " > ?", request.modified_after),
        ("modified" + suffix + " < ?", request.modified_before),
        ("customer_id = ?", request.customer),
        ("found_by like ?", f"%{request.search.lower()}%" if request.search else None),
        ("body like ?", f'%"product_id": {request.product},%' if request.product else None),
    ]
    parts = [sql for sql, value in conditions if value is not None]
    values: list[object] = [value for _, value in conditions if value is not None]
    for sql, numbers in (("id in", request.include), ("id not in", request.exclude)):
        if numbers:
            parts.append(f"{sql} ({', '.join('?' * len(numbers))})")
            values += numbers
    everything = "any" in request.statuses
    statuses = _HIDDEN if everything else request.statuses
    parts.append(f"status {'not in' if everything else 'in'} ({', '.join('?' * len(statuses))})")
    values += statuses
    return f"where {' and '.join(parts)}", values


def _ordering(request: ListRequest) -> str:
    if request.orderby == "include" and request.include:
        places = " ".join(f"when {number} then {place}" for place, number in enumerate(request.include))
        return f"case id {places} end"
    column = _COLUMNS.get(request.orderby, "created")
    return f"{column} {request.order}, id {request.order}"


def _links(page: int, pages: int, query: Mapping[str, list[str]], url: str) -> str:
    """WordPress tells prev and next, and no more."""
    links = []
    if page > 1:
        links.append(_link(query, url, min(page - 1, pages), "prev"))
    if pages > page:
        links.append(_link(query, url, page + 1, "next"))
    return ", ".join(links)


def _link(query: Mapping[str, list[str]], url: str, page: int, relation: str) -> str:
    asked = {
        name: values for name, values in query.items() if name not in ("consumer_key", "consumer_secret")
    }
    text = urlencode({**asked, "page": [str(page)]}, doseq=True)
    return f'<{url}?{text}>; rel="{relation}"'
