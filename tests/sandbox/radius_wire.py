"""A caller of the ERP who knows nothing of the product: payloads by hand, answers decoded by hand."""

import base64
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

import requests

from sandbox.radius.erp import open_as_pub
from sandbox.radius.server import RunningRadius

Json = dict[str, Any]
DAY = (date.today() + timedelta(days=30)).isoformat()
FEET = 375_500
"""Of 150,000 bags at the ratio and spoilage that `add_item` gives an item."""


@dataclass(frozen=True)
class Answer:
    status: int
    error: str | None
    payload: Any
    entity: str
    http: int


@dataclass(frozen=True)
class Wire:
    radius: RunningRadius

    def post(self, entity: str, payload: Any, place: str = "", accept: str = "application/json") -> Answer:
        """One request; `place` is what follows /CompNum/2/ in the documented form."""
        body = base64.b64encode(json.dumps(payload).encode()).decode()
        response = requests.post(
            f"{self.radius.api}/CompNum/2/{place}" if place else self.radius.api,
            json={"efiRadiusRequest": {"entityName": entity, "payload": body}},
            headers={"Accept": accept},
            timeout=10,
        )
        parts = self._parts(response)
        decoded = json.loads(base64.b64decode(parts["payload"]))
        return Answer(
            int(parts["statusCode"]),
            parts["errorMessage"],
            decoded,
            parts["entityName"],
            response.status_code,
        )

    def _parts(self, response: requests.Response) -> Json:
        if "xml" not in response.headers["Content-Type"]:
            parts: Json = response.json()["efiRadiusResponse"]
            return parts
        root = ElementTree.fromstring(response.text)
        assert (root.tag, root[0].tag) == ("ResponseObject", "efiRadiusResponse")
        return {part.tag: part.text or "" for part in root[0]}

    def sql(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows as the product reads them; a statement that writes is committed."""
        connection = open_as_pub(self.radius.database)
        try:
            rows = connection.execute(sql, values).fetchall()
            connection.commit()
        finally:
            connection.close()
        return rows

    def process(self, plant: str, order: int) -> Json:
        """AdvancedOrderProcessing of an order: its one result."""
        told = self.post("AdvancedOrderProcessing", processing(plant, order))
        assert told.status == 0
        (result,) = told.payload["Output"]["Results"]
        found: Json = result
        return found


def processing(plant: str, order: int) -> Json:
    return {
        "AdvancedGroupingParameters": {"UserCode": "Radius", "GroupingMode": 2, "ShowLoadingMessages": False},
        "OrderProcessingLoadCriteria": {"CompNum": 2, "SOPlantCode": plant, "SOrderNum": order},
    }


def purchase(job: str, *lines: Json, **header: Any) -> Json:
    head = {
        "CompNum": 2, "PlantCode": "4", "SuppCode": "P4-20002", "SuppRef": job, "POAddrNum": "4", "TermsCode": "NET 30",
        "WHouseCode": "9200", "POStatus": 2, "RequiredDate": DAY, "ReqDate": DAY, "POrderNum": "",
        "XLPOrderLine": list(lines),
    }  # fmt: skip
    return {"XLPOrders": {"XLPOrder": [{**head, **header}]}}


def purchase_line(item: str, feet: float = FEET, number: int = 1, **more: Any) -> Json:
    return {
        "CompNum": 2, "PlantCode": "4", "SuppCode": "P4-20002", "WhouseCode": "9200", "POrderLineNum": number,
        "ItemCode": item, "DimA": 36.0, "DimB": 0, "DimC": 0, "OrderedQty": feet, "ReqDate": DAY, "PriceGroupNo": 1,
        "PriceUnitCode": "KFEET", "FCUnitPrice": 0.01, "UnitPrice": 0.01, "POLineStatus": 10, **more,
    }  # fmt: skip


def purchase_change(number: int, *lines: Json, **header: Any) -> Json:
    return {
        "XLPOrders": {
            "XLPOrder": [{"CompNum": 2, "POrderNum": number, "XLPOrderLine": list(lines), **header}]
        }
    }


def sale(po: int, *lines: Json, **header: Any) -> Json:
    head = {
        "CompNum": 2, "PlantCode": "2", "CustCode": "POL01", "CustRef": "4554 0041 A", "AddtCustRef": str(po),
        "SOrderDate": date.today().isoformat(), "CustReqDate": DAY, "SOSourceCode": "LWS", "CurrCode": "USD",
        "DaysPrior": 1, "TermsCode": "NET 30", "XLSOrderLine": list(lines),
    }  # fmt: skip
    return {"XLSOrders": {"XLSOrder": [{**head, **header}]}}


def sale_line(item: str, feet: float = FEET, number: int = 1, **more: Any) -> Json:
    return {
        "SOrderLineNum": number, "PlantCode": "2", "CompNum": 2, "ItemCode": item, "OrderedQty": feet, "ReqDate": DAY,
        "PriceUnitCode": "KFEET", "SOItemTypeCode": "RNC", "UnitPrice": 0.01, **more,
    }  # fmt: skip


def sale_change(number: int, *lines: Json, **header: Any) -> Json:
    head = {"CompNum": 2, "PlantCode": "2", "SOrderNum": number, "SOrderStat": 0}
    return {
        "XLSOrders": {"XLSOrder": [{**head, **({"XLSOrderLine": list(lines)} if lines else {}), **header}]}
    }


def ship(*lines: Json, **header: Any) -> Json:
    head = {
        "CustCode": "POL01", "CompNum": 2, "BillAddrNum": 31, "ShipAddrNum": 32, "CustContactCode": "",
        "DeliveryTerms": "FOB", "EstArrivalDate": DAY, "EstArrivalTime": "", "PickStatus": 0, "PlantCode": "2",
        "ShipDate": DAY, "ShipReqNum": "", "ShipReqStat": 1, "XLShipReqLine": list(lines),
    }  # fmt: skip
    return {"XLShipReqs": {"XLShipReq": [{**head, **header}]}}


def ship_line(order: int, item: str, feet: float = FEET, number: int = 1, **more: Any) -> Json:
    return {
        "CompNum": 2, "ItemCode": item, "PlantCode": "2", "SOPlantCode": "2", "SOrderLineNum": number,
        "SOrderNum": order, "ShipQty": feet, "ShipReqLineNum": number, "CustPOLineNum": 1, "ShipReqNum": "",
        "ShippingRef": "4554 0041 A", "CustPOReleaseNum": "1", "WhouseCode": "", **more,
    }  # fmt: skip


def ship_change(number: int, *lines: Json, **header: Any) -> Json:
    head = {
        "CompNum": 2,
        "PlantCode": "2",
        "ShipReqNum": number,
        "ShipReqStat": 1,
        "XLShipReqLine": list(lines),
    }
    return {"XLShipReqs": {"XLShipReq": [{**head, **header}]}}
