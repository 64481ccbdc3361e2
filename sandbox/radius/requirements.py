"""What a P4 job needs: printed film in feet per order line, and sometimes a plain film beside it."""

import math
from datetime import date, timedelta

from sandbox.radius.codes import FILM_GROUPS, REQ_OPEN, core, film_of
from sandbox.radius.refusals import Json
from sandbox.radius.session import COMPANY, Row, Session


def estimate(session: Session, item: str) -> Row | None:
    """What production knows of a base item; None: no valid estimate can be found."""
    return session.find("sandbox_estimate", ItemCode=core(item))


def feet(known: Row, bags: float) -> int:
    """Feet of film for so many bags: a constant ratio, and the spoilage of setting up."""
    return math.ceil(float(bags * known["ratio"] + known["setup"]))


def write_requirements(session: Session, job: str, line: Row) -> list[Row]:
    """The rows of one order line, under new ids; the film is the one the line's estimate names."""
    known = estimate(session, line["ItemCode"])
    assert known is not None, line["ItemCode"]
    told = session.find("sandbox_film", SOrderNum=line["SOrderNum"], SOrderLineNum=line["SOrderLineNum"])
    film = film_of(line["ItemCode"]) if told is None else told["ItemCode"]
    whole = feet(known, line["OrderedQty"])
    made = [_row(session, job, line, film, share, known) for share in _shares(whole, known) if film]
    if known["extra"]:
        plain = {**known, "width": known["width"] + 1}
        made.append(_row(session, job, line, known["extra"], math.ceil(whole / 3), plain, FILM_GROUPS[1]))
    for row in made:
        session.insert("PV_Req", row)
    return made


def _shares(whole: int, known: Row) -> list[int]:
    """The film may be asked for in several rows: two webs side by side."""
    first = whole // known["webs"]
    return [whole - first * (known["webs"] - 1), *[first] * (known["webs"] - 1)]


def _row(
    session: Session, job: str, line: Row, item: str, quantity: int, known: Row, group: str = FILM_GROUPS[0]
) -> Json:
    return {
        "CompNum": COMPANY, "PlantCode": "4", "RequirementId": session.next("requirement"), "JobCode": job,
        "ItemCode": item, "RequiredQty": quantity, "RequiredDate": required_date(line), "ReqStatus": REQ_OPEN,
        "ReqGroupCode": group, "POResQty": 0, "InProdResQty": 0, "SOrderNum": line["SOrderNum"],
        "SOrderLineNum": line["SOrderLineNum"], "DimA": known["width"],
    }  # fmt: skip


def required_date(line: Row) -> date | None:
    """Film is needed three days before the bags are."""
    return None if line["ReqDate"] is None else date.fromisoformat(line["ReqDate"]) - timedelta(days=3)
