"""What can be ordered to go wrong, by deed and count; late rows; a database that is gone; the audit."""

import base64
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.radius.erp import Erp, Unavailable
from sandbox.radius.server import RadiusProcess, RunningRadius
from sandbox.web.control import ControlRefused
from tests.sandbox.radius_wire import Wire, purchase, purchase_line, sale, sale_change, sale_line

BAG, FILM, ROLL = "2300-ABC12-0001", "16P4-2300-ABC12-0001", "1600-2300-ABC12-0001"
BUY = purchase("900101", purchase_line(FILM))
COUNT_PO = 'select count(*) from "PUB"."PV_POrder"'
COUNT_SO2 = (
    """select (select count(*) from "PUB"."PV_SOrder"), (select count(*) from "PUB"."PV_SOrderLine")"""
)


@pytest.fixture
def items(radius: Wire) -> Wire:
    radius.radius.people.add_item(BAG)
    radius.radius.people.add_derived_items(BAG)
    return radius


def short(radius: Wire, payload: Any) -> requests.Response:
    """A purchase order by a caller who does not wait long."""
    body = base64.b64encode(json.dumps(payload).encode()).decode()
    request = {"efiRadiusRequest": {"entityName": "XLinkAPIPOrder", "payload": body}}
    return requests.post(radius.radius.api, json=request, headers={"Accept": "application/json"}, timeout=1)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_gateways_say_no_before_or_after_the_order_is_made(items: Wire, status: int) -> None:
    for when, made in (("before", 0), ("after", 1)):
        items.radius.control.next_faults(
            {"kind": "status", "status": status, "when": when, "path": "PO create"}
        )
        assert short(items, BUY).status_code == status
        assert items.sql(COUNT_PO) == [(made,)]


@pytest.mark.parametrize(
    ("kind", "error"),
    [("silence", requests.exceptions.ReadTimeout), ("reset", requests.exceptions.ConnectionError),
     ("close", requests.exceptions.ConnectionError)],
)  # fmt: skip
def test_an_answer_may_be_lost_after_the_order_is_made(
    items: Wire, kind: str, error: type[Exception]
) -> None:
    items.radius.control.next_faults({"kind": kind, "when": "after", "path": "PO create"})
    with pytest.raises(error):
        short(items, BUY)
    assert items.sql(COUNT_PO) == [(1,)]


def test_proxies_speak_html_or_nothing_or_half_of_it(items: Wire) -> None:
    control = items.radius.control
    control.next_faults({"kind": "html", "status": 200}, {"kind": "empty"}, {"kind": "half_json"})
    page = short(items, BUY)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")
    empty = short(items, BUY)
    assert (empty.status_code, empty.content) == (200, b"")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        short(items, BUY)
    assert items.sql(COUNT_PO) == [(3,)]


def test_the_adapter_s_own_odd_answers(items: Wire) -> None:
    control = items.radius.control
    control.next_faults(
        *({"kind": "own", "name": name} for name in ("xml", "status_9", "no_number", "bad_payload"))
    )
    assert "<efiRadiusResponse>" in short(items, BUY).text
    refused = items.post("XLinkAPIPOrder", BUY)
    assert (refused.http, refused.status, refused.error) == (200, 9, "An unexpected error has occurred")
    silent = items.post("XLinkAPIPOrder", BUY)
    assert (silent.status, silent.payload["XLPOrders"]["XLPOrder"][0]["Action"]) == (1, "Add")
    assert "POrderNum" not in silent.payload["XLPOrders"]["XLPOrder"][0]
    assert short(items, BUY).json()["efiRadiusResponse"]["payload"] == "*** not base64"
    assert items.sql(COUNT_PO) == [(4,)]
    control.next_faults(
        {"kind": "own", "name": "status_9", "when": "before"}, {"kind": "own", "name": "none"}
    )
    assert items.post("XLinkAPIPOrder", BUY).status == 9
    assert items.sql(COUNT_PO) == [(4,)]
    assert "there is no own fault 'none'" in short(items, BUY).text


