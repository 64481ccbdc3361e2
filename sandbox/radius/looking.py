"""The chain of an order as it stands, for whoever looks."""

from typing import Any

from sandbox.radius.jobs import jobs_of
from sandbox.radius.session import Row, Session

_HEADER = ("SOrderNum", "SOrderStat", "CustCode", "CustRef", "AddtCustRef", "SOrderDate")
_LINE = ("SOrderLineNum", "ItemCode", "OrderedQty", "ReqDate", "SOItemTypeCode")


def chain(session: Session, order: int) -> dict[str, Any]:
    """Everything made for an SO4, waiting rows included; empty lists where there is nothing yet."""
    p4 = jobs_of(session, "4", order)
    links = [{column: job} for job in p4 for column in ("SuppRef", "AddtCustRef")]
    pos = [po for link in links for po in session.all("PV_POrder", **link)]
    sold = [
        so for po in pos for so in session.all("PV_SOrder", PlantCode="2", AddtCustRef=str(po["POrderNum"]))
    ]
    numbers = [so["SOrderNum"] for so in sold]
    shipped = [line for number in numbers for line in session.all("PV_ShipReqLine", SOrderNum=number)]
    p2 = [job for number in numbers for job in jobs_of(session, "2", number)]
    return {
        "order": [{**_cut(row, _HEADER), "lines": _lines(session, "4", order)}
                  for row in session.all("PV_SOrder", PlantCode="4", SOrderNum=order)],
        "jobs_p4": [_job(session, "4", job) for job in p4],
        "requirements": [
            _cut(row, ("RequirementId", "JobCode", "ReqGroupCode", "ItemCode", "RequiredQty", "RequiredDate",
                       "ReqStatus", "SOrderLineNum")) for job in p4 for row in session.all("PV_Req", JobCode=job)
        ],
        "purchase_orders": [
            {**_cut(po, ("POrderNum", "POrderStat", "SuppRef", "AddtCustRef")),
             "lines": [_cut(line, ("POrderLineNum", "ItemCode", "OrderedQty", "ReceivedQty", "ReqDate"))
                       for line in session.all("PV_POrderLine", POrderNum=po["POrderNum"])]}
            for po in pos
        ],
        "sales_orders_p2": [{**_cut(so, _HEADER), "lines": _lines(session, "2", so["SOrderNum"])} for so in sold],
        "ship_requests": [_cut(line, ("ShipReqNum", "ShipReqLineNum", "SOrderNum", "SOrderLineNum", "ShipQty",
                                      "ShippingRef")) for line in shipped],
        "jobs_p2": [_job(session, "2", job) for job in p2],
    }  # fmt: skip


def _job(session: Session, plant: str, job: str) -> dict[str, Any]:
    lines = session.all("PV_JobLine", PlantCode=plant, JobCode=job)
    return {"JobCode": job, "lines": [_cut(line, ("JobLineNum", "ItemCode", "OrderedQty")) for line in lines]}


def _lines(session: Session, plant: str, order: int) -> list[Row]:
    return [_cut(line, _LINE) for line in session.all("PV_SOrderLine", PlantCode=plant, SOrderNum=order)]


def _cut(row: Row, columns: tuple[str, ...]) -> Row:
    return {column: row[column] for column in columns}
