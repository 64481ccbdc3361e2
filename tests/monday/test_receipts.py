"""Each alias of an answer is the outcome of one operation, by its alias and never by its place."""

from typing import Any

import pytest

from dagster_project.delivery.destination import Intent, Kind
from dagster_project.delivery.outcomes import Delivered, Rejected, Unknown
from dagster_project.monday.answers import Reply
from dagster_project.monday.documents import Call, compose
from dagster_project.monday.errors import ApiError
from dagster_project.monday.receipts import outcomes_of

BODY = compose([Call("archive_item", {"item_id": str(n)}) for n in range(3)])


def intents(kind: Kind = Kind.CREATE) -> list[Intent]:
    return [Intent(f"i{n}", "items", f"k{n}", 1, "create", kind, {}, "r1") for n in range(3)]


def refused(alias: str, code: str = "ColumnValueException", *below: str) -> ApiError:
    return ApiError(code, "no", (alias, *below))


def test_ids_go_to_their_aliases_in_whatever_order_they_are_answered() -> None:
    reply = Reply({"a2": {"id": 12}, "complexity": {"query": 1}, "a0": {"id": "10"}, "a1": {"id": "11"}})
    assert outcomes_of(reply, BODY, intents(), {}) == [Delivered("10"), Delivered("11"), Delivered("12")]


def test_only_a_create_gives_a_remote_id() -> None:
    reply = Reply({f"a{n}": {"id": str(n)} for n in range(3)})
    assert outcomes_of(reply, BODY, intents(Kind.SET), {}) == [Delivered()] * 3


@pytest.mark.parametrize("data", [{}, {"a1": None}, {"a1": {}}, {"a1": {"id": None}}])
def test_an_alias_of_which_the_answer_says_nothing_is_unknown(data: dict[str, Any]) -> None:
    reply = Reply({"a0": {"id": "10"}, **data, "a2": {"id": "12"}})
    outcomes = outcomes_of(reply, BODY, intents(), {})
    assert [type(outcome) for outcome in outcomes] == [Delivered, Unknown, Delivered]


def test_an_error_without_an_alias_is_quoted_where_nothing_else_is_known() -> None:
    reply = Reply({"a0": {"id": "10"}}, [ApiError("Odd", "something happened")])
    unknown = outcomes_of(reply, BODY, intents(), {})[1]
    assert isinstance(unknown, Unknown)
    assert "something happened" in unknown.message


def test_an_alias_that_was_executed_is_delivered_although_a_field_below_it_failed() -> None:
    reply = Reply({"a0": {"id": "10"}, "a1": {"id": "11"}}, [refused("a0", "Odd", "board"), refused("a2")])
    outcomes = outcomes_of(reply, BODY, intents(), {})
    assert outcomes[:2] == [Delivered("10"), Delivered("11")]
    assert isinstance(outcomes[2], Rejected)


def test_an_error_beside_the_aliases_is_nobodys() -> None:
    reply = Reply({f"a{n}": {"id": str(n)} for n in range(3)}, [refused("complexity")])
    assert outcomes_of(reply, BODY, intents(), {}) == [Delivered("0"), Delivered("1"), Delivered("2")]
