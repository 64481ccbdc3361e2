"""What is made up: the same for a seed, every scene there, and each scene what its name says."""

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from sandbox.radius.erp import Erp, open_as_pub
from sandbox.radius.generation import CUSTOMERS, eligible_since, fill
from sandbox.radius.people import People
from sandbox.radius.scenes import SCENES

ENDING = date(2026, 11, 20)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Erp:
    """The sixty orders of a demo day, and no chains."""
    erp = Erp(tmp_path_factory.mktemp("erp") / "radius.sqlite")
    assert fill(erp, 60, 7, ENDING)
    return erp


def dump(file: Path) -> list[str]:
    """All rows, without the moments at which they were written."""
    connection = open_as_pub(file)
    moments = re.compile(r"'\d{4}-\d\d-\d\dT[\d:.]+'")
    tables = [row[0] for row in connection.execute("select name from PUB.sqlite_master where type = 'table'")]
    return [
        f"{table} {moments.sub('now', str(row))}"
        for table in sorted(tables)
        for row in connection.execute(f'select * from PUB."{table}"')
    ]


def orders(erp: Erp, scene: str) -> list[int]:
    return [row["SOrderNum"] for row in People(erp).scenes() if row["scene"] == scene]


def test_a_seed_is_always_the_same_and_another_is_not(filled: Erp, tmp_path: Path) -> None:
    again, other = Erp(tmp_path / "again.sqlite"), Erp(tmp_path / "other.sqlite")
    fill(again, 60, 7, ENDING)
    fill(other, 60, 8, ENDING)
    assert dump(again.path) == dump(filled.path)
    assert dump(other.path) != dump(filled.path)
    assert not fill(again, 60, 7, ENDING)
    assert dump(again.path) == dump(filled.path)


def test_sixty_orders_hold_every_scene_once(filled: Erp) -> None:
    scenes = Counter(row["scene"] for row in People(filled).scenes())
    assert {name: count for name, count in scenes.items() if name not in ("", "decoy")} == {
        scene.__name__: 1 for scene in SCENES
    }
    assert scenes[""] == 60 - len(SCENES)
    assert scenes["decoy"] >= 5


def test_what_is_expected_of_a_demo_day(filled: Erp) -> None:
    expected = Counter(row["expected"] for row in People(filled).scenes() if row["scene"] != "decoy")
    assert expected == {
        "COMPLETE": 41, "ITEM_CREATE_WAIT": 3, "ITEM_WAIT_GATE_PT": 2, "ITEM_WAIT_GATE_SP": 2, "BASE_ITEM_WAIT": 3,
        "JOB_P4_HOLD": 3, "PRINTED_FILM_BASE_MISMATCH": 2, "REQS_P4": 1, "JOB_P2_SO_ON_HOLD": 1, "NOT_ELIGIBLE": 1,
        "ERR": 1,
    }  # fmt: skip


def test_the_rule_of_eligibility_finds_what_it_has_to(filled: Erp) -> None:
    found = open_as_pub(filled.path).execute(
        """select distinct h."SOrderNum" from "PUB"."PV_SOrder" h
        join "PUB"."PV_SOrderLine" l on l."CompNum" = h."CompNum" and l."PlantCode" = h."PlantCode"
            and l."SOrderNum" = h."SOrderNum"
        join "PUB"."PM_Item" i on i."CompNum" = l."CompNum" and i."ItemCode" = l."ItemCode"
        where h."CompNum" = 2 and h."PlantCode" = '4' and h."SOSourceCode" = 'LWS' and h."SOrderStat" in (0, 1, 2)
            and i."ProdGroupCode" = 'P4-LWS' and l."SOItemTypeCode" <> 'P4ART' and h."SOrderDate" >= ?
        order by 1""",
        (eligible_since(filled),),
    )
    assert [row[0] for row in found] == [
        row["SOrderNum"] for row in People(filled).scenes() if row["expected"] not in ("NOT_ELIGIBLE", "ERR")
    ]


