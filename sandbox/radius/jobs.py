"""AdvancedOrderProcessing: jobs of both plants, made of sales orders, and made anew when people reconfirm them."""

from datetime import UTC, datetime
from typing import Any

from sandbox.radius.codes import ART_LINE, COMPLETE, CREDIT_HELD, HELD, INACTIVE
from sandbox.radius.forms import FLAG, IN_COMPANY, NEED_INT, NEED_TEXT, Field, Form, checked
from sandbox.radius.refusals import Json, Refused
from sandbox.radius.requirements import estimate, write_requirements
from sandbox.radius.session import COMPANY, Row, Session

_PARAMETERS: Form = {
    "UserCode": NEED_TEXT,
    "GroupingMode": Field("int", required=True),
    "ShowLoadingMessages": FLAG,
}
_CRITERIA: Form = {"CompNum": IN_COMPANY, "SOPlantCode": NEED_TEXT, "SOrderNum": NEED_INT}
_PAYLOAD: Form = {
    "AdvancedGroupingParameters": Field("any", required=True),
    "OrderProcessingLoadCriteria": Field("any", required=True),
}


class NoJob(Exception):
    """No job can be made of the order; the message is what the planner reads."""


def order_processing(session: Session, payload: object) -> Json:
    """Make a job of a sales order; refusals stand in the answer as `Errors`. Raises Refused for a wrong payload."""
    started = datetime.now(UTC)
    both = checked(_PAYLOAD, payload, "payload")
    checked(_PARAMETERS, both["AdvancedGroupingParameters"], "AdvancedGroupingParameters")
    criteria = checked(_CRITERIA, both["OrderProcessingLoadCriteria"], "OrderProcessingLoadCriteria")
    if criteria["SOPlantCode"] not in ("2", "4"):
        raise Refused(f"Plant {criteria['SOPlantCode']} does not exist")
    lines = order_lines(session, criteria["SOPlantCode"], criteria["SOrderNum"])
    result = _result(session, criteria["SOPlantCode"], criteria["SOrderNum"], lines) if lines else None
    return _answer(started, both, lines, result)


def make_job(session: Session, plant: str, number: int, lines: list[Row]) -> str:
    """The job's code, with links, lines and, in plant 4, requirements. Raises NoJob."""
    order = session.find("PV_SOrder", CompNum=COMPANY, PlantCode=plant, SOrderNum=number)
    if order is None:
        raise NoJob(f"Sales order {number} does not exist")
    if order["SOrderStat"] in (HELD, CREDIT_HELD):
        raise NoJob(f"Sales order {number} is on hold")
    if order["SOrderStat"] == COMPLETE:
        raise NoJob(f"Sales order {number} is complete")
    for line in lines:
        _may_be_made(session, plant, line)
    job = str(session.next("job"))
    for line in lines:
        link_line(session, plant, job, line)
    session.note(f"P{plant} job create", job, order=number, lines=len(lines))
    return job


def link_line(session: Session, plant: str, job: str, line: Row) -> None:
    """An order line becomes a line of the job, and asks for its film in plant 4."""
    known = estimate(session, line["ItemCode"]) or {}
    place = len(session.all("PV_JobLine", CompNum=COMPANY, PlantCode=plant, JobCode=job)) + 1
    session.insert("PV_JobSOLink", {
        "CompNum": COMPANY, "PlantCode": plant, "JobCode": job, "JobLineNum": place, "SOPlantCode": plant,
        "SOrderNum": line["SOrderNum"], "SOrderLineNum": line["SOrderLineNum"], "TableRecId": session.next("record"),
    })  # fmt: skip
    session.insert("PV_JobLine", {
        "CompNum": COMPANY, "PlantCode": plant, "JobCode": job, "JobLineNum": place, "ItemCode": line["ItemCode"],
        "OrderedQty": line["OrderedQty"], "ReceivedQty": 0, "JobLineStatus": 0, "DimA": known.get("width", 0),
        "DimB": 0, "TableRecId": session.next("record"),
    })  # fmt: skip
    if plant == "4":
        write_requirements(session, job, line)


def order_lines(session: Session, plant: str, number: int) -> list[Row]:
    """The lines a job can be made of: all but art."""
    lines = session.all("PV_SOrderLine", CompNum=COMPANY, PlantCode=plant, SOrderNum=number)
    return sorted(
        (line for line in lines if line["SOItemTypeCode"] != ART_LINE), key=lambda line: line["SOrderLineNum"]
    )


def jobs_of(session: Session, plant: str, number: int) -> list[str]:
    """Codes of the jobs of an order, newest first."""
    rows = session.rows(
        """select JobCode, max(TableRecId) as newest from PV_JobSOLink
        where PlantCode = ? and SOPlantCode = ? and SOrderNum = ? group by JobCode order by newest desc""",
        plant,
        plant,
        number,
    )
    return [row["JobCode"] for row in rows]


def reserved_quantity(session: Session, number: int, line_number: int) -> float:
    """Feet that plant 2's newest job holds for a line of its order; 0 without a job."""
    rows = session.rows(
        """select made.OrderedQty from PV_JobSOLink link join PV_JobLine made
            on made.PlantCode = link.PlantCode and made.JobCode = link.JobCode and made.JobLineNum = link.JobLineNum
        where link.PlantCode = '2' and link.SOrderNum = ? and link.SOrderLineNum = ?
        order by link.TableRecId desc limit 1""",
        number,
        line_number,
    )
    return float(rows[0]["OrderedQty"]) if rows else 0.0


def _may_be_made(session: Session, plant: str, line: Row) -> None:
    """Raises NoJob."""
    item = session.find("PM_Item", CompNum=COMPANY, ItemCode=line["ItemCode"])
    if item is None or item["ItemStatusCode"] == INACTIVE:
        raise NoJob(f"Item {line['ItemCode']} is inactive")
    known = estimate(session, line["ItemCode"])
    if known is None or not known[f"p{plant}"]:
        raise NoJob(f"A valid estimate cannot be determined from item {line['ItemCode']}")


def _result(session: Session, plant: str, number: int, lines: list[Row]) -> Json:
    base = {"Group": 1, "Master Estimate Code": "", "Total": len(lines), "Successful": 0, "Failed": 1}
    wanted = [_requirement(line) for line in lines]
    try:
        job = make_job(session, plant, number, lines)
    except NoJob as reason:
        return {**base, "Errors": str(reason), "Requirements": wanted}
    return {
        **base, "Master Estimate Code": f"M{session.next('master estimate')}", "Successful": 1, "Failed": 0,
        "Job Code": job, "Estimate Code": f"J{session.next('estimate')}/01", "Requirements": wanted,
    }  # fmt: skip


def _requirement(line: Row) -> Json:
    return {
        "ID": line["RequirementId"] or 0, "Source": f"SO:{line['SOrderNum']:09d}/{line['SOrderLineNum']:04d}",
        "Item Code": line["ItemCode"], "Quantity": line["OrderedQty"],
    }  # fmt: skip


def _answer(started: datetime, given: Json, lines: list[Row], result: Json | None) -> Json:
    results: list[Any] = [] if result is None else [result]
    good = sum(one["Successful"] for one in results)
    return {
        "AdvancedOrderProcessing": {
            "Started": started.isoformat(), "Finished": datetime.now(UTC).isoformat(), "Status": 0,
        },
        "Input": given,
        "Output": {
            "Requirements": {"Total": len(lines)},
            "Groups": {"Mode": "By Requirement", "Total": len(results), "Successful": good,
                       "Failed": len(results) - good},
            "Results": results,
        },
    }  # fmt: skip
