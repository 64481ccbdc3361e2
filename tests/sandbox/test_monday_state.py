"""State, calls and the control API: what survives, what is counted, and what people do to a board."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from sandbox.monday.control import ControlRefused
from sandbox.monday.process import MondayProcess
from sandbox.monday.server import RunningMonday
from sandbox.monday.settings import Settings
from tests.sandbox.monday_wire import BOARD, CREATE, Wire, batch

TEXT, DROPDOWN = "text_mkr5wya6", "dropdown_mkr58de6"


def test_boards_outlive_the_server(tmp_path: Path) -> None:
    state = tmp_path / "new folder" / "monday.db"
    with RunningMonday(state=state) as monday:
        wire = Wire(monday)
        group = wire.data(f'mutation {{ create_group(board_id: {BOARD}, group_name: "G") {{ id }} }}')[
            "create_group"
        ]
        item = wire.create("kept", {DROPDOWN: {"labels": ["NEW LABEL"]}}, labels=True, group=group["id"])
        subitem = wire.create_subitem(item, values={"dropdown_mkrak7qp": {"labels": ["30X30"]}})
        gone = wire.create("gone")
        wire.control.edit("archive_item", item_id=gone)
        before = wire.control.board(BOARD, state="all")
    with RunningMonday(state=state) as monday:
        wire = Wire(monday)
        assert wire.control.board(BOARD, state="all") == before
        assert wire.cell(item, DROPDOWN)[0] == "NEW LABEL"
        assert wire.cell(subitem, "dropdown_mkrak7qp")[0] == "30X30"
        assert wire.create() == str(int(gone) + 1)
        titles = [entry["title"] for entry in wire.control.board(BOARD)["groups"]]
        assert titles == ["G", "Group Title"]


def test_a_killed_server_keeps_every_committed_alias(tmp_path: Path) -> None:
    state = tmp_path / "monday.db"
    query, variables = batch([f"item {number}" for number in range(25)])
    with MondayProcess(state=state, profile="contract") as process:
        wire = Wire(process)
        wire.post(query, variables, Idempotency_Key="key")
        process.kill()
    with RunningMonday(state=state) as monday:
        wire = Wire(monday)
        assert wire.count() == 25
        assert wire.post(query, variables, Idempotency_Key="key").headers["Idempotency-Replayed"] == "true"


def test_a_server_killed_half_way_keeps_what_was_committed_but_no_reply(tmp_path: Path) -> None:
    state = tmp_path / "monday.db"
    query, variables = batch([f"item {number}" for number in range(20)])
    with MondayProcess(state=state) as process:
        wire = Wire(process)
        wire.control.set_faults(latency={"alias": (0.05, 0.05)})
        with ThreadPoolExecutor(1) as pool:
            lost = pool.submit(wire.post, query, variables, Idempotency_Key="key")
            while wire.count() < 2:
                time.sleep(0.01)
            process.kill()
            with pytest.raises(requests.exceptions.ConnectionError):
                lost.result()
    with RunningMonday(state=state) as monday:
        wire = Wire(monday)
        committed = wire.count()
        assert 2 <= committed < 20
        again = wire.post(query, variables, Idempotency_Key="key")
        assert "Idempotency-Replayed" not in again.headers
        assert wire.count() == committed + 20


def test_calls_are_counted_by_kind_mutation_and_status(wire: Wire) -> None:
    wire.create_many(["a", "b", "c"])
    wire.error(CREATE, board=BOARD, name="")
    wire.post("{ me { id } }")
    wire.post("{ nonsense }")
    calls = wire.control.calls()
    assert (calls["calls"], calls["queries"], calls["mutations"], calls["unread"]) == (4, 1, 2, 1)
    assert calls["fields"] == {"create_item": 4, "me": 1}
    assert calls["committed"] == {"create_item": 3}
    assert calls["statuses"] == {"200": 4}
    assert [entry["errors"] for entry in calls["log"]] == [0, 1, 0, 0]
    wire.control.reset_calls()
    assert wire.control.calls()["calls"] == 0


def test_the_board_report_counts_without_the_api(wire: Wire) -> None:
    parent = wire.create("parent", {TEXT: "GRE-1"})
    wire.create_subitem(parent, "Size S")
    wire.create_subitem(parent, "Size M")
    report = wire.control.board(BOARD)
    assert (report["items"], report["subitems"]) == (1, 2)
    [item] = report["groups"][0]["items"]
    assert item["values"] == {TEXT: "GRE-1"}
    assert [subitem["name"] for subitem in item["subitems"]] == ["Size S", "Size M"]
    assert wire.control.calls()["queries"] == 0


def test_people_change_rename_move_and_restore(wire: Wire) -> None:
    item = wire.create("before", {TEXT: "GRE-1"})
    edit = wire.control.edit
    edit("change_value", item_id=item, column_id=TEXT, value="by hand")
    edit("change_value", item_id=item, column_id=DROPDOWN, value={"labels": ["BY HAND"]})
    edit("rename_item", item_id=item, name="after")
    edit("archive_item", item_id=item)
    edit("restore_item", item_id=item)
    edit("rename_group", board_id=BOARD, group_id="topics", title="Renamed")
    [found] = wire.read(item, columns=[TEXT, DROPDOWN])
    assert (found["name"], found["state"]) == ("after", "active")
    assert [cell["text"] for cell in found["column_values"]] == ["by hand", "BY HAND"]
    assert wire.control.board(BOARD)["groups"][0]["title"] == "Renamed"


def test_people_delete_everything_but_groups_and_columns(wire: Wire) -> None:
    wire.create_subitem(wire.create())
    assert wire.control.edit("delete_everything") == 2
    assert wire.count() == 0
    assert wire.create("anew") == "9700000003"


@pytest.mark.parametrize(
    ("do", "arguments"),
    [
        ("sing", {}),
        ("delete_item", {}),
        ("delete_item", {"item_id": 1}),
        ("fill_labels", {"board_id": BOARD, "column_id": TEXT}),
    ],
)
def test_an_impossible_edit_says_so(wire: Wire, do: str, arguments: dict[str, object]) -> None:
    with pytest.raises(ControlRefused):
        wire.control.edit(do, **arguments)


def test_a_reset_is_a_fresh_start(wire: Wire) -> None:
    wire.create()
    wire.post(CREATE, {"board": BOARD, "name": "x"}, Idempotency_Key="key")
    wire.control.set_limits(concurrency=1)
    wire.control.set_faults(rules=[{"kind": "status", "when": "before"}])
    wire.control.edit("revoke_token")
    wire.control.reset()
    assert wire.count() == 0
    assert wire.control.calls()["calls"] == 0
    assert wire.control.set_limits() == Settings().limits.model_dump()
    answer = wire.post(CREATE, {"board": BOARD, "name": "x"}, Idempotency_Key="key")
    assert "Idempotency-Replayed" not in answer.headers
    assert answer.json()["data"]["create_item"]["id"] == "9700000001"


def test_the_overview_lists_what_can_be_done(wire: Wire) -> None:
    overview = wire.control.overview()
    assert "POST /_sandbox/faults/next" in overview["actions"]
    assert "fill_labels" in overview["edits"]
    assert overview["boards"] == [BOARD, "4755559752"]


def test_a_page_of_500_items_is_complete(wire: Wire) -> None:
    for start in range(0, 500, 100):
        wire.create_many([f"item {number}" for number in range(start, start + 100)])
    query = """
    query ($board: ID!) { boards(ids: [$board]) { items_page(limit: 500) {
      cursor items { id name column_values { id type text value } }
    } } }
    """
    page = wire.data(query, board=BOARD)["boards"][0]["items_page"]
    assert page["cursor"] is None
    assert [item["name"] for item in page["items"]] == [f"item {number}" for number in range(500)]
    assert {len(item["column_values"]) for item in page["items"]} == {87}
