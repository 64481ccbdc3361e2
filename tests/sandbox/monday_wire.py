"""A plain client for tests of the Monday sandbox: requests over the wire, nothing of the product."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import requests

from sandbox.monday.board_template import BOARD_ID, SUBITEM_BOARD_ID
from sandbox.monday.process import MondayProcess
from sandbox.monday.server import RunningMonday

BOARD = str(BOARD_ID)
SUBITEM_BOARD = str(SUBITEM_BOARD_ID)

CREATE = """
mutation ($board: ID!, $name: String!, $group: String, $values: JSON, $labels: Boolean) {
  create_item(
    board_id: $board, group_id: $group,
    item_name: $name, column_values: $values, create_labels_if_missing: $labels
  ) { id name }
}
"""
CREATE_SUBITEM = """
mutation ($parent: ID!, $name: String!, $values: JSON, $labels: Boolean) {
  create_subitem(
    parent_item_id: $parent, item_name: $name, column_values: $values, create_labels_if_missing: $labels
  ) { id name board { id } parent_item { id } }
}
"""
CHANGE = """
mutation ($board: ID!, $item: ID, $values: JSON!, $labels: Boolean) {
  change_multiple_column_values(
    board_id: $board, item_id: $item, column_values: $values, create_labels_if_missing: $labels
  ) { id }
}
"""
READ = """
query ($ids: [ID!], $columns: [String!]) {
  items(ids: $ids, limit: 100) {
    id name state group { id } column_values(ids: $columns) { id type text value } subitems { id name }
  }
}
"""


class Wire:
    """One caller with one connection pool and the right headers."""

    def __init__(self, monday: RunningMonday | MondayProcess) -> None:
        self.monday = monday
        self.control = monday.control
        self.session = requests.Session()
        self.session.headers.update({"Authorization": monday.token, "API-Version": "2026-10"})

    def post(
        self, query: str, variables: Any = None, timeout: float = 10, **headers: str
    ) -> requests.Response:
        """Header names are written with underscores: Idempotency_Key."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {"query": query, "variables": {} if variables is None else variables}
        return self.session.post(self.monday.url, json=body, headers=named, timeout=timeout)

    def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a request that must succeed."""
        response = self.post(query, variables)
        content = response.json()
        assert response.status_code == 200, content
        assert "errors" not in content, content["errors"]
        data: dict[str, Any] = content["data"]
        return data

    def error(self, query: str, **variables: Any) -> dict[str, Any]:
        """The only error of a request that must fail, with the HTTP status added."""
        response = self.post(query, variables)
        content = response.json()
        assert len(content["errors"]) == 1, content
        error: dict[str, Any] = content["errors"][0]
        return {**error, "http": response.status_code, "code": error["extensions"]["code"]}

    def create(self, name: str = "an item", values: dict[str, Any] | None = None, **more: Any) -> str:
        """A new item's id; `more`: group, labels."""
        found = self.data(CREATE, board=BOARD, name=name, values=json.dumps(values or {}), **more)
        return str(found["create_item"]["id"])

    def create_many(self, names: list[str]) -> list[str]:
        """One request, one alias per name; the new ids."""
        query, variables = batch(names)
        found = self.data(query, **variables)
        return [str(found[f"a{place}"]["id"]) for place in range(len(names))]

    def create_subitem(self, parent: str, name: str = "Size M", values: dict[str, Any] | None = None) -> str:
        found = self.data(
            CREATE_SUBITEM, parent=parent, name=name, values=json.dumps(values or {}), labels=True
        )
        return str(found["create_subitem"]["id"])

    def read(self, *ids: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.data(READ, ids=list(ids), columns=columns)["items"]
        return items

    def cell(self, item: str, column: str) -> tuple[str | None, Any]:
        """Text, and value as the JSON it holds."""
        [found] = self.read(item, columns=[column])[0]["column_values"]
        return found["text"], None if found["value"] is None else json.loads(found["value"])

    def count(self) -> int:
        """Active items, counted behind the API's back."""
        return int(self.control.board(BOARD)["items"])


def at_once(*calls: Callable[[], requests.Response]) -> list[requests.Response]:
    """The answers to requests that set out at the same moment."""
    barrier = Barrier(len(calls))

    def go(call: Callable[[], requests.Response]) -> requests.Response:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(go, calls))


def batch(names: list[str]) -> tuple[str, dict[str, str]]:
    """One request that creates an item per name, aliases a0…, and its variables."""
    declared = ", ".join(f"$n{place}: String!" for place in range(len(names)))
    fields = " ".join(
        f"a{place}: create_item(board_id: {BOARD}, item_name: $n{place}) {{ id }}"
        for place in range(len(names))
    )
    return f"mutation ({declared}) {{ {fields} }}", {f"n{place}": name for place, name in enumerate(names)}
