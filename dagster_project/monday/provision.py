"""Makes what a board lacks so that deliveries can be resolved exactly: the column that carries our key."""

from typing import Any

from dagster_project.delivery.destination import Destination
from dagster_project.delivery.outcomes import NoDefiniteAnswer, PreflightFailed
from dagster_project.monday.board import Board
from dagster_project.monday.destination import MondayDestination
from dagster_project.monday.documents import Call, compose
from dagster_project.monday.layout import ExternalId


def provision(destination: Destination) -> dict[str, Any]:
    """Create the missing external-id columns; return, per board and column, whether it was created.

    Safe to repeat. Raises PreflightFailed when a column of that id has another type or was not made.
    """
    if not isinstance(destination, MondayDestination):
        raise TypeError(f"{type(destination).__name__} is no board")
    report: dict[str, Any] = {}
    for layout in destination.layouts.values():
        if layout.external_id is not None:
            what = f"board {layout.board_id} {layout.external_id.column}"
            report[what] = _column(destination, layout.board_id, layout.external_id)
    return report


def _column(destination: MondayDestination, board_id: str, external: ExternalId) -> str:
    if _there(destination.known.board(board_id, fresh=True), external):
        return "already there"
    call = Call(
        "create_column",
        {
            "board_id": board_id,
            "id": external.column,
            "title": external.title,
            "column_type": external.type,
        },
    )
    key = f"monday:{board_id}:provision:{external.column}"
    said = ""
    try:
        reply, _ = destination.client.mutate(compose([call]), key, ["create_column"])
        said = "; ".join(str(error) for error in reply.errors)
    except NoDefiniteAnswer as error:  # what the board says next decides
        said = str(error)
    if _there(destination.known.board(board_id, fresh=True), external):
        return "created"
    raise PreflightFailed(
        f"the column {external.column} could not be created on board {board_id} ({said}): create a "
        f"{external.type} column with this id there, or take `external_id` out of the mapping"
    )


def _there(board: Board, external: ExternalId) -> bool:
    column = board.columns.get(external.column)
    if column is not None and column.type != external.type:
        raise PreflightFailed(
            f"{external.column} on board {board.id} is of type {column.type}; our key needs {external.type}: "
            "rename or remove it there, or change `external_id` in the mapping"
        )
    return column is not None
