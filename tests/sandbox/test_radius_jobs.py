"""AdvancedOrderProcessing: what a job is made of, what is refused, and what a reconfirm does."""

from typing import Any

import pytest

from sandbox.radius.people import NoSuchThing
from tests.sandbox.radius_wire import Wire, processing

BAG, OTHER = "2300-ABC12-0001", "2300-ABC12-0002"
REQUIREMENTS = """select r."ItemCode", r."RequiredQty", r."ReqGroupCode", r."SOrderLineNum" from "PUB"."PV_Req" r
    where r."JobCode" = ? order by r."RequirementId" """


@pytest.fixture
def order(radius: Wire) -> int:
    for bag in (BAG, OTHER):
        radius.radius.people.add_item(bag)
        radius.radius.people.add_derived_items(bag)
    return radius.radius.people.add_order(BAG)


def links(radius: Wire, order: int) -> list[tuple[Any, ...]]:
    return radius.sql(
        """select l."JobLineNum", l."SOrderLineNum" from "PUB"."PV_JobSOLink" l where l."SOrderNum" = ? order by 1""",
        order,
    )


def test_every_line_that_is_not_art_gets_film(radius: Wire, order: int) -> None:
    people = radius.radius.people
    people.add_line(order, OTHER, 40_000)
    people.add_line(order, BAG, 1)
    radius.sql("""update "PUB"."PV_SOrderLine" set "SOItemTypeCode" = 'P4ART' where "SOrderLineNum" = 3""")
    result = radius.process("4", order)
    assert (result["Total"], [each["Quantity"] for each in result["Requirements"]]) == (2, [150_000, 40_000])
    assert radius.sql(REQUIREMENTS, result["Job Code"]) == [
        (f"16P4-{BAG}", 375_500, "P4-PF", 1), (f"16P4-{OTHER}", 100_500, "P4-PF", 2),
    ]  # fmt: skip
    assert links(radius, order) == [(1, 1), (2, 2)]


def test_feet_follow_bags_by_one_ratio_and_a_little_spoilage(radius: Wire) -> None:
    radius.radius.people.add_item(BAG, ratio=3.6554, setup=1735)
    feet = {}
    for bags in (150_000, 180_000):
        order = radius.radius.people.add_order(BAG, bags)
        ((_, feet[bags], _, _),) = radius.sql(REQUIREMENTS, radius.process("4", order)["Job Code"])
    assert feet == {150_000: 550_045, 180_000: 659_707}


@pytest.mark.parametrize(
    ("act", "sentence"),
    [("hold", "Sales order {order} is on hold"), ("credit_hold", "Sales order {order} is on hold"),
     ("complete", "Sales order {order} is complete")],
)  # fmt: skip
def test_held_and_complete_orders_get_no_job(radius: Wire, order: int, act: str, sentence: str) -> None:
    getattr(radius.radius.people, act)(order)
    result = radius.process("4", order)
    assert (result["Errors"], result["Failed"]) == (sentence.format(order=order), 1)
    assert links(radius, order) == []
    radius.radius.people.release(order)
    assert radius.process("4", order)["Job Code"] == "900101"


def test_no_estimate_and_inactive_items_are_refused_in_words(radius: Wire, order: int) -> None:
    people = radius.radius.people
    people.set_estimate(BAG, p4=False)
    assert radius.process("4", order)["Errors"] == f"A valid estimate cannot be determined from item {BAG}"
    people.set_estimate(BAG)
    people.set_item_status(BAG, "INAC")
    assert radius.process("4", order)["Errors"] == f"Item {BAG} is inactive"
    assert radius.sql('select count(*) from "PUB"."PV_Req"') == [(0,)]


def test_an_order_nobody_knows_and_one_without_lines_have_no_results(radius: Wire, order: int) -> None:
    radius.radius.people.remove_line(order, 1)
    for number in (1, order):
        told = radius.post("AdvancedOrderProcessing", processing("4", number))
        assert (told.status, told.payload["Output"]["Results"]) == (0, [])
    # The order is one of plant 4.
    assert radius.post("AdvancedOrderProcessing", processing("2", order)).payload["Output"]["Results"] == []


@pytest.mark.parametrize(
    "change",
    [{"CompNum": 1}, {"CompNum": "2"}, {"SOPlantCode": 4}, {"SOPlantCode": "7"}, {"SOrderNum": "251001"},
     {"Plant": "4"}],
)  # fmt: skip
def test_wrong_criteria_are_refused(radius: Wire, order: int, change: dict[str, Any]) -> None:
    payload = processing("4", order)
    payload["OrderProcessingLoadCriteria"] |= change
    answer = radius.post("AdvancedOrderProcessing", payload)
    assert (answer.http, answer.status) == (200, 9)
    assert links(radius, order) == []


def test_asking_twice_makes_two_jobs(radius: Wire, order: int) -> None:
    codes = [radius.process("4", order)["Job Code"] for _ in range(2)]
    assert codes == ["900101", "900102"]
    assert radius.sql('select count(*) from "PUB"."PV_Req" r where r."SOrderNum" = ?', order) == [(2,)]