def test_the_data_look_like_the_original_s(filled: Erp) -> None:
    with filled.reading() as session:
        bags = [row["ItemCode"] for row in session.all("PM_Item") if row["ClassId"] == 4]
        lines = [row for row in session.all("PV_SOrderLine", PlantCode="4") if row["OrderedQty"] > 1]
        headers = session.all("PV_SOrder", SOSourceCode="LWS")
        estimates = session.all("sandbox_estimate")
    customers = "|".join([*CUSTOMERS, *(name[:3] for name in CUSTOMERS)])
    assert all(re.fullmatch(rf"2300-({customers}|OTH01)-\d{{4}}(T\d)?", bag) for bag in bags)
    assert all(line["OrderedQty"] % 1000 == 0 and 10_000 <= line["OrderedQty"] <= 2_000_000 for line in lines)
    refs = re.compile(r"(\d{4} (\d{4} [ABC]|PEND11)|[A-Z]{2,3}\d{3}|O'Néil & Co 12\"|)")
    assert all(refs.fullmatch(header["CustRef"]) for header in headers)
    assert all(date.fromisoformat(header["SOrderDate"]).weekday() < 5 for header in headers)
    assert max(header["SOrderDate"] for header in headers) == ENDING.isoformat()
    assert all(
        1 <= row["ratio"] <= 5 and 20 <= row["width"] <= 45 and row["width"] * 4 % 1 == 0 for row in estimates
    )


def test_scenes_are_what_their_names_say(filled: Erp) -> None:
    people = People(filled)
    shown = {scene.__name__: people.show(orders(filled, scene.__name__)[0])["order"][0] for scene in SCENES}
    assert shown["no_lines"]["lines"] == []
    assert shown["custref_blank"]["CustRef"] == ""
    assert (shown["order_held"]["SOrderStat"], shown["order_credit_held"]["SOrderStat"]) == (1, 2)
    assert [line["SOItemTypeCode"] for line in shown["art_first"]["lines"]] == ["P4ART", "RNC"]
    assert len({line["ItemCode"] for line in shown["two_lines"]["lines"]}) == 2
    assert len({line["ItemCode"] for line in shown["one_bag_twice"]["lines"]}) == 1
    assert shown["overdue"]["lines"][0]["ReqDate"] < shown["overdue"]["SOrderDate"]
    assert shown["lower_case"]["lines"][0]["ItemCode"].islower()
    with filled.reading() as session:
        statuses = {
            scene: [
                None if (item := session.find("PM_Item", ItemCode=f"{kind}{order['lines'][0]['ItemCode']}")) is None
                else item["ItemStatusCode"]
                for kind in ("", "16P4-", "1600-")
            ]
            for scene, order in shown.items() if order["lines"]
        }  # fmt: skip
    assert statuses["items_missing"] == ["APP", None, None]
    assert statuses["film_missing"] == ["APP", None, "APP"]
    assert statuses["film_blank"] == ["APP", "", "APP"]
    assert statuses["roll_pending"] == ["APP", "APP", "PEND"]
    assert statuses["bag_blank"] == ["", "APP", "APP"]
    assert statuses["lower_case"] == ["APP", "APP", "APP"]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    """Everybody, on a demo day of their own."""
    erp = Erp(tmp_path_factory.mktemp("erp") / "radius.sqlite")
    fill(erp, 60, 7, ENDING)
    return People(erp)


