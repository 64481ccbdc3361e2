"""Planning: estimates are corrected, and jobs of both plants reconfirmed."""

from sandbox.radius import jobs
from sandbox.radius.codes import roll_of
from sandbox.radius.office import NoSuchThing, Office, newest_job
from sandbox.radius.session import Row, Session


class Planning(Office):
    def reconfirm_p4(self, order: int, keep_quantities: bool = False) -> str:
        """The newest job of an SO4 is made anew from its lines: new requirement ids, present quantities; its code.

        `keep_quantities`: the film on the estimate still suffices, so the requirements ask for as much as before.
        """
        with self._acting("reconfirm_p4", order) as session:
            job = newest_job(session, "4", order)
            if keep_quantities:
                _renumber(session, job)
                return job
            for table in ("PV_Req", "PV_JobLine", "PV_JobSOLink"):
                session.delete(table, PlantCode="4", JobCode=job)
            for line in jobs.order_lines(session, "4", order):
                jobs.link_line(session, "4", job, line)
        return job

    def reconfirm_p2(self, order: int, quantity: float | None = None) -> str:
        """The newest job of an SO2 takes the feet of the purchase order it serves, or those told; its code.

        Lines that were added to the SO2 become lines of the job.
        """
        with self._acting("reconfirm_p2", order) as session:
            job = newest_job(session, "2", order)
            links = {
                row["SOrderLineNum"]: row for row in session.all("PV_JobSOLink", PlantCode="2", JobCode=job)
            }
            wanted = _bought(session, order)
            for line in jobs.order_lines(session, "2", order):
                link = links.get(line["SOrderLineNum"])
                if link is None:
                    jobs.link_line(session, "2", job, line)
                    continue
                feet = quantity or wanted.get(line["SOrderLineNum"], line["OrderedQty"])
                key = {"PlantCode": "2", "JobCode": job, "JobLineNum": link["JobLineNum"]}
                session.update("PV_JobLine", {"OrderedQty": feet}, **key)
        return job

    def create_job(self, order: int, plant: str = "4") -> str:
        """A planner makes the job by hand; its code."""
        with self._acting("create_job", order) as session:
            try:
                return jobs.make_job(session, plant, order, jobs.order_lines(session, plant, order))
            except jobs.NoJob as reason:
                raise NoSuchThing(str(reason)) from None

    def change_film(self, order: int, film: str = "", line: int = 1) -> None:
        """The estimate of an SO4 line takes another film, or none; requirements of its job follow at once."""
        with self._acting("change_film", f"{order}/{line}", film=film) as session:
            key = {"SOrderNum": order, "SOrderLineNum": line}
            session.delete("sandbox_film", **key)
            session.insert("sandbox_film", {**key, "ItemCode": film})
            for row in session.all("PV_Req", **key):
                if not row["ItemCode"].upper().startswith("16P4-"):
                    continue
                if film:
                    session.update("PV_Req", {"ItemCode": film}, RequirementId=row["RequirementId"])
                else:
                    session.delete("PV_Req", RequirementId=row["RequirementId"])

    def change_requirement(self, requirement: int, quantity: float) -> None:
        """A planner writes another quantity into one requirement, without a reconfirm."""
        with self._acting("change_requirement", requirement, quantity=quantity) as session:
            if session.update("PV_Req", {"RequiredQty": quantity}, RequirementId=requirement) == 0:
                raise NoSuchThing(f"requirement {requirement}")

    def delete_requirement(self, requirement: int) -> None:
        with self._acting("delete_requirement", requirement) as session:
            if session.delete("PV_Req", RequirementId=requirement) == 0:
                raise NoSuchThing(f"requirement {requirement}")

    def set_estimate(self, item: str, p4: bool = True, p2: bool = True, ratio: float | None = None) -> None:
        """Whether a valid estimate can be found in either plant, and feet per bag."""
        with self._acting("set_estimate", item, p4=p4, p2=p2) as session:
            values = {"p4": p4, "p2": p2, **({"ratio": ratio} if ratio else {})}
            if session.update("sandbox_estimate", values, ItemCode=item.upper()) == 0:
                raise NoSuchThing(f"estimate of {item}")


def _renumber(session: Session, job: str) -> None:
    for row in session.all("PV_Req", JobCode=job):
        values = {"RequirementId": session.next("requirement")}
        session.update("PV_Req", values, RequirementId=row["RequirementId"])


def _bought(session: Session, order: int) -> dict[int, float]:
    """Feet by line of an SO2, as the lines of the same number, or else item, of its purchase order ask."""
    header = session.find("PV_SOrder", PlantCode="2", SOrderNum=order)
    po = "" if header is None else header["AddtCustRef"]
    lines = session.all("PV_POrderLine", POrderNum=int(po)) if po.isdigit() else []
    return {
        sold["SOrderLineNum"]: match["OrderedQty"]
        for sold in jobs.order_lines(session, "2", order)
        if (match := _match(sold, lines)) is not None
    }


def _match(sold: Row, lines: list[Row]) -> Row | None:
    same = [line for line in lines if roll_of(line["ItemCode"]) == sold["ItemCode"].upper()]
    numbered = [line for line in same if line["POrderLineNum"] == sold["SOrderLineNum"]]
    return next(iter([*numbered, *same]), None)
