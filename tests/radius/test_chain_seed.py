"""The orders of a seed, every scene among them: each ends where it has to, and what was there before is taken over."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.warehouse.engine import Warehouse
from sandbox.radius.generation import fill
from tests.radius.chains import PROFILES, Company, company

FAILED = {"ERR": "ITEM_GATE_PRE_JOB"}


@pytest.fixture(params=PROFILES)
def erp(request: pytest.FixtureRequest, tmp_path: Path, ledger_warehouse: Warehouse) -> Iterator[Company]:
    with company(tmp_path, ledger_warehouse, request.param, lanes=4) as found:
        yield found


def scenes(erp: Company) -> dict[int, tuple[str, str]]:
    """Scene and expected end of every order that is one of ours."""
    with erp.radius.erp.reading() as session:
        rows = session.all("sandbox_scene")
    found = {row["SOrderNum"]: (row["scene"], row["expected"]) for row in rows}
    return {number: told for number, told in found.items() if told[1] != "NOT_ELIGIBLE"}


def ends(erp: Company, orders: dict[int, tuple[str, str]]) -> tuple[dict[int, str], dict[int, str]]:
    """Where the orders stand, and where they have to."""
    found = {number: f"{scene}: {erp.ended(number)}" for number, (scene, _) in orders.items()}
    wanted = {n: f"{scene}: {FAILED.get(expected, expected)}" for n, (scene, expected) in orders.items()}
    return found, wanted


def doubled(erp: Company) -> list[tuple[object, ...]]:
    """Whatever stands there twice for one job, purchase order, plant-2 line or order."""
    link = "AddtCustRef" if erp.profile == "documented" else "SuppRef"
    return [
        row
        for sql in (
            f"select {link}, count(*) from PUB.PV_POrder group by 1",
            "select AddtCustRef, count(*) from PUB.PV_SOrder where PlantCode = '2' and SOSourceCode = 'LWS' "
            "and AddtCustRef <> '' group by 1",
            "select SOrderNum || '/' || SOrderLineNum, count(*) from PUB.PV_ShipReqLine group by 1",
            "select SOrderNum, count(distinct JobCode) from PUB.PV_JobSOLink group by 1",
        )
        for row in erp.sql(sql)
        if row[1] > 1
    ]


def test_every_scene_ends_where_it_has_to_and_a_second_run_makes_nothing(erp: Company) -> None:
    fill(erp.radius.erp, 60)
    orders = scenes(erp)
    erp.run(*orders)
    found, wanted = ends(erp, orders)
    assert found == wanted
    assert doubled(erp) == []
    erp.quiet()
    erp.run(*orders)
    assert ends(erp, orders) == (wanted, wanted)
    assert erp.deeds() == {}


def test_what_the_predecessor_left_is_taken_over_and_completed(erp: Company) -> None:
    fill(erp.radius.erp, 60)
    orders = {n: told for n, told in scenes(erp).items() if told[1] == "COMPLETE"}
    stages = ("complete", "ship request", "so2", "po", "job p4")
    for place, number in enumerate(sorted(orders)):
        erp.radius.people.predecessor(number, stages[place % len(stages)], erp.profile)
    before = erp.counts()
    erp.quiet()
    erp.run(*orders)
    found, wanted = ends(erp, orders)
    assert {n: end for n, end in found.items() if end != wanted[n]} == {}
    assert doubled(erp) == []
    assert erp.counts()["jobs P4"] == before["jobs P4"]
    assert erp.deeds()["PO create"] == len([n for n in range(len(orders)) if stages[n % 5] == "job p4"])
