"""What a request is about to do, named before anything is done: faults and latency are ordered by these names."""

from typing import Any

from sandbox.radius.envelope import Asked

DEEDS = (
    "P4 job create", "P2 job create", "item read", "item save", "PO create", "PO update", "SO2 create",
    "SO2 update", "ship request create", "ship request update", "price run",
)  # fmt: skip
UNKNOWN = "unknown"
_BY_NUMBER = {
    "XLinkAPIPOrder": ("PO", "XLPOrders", "XLPOrder", "POrderNum"),
    "XLinkAPISOrder": ("SO2", "XLSOrders", "XLSOrder", "SOrderNum"),
    "XLinkAPIShipReq": ("ship request", "XLShipReqs", "XLShipReq", "ShipReqNum"),
}
DOCUMENTED = {
    "PolytexJob/Job": "P4 job create", "StarpakJob/Job": "P2 job create", "POrder/POrder": "PO create",
    "SOrder/SOrder": "SO2 create", "ShipRequest/ShipRequest": "ship request create",
}  # fmt: skip
_PLAIN = {"GetItem": "item read", "XLinkAPIItem": "item save"}


def deed_of(asked: Asked) -> str:
    """The deed of an observed request; UNKNOWN when it is none the adapter knows."""
    if asked.entity in _PLAIN:
        return _PLAIN[asked.entity]
    if asked.entity == "AdvancedOrderProcessing":
        plant = _at(asked.payload, "OrderProcessingLoadCriteria", "SOPlantCode")
        return f"P{plant} job create" if plant in ("2", "4") else UNKNOWN
    if asked.entity in _BY_NUMBER:
        what, outer, inner, number = _BY_NUMBER[asked.entity]
        return f"{what} {'update' if _at(asked.payload, outer, inner, 0, number) else 'create'}"
    return UNKNOWN


def _at(value: Any, *path: str | int) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
