"""The tables of the ERP that the LWS workflow touches: columns with their types, keys, indexes.

Names and spelling are those of the schema PUB. Types are what a SQLite reader may be told: a decimal
comes back as a number, a date as ISO text. Texts compare without regard to case, as Progress compares them.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()

    def ddl(self, name: str | None = None, *, extra: str = "") -> str:
        """Statements that make it, under another name where told; `extra` columns come first."""
        name = name or self.name
        columns = ", ".join(f'"{column}" {_declared(kind)}' for column, kind in self.columns.items())
        key = ", ".join(f'"{column}"' for column in self.key)
        statements = [f'create table if not exists "{name}" ({extra}{columns}, primary key ({key}))']
        for place, index in enumerate(self.indexes):
            over = ", ".join(f'"{column}"' for column in index)
            statements.append(f'create index if not exists "{name}_{place}" on "{name}" ({over})')
        return ";\n".join(statements) + ";"


def _declared(kind: str) -> str:
    return f"{kind} collate nocase" if kind == "varchar" else kind


def _columns(text: str) -> dict[str, str]:
    """`Name type, Name type, …`; a name without a type is text."""
    pairs = (entry.split() for entry in text.replace("\n", " ").split(",") if entry.strip())
    return {pair[0]: " ".join(pair[1:]) or "varchar" for pair in pairs}


SORDER = Table(
    "PV_SOrder",
    _columns(
        """CompNum integer, PlantCode, SOrderNum integer, SOrderDate date, CustCode, CustRef, AddtCustRef,
        SOrderStat integer, SOSourceCode, CustReqDate date, PlannedAvailDate date, BillAddrNum integer,
        ShipAddrNum integer, AckAddrNum integer, RemitAddrNum integer, CurrCode, TermsCode, DaysPrior integer,
        JobCode, EstCode, OurContact, YourContact, SOrderText, Acknowledged integer, CreateJob integer,
        PrintStatus integer, VersionNumber integer, Rate numeric, ContractNum, IssueNum, SOType integer,
        NumOfVersions integer, BrokerOrder integer, SubClientName, MultipleShipReq integer,
        TotalOrderedQty numeric, JobManLock integer, CustOrderDate date, EDIChangeStatus integer, CSRUserCode,
        RepUserCode, RiskStock integer, CreateShellJob integer, CompletedDate date, AutoInvoice integer,
        PaymentMode, LastUserCode, LastUpdatedDateTime, TableRecId bigint"""
    ),
    ("CompNum", "PlantCode", "SOrderNum"),
    (("SOrderNum",), ("AddtCustRef",), ("SOSourceCode", "SOrderStat")),
)
SORDER_LINE = Table(
    "PV_SOrderLine",
    _columns(
        """CompNum integer, PlantCode, SOrderNum integer, SOrderLineNum integer, ItemCode, OrderedQty numeric,
        ReqDate date, SOItemTypeCode, DimA numeric, DimB numeric, DimC numeric, ShipQty numeric,
        ShippedQty numeric, ReturnQty numeric, OutstandingQty numeric, InvResQty numeric, BillQty numeric,
        ShortfallQty numeric, UnitPrice numeric, FCUnitPrice numeric, PriceUnitCode, PriceUnitConv numeric,
        OrderUnitCode, OrderUnitConv numeric, OversPercent integer, UndersPercent integer,
        RequirementId integer, CustPOLineNum integer, SalesPriceCode, Completed integer,
        LastUpdatedDateTime, TableRecId bigint"""
    ),
    ("CompNum", "PlantCode", "SOrderNum", "SOrderLineNum"),
    (("SOrderNum",), ("ItemCode",)),
)
PORDER = Table(
    "PV_POrder",
    _columns(
        """CompNum integer, POrderNum integer, POrderDate timestamp, Suppcode, SuppRef, AddtCustRef,
        POAddrNum integer, TermsCode, CurrCode, ReqDate timestamp, POrderStat integer, OurContact, YourContact,
        POrderText, SuppContactCode, LastUpdatedDateTime, TableRecId bigint"""
    ),
    ("CompNum", "POrderNum"),
    (("SuppRef",), ("AddtCustRef",)),
)
PORDER_LINE = Table(
    "PV_POrderLine",
    _columns(
        """CompNum integer, PlantCode, POrderNum integer, POrderLineNum integer, ItemCode, OrderedQty numeric,
        ReceivedQty numeric, OutstandingQty numeric, ReqDate date, ConfDelivDate date, POLineStatus integer,
        DimA numeric, DimB numeric, DimC numeric, WhouseCode, PriceGroupNo integer, PriceUnitCode,
        UnitPrice numeric, FCUnitPrice numeric, OrderedValue numeric, LastUserCode, LastUpdatedDateTime,
        TableRecId bigint"""
    ),
    ("CompNum", "POrderNum", "POrderLineNum"),
    (("ItemCode",),),
)
REQ = Table(
    "PV_Req",
    _columns(
        """CompNum integer, PlantCode, RequirementId integer, JobCode, ItemCode, RequiredQty numeric,
        RequiredDate date, ReqStatus integer, ReqGroupCode, POResQty numeric, InProdResQty numeric,
        SOrderNum integer, SOrderLineNum integer, DimA numeric"""
    ),
    ("CompNum", "RequirementId"),
    (("JobCode",), ("SOrderNum",)),
)
ITEM = Table(
    "PM_Item",
    _columns(
        """CompNum integer, ItemCode, ItemShortDesc, ItemDesc, ItemStatusCode, ProdGroupCode,
        MinorProductGroup, ClassId integer, EstimateUse integer, UnitCode, ReqGroupCode, ItemGroupCode,
        ItemTypeCode, PurchasePriceCode, SalesPriceCode, MasterEstimateCode, CustCode, Purchased integer,
        Issued integer, Produced integer, Sold integer, DimA numeric, DimB numeric, DimC numeric, LastUserCode,
        LastUpdatedDateTime, TableRecId bigint"""
    ),
    ("CompNum", "ItemCode"),
    (("ItemCode",), ("ProdGroupCode",)),
)
JOB_SO_LINK = Table(
    "PV_JobSOLink",
    _columns(
        """CompNum integer, PlantCode, JobCode, JobLineNum integer, SOPlantCode, SOrderNum integer,
        SOrderLineNum integer, TableRecId bigint"""
    ),
    ("CompNum", "PlantCode", "JobCode", "JobLineNum"),
    (("SOrderNum",),),
)
JOB_LINE = Table(
    "PV_JobLine",
    _columns(
        """CompNum integer, PlantCode, JobCode, JobLineNum integer, ItemCode, OrderedQty numeric,
        ReceivedQty numeric, JobLineStatus integer, DimA numeric, DimB numeric, TableRecId bigint"""
    ),
    ("CompNum", "PlantCode", "JobCode", "JobLineNum"),
    (("JobCode",), ("ItemCode",)),
)
SHIP_REQ = Table(
    "PV_ShipReq",
    _columns(
        """CompNum integer, PlantCode, ShipReqNum integer, CustCode, ShipDate date, EstArrivalDate date,
        ShipReqStat integer, PickStatus integer, BillAddrNum integer, ShipAddrNum integer, DeliveryTerms,
        ExternalRef, LastUpdatedDateTime, TableRecId bigint"""
    ),
    ("CompNum", "PlantCode", "ShipReqNum"),
)
SHIP_REQ_LINE = Table(
    "PV_ShipReqLine",
    _columns(
        """CompNum integer, PlantCode, ShipReqNum integer, ShipReqLineNum integer, SOPlantCode,
        SOrderNum integer, SOrderLineNum integer, ItemCode, ShipQty numeric, ShippingRef,
        CustPOLineNum integer, CustPOReleaseNum, WhouseCode, LastUpdatedDateTime, TableRecId bigint"""
    ),
    ("CompNum", "PlantCode", "ShipReqNum", "ShipReqLineNum"),
    (("SOrderNum",),),
)
XLPRICE = Table(
    "PV_XLPRICE",
    _columns(
        """CompNum integer, ItemCode, PlantCode, PriceType integer, Direction integer, LinkingRef,
        CreationDate date, EffDate date, ExpiryDate date, BreakUnitCode, PriceUnitCode, CurrCode,
        RecordType integer, RecordStatus integer, LastUserCode"""
    ),
    ("CompNum", "ItemCode", "PlantCode", "PriceType", "Direction", "LinkingRef"),
    (("ItemCode",),),
)

TABLES: tuple[Table, ...] = (
    SORDER, SORDER_LINE, PORDER, PORDER_LINE, REQ, ITEM, JOB_SO_LINK, JOB_LINE, SHIP_REQ, SHIP_REQ_LINE, XLPRICE,
)  # fmt: skip
LATE: tuple[Table, ...] = (SORDER, SORDER_LINE)
"""What the adapter makes in these is visible to SQL only after the view lag; till then it waits in a twin."""


def twin(name: str) -> str:
    """Where rows of a late table wait."""
    return f"sandbox_late_{name}"