def test_plain_film_beside_the_printed_one_is_in_a_group_of_its_own(radius: Wire, order: int) -> None:
    radius.sql("update PUB.sandbox_estimate set extra = 'OPP-35-CLEAR', webs = 2")
    job = radius.process("4", order)["Job Code"]
    assert radius.sql(REQUIREMENTS, job) == [
        (f"16P4-{BAG}", 187_750, "P4-PF", 1), (f"16P4-{BAG}", 187_750, "P4-PF", 1),
        ("OPP-35-CLEAR", 125_167, "P4-FILM", 1),
    ]  # fmt: skip


def test_added_and_removed_lines_reach_the_job_when_it_is_reconfirmed(radius: Wire, order: int) -> None:
    people = radius.radius.people
    job = radius.process("4", order)["Job Code"]
    people.add_line(order, OTHER, 40_000)
    people.remove_line(order, 1)
    assert len(radius.sql(REQUIREMENTS, job)) == 1
    people.reconfirm_p4(order)
    assert radius.sql(REQUIREMENTS, job) == [(f"16P4-{OTHER}", 100_500, "P4-PF", 2)]
    assert links(radius, order) == [(1, 2)]


def test_a_reconfirm_that_needs_no_other_film_only_renews_the_ids(radius: Wire, order: int) -> None:
    people = radius.radius.people
    job = radius.process("4", order)["Job Code"]
    ids = 'select r."RequirementId" from "PUB"."PV_Req" r where r."JobCode" = ?'
    ((before,),) = radius.sql(ids, job)
    people.change_quantity(order, 151_000)
    people.reconfirm_p4(order, keep_quantities=True)
    ((after,),) = radius.sql(ids, job)
    assert after > before
    assert radius.sql(REQUIREMENTS, job) == [(f"16P4-{BAG}", 375_500, "P4-PF", 1)]


def test_another_film_on_the_estimate_shows_at_once_and_outlives_a_reconfirm(
    radius: Wire, order: int
) -> None:
    people = radius.radius.people
    job = radius.process("4", order)["Job Code"]
    people.change_film(order, f"16P4-{OTHER}")
    people.reconfirm_p4(order)
    assert radius.sql(REQUIREMENTS, job) == [(f"16P4-{OTHER}", 375_500, "P4-PF", 1)]
    people.change_film(order)
    assert radius.sql(REQUIREMENTS, job) == []
    people.change_film(order, f"16P4-{BAG}")
    people.reconfirm_p4(order)
    assert radius.sql(REQUIREMENTS, job) == [(f"16P4-{BAG}", 375_500, "P4-PF", 1)]


def test_another_date_moves_the_line_and_what_its_job_requires(radius: Wire, order: int) -> None:
    job = radius.process("4", order)["Job Code"]
    radius.radius.people.change_date(order, "2031-03-20")
    assert radius.sql('select l."ReqDate" from "PUB"."PV_SOrderLine" l where l."SOrderNum" = ?', order) == [
        ("2031-03-20",)
    ]
    assert radius.sql('select r."RequiredDate" from "PUB"."PV_Req" r where r."JobCode" = ?', job) == [
        ("2031-03-17",)
    ]


def test_a_cancelled_order_is_complete_and_requires_nothing_open(radius: Wire, order: int) -> None:
    job = radius.process("4", order)["Job Code"]
    radius.radius.people.cancel(order)
    assert radius.sql('select h."SOrderStat" from "PUB"."PV_SOrder" h where h."SOrderNum" = ?', order) == [
        (9,)
    ]
    assert radius.sql('select r."ReqStatus" from "PUB"."PV_Req" r where r."JobCode" = ?', job) == [(90,)]


def test_the_documented_job_is_made_of_the_lines_it_lists(radius: Wire, order: int) -> None:
    radius.radius.people.add_line(order, OTHER, 40_000)
    job = {
        "CompNum": 2,
        "PlantCode": "4",
        "Customer": "LWS",
        "SOrderNum": order,
        "SOrderLine": [{"SOrderLineNum": 2}],
    }
    made = radius.post("PolytexJob", {"XLSJob": job}, "PolytexJob/Job")
    assert radius.sql(REQUIREMENTS, made.payload["XLSJob"]["JobCode"]) == [
        (f"16P4-{OTHER}", 100_500, "P4-PF", 2)
    ]
    none = radius.post("Job", {"XLSJob": {**job, "SOrderLine": [{"SOrderLineNum": 9}]}}, "PolytexJob/Job")
    assert (none.http, none.payload["XLSJob"]["Errors"]) == (400, f"Sales order {order} has no such lines")
    wrong = radius.post("Job", {"XLSJob": {**job, "PlantCode": "2"}}, "PolytexJob/Job")
    assert (wrong.http, wrong.error) == (400, "XLSJob: PlantCode: '2' is not allowed here")


def test_people_are_told_what_is_not_there(radius: Wire, order: int) -> None:
    people = radius.radius.people
    calls = [
        lambda: people.reconfirm_p4(order), lambda: people.reconfirm_p2(order), lambda: people.hold(1),
        lambda: people.change_quantity(order, 1, line=7), lambda: people.remove_line(order, 7),
        lambda: people.set_item_status("2300-NONE", "APP"), lambda: people.close_po(1), lambda: people.receive_po(1),
        lambda: people.delete_requirement(1), lambda: people.change_date(1, "2031-01-01"),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(NoSuchThing):
            call()
    assert radius.radius.control.audit()["people"] == 5
