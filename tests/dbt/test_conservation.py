"""The law: every key of the order list and of what was told is in exactly one place, come what may."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dagster_project.delivery.staging import as_told
from sandbox.source import columns as c
from sandbox.source.customers import lookup_rows
from tests.conftest import few
from tests.dbt.orders import Order, key_of, order
from tests.dbt.world import INSTANCE, MAPPINGS, World

KNOWN = range(1, 31)
UNKNOWN = range(31, 36)
IN_REVIEW = next(name for name, _, status in lookup_rows() if status == "review")
STATES = (
    "SENDING", "DELIVERED", "RETRY", "IN_DOUBT", "HELD", "REJECTED", "GONE", "AMBIGUOUS", "ARCHIVED", "FORGOTTEN",
)  # fmt: skip

EDITS: dict[str, Callable[[Order], list[Order]]] = {
    "same": lambda row: [row],
    "absent": lambda row: [],
    "twice": lambda row: [row, row],
    "without key": lambda row: [row | {c.RECORD_UUID: " "}],
    "price": lambda row: [row | {"CUSTOMER PRICE": "31"}],
    "broken": lambda row: [row | {"CUSTOMER PRICE": "ASK"}],
    "without style": lambda row: [row | {c.STYLE: "nan"}],
    "cancelled": lambda row: [row | {c.ORDER_TYPE: "Cancelled"}],
    "in review": lambda row: [row | {c.CUSTOMER_NAME: IN_REVIEW}],
    "reloaded": lambda row: [row | {c.RECORD_UUID: "F" + row[c.RECORD_UUID][1:]}],
    "reloaded with another price": lambda row: [
        row | {c.RECORD_UUID: "F" + row[c.RECORD_UUID][1:], "CUSTOMER PRICE": "31"}
    ],
    "size gone": lambda row: [row | {"S": None}],
    "size negative": lambda row: [row | {"S": -1}],
    "sizes changed": lambda row: [row | {"S": 11, "XL": 3}],
}
fates = st.fixed_dictionaries(
    {
        "edit": st.sampled_from(sorted(EDITS)),
        "state": st.none() | st.sampled_from(STATES),
        "told": st.booleans(),
        "tried": st.booleans(),
        "line_state": st.none() | st.sampled_from(STATES),
        "unlanded": st.sampled_from([False, False, False, True]),
    }
)


@pytest.fixture(scope="module")
def delivered(new_world: Callable[[], World]) -> World:
    world = new_world()
    world.land([order(number) for number in KNOWN])
    world.stage()
    world.deliver()
    return world


@settings(
    max_examples=few(2), deadline=None, derandomize=True, phases=[Phase.generate], # shrinking would take hours
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(lives=st.lists(fates, min_size=len(KNOWN) + len(UNKNOWN), max_size=len(KNOWN) + len(UNKNOWN)))
def test_every_key_is_in_exactly_one_place(
    delivered: World, new_world: Callable[[], World], lives: list[dict[str, Any]]
) -> None:
    world = new_world()
    delivered.warehouse.release()
    world.warehouse.release()
    shutil.copy(delivered.path, world.path)
    live(world, lives)
    world.set_context(max_removed_share=1, allow_removals=1)
    world.stage(tested=True)
    world.settle()
    for entity in MAPPINGS:
        assert places_of(world, entity) == []
    unusable = world.value("select count(*) from stg_monday__orders where order_key is null")
    assert sum(error["error_type"] == "no_key" for error in world.errors()) == unusable


def live(world: World, lives: list[dict[str, Any]]) -> None:
    rows: list[Order] = []
    for number, life in zip([*KNOWN, *UNKNOWN], lives, strict=True):
        rows += EDITS[life["edit"]](order(number))
        item, line = (key_of(number), f"{key_of(number)}|S")
        if life["state"]:
            told = {} if life["told"] else {"told": None}
            tried = {"tried": world.told(item)} if life["tried"] and number in KNOWN else {}
            world.ledger(item, state=life["state"], mapping_version="mapping 1", **told, **tried)
        if life["line_state"]:
            world.ledger(line, "subitems", state=life["line_state"], parent_key=item)
        if life["unlanded"]:
            world.could_not_land(item, "S", "ten")
    world.land(rows)


def places_of(world: World, entity: str) -> list[tuple[str, list[str]]]:
    """Keys that are in no place or in several, with the places."""
    mapping = MAPPINGS[entity]
    names = [column.name for column in mapping.columns if column.compare]
    mapped = world.rows(f"select * from {mapping.model}")
    twice = {key for key, count in Counter(row["business_key"] for row in mapped).items() if count > 1}
    wanted = {
        row["business_key"]: {n: as_told(row[n]) for n in names} for row in mapped if row["business_key"]
    }
    told = {
        row["business_key"]: row
        for row in world.rows(
            "select business_key, parent_key, told from delivery where instance = ? and entity = ?"
            " and told is not null and state not in ('ARCHIVED', 'FORGOTTEN')", INSTANCE, entity,
        )
    }  # fmt: skip
    staged = world.staged(entity)
    moved = {row["previous_key"] for row in staged.values()}
    errors = {error["business_key"] for error in world.errors(entity)}
    # an error of the destination stands under the key the ledger has; the source may have another by now
    pairs = world.rows(
        f"select business_key, previous_key from int_monday__{entity}_judged where placement = 'REFUSED'"
    )
    refused = errors | {pair["business_key"] for pair in pairs if pair["previous_key"] in errors}
    wrong = []
    for key in wanted.keys() | told.keys():
        places = [
            name for name, keys in (("staged", staged), ("moved", moved), ("refused", refused)) if key in keys
        ]
        if not places and key in told and unchanged(world, entity, wanted.get(key), told[key]):
            places = ["unchanged"]
        if key in twice and places != ["refused"]:
            wrong.append((key, places))
        if len(places) != 1:
            wrong.append((key, places))
    return wrong


def unchanged(world: World, entity: str, wanted: dict[str, Any] | None, told: dict[str, Any]) -> bool:
    values = json.loads(told["told"])
    if wanted is not None:
        return all(values.get(name) == value for name, value in wanted.items())
    if entity == "items":
        return False
    orders = world.rows(
        """select "ORDER TYPE" as kind from int_monday__items_mapped where business_key = ?""",
        told["parent_key"],
    )
    return not orders or (orders[0]["kind"] == "CANCELLED" and values["Order Qty"] == 0)
