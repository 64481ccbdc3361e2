"""NCR's REST API: orders made and read by HTTP, refused in its envelope, and made though it says they were not."""

import copy
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.ncr.server import RunningNcr
from sandbox.counterpoint.numbers import API_BLOCK

ITEM, CUSTOMER = "01-10104", "2001"
ORDER: dict[str, Any] = {
    "PS_DOC_HDR": {
        "STR_ID": "01", "STA_ID": "101", "DRW_ID": "101", "TKT_TYP": "T", "DOC_TYP": "O", "USR_ID": "MGR",
        "CUST_NO": CUSTOMER, "TAX_COD": "MEMTN", "NORM_TAX_COD": "MEMTN", "SHIP_VIA_COD": "UPS GROUND",
        "BILL_TO_CONTACT": {"NAM_TYP": "B", "LST_NAM": "Castillo", "ADRS_1": "1 Main St"},
        "SHIP_TO_CONTACT": {"NAM_TYP": "B", "LST_NAM": "Castillo", "ADRS_1": "2 Main St"},
        "PS_DOC_NOTE": [{"NOTE_ID": "WOO 15001", "NOTE": "Web order 15001"}],
        "PS_DOC_LIN": [
            {"LIN_TYP": "O", "ITEM_NO": ITEM, "PRC": "119.95", "USR_ENTD_PRC": "Y", "QTY_SOLD": "2"}
        ],
        "PS_DOC_HDR_MISC_CHRG": [{"TOT_TYP": "O", "MISC_CHRG_NO": "1", "MISC_TYP": "A", "MISC_AMT": "5.99"}],
        "PS_DOC_PMT": [{"PAY_COD": "Cash", "AMT": "267.48", "FINAL_PMT": "N"}],
        "PS_DOC_TAX": [
            {"AUTH_COD": "MEMPHIS", "RUL_COD": "TAX", "TAX_DOC_PART": "O", "TAX_AMT": "4.80"},
            {"AUTH_COD": "SHELBY", "RUL_COD": "TAX", "TAX_DOC_PART": "O", "TAX_AMT": "7.20"},
            {"AUTH_COD": "TN", "RUL_COD": "TAX", "TAX_DOC_PART": "O", "TAX_AMT": "9.59"},
        ],
    },
    "PS_TAX": {"ORD_TAX_AMT": "21.59", "ORD_NORM_TAX_AMT": "21.59"},
}  # fmt: skip


@pytest.fixture
def database(counterpoint: CounterpointDatabase) -> CounterpointDatabase:
    return counterpoint


@pytest.fixture
def ncr(database: CounterpointDatabase, tmp_path: Path) -> Iterator[RunningNcr]:
    with RunningNcr(tmp_path / "counterpoint.duckdb", wait_seconds=1) as api:
        yield api


def order(**header: Any) -> dict[str, Any]:
    made = copy.deepcopy(ORDER)
    made["PS_DOC_HDR"].update(header)
    return made


def post(ncr: RunningNcr, body: Any) -> requests.Response:
    return requests.post(f"{ncr.url}/Document", json=body, auth=ncr.auth, headers=ncr.headers, timeout=20)


def get(ncr: RunningNcr, path: str) -> requests.Response:
    return requests.get(f"{ncr.url}{path}", auth=ncr.auth, headers=ncr.headers, timeout=20)


def count(database: CounterpointDatabase, kind: str = "O") -> int:
    with database.begin() as connection:
        sql = f"select count(*) from dbo.PS_DOC_HDR where DOC_TYP = '{kind}'"
        return int(connection.exec_driver_sql(sql).scalar_one())


def test_a_paid_order_makes_two_linked_documents(ncr: RunningNcr) -> None:
    response = post(ncr, order())
    assert response.status_code == 201
    body = response.json()
    assert body["ErrorCode"] == "SUCCESS"
    assert "Message" not in body
    ticket, made = body["Documents"]
    assert (ticket["reference"], made["reference"]) == ("Ticket", "Order")
    assert ticket["PaymentResponses"] == [{"PMT_SEQ_NO": 1, "Response": "ACCEPTED"}]
    assert made["DOC_ID"] in API_BLOCK
    deposit = get(ncr, f"/Document/{ticket['DOC_ID']}").json()["PS_DOC_HDR"]
    assert (deposit["ORD_LINS"], deposit["SAL_LINS"]) == (0, 0)
    assert deposit["PS_DOC_HDR_ORIG_DOC"][0]["ORIG_DOC_ID"] == made["DOC_ID"]
    assert deposit["PS_DOC_PMT"][0]["PS_DOC_PMT_APPLY"][0]["APPL_TYP"] == "S"


