"""Before the first call: everything that has to change, in one list, and what refusals depend on."""

from dataclasses import replace

import pytest

from dagster_project.delivery.outcomes import AccessRefused, PreflightFailed
from dagster_project.monday.board import Column
from dagster_project.monday.destination import MondayDestination
from dagster_project.monday.preflight import problems
from dagster_project.monday.provision import provision
from dagster_project.settings import Settings
from sandbox.monday.control import Control
from tests.conftest import FakeClock
from tests.contracts.shelf import Shelf, ShelfDestination
from tests.monday.acting import Acting, item, target

BOARD, SUBITEM_BOARD = 4755559751, 4755559752


def with_settings(settings: Settings, **changes: object) -> MondayDestination:
    return MondayDestination.from_settings(settings.model_copy(update=changes), FakeClock())


def test_boards_as_the_mapping_wants_them_pass_with_one_read(destination: MondayDestination) -> None:
    found = destination.preflight()
    assert len(found.schema_version) == 64
    assert destination.calls == 1


@pytest.mark.parametrize("profile", ["text", "dropdown"])
def test_both_profiles_fit_the_board(settings: Settings, profile: str) -> None:
    with_settings(settings, monday_profile=profile).preflight()


def test_a_board_without_a_column_for_our_key_passes_with_a_warning_that_says_what_to_do(
    destination: MondayDestination,
) -> None:
    (warning,) = destination.preflight().warnings
    assert "order-staging monday provision" in warning


def test_everything_that_is_wrong_is_said_at_once(destination: MondayDestination, monday: Control) -> None:
    monday.edit("remove_column", board_id=BOARD, column_id="text_mkr5wya6")
    monday.edit("remove_column", board_id=BOARD, column_id="numeric_mkr5cact")
    monday.edit("remove_column", board_id=SUBITEM_BOARD, column_id="numeric_mkra7j8e")
    with pytest.raises(PreflightFailed) as failed:
        destination.preflight()
    problems = str(failed.value).splitlines()
    assert [problem.partition(":")[0] for problem in problems] == [
        "AAG ORDER NUMBER → text_mkr5wya6",
        "CUSTOMER PRICE → numeric_mkr5cact",
        "Order Qty → numeric_mkra7j8e",
    ]
    assert "create it there (type text)" in problems[0]


def test_a_column_of_another_type_is_named_with_both_types(destination: MondayDestination) -> None:
    found, layouts = destination.known.look(), list(destination.layouts.values())
    board = found.boards[str(BOARD)]
    columns = {**board.columns, "text_mkr5wya6": Column("text_mkr5wya6", "AAG ORDER NUMBER", "numbers")}
    changed = replace(found, boards={**found.boards, str(BOARD): replace(board, columns=columns)})
    assert problems(changed, layouts, "2026-10") == [
        "AAG ORDER NUMBER → text_mkr5wya6: it is a numbers column, the mapping says text; correct the mapping"
    ]


def test_a_column_for_our_key_of_another_type_is_named(destination: MondayDestination) -> None:
    found, layouts = destination.known.look(), list(destination.layouts.values())
    board = found.boards[str(BOARD)]
    columns = {**board.columns, "record_uuid_ext": Column("record_uuid_ext", "record_uuid", "date")}
    changed = replace(found, boards={**found.boards, str(BOARD): replace(board, columns=columns)})
    (problem,) = problems(changed, layouts, "2026-10")
    assert "of type date; our key needs text" in problem


def test_a_missing_column_names_those_of_its_title(destination: MondayDestination, monday: Control) -> None:
    monday.edit("remove_column", board_id=BOARD, column_id="text_mktdechp")
    with pytest.raises(PreflightFailed, match=r"called STYLE there: dropdown_mkr5tgaa \(dropdown\)"):
        destination.preflight()


def test_a_board_that_is_not_there_is_named(settings: Settings) -> None:
    with pytest.raises(PreflightFailed, match=r"board 123 .* is not there"):
        with_settings(settings, monday_board_id="123").preflight()


def test_a_wrong_subitem_board_is_named_with_the_right_one(settings: Settings) -> None:
    with pytest.raises(PreflightFailed) as failed:
        with_settings(settings, monday_subitem_board_id=str(BOARD)).preflight()
    assert f"live on {SUBITEM_BOARD}" in str(failed.value)


@pytest.mark.parametrize(("version", "served"), [("2025-04", "2026-07"), ("2031-04", "2026-10")])
def test_a_version_that_is_silently_served_by_another_stops(
    settings: Settings, version: str, served: str
) -> None:
    with pytest.raises(PreflightFailed, match=f"answers as version {served}, not {version}"):
        with_settings(settings, monday_api_version=version).preflight()


def test_a_refused_token_is_refused_access(destination: MondayDestination, monday: Control) -> None:
    monday.edit("revoke_token")
    with pytest.raises(AccessRefused):
        destination.preflight()


# -- what refusals depend on ------------------------------------------------------------------------


def test_the_schema_version_is_the_same_for_the_same_boards(settings: Settings) -> None:
    assert len({with_settings(settings).preflight().schema_version for _ in range(2)}) == 1


def test_new_items_groups_and_makeable_labels_do_not_change_it(
    acting: Acting, destination: MondayDestination
) -> None:
    before = destination.preflight().schema_version
    acting.create(item(AAG_SEASON="2031 Q1"))
    assert destination.preflight().schema_version == before


def test_a_label_where_labels_are_refused_changes_it(
    acting: Acting, destination: MondayDestination, monday: Control
) -> None:
    before = destination.preflight().schema_version
    remote_id = acting.create(item())[0]
    monday.edit("change_value", item_id=int(remote_id), column_id="color_mkr5yf27", value={"label": "KG"})
    assert destination.preflight().schema_version != before


def test_a_column_that_becomes_full_changes_it(destination: MondayDestination, monday: Control) -> None:
    before = destination.preflight().schema_version
    monday.edit("fill_labels", board_id=BOARD, column_id="dropdown_mkr542p2")
    found = destination.preflight()
    assert found.schema_version != before
    assert any("CUSTOMER" in warning for warning in found.warnings)


# -- provisioning -----------------------------------------------------------------------------------


def test_provisioning_makes_the_column_once(destination: MondayDestination, monday: Control) -> None:
    assert set(provision(destination).values()) == {"created"}
    assert set(provision(destination).values()) == {"already there"}
    assert monday.calls()["committed"] == {"create_column": 1}
    assert destination.preflight().warnings == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_provisioning_believes_the_board_when_the_answer_is_lost(
    destination: MondayDestination, monday: Control, when: str
) -> None:
    monday.next_faults({"kind": "reset", "when": when})
    if when == "after":
        assert set(provision(destination).values()) == {"created"}
    else:
        with pytest.raises(PreflightFailed, match="could not be created"):
            provision(destination)
        assert set(provision(destination).values()) == {"created"}


def test_a_column_the_board_will_not_make_is_told_with_its_reason(
    destination: MondayDestination, monday: Control
) -> None:
    monday.set_faults(poison=[{"mutation": "create_column", "code": "UserUnauthorizedException"}])
    with pytest.raises(PreflightFailed, match=r"could not be created .*UserUnauthorizedException"):
        provision(destination)


def test_another_destination_has_nothing_to_provision() -> None:
    with pytest.raises(TypeError, match="is no board"):
        provision(ShelfDestination(Shelf()))


def test_once_provisioned_every_item_carries_its_key(acting: Acting, destination: MondayDestination) -> None:
    provision(destination)
    remote_id = acting.create(item("k7"))[0]
    assert acting.read(remote_id).key == "k7"
    assert destination.operations(target(item("k8")))
