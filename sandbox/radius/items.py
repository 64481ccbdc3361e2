"""GetItem and XLinkAPIItem: items read whole, and made from such a template."""

import json

from sandbox.radius.codes import APPROVED, INACTIVE, PENDING, WAITING
from sandbox.radius.forms import ANY, IN_COMPANY, NEED_TEXT, Field, Form, checked, listed, only_one
from sandbox.radius.item_fields import FIELDS
from sandbox.radius.order_lines import PRICE_UNITS
from sandbox.radius.refusals import Json, Refused
from sandbox.radius.session import COMPANY, Row, Session, stamp
from sandbox.radius.tables import ITEM

STATUSES = (APPROVED, WAITING, PENDING, INACTIVE, "")
_PRODUCT_GROUPS = ("", "P4-LWS", "P4-BAG", "Rollstock")
_REQUIRED = ("CompNum", "ItemCode", "ItemShortDesc", "ItemStatusCode", "ClassId", "EstimateUse", "UnitCode",
             "ReqGroupCode", "ItemGroupCode", "ItemTypeCode", "Purchased", "Issued", "Produced", "Sold")  # fmt: skip
_LISTS: Form = {"XLUDEElements": ANY, "XLItemAnalysis": ANY, "Action": ANY, "ErrorMessage": ANY}


def _kind(value: object) -> Field:
    if isinstance(value, bool):
        return Field("flag")
    return Field("number") if isinstance(value, int | float) else Field("text")


_ITEM: Form = {**{name: _kind(value) for name, value in FIELDS.items()}, **_LISTS,
               **{name: Field(_kind(FIELDS[name]).kind, required=FIELDS[name] != "") for name in _REQUIRED},
               "CompNum": IN_COMPANY, "ItemCode": NEED_TEXT}  # fmt: skip
_FILTER: Form = {
    name: Field("any", required=True) for name in ("page", "PageSize", "includechild", "Criteria")
}
_CRITERION: Form = {name: Field("any", required=True) for name in ("column", "op", "value1")}


def get_item(session: Session, payload: object) -> Json:
    """Items by company and code; none found is an empty list. Raises Refused."""
    if not isinstance(payload, dict) or set(payload) != {"Filter"}:
        raise Refused("Filter was expected")
    asked = checked(_FILTER, listed(payload, "Filter", "payload")[0], "Filter")
    wanted: dict[str, str] = {}
    for criterion in listed(asked, "Criteria", "Filter"):
        one = checked(_CRITERION, criterion, "Criteria")
        if str(one["op"]).lower() != "eq":
            raise Refused(f"Criteria: operator {one['op']} is not known")
        wanted[str(one["column"]).lower()] = str(one["value1"])
    if set(wanted) != {"compnum", "itemcode"}:
        raise Refused("Criteria: compnum and itemcode were expected")
    if wanted["compnum"] != str(COMPANY):
        raise Refused(f"Company {wanted['compnum']} does not exist")
    found = session.rows(
        "select * from PM_Item where CompNum = ? and upper(ItemCode) = ?", COMPANY, wanted["itemcode"].upper()
    )
    return {"XLItems": {"XLItem": [_told(session, row) for row in found]}}


def save_item(session: Session, payload: object) -> Json:
    """Make an item, or overwrite the one of this code, its status included. Raises Refused."""
    item = only_one(payload, "XLItems", "XLItem")
    try:
        action = _save(session, item)
    except Refused as refused:
        told = {**item, "Action": "Failed", "ErrorMessage": refused.message}
        raise Refused("Item could not be saved", {"XLItems": {"XLItem": [told]}}) from None
    return {"XLItems": {"XLItem": [{**item, "Action": action, "ErrorMessage": ""}]}}


def _save(session: Session, item: Json) -> str:
    checked(_ITEM, item, "XLItem")
    for name, known in (
        ("ItemStatusCode", STATUSES),
        ("ProdGroupCode", _PRODUCT_GROUPS),
        ("UnitCode", tuple(PRICE_UNITS)),
    ):
        if item.get(name, "") not in known:
            raise Refused(f"{name} {item[name]} does not exist")
    for name in ("XLUDEElements", "XLItemAnalysis"):
        listed(item, name, "XLItem", required=False)
    key = {"CompNum": COMPANY, "ItemCode": item["ItemCode"]}
    before = session.find("PM_Item", **key)
    row = {column: item.get(column, FIELDS[column]) for column in ITEM.columns if column in FIELDS}
    if before is None:
        session.insert("PM_Item", {**row, **session.record()})
    else:
        session.update("PM_Item", {**row, "LastUpdatedDateTime": stamp()}, **key)
    session.delete("sandbox_item", ItemCode=item["ItemCode"])
    body = {name: value for name, value in item.items() if name in FIELDS and name not in ITEM.columns}
    session.insert("sandbox_item", {"ItemCode": item["ItemCode"], "body": json.dumps(body)})
    action = "Add" if before is None else "Update"
    session.note("item create" if before is None else "item update", item["ItemCode"])
    return action


def _told(session: Session, row: Row) -> Json:
    kept = session.find("sandbox_item", ItemCode=row["ItemCode"])
    body = {} if kept is None else json.loads(kept["body"])
    known = {name: row[name] for name in FIELDS if row.get(name) is not None}
    flags = {name: bool(known[name]) for name in known if isinstance(FIELDS[name], bool)}
    return {**FIELDS, **body, **known, **flags}
