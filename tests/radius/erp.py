"""A small ERP file made by hand: a few orders with what was made for them, in the columns that are read."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TABLES = {
    "PV_SOrder": "CompNum PlantCode SOrderNum SOrderDate CustReqDate CustCode SOSourceCode CustRef AddtCustRef "
    "SOrderStat",
    "PV_SOrderLine": "CompNum PlantCode SOrderNum SOrderLineNum ItemCode SOItemTypeCode OrderedQty ReqDate",
    "PM_Item": "CompNum ItemCode ItemStatusCode ProdGroupCode",
    "PV_JobSOLink": "CompNum PlantCode JobCode JobLineNum SOPlantCode SOrderNum SOrderLineNum TableRecId",
    "PV_Req": "CompNum PlantCode RequirementId JobCode ItemCode ReqGroupCode RequiredQty POResQty InProdResQty "
    "RequiredDate ReqStatus SOrderNum SOrderLineNum DimA",
    "PV_POrder": "CompNum POrderNum AddtCustRef SuppRef POrderStat",
    "PV_POrderLine": "CompNum PlantCode POrderNum POrderLineNum ItemCode OrderedQty ReceivedQty POLineStatus ReqDate",
    "PV_JobLine": "CompNum PlantCode JobCode JobLineNum ItemCode OrderedQty JobLineStatus",
    "PV_ShipReqLine": "CompNum PlantCode ShipReqNum ShipReqLineNum SOPlantCode SOrderNum SOrderLineNum ItemCode "
    "ShipQty ShippingRef",
}  # fmt: skip
BASE = "2300-ABC12-0001"


class ErpFile:
    """The ERP's database; every call is committed at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._connected() as erp:
            for table, columns in TABLES.items():
                erp.execute(f'create table "{table}" ({", ".join(columns.split())})')

    def put(self, table: str, **values: Any) -> None:
        """Add a row; the company is ours unless said otherwise."""
        row = {"CompNum": 2, **values}
        marks = ", ".join("?" * len(row))
        with self._connected() as erp:
            erp.execute(f'insert into "{table}" ({", ".join(row)}) values ({marks})', list(row.values()))

    def change(self, table: str, values: Mapping[str, Any], **where: Any) -> None:
        """Set columns of the rows found by equality."""
        sets = ", ".join(f'"{name}" = ?' for name in values)
        found = " and ".join(f'"{name}" = ?' for name in where)
        with self._connected() as erp:
            erp.execute(f'update "{table}" set {sets} where {found}', [*values.values(), *where.values()])

    def remove(self, table: str, **where: Any) -> None:
        """Take rows away."""
        found = " and ".join(f'"{name}" = ?' for name in where)
        with self._connected() as erp:
            erp.execute(f'delete from "{table}" where {found}', list(where.values()))

    def drop(self, table: str) -> None:
        """Take a whole table away."""
        with self._connected() as erp:
            erp.execute(f'drop table "{table}"')

    def item(self, code: str, status: str = "APP", group: str = "P4-LWS") -> None:
        """An item."""
        self.put("PM_Item", ItemCode=code, ItemStatusCode=status, ProdGroupCode=group)

    def order(
        self,
        number: int,
        item: str | None = BASE,
        quantity: Any = 150_000,
        *,
        kind: str = "RNC",
        **header: Any,
    ) -> None:
        """A plant-4 order with one line; without an item it has none."""
        self.put(
            "PV_SOrder",
            **{
                "PlantCode": "4", "SOrderNum": number, "SOrderDate": "2026-01-05", "CustReqDate": "2026-03-01",
                "CustCode": "ABC12", "SOSourceCode": "LWS", "CustRef": "4554 0041 A", "AddtCustRef": "",
                "SOrderStat": 0, **header,
            },
        )  # fmt: skip
        if item is not None:
            self.line(number, 1, item, quantity, kind=kind)

    def line(self, number: int, line: int, item: str, quantity: Any, *, kind: str = "RNC") -> None:
        """A further line of a plant-4 order."""
        self.put(
            "PV_SOrderLine", PlantCode="4", SOrderNum=number, SOrderLineNum=line, ItemCode=item,
            SOItemTypeCode=kind, OrderedQty=quantity, ReqDate="2026-03-01",
        )  # fmt: skip

    def chain(
        self, number: int, *, feet: Any = 550_050, item: str = BASE, requirement: int | None = None
    ) -> None:
        """Everything that is made for an order's only line, in numbers that follow from its own."""
        job, job_2, po, so2 = str(number + 650_000), str(number + 660_000), number - 10_000, number + 5_000
        self.put(
            "PV_JobSOLink",
            PlantCode="4",
            JobCode=job,
            JobLineNum=1,
            SOPlantCode="4",
            SOrderNum=number,
            SOrderLineNum=1,
            TableRecId=number + 1,
        )
        self.put(
            "PV_Req",
            PlantCode="4",
            RequirementId=requirement or number * 1_000,
            JobCode=job,
            ItemCode=f"16P4-{item}",
            ReqGroupCode="P4-PF",
            RequiredQty=feet,
            POResQty=0,
            InProdResQty=None,
            RequiredDate="2026-02-26",
            ReqStatus=10,
            SOrderNum=number,
            SOrderLineNum=1,
            DimA=36.0,
        )
        self.put("PV_POrder", POrderNum=po, AddtCustRef=job, SuppRef=job, POrderStat=2)
        self.put(
            "PV_POrderLine",
            PlantCode="4",
            POrderNum=po,
            POrderLineNum=1,
            ItemCode=f"16P4-{item}",
            OrderedQty=feet,
            ReceivedQty=0,
            POLineStatus=10,
            ReqDate="2026-02-11",
        )
        self.put(
            "PV_SOrder",
            PlantCode="2",
            SOrderNum=so2,
            SOrderDate="2026-01-06",
            SOSourceCode="LWS",
            CustRef="4554 0041 A",
            AddtCustRef=str(po),
            SOrderStat=0,
        )
        self.put(
            "PV_SOrderLine",
            PlantCode="2",
            SOrderNum=so2,
            SOrderLineNum=1,
            ItemCode=f"1600-{item}",
            OrderedQty=feet,
            ReqDate="2026-02-11",
        )
        self.put(
            "PV_ShipReqLine",
            PlantCode="2",
            ShipReqNum=number + 320_000,
            ShipReqLineNum=1,
            SOPlantCode="2",
            SOrderNum=so2,
            SOrderLineNum=1,
            ItemCode=f"1600-{item}",
            ShipQty=feet,
            ShippingRef="4554 0041 A",
        )
        self.put(
            "PV_JobSOLink",
            PlantCode="2",
            JobCode=job_2,
            JobLineNum=1,
            SOPlantCode="2",
            SOrderNum=so2,
            SOrderLineNum=1,
            TableRecId=number + 2,
        )
        self.put("PV_JobLine", PlantCode="2", JobCode=job_2, JobLineNum=1, ItemCode=f"1600-{item}",
                 OrderedQty=feet, JobLineStatus=0)  # fmt: skip

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, factory=_Closing)


class _Closing(sqlite3.Connection):
    """A connection that a `with` commits and closes."""

    def __exit__(self, *error: Any) -> Any:
        try:
            return super().__exit__(*error)
        finally:
            self.close()
