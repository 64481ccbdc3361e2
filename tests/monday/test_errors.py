"""Each documented refusal: of one alias it is an outcome, of the whole request an exception."""

import pytest

from dagster_project.delivery.destination import Change, Kind
from dagster_project.delivery.outcomes import (
    AccessRefused,
    Delivered,
    ErrorClass,
    Gone,
    MustWait,
    NoDefiniteAnswer,
    Rejected,
    RequestRefused,
    Retryable,
    Unknown,
)
from dagster_project.monday.destination import MondayDestination
from dagster_project.monday.errors import ApiError, Meaning, meaning, outcome_of, request_error, stops
from sandbox.monday.catalogue import CATALOGUE
from sandbox.monday.control import Control
from tests.monday.acting import ITEM, Acting, item, line, target

REFUSED = {
    "ColumnValueException": ErrorClass.FIX_ROW,
    "CorrectedValueException": ErrorClass.FIX_MAPPING,
    "InvalidArgumentException": ErrorClass.FIX_ROW,
    "InvalidColumnIdException": ErrorClass.FIX_MAPPING,
    "InvalidUserIdException": ErrorClass.FIX_ROW,
    "ItemNameTooLongException": ErrorClass.FIX_ROW,
    "JsonParseException": ErrorClass.FIX_MAPPING,
    "RecordInvalidException": ErrorClass.FIX_ROW,
    "DeleteLastGroupException": ErrorClass.FIX_ELSEWHERE,
    "maxComplexityExceeded": ErrorClass.FIX_MAPPING,
    "CursorException": ErrorClass.FIX_ELSEWHERE,
    "InvalidBoardIdException": ErrorClass.FIX_ACCESS,
    "ItemsLimitationException": ErrorClass.FIX_ELSEWHERE,
    "missingRequiredPermissions": ErrorClass.FIX_ACCESS,
    "InvalidVersionException": ErrorClass.FIX_ACCESS,
    "Unauthorized": ErrorClass.FIX_ACCESS,
    "IpRestricted": ErrorClass.FIX_ACCESS,
    "UserUnauthorizedException": ErrorClass.FIX_ACCESS,
    "USER_ACCESS_DENIED": ErrorClass.FIX_ACCESS,
}
STOPPING = {code for code in REFUSED if meaning(ApiError(code, ""))[0] is Meaning.STOP}
WAITING = {
    "COMPLEXITY_BUDGET_EXHAUSTED",
    "Rate Limit Exceeded",
    "maxConcurrencyExceeded",
    "IP_RATE_LIMIT_EXCEEDED",
    "FIELD_LIMIT_EXCEEDED",
    "FIELD_MINUTE_RATE_LIMIT_EXCEEDED",
    "RATE_LIMIT_EXCEEDED",
    "DAILY_LIMIT_EXCEEDED",
    "API_TEMPORARILY_BLOCKED",
    "IDEMPOTENCY_CONFLICT",
    "ResourceLockedException",
}


def test_every_documented_code_is_in_one_of_these_tables() -> None:
    others = {"ResourceNotFoundException", "INTERNAL_SERVER_ERROR"}
    assert set(CATALOGUE) == set(REFUSED) | WAITING | others


@pytest.fixture
def three(acting: Acting) -> list[str]:
    """Three rows whose group is on the board already."""
    acting.create(item("k0"))
    return ["k1", "k2", "k3"]


@pytest.mark.parametrize(("code", "error_class"), REFUSED.items())
def test_a_refused_alias_is_rejected_and_the_others_are_delivered(
    acting: Acting, monday: Control, three: list[str], code: str, error_class: ErrorClass
) -> None:
    monday.set_faults(poison=[{"alias": "^a1$", "code": code}])
    first, second, third = acting.tell(*(target(item(key)) for key in three))
    assert isinstance(first, Delivered)
    assert isinstance(third, Delivered)
    assert isinstance(second, Rejected)
    assert (second.code, second.error_class) == (code, error_class)


@pytest.mark.parametrize("code", sorted(WAITING))
def test_an_alias_that_has_to_wait_is_retried_later_and_the_others_are_delivered(
    acting: Acting, monday: Control, three: list[str], code: str
) -> None:
    monday.set_faults(poison=[{"alias": "^a1$", "code": code}])
    first, second, third = acting.tell(*(target(item(key)) for key in three))
    assert isinstance(second, Retryable)
    assert second.code == code
    assert isinstance(first, Delivered)
    assert isinstance(third, Delivered)


