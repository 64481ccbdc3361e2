"""Items: read as a template, made from it, approved by people, and the price runner after them."""

from typing import Any

import pytest
import requests

from tests.sandbox.radius_wire import Json, Wire

BAG = "2300-ABC12-0001"
READ = """select i."ItemStatusCode", i."ClassId", i."UnitCode", i."ProdGroupCode" from "PUB"."PM_Item" i
    where i."CompNum" = 2 and i."ItemCode" = ?"""


def asked(code: str, company: object = "2") -> Json:
    wanted = {"compnum": company, "itemcode": code}
    criteria = [{"column": column, "op": "eq", "value1": value} for column, value in wanted.items()]
    return {"Filter": [{"page": 1, "PageSize": 1, "includechild": False, "Criteria": criteria}]}


def template(radius: Wire) -> Json:
    answer = radius.post("GetItem", asked(BAG))
    assert (answer.status, answer.error) == (0, "")
    (item,) = answer.payload["XLItems"]["XLItem"]
    found: Json = item
    return found


def film(item: Json, **changes: Any) -> Json:
    made = {
        **item, "ItemCode": f"16P4-{BAG}", "ItemShortDesc": f"16P4-{BAG}", "ItemStatusCode": "WAIT", "ClassId": 1,
        "EstimateUse": 101, "UnitCode": "FEET", "ReqGroupCode": "P4-PF", "ItemGroupCode": "P4-F29",
        "ItemTypeCode": "PrintOPP", "ProdGroupCode": "", "MinorProductGroup": "", "Purchased": True, "Issued": True,
        "Produced": False, "Sold": False, "BWCode": "per 1000 sq ft", "BW": 25, "Caliper": 0.01, "RollType": 1,
        "XLUDEElements": [{"Group": "Item Attributes", "Element": "Market Product", "Value": "Other"}],
        "XLItemAnalysis": [{"AnalysisType": "PLATES", "AnalysisCode": "None"}], **changes,
    }  # fmt: skip
    return {"XLItems": {"XLItem": [made]}}


@pytest.fixture
def bag(radius: Wire) -> Wire:
    radius.radius.people.add_item(BAG)
    return radius


def test_an_item_is_told_with_all_its_fields(bag: Wire) -> None:
    item = template(bag)
    assert len(item) == 167
    assert (item["ItemCode"], item["ClassId"], item["Sold"], item["Purchased"]) == (BAG, 4, True, False)
    assert bag.post("GetItem", asked("2300-NONE")).payload == {"XLItems": {"XLItem": []}}


@pytest.mark.parametrize("payload", [{}, {"Filter": []}, asked(BAG, "3"), {"Filter": [{"page": 1}]}])
def test_a_wrong_filter_is_refused(bag: Wire, payload: Json) -> None:
    assert bag.post("GetItem", payload).status == 9


def test_an_item_is_made_from_a_template_and_waits_for_approval(bag: Wire) -> None:
    answer = bag.post("XLinkAPIItem", film(template(bag)))
    told = answer.payload["XLItems"]["XLItem"][0]
    assert (answer.status, told["Action"], told["ErrorMessage"]) == (1, "Add", "")
    assert bag.sql(READ, f"16P4-{BAG}") == [("WAIT", 1, "FEET", "")]
    again = bag.post("GetItem", asked(f"16P4-{BAG}")).payload["XLItems"]["XLItem"][0]
    assert (again["Caliper"], again["Purchased"], len(again)) == (0.01, True, 167)
    bag.radius.people.approve_item(f"16P4-{BAG}")
    assert bag.sql(READ, f"16P4-{BAG}")[0][0] == "APP"


def test_an_item_that_is_made_again_waits_again(bag: Wire) -> None:
    payload = film(template(bag))
    bag.post("XLinkAPIItem", payload)
    assert bag.radius.people.approve_waiting_items() == [f"16P4-{BAG}"]
    answer = bag.post("XLinkAPIItem", payload)
    assert answer.payload["XLItems"]["XLItem"][0]["Action"] == "Update"
    assert bag.sql(READ, f"16P4-{BAG}") == [("WAIT", 1, "FEET", "")]
    assert bag.radius.control.audit()["deeds"] == {"item create": 1, "item update": 1}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"ItemStatusCode": "NEW"}, "ItemStatusCode NEW does not exist"),
     ({"UnitCode": "MILE"}, "UnitCode MILE does not exist"),
     ({"ProdGroupCode": "X"}, "ProdGroupCode X does not exist"),
     ({"CompNum": 1}, "XLItem: CompNum: 1 is not allowed here"),
     ({"Purchased": "true"}, "XLItem: Purchased: 'true' is no true or false"),
     ({"Colour": "red"}, "XLItem: element Colour is not known"),
     ({"ItemCode": ""}, "XLItem: ItemCode: a value is needed")],
)  # fmt: skip
def test_a_wrong_item_is_refused_with_the_reason_on_it(bag: Wire, changes: Json, sentence: str) -> None:
    answer = bag.post("XLinkAPIItem", film(template(bag), **changes))
    assert (answer.http, answer.status, answer.error) == (200, 9, "Item could not be saved")
    told = answer.payload["XLItems"]["XLItem"][0]
    assert (told["Action"], told["ErrorMessage"]) == ("Failed", sentence)
    assert bag.sql('select count(*) from "PUB"."PM_Item"') == [(1,)]


def test_texts_compare_without_regard_to_case(bag: Wire) -> None:
    assert bag.sql(READ, BAG.lower())[0][0] == "APP"
    assert bag.post("GetItem", asked(BAG.lower())).payload["XLItems"]["XLItem"][0]["ItemCode"] == BAG


def test_the_price_runner_runs_one_company_or_all(radius: Wire) -> None:
    url = f"{radius.radius.url}/run_xlink"
    told = requests.post(url, json={"run_all": True}, timeout=10).json()
    assert (told["success"], told["run_all"], told["stop_on_fail"]) == (True, True, False)
    assert [(one["company_id"], one["returncode"], one["success"]) for one in told["results"]] == [
        (1, 0, True), (2, 0, True),
    ]  # fmt: skip
    assert len(requests.post(url, json={"company_id": 2}, timeout=10).json()["results"]) == 1
    assert requests.post(url, json={}, timeout=10).status_code == 422
    assert requests.get(f"{radius.radius.url}/health", timeout=10).json() == {"status": "ok"}
    assert radius.radius.control.calls()["routes"] == {"POST price run": 3, "GET unknown": 1}


def test_the_price_runner_may_want_a_key_and_may_fail(radius: Wire) -> None:
    url, control = f"{radius.radius.url}/run_xlink", radius.radius.control
    control.settings(runner_api_key="k1", runner_fails=True)
    assert requests.post(url, json={"run_all": True}, timeout=10).status_code == 401
    told = requests.post(url, json={"run_all": True}, headers={"X-API-KEY": "k1"}, timeout=10).json()
    assert (told["success"], told["results"][0]["returncode"]) == (False, 1)
