"""Going live beside a running predecessor: a filled board and an empty ledger, and nothing is doubled."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline.conftest import Prepared
from tests.pipeline.world import BOARD, COLUMNS, KEY_COLUMN, Item, Pipeline

TWINS = "TDW-00031"  # two rows that are equal in every value


@pytest.fixture
def predecessors(prepared: Prepared, copied: Callable[[Path], Pipeline], tmp_path: Path) -> Pipeline:
    """The board of the delivered home, without our key; the warehouse as it was before the first delivery."""
    home = tmp_path / "predecessors"
    shutil.copytree(prepared.staged, home)
    shutil.copy(prepared.delivered / "monday.sqlite", home / "monday.sqlite")
    pipeline = copied(home)
    pipeline.control.edit("remove_column", board_id=BOARD, column_id=KEY_COLUMN)
    return pipeline


def by_id(pipeline: Pipeline) -> dict[int, Item]:
    return {item.id: item for item in pipeline.items()}


def test_nothing_is_created_before_an_adoption_then_only_differences_are_sent(
    predecessors: Pipeline, prepared: Prepared
) -> None:
    before = by_id(predecessors)
    twins = [item for item in before.values() if item.value("AAG ORDER NUMBER") == TWINS]
    assert len(twins) == 2
    for place, twin in enumerate(twins):  # now neither of them is exactly one of the two rows
        predecessors.control.edit(
            "change_value", item_id=twin.id, column_id=COLUMNS["NOTES"], value=f"by hand {place}"
        )
    with predecessors.orders() as book:
        first, second, *_ = book.keys("GREYSON CLOTHIERS", "4755")
        book.change_description(first.lower(), "TOLD TO THE PREDECESSOR DIFFERENTLY")
        size, quantity = next(iter(book.sizes(second).items()))
        book.raise_quantity(second, size, 5)
    before = by_id(predecessors)
    predecessors.forget_calls()

    refused = predecessors.command("run", "monday", "--all", "--json")
    assert refused.code == 2
    assert "order-staging adopt monday" in refused.json["error"]

    adopted = predecessors.done("adopt", "monday", code=1)
    assert adopted["items"]["matched"] == len(before) - 2
    assert adopted["items"]["only_in_destination"] == 0
    (ambiguous,) = adopted["items"]["ambiguous"]
    assert sorted(ambiguous["remote_ids"]) == sorted(str(twin.id) for twin in twins)
    assert len(ambiguous["keys"]) == 2
    lines = sum(len(item.lines) for item in before.values())
    assert adopted["subitems"]["matched"] == lines - sum(len(twin.lines) for twin in twins)
    assert predecessors.changes() == {}

    predecessors.run()
    assert predecessors.changes() == {"change_multiple_column_values": 3}  # a text, a total, a quantity
    after = by_id(predecessors)
    assert set(after) == set(before)
    changed = {i for i in after if after[i] != before[i]}
    assert {after[i].value("STYLE DESCRIPTION") for i in changed} >= {"TOLD TO THE PREDECESSOR DIFFERENTLY"}
    assert [after[i].lines[f"Size {size}"] for i in changed if f"Size {size}" in after[i].lines].count(
        quantity + 5
    ) == 1
    assert len(changed) == 2

    pairs = [f"{key}={twin.id}" for key, twin in zip(sorted(ambiguous["keys"]), twins, strict=True)]
    said = predecessors.command("adopt", "monday", "--pair", pairs[0], "--pair", pairs[1], "--json")
    assert said.code == 0, said
    predecessors.forget_calls()
    predecessors.run()
    assert predecessors.changes() == {"change_multiple_column_values": 2}  # the notes are the source's again
    assert set(by_id(predecessors)) == set(before)
    lines_now = sum(len(item.lines) for item in by_id(predecessors).values())
    assert lines_now == lines


def test_starting_empty_on_a_filled_board_has_to_be_said(predecessors: Pipeline) -> None:
    key = predecessors.rows("select lower(record_uuid::varchar) from ORDERS_UNIFIED limit 1")[0][0]
    before = len(predecessors.items())
    predecessors.run("--key", key, "--start-empty")
    assert len(predecessors.items()) == before + 1