def test_an_alias_on_which_the_server_failed_is_unknown(
    acting: Acting, monday: Control, three: list[str]
) -> None:
    monday.set_faults(poison=[{"alias": "^a1$", "code": "INTERNAL_SERVER_ERROR"}])
    outcomes = acting.tell(*(target(item(key)) for key in three))
    assert [type(outcome) for outcome in outcomes] == [Delivered, Unknown, Delivered]


@pytest.mark.parametrize("code", sorted(STOPPING))
def test_when_every_alias_is_refused_for_good_the_destination_stops(
    acting: Acting, monday: Control, three: list[str], code: str
) -> None:
    monday.set_faults(poison=[{"mutation": "create_item", "code": code}])
    with pytest.raises(AccessRefused, match=code):
        acting.tell(*(target(item(key)) for key in three))


@pytest.mark.parametrize("code", sorted(WAITING))
def test_a_request_that_has_to_wait_says_how_long(
    acting: Acting, monday: Control, three: list[str], code: str
) -> None:
    monday.next_faults({"kind": "error", "code": code, "when": "before", "seconds": 7})
    with pytest.raises(MustWait) as waiting:
        acting.tell(target(item()))
    expected = None if code == "ResourceLockedException" else 7
    assert (waiting.value.seconds, waiting.value.code) == (expected, code)


@pytest.mark.parametrize("hint", ["retry_after", "retry_in_seconds", "retryAfterMs", "ratelimit"])
def test_the_wait_is_found_wherever_it_is_told(
    acting: Acting, monday: Control, three: list[str], hint: str
) -> None:
    monday.next_faults({"kind": "rate_limit", "when": "before", "hint": hint, "seconds": 9})
    with pytest.raises(MustWait) as waiting:
        acting.tell(target(item()))
    assert waiting.value.seconds == 9


@pytest.mark.parametrize(
    "code", ["Unauthorized", "IpRestricted", "UserUnauthorizedException", "USER_ACCESS_DENIED",
             "missingRequiredPermissions", "InvalidVersionException", "InvalidBoardIdException"],
)  # fmt: skip
def test_a_request_without_access_pauses_the_destination(
    acting: Acting, monday: Control, three: list[str], code: str
) -> None:
    monday.next_faults({"kind": "error", "code": code, "when": "before"})
    with pytest.raises(AccessRefused, match=code):
        acting.tell(target(item()))


@pytest.mark.parametrize("code", ["JsonParseException", "ColumnValueException", "RecordInvalidException"])
def test_a_request_refused_for_its_content_is_refused_as_a_whole(
    acting: Acting, monday: Control, three: list[str], code: str
) -> None:
    monday.next_faults({"kind": "error", "code": code, "when": "before"})
    with pytest.raises(RequestRefused) as refused:
        acting.tell(target(item()))
    assert (refused.value.code, refused.value.error_class) == (code, REFUSED[code])


def test_an_invalid_document_is_refused_and_nothing_is_executed(
    destination: MondayDestination, monday: Control
) -> None:
    with pytest.raises(RequestRefused) as refused:
        destination.client.mutate('{"query":"mutation { nonsense }","variables":{}}', "k", ["nonsense"])
    assert refused.value.error_class is ErrorClass.FIX_MAPPING
    assert monday.calls()["committed"] == {}


def test_a_request_above_the_complexity_cap_is_refused_so_that_half_of_it_may_pass(
    acting: Acting, monday: Control, three: list[str]
) -> None:
    monday.set_limits(query_cap=50_000)
    with pytest.raises(RequestRefused, match="exceeds max complexity"):
        acting.tell(*(target(item(key)) for key in three))
    assert isinstance(acting.tell(target(item("k1")))[0], Delivered)


@pytest.mark.parametrize("shape", ["2024-10", "2025-01", "2025-07"])
def test_an_exhausted_budget_is_understood_in_every_shape(
    acting: Acting, monday: Control, three: list[str], shape: str
) -> None:
    monday.set_limits(error_shape=shape, complexity_per_minute=40_000)
    acting.tell(target(item("k1")))
    acting.destination.client.budget.windows.clear()  # as if the server had never told its quota
    with pytest.raises(MustWait) as waiting:
        acting.tell(target(item("k2")))
    assert 0 < (waiting.value.seconds or 0) <= 60


# -- what is not there any more ---------------------------------------------------------------------


def test_an_item_deleted_by_a_person_is_gone(acting: Acting, monday: Control) -> None:
    remote_id = acting.create(item())[0]
    monday.edit("delete_item", item_id=int(remote_id))
    assert isinstance(acting.change(item(STYLE="X"), remote_id, "STYLE")[0], Gone)


def test_an_item_archived_by_a_person_is_gone(acting: Acting, monday: Control) -> None:
    remote_id = acting.create(item())[0]
    monday.edit("archive_item", item_id=int(remote_id))
    assert isinstance(acting.change(item(STYLE="X"), remote_id, "STYLE")[0], Gone)


