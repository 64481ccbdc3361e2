"""Counterpoint as the contract sees it: documents, and rows of USER_ORDER_STAGING, in a company of the sandbox."""

import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from dagster_project.clock import Clock
from dagster_project.counterpoint.destination import DocumentDestination
from dagster_project.counterpoint.staging_rows import StagingRowDestination
from dagster_project.counterpoint.writing import DocumentWriter
from dagster_project.delivery.destination import Answer, Destination, Fields, Intent
from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.outcomes import AccessRefused, MustWait, NoDefiniteAnswer
from dagster_project.settings import Settings
from tests.counterpoint.conftest import PLACE, Company
from tests.counterpoint.made_up import line, order

MAPPINGS = load_all("counterpoint")
OURS = "h.DOC_ID >= 900000000001"


class Faulty:
    """A destination whose requests fail as ordered. Half a request is half of the list that its body is."""

    def __init__(self, destination: Destination, faults: deque[str]) -> None:
        self._destination = destination
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self._destination, name)

    def send(self, body: str, idempotency_key: str, intents: Sequence[Intent]) -> Answer:
        fault = self._faults.popleft() if self._faults else ""
        if fault == "timeout before":
            raise NoDefiniteAnswer("no answer")
        if fault.startswith("wait"):
            _, _, seconds = fault.partition(" ")
            raise MustWait("busy", float(seconds) if seconds else None, "Busy")
        if fault == "access":
            raise AccessRefused("login failed")
        if fault == "half then reset":
            asked = json.loads(body)
            half = len(asked) // 2
            if half:
                self._destination.send(json.dumps(asked[:half]), idempotency_key, intents[:half])
            raise NoDefiniteAnswer("connection reset")
        answer = self._destination.send(body, idempotency_key, intents)
        if fault == "timeout after commit":
            raise NoDefiniteAnswer("no answer")
        return answer


class CompanyOutside(ABC):
    """What documents and staging rows have in common."""

    system = "counterpoint"
    instance = "counterpoint:TEST:company"
    fields: Mapping[str, str] = {}

    def __init__(self, company: Company) -> None:
        self.company = company
        self.faults: deque[str] = deque()
        self.settings = Settings(_env_file=None)

    def destination(self, clock: Clock, size: int) -> Any:
        settings = self.settings.model_copy(update={"counterpoint_orders_per_request": size})
        return Faulty(self.built(settings, clock), self.faults)

    @abstractmethod
    def built(self, settings: Settings, clock: Clock) -> Any:
        """The destination itself, before anything fails as ordered."""

    def fault(self, *names: str) -> None:
        self.faults.extend(names)

    def later(self, seconds: float) -> None:  # noqa: B027 - nothing to do is what it does
        """The database's own clock is nobody's concern here."""


class DocumentsOutside(CompanyOutside):
    """Orders are documents, made of rows that are staged already."""

    words: Mapping[str, str] = {"orders": "documents"}

    def key(self, number: int) -> str:
        """The staging id of the n-th web order, staged when it is asked for first."""
        web_id = 15001 + number
        found = self.company.all(
            "select STAGING_ID from dbo.USER_ORDER_STAGING where WOO_ORDER_ID = ?", web_id
        )
        return str(found[0][0] if found else self.company.stage(web_id)[0])

    def built(self, settings: Settings, clock: Clock) -> DocumentDestination:
        writer = DocumentWriter(self.company.database, PLACE.store, clock, 1, 5)
        return DocumentDestination(settings, self.company.database, writer, MAPPINGS)

    def values(self, word: str, said: Mapping[str, Any]) -> Fields:
        item = "01-10100" if said["name"] != "poison" else "NO SUCH ITEM"
        return order(1, [line(item)], WOO_ORDER_NO=said["name"], SHIP_CITY=said["city"])

    def live(self, word: str) -> list[tuple[str, Mapping[str, Any]]]:
        found = self.company.all(
            "select s.STAGING_ID, h.CUST_PO_NO, c.CITY from dbo.PS_DOC_HDR h "
            "join dbo.PS_DOC_CONTACT c on c.DOC_ID = h.DOC_ID and c.CONTACT_ID = 2 "
            "left join dbo.USER_ORDER_STAGING s on s.CP_DOC_ID = cast(h.DOC_ID as varchar) "
            f"where {OURS}"
        )
        return sorted((str(key), {"name": name, "city": city}) for key, name, city in found)


class StagingRowsOutside(CompanyOutside):
    """Orders are rows of USER_ORDER_STAGING."""

    words: Mapping[str, str] = {"orders": "staging_rows"}

    def key(self, number: int) -> str:
        """The id of the n-th web order."""
        return str(15001 + number)

    def built(self, settings: Settings, clock: Clock) -> StagingRowDestination:
        return StagingRowDestination(settings, self.company.database, MAPPINGS)

    def values(self, word: str, said: Mapping[str, Any]) -> Fields:
        (mapping,) = (one for one in MAPPINGS if one.entity == "staging_rows")
        state = "Florida" if said["name"] == "poison" else "FL"
        return {
            **{column.name: None for column in mapping.columns}, "PULL_BATCH": "B", "SOURCE_SYSTEM": "WOOCOMMERCE",
            "SHIP_NAM": said["name"], "SHIP_CITY": said["city"], "SHIP_STATE": state,
        }  # fmt: skip

    def live(self, word: str) -> list[tuple[str, Mapping[str, Any]]]:
        found = self.company.all("select WOO_ORDER_ID, SHIP_NAM, SHIP_CITY from dbo.USER_ORDER_STAGING")
        return sorted((str(key), {"name": name, "city": city}) for key, name, city in found)