def test_an_order_reads_back_as_ncr_tests_expect(ncr: RunningNcr) -> None:
    doc_id = post(ncr, order()).json()["Documents"][1]["DOC_ID"]
    header = get(ncr, f"/Document/{doc_id}").json()["PS_DOC_HDR"]
    assert (header["ORD_LINS"], header["SAL_LINS"], header["HAS_ENTD_LINS"]) == (1, 0, "Y")
    assert len(header["PS_DOC_HDR_TOT"]) == 3
    assert len(header["PS_DOC_AUDIT_LOG"]) == 1
    assert header["PS_DOC_HDR_DOC_STAT"]["TOT_DEP_RECEIVED"] == 267.48
    assert header["PS_DOC_PMT"][0]["PS_DOC_PMT_APPLY"][0]["APPL_TYP"] == "O"
    total = next(each for each in header["PS_DOC_HDR_TOT"] if each["TOT_TYP"] == "O")
    assert (total["SUB_TOT"], total["TAX_AMT"], total["TOT_MISC"]) == (239.9, 21.59, 5.99)
    assert (total["TOT"], total["AMT_DUE"]) == (267.48, 0)
    assert header["SHIP_TO_CONTACT"]["ADRS_1"] == "2 Main St"
    assert header["PS_DOC_NOTE"][0]["NOTE_ID"] == "WOO 15001"
    line = header["PS_DOC_LIN"][0]
    assert line["ORIG_QTY"] == line["QTY_ENTD"] == line["QTY_SOLD"] == 2


def test_stock_is_committed(ncr: RunningNcr) -> None:
    before = get(ncr, f"/Item/{ITEM}/Inventory/01").json()["IM_INV"]
    post(ncr, order())
    after = get(ncr, f"/Item/{ITEM}/Inventory/01").json()["IM_INV"]
    assert after["QTY_COMMIT"] - before["QTY_COMMIT"] == 2
    assert after["QTY_AVAIL"] - before["QTY_AVAIL"] == -2


def test_a_price_counts_only_with_its_flag(ncr: RunningNcr) -> None:
    line = {"LIN_TYP": "O", "ITEM_NO": ITEM, "PRC": "1.00", "QTY_SOLD": "1"}
    body = order(PS_DOC_LIN=[line], PS_DOC_PMT=[], PS_DOC_TAX=[])
    del body["PS_TAX"]
    doc_id = post(ncr, body).json()["Documents"][0]["DOC_ID"]
    price = get(ncr, f"/Document/{doc_id}").json()["PS_DOC_HDR"]["PS_DOC_LIN"][0]["PRC"]
    listed = get(ncr, f"/Item/{ITEM}").json()["IM_ITEM"]["PRC_1"]
    assert price == listed != 1


def test_a_ticket_number_sent_is_kept_and_otherwise_counted(ncr: RunningNcr) -> None:
    def number(body: dict[str, Any]) -> str:
        doc_id = post(ncr, body).json()["Documents"][1]["DOC_ID"]
        return str(get(ncr, f"/Document/{doc_id}").json()["PS_DOC_HDR"]["TKT_NO"])

    assert number(order(TKT_NO="W15001")) == "W15001"
    assert number(order()) == "O101-000366"


def test_a_card_kept_for_the_release_is_no_deposit(ncr: RunningNcr) -> None:
    payment = {"PAY_COD": "VISA", "FINAL_PMT": "Y"}
    documents = post(ncr, order(PS_DOC_PMT=[payment])).json()["Documents"]
    assert [each["reference"] for each in documents] == ["Order"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"STR_ID": ""}, 400, "ERROR_MISSING_REQUIRED_DATA"),
        ({"TKT_TYP": None}, 400, "ERROR_MISSING_REQUIRED_DATA"),
        ({"PS_DOC_LIN": []}, 400, "ERROR_MISSING_REQUIRED_DATA"),
        ({"PS_DOC_LIN": [{"LIN_TYP": "Q", "ITEM_NO": ITEM, "QTY_SOLD": 1}]}, 400, "ERROR_INVALID_LIN_TYP"),
        ({"PS_DOC_LIN": [{"LIN_TYP": "S", "ITEM_NO": ITEM, "QTY_SOLD": 1}]}, 400, "ERROR_NOT_PURE_ORDER"),
        ({"PS_DOC_LIN": [{"LIN_TYP": "O", "ITEM_NO": "99-9", "QTY_SOLD": 1}]}, 400, "ERROR_RECORD_NOT_FOUND"),
        ({"CUST_NO": "99999"}, 400, "ERROR_RECORD_NOT_FOUND"),
        ({"SHIP_TO_CONTACT": {"NAM_TYP": "B", "CONTACT_ID": 2}}, 400, "ERROR_INVALID_CONTACT_ID"),
        ({"SHIP_TO_CONTACT": {"LST_NAM": "X"}}, 400, "ERROR_MISSING_REQUIRED_DATA"),
        ({"SHIP_VIA_COD": "CAMEL"}, 500, "ERROR_UNKNOWN"),
        ({"PS_DOC_PMT": [{"PAY_COD": "SHELLS", "AMT": 1, "FINAL_PMT": "N"}]}, 500, "ERROR_UNKNOWN"),
        ({"PS_DOC_TAX": []}, 500, "ERROR_UNKNOWN"),
    ],
)  # fmt: skip
def test_a_wrong_order_is_refused_whole(
    ncr: RunningNcr, database: CounterpointDatabase, change: dict[str, Any], status: int, code: str
) -> None:
    before = count(database)
    response = post(ncr, order(**change))
    assert (response.status_code, response.json()["ErrorCode"]) == (status, code)
    assert response.json()["Message"]
    assert count(database) == before