@pytest.mark.parametrize("edit", ["archive_item", "delete_item"])
def test_archiving_what_is_gone_is_as_wanted(acting: Acting, monday: Control, edit: str) -> None:
    remote_id = acting.create(item())[0]
    monday.edit(edit, item_id=int(remote_id))
    assert acting.archive(item(), remote_id) == Delivered()


def test_an_item_whose_group_was_removed_waits_for_the_group(acting: Acting, monday: Control) -> None:
    acting.create(item())
    group_id = acting.destination.known.groups()[ITEM["Group"]]
    monday.edit("remove_group", board_id=4755559751, group_id=group_id)
    (outcome,) = acting.tell(target(item("k2")))
    assert isinstance(outcome, Retryable)
    assert "group" in outcome.message


def test_a_line_whose_item_was_deleted_is_rejected_with_the_reason(acting: Acting, monday: Control) -> None:
    remote_id = acting.create(item())[0]
    monday.edit("delete_item", item_id=int(remote_id))
    (outcome,) = acting.tell(target(line(), parent=remote_id))
    assert isinstance(outcome, Rejected)
    assert outcome.error_class is ErrorClass.FIX_ELSEWHERE


def test_an_item_moved_to_another_board_is_gone_from_this_one() -> None:
    error = ApiError("InvalidBoardIdException", "Item 9 is not on this board")
    assert isinstance(outcome_of(error, Kind.SET, None), Gone)
    assert not stops(error, Kind.SET)
    assert stops(error, Kind.CREATE)


# -- which column it was ----------------------------------------------------------------------------


def test_the_field_is_named_when_the_server_tells_the_column(acting: Acting) -> None:
    acting.create(item())
    (outcome,) = acting.tell(target(item("k2", TOTAL_QTY="many")))
    assert isinstance(outcome, Rejected)
    assert outcome.field == "TOTAL QTY"


def test_the_field_is_found_by_type_and_value_when_the_column_is_not_told(
    acting: Acting, monday: Control
) -> None:
    monday.set_rules(column_id_in_errors=False)
    remote_id = acting.create(item())[0]
    outcomes = acting.tell(
        target(item("k2", CUSTOMER_PRICE="dear")),
        target(item("k1", Change.CHANGED, DROP="x", NOTES="n" * 2_001), remote_id, resend=["NOTES", "DROP"]),
        target(item("k1", Change.CHANGED, UNIT_OF_MEASURE="KG"), remote_id, resend=["UNIT OF MEASURE"]),
    )
    monday.set_rules(column_id_in_errors=True)
    assert [getattr(outcome, "field", None) for outcome in outcomes] == [
        "CUSTOMER PRICE",
        "NOTES",
        "UNIT OF MEASURE",
    ]


def test_a_name_that_is_refused_is_the_titles_fault(acting: Acting) -> None:
    acting.create(item())
    (outcome,) = acting.tell(target(item("k2", Title="x" * 256)))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.field) == ("ItemNameTooLongException", "Title")


def test_a_missing_label_is_for_whoever_keeps_the_board_and_a_full_column_for_the_mapping(
    acting: Acting, monday: Control
) -> None:
    remote_id = acting.create(item())[0]
    (missing,) = acting.change(item(ORDER_TYPE="Forecast"), remote_id, "ORDER_TYPE")
    assert isinstance(missing, Rejected)
    assert (missing.field, missing.error_class) == ("ORDER TYPE", ErrorClass.FIX_ELSEWHERE)
    monday.edit("fill_labels", board_id=4755559751, column_id="dropdown_mkr542p2")
    (full,) = acting.tell(target(item("k3", CUSTOMER="YET ANOTHER")))
    assert isinstance(full, Rejected)
    assert (full.field, full.error_class) == ("CUSTOMER", ErrorClass.FIX_MAPPING)


# -- the rules themselves ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "exception"),
    [
        (ApiError("", "?", status=500), NoDefiniteAnswer),
        (ApiError("", "?", status=200), NoDefiniteAnswer),
        (ApiError("NeverHeardOf", "?", status=503), NoDefiniteAnswer),
        (ApiError("NeverHeardOf", "?", status=200), RequestRefused),
        (ApiError("", "?", status=429), MustWait),
        (ApiError("", "?", status=423), MustWait),
        (ApiError("", "?", status=403), AccessRefused),
    ],
)
def test_an_error_nobody_documented_is_judged_by_its_status(
    error: ApiError, exception: type[Exception]
) -> None:
    assert isinstance(request_error(error), exception)
