"""What a delivery asks the ERP beyond the extract's questions: objects by their own numbers, and what was linked.

The text is of the same kind as in queries.py, and answers have the same column names as there.
"""

_PO_LINES = """
select p."POrderNum", p."{reference}" as "JobCode", p."POrderStat", l."POrderLineNum", l."ItemCode",
  l."OrderedQty", l."ReceivedQty", l."ReqDate"
from "PUB"."PV_POrder" p
inner join "PUB"."PV_POrderLine" l on l."CompNum" = p."CompNum" and l."POrderNum" = p."POrderNum"
where p."CompNum" = 2 and l."PlantCode" = '4'
"""

PO_LINES_BY_NUMBER = _PO_LINES + 'and p."POrderNum" in ({marks})'

SO2_BY_NUMBER = """
select h."SOrderNum", h."AddtCustRef" as "POrderNum", h."SOrderStat", h."CustRef"
from "PUB"."PV_SOrder" h
where h."CompNum" = 2 and h."PlantCode" = '2' and h."SOrderNum" in ({marks})
"""

_SHIP_LINES = """
select s."ShipReqNum", s."ShipReqLineNum", s."SOrderNum", s."SOrderLineNum", s."ItemCode", s."ShipQty",
  s."ShippingRef", q."ShipDate"
from "PUB"."PV_ShipReqLine" s
inner join "PUB"."PV_ShipReq" q
  on q."CompNum" = s."CompNum" and q."PlantCode" = s."PlantCode" and q."ShipReqNum" = s."ShipReqNum"
where s."CompNum" = 2 and s."PlantCode" = '2' and s."SOPlantCode" = '2'
"""

SHIP_LINES_OF_ORDERS = _SHIP_LINES + 'and s."SOrderNum" in ({marks})'
SHIP_LINES_BY_NUMBER = _SHIP_LINES + 'and s."ShipReqNum" in ({marks})'

JOBS_BY_CODE = """
select distinct j."JobCode", j."SOrderNum"
from "PUB"."PV_JobSOLink" j
where j."CompNum" = 2 and j."PlantCode" = ? and j."SOPlantCode" = ? and j."JobCode" in ({marks})
"""

OPEN_ORDERS = """
select distinct h."SOrderNum"
from "PUB"."PV_SOrder" h
where h."CompNum" = 2 and h."PlantCode" = '4' and h."SOSourceCode" = 'LWS' and h."SOrderStat" in (0, 1, 2)
"""

AUTHORISE = """
update "PUB"."PV_SOrder" set "SOrderStat" = 0
where "CompNum" = 2 and "PlantCode" = '2' and "SOrderNum" = ? and "SOrderStat" = 2
"""
"""Undoes the credit hold that the adapter leaves behind; a hold that a person set (1) stays one."""

PRICE_CODE = {
    "film": """update "PUB"."PM_Item" set "PurchasePriceCode" = ? where "CompNum" = 2 and "ItemCode" = ?""",
    "roll": """update "PUB"."PM_Item" set "SalesPriceCode" = ? where "CompNum" = 2 and "ItemCode" = ?""",
}
"""An item's price list bears the item's own code."""