@pytest.mark.parametrize(
    ("scene", "films"),
    [("", 1), ("two_webs", 2), ("two_lines", 2), ("one_bag_twice", 2), ("art_first", 1), ("art_second", 1),
     ("no_film", 0), ("no_requirements", 0), ("plain_film_too", 1), ("lower_case", 1), ("overdue", 1)],
)  # fmt: skip
def test_jobs_require_the_film_that_the_scene_says(people: People, scene: str, films: int) -> None:
    order = orders(people.erp, scene)[0]
    people.create_job(order)
    told = people.show(order)
    own = {f"16P4-{line['ItemCode'].upper()}" for line in told["order"][0]["lines"]}
    rows = [row for row in told["requirements"] if row["ItemCode"].startswith("16P4-")]
    assert (len(rows), {row["ItemCode"] for row in rows} <= own) == (films, True)
    plain = len(told["requirements"]) - len(rows)
    assert plain == (scene in ("no_film", "plain_film_too"))


def test_the_wrong_film_is_that_of_another_bag(people: People) -> None:
    (order,) = orders(people.erp, "wrong_film")
    people.create_job(order)
    told = people.show(order)
    (row,) = told["requirements"]
    assert row["ItemCode"].startswith("16P4-2300-")
    assert row["ItemCode"] != f"16P4-{told['order'][0]['lines'][0]['ItemCode']}"


@pytest.mark.parametrize("form", ["observed", "documented"])
def test_the_predecessor_leaves_a_chain_up_to_any_stage(tmp_path: Path, form: str) -> None:
    erp = Erp(tmp_path / "radius.sqlite")
    fill(erp, 40, 7, ENDING)
    people = People(erp)
    plain = iter(orders(erp, ""))
    counts = {}
    for stage in ("job p4", "po", "so2", "ship request", "complete"):
        left = people.predecessor(next(plain), stage, form)  # type: ignore[arg-type]
        shown = people.show(left["order"])
        counts[stage] = [
            len(shown[part])
            for part in ("jobs_p4", "purchase_orders", "sales_orders_p2", "ship_requests", "jobs_p2")
        ]
        if left["so2"]:
            assert (shown["sales_orders_p2"][0]["SOrderStat"], shown["purchase_orders"][0]["POrderStat"]) == (
                0,
                2,
            )
            column = "SuppRef" if form == "observed" else "AddtCustRef"
            assert shown["purchase_orders"][0][column] == left["job_p4"]
    assert counts == {
        "job p4": [1, 0, 0, 0, 0], "po": [1, 1, 0, 0, 0], "so2": [1, 1, 1, 0, 0], "ship request": [1, 1, 1, 1, 0],
        "complete": [1, 1, 1, 1, 1],
    }  # fmt: skip


def test_the_predecessor_carried_the_first_requirement_only(people: People) -> None:
    order = people.add_order(people.add_item("2300-AQP12-9001"))
    people.add_derived_items("2300-AQP12-9001")
    people.add_line(order, "2300-AQP12-9001", 20_000)
    people.predecessor(order)
    shown = people.show(order)
    assert len(shown["requirements"]) == 2
    assert [len(shown[part][0]["lines"]) for part in ("purchase_orders", "sales_orders_p2", "jobs_p2")] == [
        1,
        1,
        1,
    ]


def test_a_world_may_begin_with_chains_of_every_stage(tmp_path: Path) -> None:
    erp = Erp(tmp_path / "radius.sqlite")
    fill(erp, 60, 7, ENDING, chains=14)
    with erp.reading() as session:
        made = [
            len(session.all(table, PlantCode=plant))
            for table, plant in (("PV_JobLine", "4"), ("PV_JobLine", "2"))
        ]
        assert (made, len(session.all("PV_POrder")), len(session.all("PV_ShipReq"))) == ([14, 6], 12, 8)


def test_five_thousand_orders_are_made_with_their_scenes_in_proportion(tmp_path: Path) -> None:
    erp = Erp(tmp_path / "radius.sqlite")
    fill(erp, 5000, 7, ENDING)
    scenes = Counter(row["scene"] for row in People(erp).scenes())
    assert {scenes[scene.__name__] for scene in SCENES} == {25}
    assert scenes[""] == 5000 - 25 * len(SCENES)
    assert date.fromisoformat(eligible_since(erp)) > ENDING - timedelta(days=60)