def test_faults_strike_one_deed_and_so_often_in_both_forms(items: Wire) -> None:
    items.radius.control.set_faults(
        rules=[{"kind": "status", "status": 503, "when": "before", "path": "SO2 create", "times": 1},
               {"kind": "status", "status": 504, "when": "before", "path": "P4 job create", "times": 2}]
    )  # fmt: skip
    assert short(items, BUY).status_code == 200
    order = items.radius.people.add_order(BAG)
    job = {
        "CompNum": 2,
        "PlantCode": "4",
        "Customer": "LWS",
        "SOrderNum": order,
        "SOrderLine": [{"SOrderLineNum": 1}],
    }
    address = f"{items.radius.api}/CompNum/2/PolytexJob/Job"
    assert [requests.post(address, json={}, timeout=5).status_code for _ in range(3)] == [504, 504, 400]
    assert items.post("PolytexJob", {"XLSJob": job}, "PolytexJob/Job").http == 200
    statuses = items.radius.control.calls()["routes"]
    assert statuses == {"POST PO create": 1, "POST ": 2, "POST P4 job create": 2}


def test_latency_is_set_by_deed(items: Wire) -> None:
    items.radius.control.settings(latency={"PO create": 0.3})
    short(items, BUY)
    items.post("XLinkAPISOrder", sale(1, sale_line(ROLL)))
    slow, quick = items.radius.control.calls()["log"]
    assert slow["seconds"] >= 0.3
    assert quick["route"] == "SO2 create"
    with pytest.raises(ControlRefused, match="no such deed"):
        items.radius.control.settings(latency={"PO": 1})


