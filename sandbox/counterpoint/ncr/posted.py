"""The body of POST /Document, checked as far as NCR's guide says what is required."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.counterpoint.document_tables import LINE_TYPES
from sandbox.counterpoint.native_lines import OrderLine
from sandbox.counterpoint.native_orders import NativeOrder, Payment, Tax
from sandbox.counterpoint.ncr.errors import BAD_CONTACT, BAD_LINE_TYPE, MISSING, NOT_PURE, Refused

Json = Mapping[str, Any]
_HEADER = ("STR_ID", "STA_ID", "DRW_ID", "TKT_TYP", "DOC_TYP", "USR_ID")
_LINE = ("LIN_TYP", "ITEM_NO", "QTY_SOLD")


def order_of(body: object) -> NativeOrder:
    """Raises Refused for what is missing or wrong in itself; what Counterpoint knows is checked later."""
    if not isinstance(body, Mapping):
        raise Refused(MISSING, "Request body: expected an object, found something else")
    header = body.get("PS_DOC_HDR")
    if not isinstance(header, Mapping):
        raise Refused(MISSING, "PS_DOC_HDR is required")
    _require(header, _HEADER, "PS_DOC_HDR")
    if header["DOC_TYP"] != "O":
        raise Refused(NOT_PURE, f"The sandbox plays orders only, not DOC_TYP {header['DOC_TYP']}")
    lines = [_line(line) for line in header.get("PS_DOC_LIN") or []]
    if not lines:
        raise Refused(MISSING, "PS_DOC_LIN is required")
    taxes = _taxes(header, body.get("PS_TAX") or {})
    return NativeOrder(
        customer=header.get("CUST_NO"),
        lines=lines,
        store=header["STR_ID"],
        station=header["STA_ID"],
        drawer=header["DRW_ID"],
        user=header["USR_ID"],
        location=header.get("STK_LOC_ID") or "01",
        ticket_no=header.get("TKT_NO") or "",
        tax_code=header.get("TAX_COD"),
        taxes=taxes,
        ship_via=header.get("SHIP_VIA_COD"),
        po_no=header.get("CUST_PO_NO"),
        misc_charges={
            int(charge["MISC_CHRG_NO"]): _decimal(charge, "MISC_AMT")
            for charge in header.get("PS_DOC_HDR_MISC_CHRG") or []
        },
        payments=[_payment(payment) for payment in header.get("PS_DOC_PMT") or []],
        notes=[_note(note) for note in header.get("PS_DOC_NOTE") or []],
        contacts=_contacts(header),
        packages=[package["PKG_TRK_NO"] for package in header.get("PS_DOC_PKG_TRK_NO") or []],
        profile=dict(header.get("PS_DOC_HDR_PROF") or {}),
    )


def _require(part: Json, names: tuple[str, ...], where: str) -> None:
    for name in names:
        if part.get(name) in (None, ""):
            raise Refused(MISSING, f"{where}.{name} is required")


def _decimal(part: Json, name: str) -> Decimal:
    try:
        return Decimal(str(part[name]))
    except (KeyError, InvalidOperation):
        raise Refused(MISSING, f"{name} is required and must be a number") from None


def _line(line: Json) -> OrderLine:
    _require(line, _LINE, "PS_DOC_LIN")
    if line["LIN_TYP"] not in LINE_TYPES:
        raise Refused(BAD_LINE_TYPE, f"LIN_TYP {line['LIN_TYP']} is invalid")
    if line["LIN_TYP"] != "O":
        raise Refused(NOT_PURE, "An order may have order lines only")
    # Since 2.4 the flag decides; a price without it is replaced by Counterpoint's own.
    price = _decimal(line, "PRC") if line.get("USR_ENTD_PRC") == "Y" else None
    return OrderLine(line["ITEM_NO"], _decimal(line, "QTY_SOLD"), price, str(line.get("SELL_UNIT") or "0"))


def _payment(payment: Json) -> Payment:
    _require(payment, ("PAY_COD", "FINAL_PMT"), "PS_DOC_PMT")
    final = payment["FINAL_PMT"] == "Y"
    amount = Decimal(0) if final and payment.get("AMT") is None else _decimal(payment, "AMT")
    return Payment(str(payment["PAY_COD"]).upper(), amount, final)


def _note(note: Json) -> tuple[str, str]:
    _require(note, ("NOTE_ID",), "PS_DOC_NOTE")
    return note["NOTE_ID"], note.get("NOTE") or ""


def _contacts(header: Json) -> dict[int, dict[str, Any]]:
    contacts = {}
    for number, name in ((1, "BILL_TO_CONTACT"), (2, "SHIP_TO_CONTACT")):
        contact = header.get(name)
        if contact:
            if "CONTACT_ID" in contact:
                raise Refused(BAD_CONTACT, f"{name} must not bear a CONTACT_ID")
            _require(contact, ("NAM_TYP",), name)
            full = f"{contact.get('FST_NAM') or ''} {contact.get('LST_NAM') or ''}".strip()
            contacts[number] = {"NAM": full, **contact}
    return contacts


def _taxes(header: Json, overall: Json) -> list[Tax] | None:
    """None when neither part tells taxes. Raises ValueError when both do and differ: HTTP 500, as there."""
    rows = header.get("PS_DOC_TAX") or []
    taxes = [
        Tax(
            row["AUTH_COD"],
            row["RUL_COD"],
            _decimal(row, "TAX_AMT"),
            Decimal(str(row.get("TOT_TXBL_AMT") or 0)),
        )
        for row in rows
        if row.get("TAX_DOC_PART") == "O"
    ]
    told = overall.get("ORD_TAX_AMT")
    if told is None:
        return taxes if rows else None
    whole = sum((tax.amount for tax in taxes), Decimal(0))
    if Decimal(str(told)) != whole:
        raise ValueError(f"tax allocation {whole} differs from order tax {told}")
    return taxes
