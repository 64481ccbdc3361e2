"""What the extract asks the ERP: the text of each question, in the order in which they build on one another.

Company, plants, source, product group and the groups of film are the workflow's own and stand in the text; what
varies is bound. `{marks}` are the numbers or codes that the question before brought. Lines of type P4ART are no
bags: artwork, plates.
"""

COMPLETE = 9
"""SOrderStat of an order with which everybody is done."""

_HEADER = """
select distinct h."SOrderNum", h."SOrderDate", h."CustReqDate", h."CustCode", h."SOSourceCode", h."CustRef",
  h."SOrderStat"
from "PUB"."PV_SOrder" h
"""

ORDERS_IN_SCOPE = (
    _HEADER
    + """
left join "PUB"."PV_SOrderLine" l
  on l."CompNum" = h."CompNum" and l."PlantCode" = h."PlantCode" and l."SOrderNum" = h."SOrderNum"
left join "PUB"."PM_Item" i on i."CompNum" = l."CompNum" and i."ItemCode" = l."ItemCode"
where h."CompNum" = 2 and h."PlantCode" = '4' and h."SOSourceCode" = 'LWS'
  and h."SOrderStat" in (0, 1, 2) and h."SOrderDate" >= ?
  and (l."SOItemTypeCode" is null or l."SOItemTypeCode" <> 'P4ART')
  and (i."ProdGroupCode" = 'P4-LWS' or i."ItemCode" is null)
"""
)
"""Open orders with a bag for LWS; and those whose lines name no item, or that have none: people have to see them."""

ORDERS_WATCHED = (
    _HEADER
    + """
where h."CompNum" = 2 and h."PlantCode" = '4' and h."SOrderNum" in ({marks})
"""
)

LINES_OF_ORDERS = """
select l."SOrderNum", l."SOrderLineNum", l."ItemCode", l."SOItemTypeCode", l."OrderedQty", l."ReqDate"
from "PUB"."PV_SOrderLine" l
where l."CompNum" = 2 and l."PlantCode" = ? and l."SOrderNum" in ({marks})
"""

ITEMS = """
select i."ItemCode", i."ItemStatusCode", i."ProdGroupCode"
from "PUB"."PM_Item" i
where i."CompNum" = 2 and i."ItemCode" in ({marks})
"""

JOBS_OF_ORDERS = """
select j."SOrderNum", j."JobCode", max(j."TableRecId") as "TableRecId"
from "PUB"."PV_JobSOLink" j
where j."CompNum" = 2 and j."PlantCode" = ? and j."SOPlantCode" = ? and j."SOrderNum" in ({marks})
group by j."SOrderNum", j."JobCode"
"""

REQUIREMENTS_OF_JOBS = """
select r."RequirementId", r."JobCode", r."ItemCode", r."ReqGroupCode", r."RequiredQty", r."POResQty",
  r."InProdResQty", r."RequiredDate", r."ReqStatus", r."SOrderNum", r."SOrderLineNum", r."DimA"
from "PUB"."PV_Req" r
where r."CompNum" = 2 and r."PlantCode" = '4' and r."JobCode" in ({marks})
  and r."ReqGroupCode" in ('P4-PF', 'P4-FILM')
"""


PO_LINES_OF_JOBS = """
select p."POrderNum", p."{reference}" as "JobCode", p."POrderStat", l."POrderLineNum", l."POLineStatus",
  l."ItemCode", l."OrderedQty", l."ReceivedQty", l."ReqDate"
from "PUB"."PV_POrder" p
inner join "PUB"."PV_POrderLine" l on l."CompNum" = p."CompNum" and l."POrderNum" = p."POrderNum"
where p."CompNum" = 2 and l."PlantCode" = '4' and p."{reference}" in ({marks})
"""

JOB_REFERENCE = {"documented": "AddtCustRef", "observed": "SuppRef"}
"""Where a purchase order names its job, by profile of the adapter that made it."""

SO2_OF_PURCHASE_ORDERS = """
select h."SOrderNum", h."AddtCustRef" as "POrderNum", h."SOrderStat", h."CustRef", h."CustReqDate"
from "PUB"."PV_SOrder" h
where h."CompNum" = 2 and h."PlantCode" = '2' and h."SOSourceCode" = 'LWS'
  and h."AddtCustRef" in ({marks})
"""

LINES_OF_JOBS_P2 = """
select j."JobCode", j."JobLineNum", j."ItemCode", j."OrderedQty", j."JobLineStatus"
from "PUB"."PV_JobLine" j
where j."CompNum" = 2 and j."PlantCode" = '2' and j."JobCode" in ({marks})
"""

SHIP_REQUESTS_OF_ORDERS = """
select s."ShipReqNum", s."ShipReqLineNum", s."SOrderNum", s."SOrderLineNum", s."ItemCode", s."ShipQty",
  s."ShippingRef"
from "PUB"."PV_ShipReqLine" s
where s."CompNum" = 2 and s."PlantCode" = '2' and s."SOPlantCode" = '2' and s."SOrderNum" in ({marks})
"""
