"""Monday.com as the contract sees it: the sandbox's board behind the real destination."""

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from functools import lru_cache
from typing import Any

import requests

from dagster_project.clock import Clock
from dagster_project.delivery.destination import Fields
from dagster_project.delivery.mapping import Mapping, load_all
from dagster_project.delivery.pacing import RateBudget
from dagster_project.monday.client import MondayClient
from dagster_project.monday.connection import Connection
from dagster_project.monday.destination import MondayDestination
from dagster_project.monday.provision import provision
from dagster_project.settings import Settings
from dagster_project.systems import MONDAY
from sandbox.monday.server import RunningMonday
from tests.conftest import FakeClock

BOARD, SUBITEM_BOARD = 4755559751, 4755559752
KEY_COLUMN = "record_uuid_ext"
GROUP = "CONTRACT 2026"
COLUMNS = {"city": "text_mkr5kbc6", "colour": "long_text_mktdy7re", "ours": "long_text_mkr5hass"}
QUANTITY = "numeric_mkra7j8e"
ANSWER_SECONDS = 0.4  # a server that keeps silent costs as much real time

POISON = [
    {"name": "^poison$", "code": "ColumnValueException", "column_id": "name"},
    {"values": "^poison$", "mutation": "change_simple_column_value", "column_id": "name"},
]
FAULTS: Dict[str, Dict[str, Any]] = {
    "": {"kind": "none"},
    "timeout before": {"kind": "silence", "when": "before"},
    "timeout after commit": {"kind": "silence", "when": "after"},
    "reset": {"kind": "reset", "when": "after"},
    "access": {"kind": "error", "code": "UserUnauthorizedException", "when": "before"},
    "wait": {"kind": "rate_limit", "hint": "none", "when": "before"},
}


@lru_cache
def _mappings() -> tuple[Mapping, ...]:
    return load_all("monday")


class BoardOutside:
    """The sandbox's board, as new, with a column for our key and one group."""

    system = "monday"
    words: Dict[str, str] = {"orders": "items", "lines": "subitems"}
    fields: Dict[str, str] = {"name": "Title", "city": "DESTINATION", "colour": "COLOR", "ours": "NOTES"}

    def __init__(self, server: RunningMonday) -> None:
        self.server = server
        self.control = server.control
        self.control.reset()
        self.settings = Settings(
            _env_file=None, monday_api_url=server.url, monday_api_token=server.token, monday_quiet_seconds=5,
            monday_timeout_seconds=ANSWER_SECONDS, monday_drift_overwrite=[self.fields["ours"]],
        )  # fmt: skip
        self.instance = MONDAY.instance(self.settings)
        provision(self._built(self.settings, FakeClock()))
        self._ask(
            "mutation ($b: ID!, $g: String!) { create_group(board_id: $b, group_name: $g) { id } }",
            b=BOARD, g=GROUP,
        )  # fmt: skip
        self._set_faults()

    def destination(self, clock: Clock, size: int) -> MondayDestination:
        settings = self.settings.model_copy(update={"monday_aliases_per_request": size})
        return self._built(settings, clock)

    def values(self, word: str, said: Dict[str, Any]) -> Fields:
        if word == "orders":
            absent = dict.fromkeys(self.fields.values())
            return {**absent, "Group": GROUP, **{self.fields[name]: value for name, value in said.items()}}
        return {
            "Name": said["name"], "Size": said["name"], "Order Qty": said["quantity"],
            "Packed Qty": 0, "Shipped Qty": 0,
        }  # fmt: skip

    def live(self, word: str) -> list[tuple[str, Dict[str, Any]]]:
        found = self._live_orders() if word == "orders" else self._live_lines()
        return sorted(found, key=lambda pair: pair[0])

    def fault(self, *names: str) -> None:
        for name in names:
            if name.startswith("wait "):
                _, seconds, *hint = name.split()
                asked = {"seconds": float(seconds), "hint": hint[0] if hint else "retry_after"}
                self.control.next_faults({**FAULTS["wait"], **asked})
            elif name == "half then reset":
                half = [{"alias": "^a[2-9]$", "code": "ColumnValueException", "times": 2}]
                self._set_faults(poison=half, queue=[FAULTS["reset"]])
            else:
                self.control.next_faults(dict(FAULTS[name]))

    def later(self, seconds: float) -> None:
        self.control.advance(seconds)

    def delete(self, key: str) -> None:
        self.control.edit("delete_item", item_id=self._id(key))

    def change(self, key: str, said: str, value: str) -> None:
        self.control.edit("change_value", item_id=self._id(key), column_id=COLUMNS[said], value=value)

    def made_before(self, said: Dict[str, Any]) -> str:
        made = self._ask(
            "mutation ($b: ID!, $n: String!, $g: String) {"
            " create_item(board_id: $b, item_name: $n, group_id: $g) { id } }",
            b=BOARD, n=said["name"], g=self._group_id(),
        )  # fmt: skip
        remote_id = str(made["create_item"]["id"])
        for name, column in COLUMNS.items():
            if name in said:
                self.control.edit("change_value", item_id=int(remote_id), column_id=column, value=said[name])
        return remote_id

    def _built(self, settings: Settings, clock: Clock) -> MondayDestination:
        """As `from_settings` does it; the mappings are read once for all tests."""
        connection = Connection(
            settings.monday_api_url, settings.monday_api_token, settings.monday_api_version,
            settings.monday_timeout_seconds, clock,
        )  # fmt: skip
        budget = RateBudget(settings.monday_daily_call_limit)
        client = MondayClient(connection, clock, budget, settings.monday_create_points)
        return MondayDestination(settings, clock, _mappings(), client)

    def _set_faults(self, **plan: Any) -> None:
        self.control.set_faults(**{**plan, "poison": [*POISON, *plan.get("poison", ())]})

    def _items(self) -> Iterator[Dict[str, Any]]:
        for group in self.control.board(BOARD)["groups"]:
            yield from group["items"]

    def _live_orders(self) -> Iterator[tuple[str, Dict[str, Any]]]:
        for item in self._items():
            found = {name: item["values"].get(column) for name, column in COLUMNS.items()}
            said = {name: value for name, value in found.items() if value}
            yield str(item["values"].get(KEY_COLUMN, "")), {"name": item["name"], **said}

    def _live_lines(self) -> Iterator[tuple[str, Dict[str, Any]]]:
        """Subitems carry no key of ours: theirs is their order's key and the number in their name."""
        for item in self._items():
            for line in item["subitems"]:
                key = f"{item['values'][KEY_COLUMN]}|{line['name'].rpartition(' ')[2]}"
                yield key, {"name": line["name"], "quantity": int(line["values"][QUANTITY])}

    def _id(self, key: str) -> int:
        return next(int(i["id"]) for i in self._items() if i["values"].get(KEY_COLUMN) == key)

    def _group_id(self) -> str:
        groups = self.control.board(BOARD)["groups"]
        return next(str(group["id"]) for group in groups if group["title"] == GROUP)

    def _ask(self, document: str, **variables: Any) -> Dict[str, Any]:
        answer = requests.post(
            self.server.url, json={"query": document, "variables": variables},
            headers={"Authorization": self.server.token, "API-Version": "2026-10"}, timeout=10,
        ).json()  # fmt: skip
        assert "errors" not in answer, answer
        return dict(answer["data"])