def test_credentials_and_key_are_asked_for(ncr: RunningNcr) -> None:
    url = f"{ncr.url}/Document"
    nobody = requests.post(url, json=order(), headers=ncr.headers, timeout=20)
    wrong = requests.post(url, json=order(), auth=("SANDBOX.MGR", "guess"), headers=ncr.headers, timeout=20)
    keyless = requests.post(url, json=order(), auth=ncr.auth, timeout=20)
    assert [each.status_code for each in (nobody, wrong, keyless)] == [401, 401, 403]
    assert keyless.json()["ErrorCode"] == "ERROR_INVALID_APIKEY"


def test_what_is_not_there_is_404_and_documents_cannot_be_searched(ncr: RunningNcr) -> None:
    missing = get(ncr, "/Document/1")
    assert (missing.status_code, missing.json()["ErrorCode"]) == (404, "ERROR_RECORD_NOT_FOUND")
    assert missing.json()["Message"] == "Document 1 not found"
    assert get(ncr, "/Documents").status_code == 404
    assert get(ncr, "/Customer/99999").status_code == 404


def test_a_document_may_exist_although_the_api_says_unknown_error(
    ncr: RunningNcr, database: CounterpointDatabase
) -> None:
    before = count(database)
    ncr.control.next_faults({"kind": "status", "status": 500, "when": "after", "on": "write"})
    response = post(ncr, order())
    assert (response.status_code, response.json()["ErrorCode"]) == (500, "ERROR_UNKNOWN")
    assert count(database) == before + 1


def test_shipping_may_get_lost(ncr: RunningNcr) -> None:
    ncr.control.quirks(loses_misc_charges=True)
    doc_id = post(ncr, order()).json()["Documents"][1]["DOC_ID"]
    assert get(ncr, f"/Document/{doc_id}").json()["PS_DOC_HDR"]["PS_DOC_HDR_MISC_CHRG"] == []


def test_notes_can_be_added(ncr: RunningNcr) -> None:
    doc_id = post(ncr, order()).json()["Documents"][1]["DOC_ID"]
    note = {"PS_DOC_NOTE": {"NOTE_ID": "LATER", "NOTE": "second"}}
    response = requests.post(f"{ncr.url}/Document/{doc_id}/Note", json=note, auth=ncr.auth, timeout=20)
    assert response.status_code == 200
    notes = get(ncr, f"/Document/{doc_id}").json()["PS_DOC_HDR"]["PS_DOC_NOTE"]
    assert [each["NOTE_ID"] for each in notes] == ["WOO 15001", "LATER"]


def test_codes_can_be_read(ncr: RunningNcr) -> None:
    assert "MEMTN" in {each["TAX_COD"] for each in get(ncr, "/TaxCodes").json()["TaxCodes"]}
    assert "CASH" in {each["PAY_COD"] for each in get(ncr, "/PayCodes").json()["PayCodes"]}
    assert get(ncr, "/Store/01").json()["PS_STR_CFG_PS"]["NXT_ORD_NO"] == "O101-000366"
    assert get(ncr, f"/Customer/{CUSTOMER}").json()["AR_CUST"]["CUST_NO"] == CUSTOMER


def test_the_customer_counts_his_orders(ncr: RunningNcr) -> None:
    before = get(ncr, f"/Customer/{CUSTOMER}").json()["AR_CUST"]
    post(ncr, order())
    after = get(ncr, f"/Customer/{CUSTOMER}").json()["AR_CUST"]
    assert after["NO_OF_ORDS"] == before["NO_OF_ORDS"] + 1
    assert Decimal(str(after["ORD_BAL"])) - Decimal(str(before["ORD_BAL"])) == Decimal("267.48")
