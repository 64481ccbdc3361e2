"""Decoys, twins and dirty rows are there, each once, and nowhere else."""

from collections import Counter
from typing import get_args

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sandbox.source import columns as c
from sandbox.source import decoys, dirt, reference, twins
from sandbox.source.dirt import DIRTY, Fate
from sandbox.source.orders import SCENES, generate

IDENTITY = (c.ORDER_NUMBER, c.STYLE, c.COLOUR)
OTHER = [column.name for column in c.COLUMNS if column.name != c.RECORD_UUID]


@pytest.fixture(scope="module")
def demo() -> pa.Table:
    return generate()


@pytest.fixture(scope="module")
def rows(demo: pa.Table) -> list[dict[str, object]]:
    return list(demo.slice(0, SCENES).to_pylist())


def groups(rows: list[dict[str, object]]) -> dict[tuple[object, ...], list[dict[str, object]]]:
    found: dict[tuple[object, ...], list[dict[str, object]]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in IDENTITY), []).append(row)
    return {key: members for key, members in found.items() if len(members) > 1}


def test_containment_finds_eight_rows_too_many(demo: pa.Table) -> None:
    greyson = demo.filter(pc.equal(demo[c.CUSTOMER_NAME], reference.CUSTOMER))
    containing = Counter(po for po in greyson[c.PO_NUMBER].to_pylist() if "4755" in po)
    assert containing == {"4755": 69, "47551": 3, "14755": 2, "4755-00": 2, "47550": 1}


def test_an_order_number_of_the_reference_case_comes_back_in_another_colour(demo: pa.Table) -> None:
    same = demo.filter(pc.equal(demo[c.ORDER_NUMBER], "GRE-04101"))
    assert sorted(same[c.PO_NUMBER].to_pylist()) == ["4755", "4756"]
    assert pc.count_distinct(same[c.COLOUR]).as_py() == 2


def test_the_reference_case_holds_twins_and_one_order_number_on_two_colours(
    rows: list[dict[str, object]],
) -> None:
    reference_rows = rows[: reference.ROWS]
    assert sorted(len(members) for members in groups(reference_rows).values()) == [2, 2, 3]
    orders = Counter(row[c.ORDER_NUMBER] for row in reference_rows)
    assert sum(count - 1 for count in orders.values()) == 5


def test_twins_are_pairs_triples_and_one_group_of_four(rows: list[dict[str, object]]) -> None:
    first = reference.ROWS + len(list(decoys.scenes()))
    written = groups(rows[first : first + len(list(twins.scenes()))])
    assert sorted(len(members) for members in written.values()) == [2, 2, 2, 2, 2, 3, 3, 4]


def test_some_twins_are_equal_in_every_value_but_the_key(rows: list[dict[str, object]]) -> None:
    equal = [
        members
        for members in groups(rows[: dirt.FIRST_ROW]).values()
        if len({tuple(row[name] for name in OTHER) for row in members}) == 1
    ]
    assert sorted(len(members) for members in equal) == [2, 2, 2, 3]
    assert all(len({row[c.RECORD_UUID] for row in members}) == len(members) for members in equal)


def test_other_twins_differ_only_in_sizes_totals_or_order_type(rows: list[dict[str, object]]) -> None:
    quantities = {*c.SIZES, c.TOTAL_QTY, c.SUM_OF_TOTAL_QTY, c.VALIDATION}
    types = {c.ORDER_TYPE, "ORTP (ORDER TYPE)", "ACTIVE"}
    for members in groups(rows[: dirt.FIRST_ROW]).values():
        differing = {name for name in OTHER if len({row[name] for row in members}) > 1}
        assert differing <= quantities | types


def test_dirty_rows_are_the_last_hand_written_ones_and_hold_what_they_say(
    rows: list[dict[str, object]],
) -> None:
    assert [dirty.row for dirty in DIRTY] == list(range(dirt.FIRST_ROW, SCENES))
    scenes = list(dirt.scenes())
    for dirty, scene in zip(DIRTY, scenes, strict=True):
        for column, value in scene.cells.items():
            if column != c.VALIDATION:
                assert rows[dirty.row][column] == value, dirty.what


def test_every_fate_occurs_and_every_dirty_row_says_something_else() -> None:
    assert {dirty.fate for dirty in DIRTY} == set(get_args(Fate))
    assert len({dirty.what for dirty in DIRTY}) == len(DIRTY)


def test_two_keys_are_missing_and_one_is_given_twice(demo: pa.Table) -> None:
    keys = Counter(demo[c.RECORD_UUID].to_pylist())
    assert keys.pop(None) == 2
    assert sorted(keys.values())[-2:] == [1, 2]


def test_dirt_is_the_same_for_every_seed_but_for_the_keys() -> None:
    one, other = (generate(SCENES, seed=seed).slice(dirt.FIRST_ROW) for seed in (1, 2))
    for name in (*IDENTITY, c.CUSTOMER_NAME, c.PO_NUMBER, *c.SIZES, c.TOTAL_QTY):
        assert one[name].equals(other[name])


def test_ordinary_rows_are_never_taken_for_the_reference_case() -> None:
    table = generate(30_000).slice(SCENES)
    greyson = pc.starts_with(table[c.CUSTOMER_NAME], "GREYSON")
    assert pc.sum(greyson).as_py() > 1_000
    assert not pc.any(pc.and_(greyson, pc.match_substring(table[c.PO_NUMBER], "4755"))).as_py()
