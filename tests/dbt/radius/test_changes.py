"""What people see of changes under way: old and new value, and whom or what the order waits for."""

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal

import pytest

from dagster_project.radius.holds import HOLDS, STEPS
from tests.dbt.radius.world import RadiusWorld
from tests.radius.erp import BASE

N = 251_000
INCREASE, DECREASE, WAITS, RELEASED, REFERENCE, LINE_CAME = range(N + 1, N + 7)
FILM, ROLL = f"16P4-{BASE}", f"1600-{BASE}"


@pytest.fixture(scope="module")
def world(new_radius_world: Callable[[], RadiusWorld]) -> RadiusWorld:
    """Chains that were complete, and what happened to them since."""
    world = new_radius_world()
    erp = world.erp
    for number in range(N + 1, N + 7):
        erp.order(number)
        erp.chain(number)
    world.stage()
    world.complete(INCREASE, DECREASE, WAITS, RELEASED, REFERENCE, LINE_CAME)
    world.hold(WAITS, "SO4_QTY_CHANGED_WAIT_RECONFIRM")
    world.hold(DECREASE, "P2_QTY_DECREASE_WAIT_SP_JOB_RECONFIRM")
    world.hold(RELEASED, "P2_SO_QTY_UPDATED_WAIT_RECONFIRM")
    key = f"{DECREASE}/P4-PF/{FILM}"
    bought = {"job": "x", "item": FILM, "quantity": "500000", "required_date": "2026-02-26"}
    world.ledger(key, "po_lines", parent_key=str(DECREASE), remote_id="241002/1", told=bought)
    erp.change("PV_SOrderLine", {"OrderedQty": 180_000}, SOrderNum=WAITS)
    erp.change("PV_SOrderLine", {"OrderedQty": 180_000}, SOrderNum=INCREASE)
    erp.change("PV_Req", {"RequiredQty": 659_713, "RequirementId": 999_000_001}, SOrderNum=INCREASE)
    erp.change("PV_Req", {"RequiredQty": 500_000, "RequiredDate": "2026-03-05"}, SOrderNum=DECREASE)
    erp.change("PV_SOrder", {"CustRef": " "}, SOrderNum=REFERENCE)
    erp.line(LINE_CAME, 2, BASE, 7_000)
    world.stage()
    return world


def test_quantities_wait_for_the_plant_4_job(world: RadiusWorld) -> None:
    changes = world.by_key("STG_LWS_QtyChanges")
    assert {int(key): (row["so4_linenum"], row["old_qty"], row["new_qty"]) for key, row in changes.items()} == {
        WAITS: (1, 150_000, 180_000), INCREASE: (1, 150_000, 180_000), LINE_CAME: (2, None, 7_000),
    }  # fmt: skip
    waiting, confirmed = changes[str(WAITS)], changes[str(INCREASE)]
    assert waiting["held_as"] == "SO4_QTY_CHANGED_WAIT_RECONFIRM"
    assert waiting["waits_for"] == "customer service: reconfirm job 901003"
    assert (waiting["old_confirmation"], waiting["new_confirmation"]) == (WAITS * 1_000, WAITS * 1_000)
    assert confirmed["waits_for"] == "the next run: the job was reconfirmed"


def test_film_is_compared_with_everything_that_was_told(world: RadiusWorld) -> None:
    changes = world.by_key("STG_LWS_ReqChanges")
    assert set(changes) == {str(INCREASE), str(DECREASE)}
    more, less = changes[str(INCREASE)], changes[str(DECREASE)]
    assert (more["old_qty"], more["new_qty"], more["direction"], more["waits_for"]) == (
        550_050, 659_713, "INCREASE", "the next run",
    )  # fmt: skip
    assert (less["old_qty"], less["so2_qty"], less["new_qty"], less["direction"]) == (
        500_000, 550_050, 500_000, "DECREASE",
    )  # fmt: skip
    assert less["waits_for"] == HOLDS["P2_QTY_DECREASE_WAIT_SP_JOB_RECONFIRM"].waits_for
    assert (less["jobcode"], less["reqgroupcode"], less["itemcode"], less["po_line"]) == (
        "901002", "P4-PF", FILM, "241002/1",
    )  # fmt: skip


def test_days_are_the_requirements_own(world: RadiusWorld) -> None:
    (row,) = world.rows("select * from STG_LWS_DateChanges")
    assert (row["sordernum"], row["old_date"], row["new_date"]) == (
        DECREASE, dt.date(2026, 2, 26), dt.date(2026, 3, 5),
    )  # fmt: skip


def test_a_reference_that_was_emptied_is_a_change(world: RadiusWorld) -> None:
    (row,) = world.rows("select * from STG_LWS_CustRefChanges")
    assert (row["sordernum"], row["so_p2"], row["old_custref"], row["new_custref"]) == (
        REFERENCE, "256005", "4554 0041 A", None,
    )  # fmt: skip


def test_an_order_is_released_when_its_plant_2_job_makes_what_is_bought(world: RadiusWorld) -> None:
    (row,) = world.rows("select * from STG_LWS_Reconfirmed")
    assert (row["sordernum"], row["itemcode"], row["target_qty"], row["job_qty"], row["held_as"]) == (
        RELEASED, ROLL, Decimal(550_050), Decimal(550_050), "P2_SO_QTY_UPDATED_WAIT_RECONFIRM",
    )  # fmt: skip


def test_all_of_it_has_to_be_made(world: RadiusWorld) -> None:
    world.erp.change("PV_JobLine", {"OrderedQty": 500_000}, JobCode="911002")
    world.erp.change("PV_JobLine", {"OrderedQty": 550_049}, JobCode="911004")
    world.stage(tested=False)
    (row,) = world.rows("select * from STG_LWS_Reconfirmed")
    assert (row["sordernum"], row["job_qty"]) == (DECREASE, 500_000)


def test_a_new_job_of_plant_2_counts_instead_of_the_old_one(world: RadiusWorld) -> None:
    world.erp.put("PV_JobSOLink", PlantCode="2", JobCode="912002", JobLineNum=1, SOPlantCode="2",
                  SOrderNum=256_002, SOrderLineNum=1, TableRecId=999_999)  # fmt: skip
    world.erp.put("PV_JobLine", PlantCode="2", JobCode="912002", JobLineNum=1, ItemCode=ROLL, OrderedQty=1,
                  JobLineStatus=0)  # fmt: skip
    world.stage(tested=False)
    assert world.rows("select * from STG_LWS_Reconfirmed") == []


def test_what_is_said_of_holds_and_steps_is_what_the_mails_say(world: RadiusWorld) -> None:
    for macro, said in (("holds", {c: h.waits_for for c, h in HOLDS.items()}), ("steps", dict(STEPS))):
        result = world.dbt("compile", "--inline", f"{{{{ {macro}() | tojson }}}}", "--no-write-json")
        assert json.loads(result.result.results[0].node.compiled_code) == said
