"""Every document is valid, carries values as variables only, and is the same bytes each time."""

import json
import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

import sandbox.monday
from dagster_project.monday import documents
from dagster_project.monday.destination import MondayDestination
from dagster_project.monday.documents import Call, compose
from tests.monday.acting import item, line, target

SCHEMA = build_schema((Path(sandbox.monday.__file__).parent / "schema.graphql").read_text())


@pytest.fixture
def every_operation(destination: MondayDestination) -> list[Call]:
    """One of each operation that the client can ask for."""
    destination.known.made_group("JOHNNIE O SPRING SUMMER 2026", "group_1")
    changed = target(item(), "9", resend=["Title", "Group", "STYLE"])
    rows = [
        target(destination.prerequisites([item(Group="NEW ONE")])[0]), target(item()), changed,
        target(line(), parent="9"), target(line(), "10", resend=["Order Qty"]),
    ]  # fmt: skip
    calls = [o.payload for row in rows for o in destination.operations(row)]
    column = {"board_id": "1", "id": "x", "title": "X", "column_type": "text"}
    return [*calls, Call("archive_item", {"item_id": "9"}), Call("create_column", column)]


@pytest.mark.parametrize("document", documents.READS, ids=lambda text: re.split(r"[\s(]", text)[1])
def test_every_read_is_valid(document: str) -> None:
    assert validate(SCHEMA, parse(document)) == []


def test_every_mutation_is_valid(every_operation: list[Call]) -> None:
    query = json.loads(compose(every_operation))["query"]
    assert validate(SCHEMA, parse(query)) == []
    mutations = {call.mutation for call in every_operation}
    assert mutations == {
        "create_group", "create_item", "change_multiple_column_values", "change_simple_column_value",
        "move_item_to_group", "create_subitem", "archive_item", "create_column",
    }  # fmt: skip


def test_no_value_stands_in_the_text_of_a_request(every_operation: list[Call]) -> None:
    body = json.loads(compose(every_operation))
    assert '"' not in body["query"]
    assert len(body["variables"]) == sum(len(call.arguments) for call in every_operation)


def test_aliases_count_from_zero_in_the_order_of_the_operations() -> None:
    query = json.loads(compose([Call("archive_item", {"item_id": str(n)}) for n in range(3)]))["query"]
    assert re.findall(r"(a\d+): archive_item\(item_id: \$(i\d+)\)", query) == [
        ("a0", "i0"),
        ("a1", "i1"),
        ("a2", "i2"),
    ]


def test_equal_operations_give_the_same_bytes(every_operation: list[Call]) -> None:
    assert compose(every_operation) == compose(list(every_operation))


@pytest.mark.parametrize("title", ['12" wide', "back\\slash", "line\nbreak", "$n0 {id}", "B'HOOD", "größe ✓"])
def test_text_that_breaks_hand_built_queries_arrives_as_it_is(acting, title: str) -> None:
    remote_id = acting.create(item(Title=title, NOTES=title, STYLE=title))[0]
    found = acting.read(remote_id)
    assert (found.values["Title"], found.values["NOTES"], found.values["STYLE"]) == (title, title, title)
