"""Bodies for the shop and for NCR's REST API, and what their answers say entry by entry. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from dagster_project.counterpoint.documents import Document
from dagster_project.counterpoint.tables import (
    CHARGE,
    CONTACT,
    HEADER,
    LINE,
    PAYMENT,
    TAX,
)
from dagster_project.counterpoint.tables import NOTE as NOTES
from dagster_project.delivery.destination import Fields
from dagster_project.delivery.outcomes import Delivered, ErrorClass, Gone, Outcome, Rejected, Unknown

NOTE, STATUS = "note", "status"

# -- WooCommerce ------------------------------------------------------------------------------------


def note_text(values: Fields) -> str:
    """Return the private note of an order; its last line is the mark that it is found again by."""
    return (
        f"Counterpoint order {values['TKT_NO']}, document {values['DOC_ID']}.\n"
        f"[order-staging {values['WOO_ORDER_ID']} {values['DOC_ID']}]"
    )


def marker_of(text: str) -> str:
    """Return the mark of a note."""
    return text.rpartition("\n")[2]


def status_entry(order: int, status: str) -> Mapping[str, Any]:
    """Return one entry of a batch update."""
    return {"id": order, "status": status}


def batch_outcomes(content: Any, entries: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Return an outcome per entry of a batch update, by its id; what the answer does not name is unknown."""
    told = content.get("update") if isinstance(content, Mapping) else None
    answered = {entry["id"]: entry for entry in told or () if isinstance(entry, Mapping) and "id" in entry}
    return [_batch_outcome(answered.get(entry["id"]), entry) for entry in entries]


def _batch_outcome(answer: Mapping[str, Any] | None, entry: Mapping[str, Any]) -> Outcome:
    if answer is None:
        return Unknown(f"the shop's answer does not name order {entry['id']}")
    error = answer.get("error")
    if not error:
        if answer.get("status") == entry["status"]:
            return Delivered(str(entry["id"]))
        return Rejected(
            "StatusKept",
            f"order {entry['id']} stayed {answer.get('status')} in the shop",
            ErrorClass.FIX_ELSEWHERE,
            "STATUS",
        )
    code, message = str(error.get("code")), str(error.get("message"))
    status = (error.get("data") or {}).get("status")
    if status in (404, 410) or code.endswith("invalid_id"):
        return Gone(f"order {entry['id']}: {message}")
    return Rejected(code, f"order {entry['id']}: {message}", field="STATUS")


# -- NCR's REST API ---------------------------------------------------------------------------------

_HEADER = (
    "STR_ID", "STA_ID", "DRW_ID", "TKT_TYP", "DOC_TYP", "USR_ID", "CUST_NO", "TAX_COD", "NORM_TAX_COD",
    "SHIP_VIA_COD", "CUST_PO_NO", "TKT_DT",
)  # fmt: skip
_LINE = ("LIN_TYP", "ITEM_NO", "QTY_SOLD", "SELL_UNIT", "PRC", "EXT_PRC", "USR_ENTD_PRC")
_CONTACT = (
    "NAM", "FST_NAM", "LST_NAM", "ADRS_1", "ADRS_2", "CITY", "STATE", "ZIP_COD", "CNTRY", "PHONE_1",
    "EMAIL_ADRS_1", "NAM_TYP",
)  # fmt: skip
_PAYMENT = (
    "PAY_COD", "AMT", "FINAL_PMT", "CARD_IS_NEW", "SECURE_ECOMM_TRX", "DEP_LIN_COPIED_TO_REL_DOC", "EXCH_LOSS",
)  # fmt: skip


def document_body(document: Document) -> dict[str, Any]:
    """Return the body of POST /Document: what the API cannot work out by itself."""
    rows = document.rows
    (header,) = rows[HEADER.name]
    bill_to, ship_to = rows[CONTACT.name]
    tax = sum_of(rows[TAX.name], "TAX_AMT")
    content = {
        **_chosen(header, _HEADER),
        "BILL_TO_CONTACT": _chosen(bill_to, _CONTACT),
        "SHIP_TO_CONTACT": _chosen(ship_to, _CONTACT),
        "PS_DOC_LIN": [_chosen(line, _LINE) for line in rows[LINE.name]],
        "PS_DOC_HDR_MISC_CHRG": [
            _chosen(charge, ("TOT_TYP", "MISC_CHRG_NO", "MISC_TYP", "MISC_AMT"))
            for charge in rows[CHARGE.name]
        ],
        "PS_DOC_TAX": [
            _chosen(one, ("AUTH_COD", "RUL_COD", "TAX_DOC_PART", "TAX_AMT", "NORM_TAX_AMT"))
            for one in rows[TAX.name]
        ],
        "PS_TAX": {"ORD_TAX_AMT": tax, "ORD_NORM_TAX_AMT": tax},
        "PS_DOC_PMT": [_chosen(payment, _PAYMENT) for payment in rows[PAYMENT.name]],
        "PS_DOC_NOTE": [_chosen(note, ("NOTE_ID", "NOTE")) for note in rows[NOTES.name]],
    }
    return {"PS_DOC_HDR": content}


def sum_of(rows: Sequence[Mapping[str, Any]], column: str) -> str:
    """Return the sum of amounts as text."""
    from decimal import Decimal

    return str(sum((Decimal(row[column]) for row in rows), Decimal("0.00")))


def _chosen(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if row.get(name) is not None}
