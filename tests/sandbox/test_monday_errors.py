"""Refusals: of whole requests by HTTP status, of single aliases inside a 200, and each documented code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.monday.catalogue import CATALOGUE
from tests.sandbox.monday_wire import BOARD, CREATE, Wire, batch

VERSION = "{ version { kind value display_name } }"


def test_a_wrong_token_is_401_and_nothing_is_read(wire: Wire) -> None:
    response = wire.post(CREATE, {"board": BOARD, "name": "x"}, Authorization="guessed")
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "Unauthorized"
    assert wire.control.calls()["unread"] == 1


def test_a_bearer_token_is_a_token(wire: Wire) -> None:
    assert wire.post(VERSION, Authorization=f"Bearer {wire.monday.token}").status_code == 200


def test_a_revoked_token_stops_everything(wire: Wire) -> None:
    wire.control.edit("revoke_token")
    assert wire.post(VERSION).status_code == 401


@pytest.mark.parametrize(
    "body",
    [b"not json", b"[]", b"{}", b'{"query": ""}', b'{"query": "{ me { id } }", "variables": "{}"}'],
)
def test_a_malformed_body_is_400(wire: Wire, body: bytes) -> None:
    response = wire.session.post(wire.monday.url, data=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"]


def test_only_post_is_served(wire: Wire) -> None:
    assert wire.session.get(wire.monday.url).status_code == 405
    assert wire.session.post(wire.monday.url + "/nowhere").status_code == 404


def test_a_document_that_does_not_parse_is_a_parse_error_in_a_200(wire: Wire) -> None:
    error = wire.error("mutation { create_item(")
    assert (error["http"], error["code"]) == (200, "Parse error")
    assert error["message"].startswith("Parse error on")


@pytest.mark.parametrize(
    ("document", "hint"),
    [
        ("{ boards { nmae } }", "Did you mean 'name'"),
        ('mutation { create_item(bord_id: 1, item_name: "x") { id } }', "Did you mean 'board_id'"),
        ("mutation { create_item(board_id: 1) { id } }", "'item_name'"),
        ('mutation { change_subitem_column_values(item_id: "1") { id } }', "Cannot query field"),
        (
            "query ($ids: [Int]) { boards(ids: $ids) { id } }",
            "'[Int]' used in position expecting type '[ID!]'",
        ),
        ("{ items_page_by_column_values(board_id: 1) { items { id } } }", "columns is required"),
    ],
)
def test_a_document_against_the_schema_is_refused_with_a_reason(wire: Wire, document: str, hint: str) -> None:
    errors = wire.post(document).json()["errors"]
    assert any(hint in error["message"] for error in errors), errors
    assert wire.control.calls()["committed"] == {}


def test_a_variable_of_the_wrong_type_is_refused(wire: Wire) -> None:
    error = wire.error(CREATE, board=BOARD, name=None)
    assert "$name" in error["message"]
    assert wire.count() == 0


def test_one_failing_alias_leaves_the_others_committed(wire: Wire) -> None:
    query, variables = batch(["first", "x" * 300, "third"])
    response = wire.post(query, variables)
    content = response.json()
    assert response.status_code == 200
    assert [content["data"][alias] and content["data"][alias]["id"] for alias in ("a0", "a1", "a2")] == [
        "9700000001",
        None,
        "9700000002",
    ]
    [error] = content["errors"]
    assert error["path"] == ["a1"]
    assert error["extensions"]["code"] == "ItemNameTooLongException"
    assert error["extensions"]["status_code"] == 200
    assert error["extensions"]["request_id"] == content["extensions"]["request_id"]
    assert wire.count() == 2
    assert wire.control.calls()["committed"] == {"create_item": 2}


def test_aliases_run_one_after_another_in_their_order(wire: Wire) -> None:
    names = [f"item {number}" for number in range(20)]
    ids = wire.create_many(names)
    assert ids == sorted(ids)
    assert [item["name"] for item in wire.read(*ids)] == names


@pytest.mark.parametrize(
    ("sent", "value", "kind"),
    [
        ("2026-10", "2026-10", "current"),
        (None, "2026-10", "current"),
        ("2026-07", "2026-07", "maintenance"),
        ("2025-04", "2026-07", "maintenance"),
        ("2027-01", "2027-01", "release_candidate"),
        ("2031-01", "2026-10", "current"),
        ("2026-11", "2026-10", "current"),
        ("dev", "dev", "dev"),
    ],
)
def test_the_version_that_answers_is_not_always_the_one_asked_for(
    wire: Wire, sent: str | None, value: str, kind: str
) -> None:
    wire.session.headers.pop("API-Version")
    if sent is not None:
        wire.session.headers["API-Version"] = sent
    version = wire.post(VERSION).json()["data"]["version"]
    assert (version["value"], version["kind"]) == (value, kind)


def test_what_is_no_version_is_refused(wire: Wire) -> None:
    response = wire.post(VERSION, API_Version="latest")
    assert response.status_code == 200
    assert response.json()["errors"][0]["extensions"]["code"] == "InvalidVersionException"


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_documented_code_can_be_ordered_for_a_request(wire: Wire, code: str) -> None:
    wire.control.next_faults({"kind": "error", "when": "before", "code": code})
    response = wire.post(CREATE, {"board": BOARD, "name": "x"})
    assert response.status_code == CATALOGUE[code].status
    assert response.json()["errors"][0]["extensions"]["code"] == code
    assert wire.count() == 0


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_documented_code_can_be_ordered_for_an_alias(wire: Wire, code: str) -> None:
    wire.control.set_faults(poison=[{"alias": "^a1$", "code": code, "column_id": "text_mkr5wya6"}])
    query, variables = batch(["first", "second", "third"])
    response = wire.post(query, variables)
    [error] = response.json()["errors"]
    assert response.status_code == 200
    assert (error["path"], error["extensions"]["code"]) == (["a1"], code)
    assert error["extensions"]["error_data"]["column_id"] == "text_mkr5wya6"
    assert error["extensions"]["status_code"] == CATALOGUE[code].status
    assert wire.count() == 2


def test_a_code_nobody_documented_cannot_be_ordered(wire: Wire) -> None:
    with pytest.raises(Exception, match="not a documented code"):
        wire.control.next_faults({"kind": "error", "code": "MadeUp"})


def test_user_platform_and_boards_answer_what_a_start_up_check_asks(wire: Wire) -> None:
    data: dict[str, Any] = wire.data(
        """{
          me { id name }
          platform_api { daily_limit { base total } daily_analytics { last_updated by_day { day usage } } }
          boards(ids: [4755559751, 1]) { id name state items_count groups { id title } top_group { id } }
        }"""
    )
    assert data["me"]["name"] == "Order Staging"
    assert data["platform_api"]["daily_limit"] == {"base": 1_000_000, "total": 1_000_000}
    assert data["platform_api"]["daily_analytics"]["by_day"][0]["usage"] == 1
    assert data["boards"] == [
        {
            "id": "4755559751",
            "name": "Customer Master Schedule (sandbox)",
            "state": "active",
            "items_count": 0,
            "groups": [{"id": "topics", "title": "Group Title"}],
            "top_group": {"id": "topics"},
        }
    ]


def test_quotes_in_variables_need_no_escaping(wire: Wire) -> None:
    name = 'a "quoted" \\ name: {id} $n0 ünï 中'
    item = wire.create(name, {"long_text_mkr5hass": {"text": 'line\n"two"'}})
    assert wire.read(item)[0]["name"] == name
    assert json.dumps(wire.cell(item, "long_text_mkr5hass")[0]) == json.dumps('line\n"two"')