def test_calls_run_beside_one_another(items: Wire) -> None:
    items.radius.control.settings(latency={"PO create": 0.4})
    threads = [threading.Thread(target=short, args=(items, BUY)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = items.radius.control.calls()["log"]
    assert len(log) == 8
    assert max(call["at"] for call in log) < min(call["at"] + call["seconds"] for call in log)
    assert items.sql(COUNT_PO) == [(8,)]


@pytest.fixture
def late(tmp_path: Path) -> Iterator[Wire]:
    """An ERP that shows new SO2 to SQL after an hour, or when it is told to."""
    with RunningRadius(tmp_path / "late.sqlite", view_lag_seconds=3600) as running:
        running.people.add_item(BAG)
        running.people.add_derived_items(BAG)
        yield Wire(running)


def test_a_new_sales_order_is_invisible_to_sql_at_first_but_not_to_the_adapter(late: Wire) -> None:
    made = late.post("XLinkAPISOrder", sale(1, sale_line(ROLL)))
    number = made.payload["XLSOrders"]["XLSOrder"][0]["SOrderNum"]
    assert late.sql(COUNT_SO2) == [(0, 0)]
    assert late.post("XLinkAPISOrder", sale_change(number, CustRef="ALP235")).status == 1
    assert late.post("XLinkAPISOrder", sale_change(number, sale_line(ROLL, number=2))).status == 1
    assert late.radius.people.show(251_001)["order"] == []
    with late.radius.erp.changing("world") as session:
        for table in ("sandbox_late_PV_SOrder", "sandbox_late_PV_SOrderLine"):
            session.update(table, {"due_at": 0})
    late.radius.erp.publish()
    assert late.sql(COUNT_SO2) == [(1, 2)]
    assert late.sql('select "CustRef" from "PUB"."PV_SOrder"') == [("ALP235",)]


def test_late_rows_show_by_themselves_and_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "late.sqlite"
    with RunningRadius(file, view_lag_seconds=0.3) as running:
        running.people.add_item(BAG)
        running.people.add_derived_items(BAG)
        wire = Wire(running)
        wire.post("XLinkAPISOrder", sale(1, sale_line(ROLL)))
        assert wire.sql(COUNT_SO2) == [(0, 0)]
        _until(lambda: wire.sql(COUNT_SO2) == [(1, 1)])
        wire.post("XLinkAPISOrder", sale(2, sale_line(ROLL)))
    with RunningRadius(file) as running:
        _until(lambda: Wire(running).sql(COUNT_SO2) == [(2, 2)])


def _until(true: Any) -> None:
    waited = threading.Event()
    for _ in range(200):
        if true():
            return
        waited.wait(0.05)
    raise AssertionError("it never came true")


def test_the_database_goes_away_and_comes_back_as_it_was(items: Wire) -> None:
    short(items, BUY)
    items.radius.control.hide_database()
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        items.sql(COUNT_PO)
    gone = items.post("XLinkAPIPOrder", BUY)
    assert (gone.http, gone.status, gone.error) == (200, 9, "The database is not available")
    assert items.post("POrder", {}, "POrder/POrder").http == 500
    with pytest.raises(Unavailable):
        items.radius.people.hold(1)
    items.radius.control.restore_database()
    assert items.sql(COUNT_PO) == [(1,)]
    assert items.post("XLinkAPIPOrder", BUY).status == 1


def test_a_database_that_somebody_reads_stays(items: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.radius.erp._CHECKPOINT_SECONDS", 0.0)
    reader = sqlite3.connect(items.radius.database, isolation_level=None)
    reader.execute("begin")
    reader.execute("select count(*) from PV_POrder").fetchone()
    short(items, BUY)
    with pytest.raises(ControlRefused, match="is being read"):
        items.radius.control.hide_database()
    reader.close()
    assert items.sql(COUNT_PO) == [(1,)]


def test_a_server_that_ends_puts_a_hidden_database_back(tmp_path: Path) -> None:
    with RunningRadius(tmp_path / "radius.sqlite") as running:
        running.people.add_item(BAG)
        running.control.hide_database()
    with Erp(tmp_path / "radius.sqlite").reading() as session:
        assert len(session.all("PM_Item")) == 1


def test_the_audit_counts_what_calls_and_statements_changed_and_nothing_else(items: Wire) -> None:
    control = items.radius.control
    items.post("XLinkAPIPOrder", BUY)
    items.post("XLinkAPIPOrder", purchase("", purchase_line(FILM)))
    made = items.post("XLinkAPISOrder", sale(241_001, sale_line(ROLL)))
    number = made.payload["XLSOrders"]["XLSOrder"][0]["SOrderNum"]
    authorise = "update PUB.PV_SOrder set SOrderStat = 0 where PlantCode = '2' and SOrderNum = ?"
    items.sql(authorise, number)
    items.sql(authorise, number)
    items.sql("update PUB.PM_Item set PurchasePriceCode = 'x', SalesPriceCode = '' where ItemCode = ?", FILM)
    items.sql("delete from PUB.PV_XLPRICE where ItemCode = ?", FILM)
    items.sql("insert into PUB.PV_XLPRICE (CompNum, ItemCode, PlantCode) values (2, ?, '4')", FILM)
    items.radius.people.hold(number)
    told = control.audit()
    assert told["deeds"] == {
        "PO create": 1, "PO line": 1, "SO2 create": 1, "SO2 line": 1, "PV_SOrder.SOrderStat": 1,
        "PM_Item.PurchasePriceCode": 1, "PV_XLPRICE delete": 1, "PV_XLPRICE insert": 1,
    }  # fmt: skip
    assert (told["changes"], told["people"]) == (8, 3)
    touched = [(row["who"], row["deed"], row["object"], row["detail"]) for row in told["log"]]
    assert ("sql", "PV_SOrder.SOrderStat", f"2/{number}", "2 -> 0") in touched
    assert ("api", "PO line", "241001/1", {"item": FILM, "OrderedQty": 375_500}) in touched
    control.reset_audit()
    assert control.audit(log=False) == {"changes": 0, "deeds": {}, "people": 0}


def test_a_reset_takes_faults_settings_and_counts_back_but_no_orders(items: Wire) -> None:
    control = items.radius.control
    short(items, BUY)
    control.settings(view_lag_seconds=5, latency={"PO create": 1})
    control.next_faults({"kind": "silence"})
    control.hide_database()
    control.reset()
    assert control.get("/faults")["waiting"] == 0
    assert control.calls()["calls"] == 0
    assert control.audit(log=False)["changes"] == 0
    assert control.settings() == {
        "view_lag_seconds": 0.2, "latency": {}, "runner_api_key": "", "runner_fails": False,
    }  # fmt: skip
    assert items.sql(COUNT_PO) == [(1,)]


def test_a_process_of_its_own_can_be_killed_and_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    with RadiusProcess(tmp_path / "radius.sqlite", orders=3) as process:
        scenes = process.people.scenes()
        order = scenes[0]["SOrderNum"]
        job = {"CompNum": 2, "PlantCode": "4", "Customer": "LWS", "SOrderNum": order,
               "SOrderLine": [{"SOrderLineNum": 1}]}  # fmt: skip
        body = base64.b64encode(json.dumps({"XLSJob": job}).encode()).decode()
        request = {"efiRadiusRequest": {"entityName": "PolytexJob", "payload": body}}
        address = f"{process.api}/CompNum/2/PolytexJob/Job"
        assert requests.post(address, json=request, timeout=10).status_code == 200
        assert process.control.audit(log=False)["changes"] == 1
        process.kill()
    with RunningRadius(tmp_path / "radius.sqlite", orders=3) as running:
        assert [one["JobCode"] for one in running.people.show(order)["jobs_p4"]] == ["900101"]
        assert running.people.scenes() == scenes
