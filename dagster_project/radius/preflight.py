"""What the ERP has to be like before anything is done: an adapter that answers, tables with our columns. Reads only."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from dagster_project.delivery.outcomes import NoDefiniteAnswer, RequestRefused
from dagster_project.radius.client import RadiusClient
from dagster_project.radius.database import ErpDatabase
from dagster_project.radius.payloads import Form, fingerprint, render
from dagster_project.radius.queries import JOB_REFERENCE
from dagster_project.settings import Settings

COLUMNS: Mapping[str, str] = {
    "PV_SOrder": "CompNum PlantCode SOrderNum SOrderDate SOrderStat SOSourceCode CustCode CustRef AddtCustRef "
    "CustReqDate",
    "PV_SOrderLine": "CompNum PlantCode SOrderNum SOrderLineNum ItemCode OrderedQty ReqDate SOItemTypeCode",
    "PV_POrder": "CompNum POrderNum POrderStat",
    "PV_POrderLine": "CompNum PlantCode POrderNum POrderLineNum ItemCode OrderedQty ReceivedQty ReqDate",
    "PV_Req": "CompNum PlantCode RequirementId JobCode ItemCode RequiredQty RequiredDate ReqStatus ReqGroupCode "
    "POResQty InProdResQty SOrderNum SOrderLineNum DimA",
    "PM_Item": "CompNum ItemCode ItemStatusCode ProdGroupCode PurchasePriceCode SalesPriceCode",
    "PV_JobSOLink": "CompNum PlantCode JobCode SOPlantCode SOrderNum TableRecId",
    "PV_JobLine": "CompNum PlantCode JobCode ItemCode OrderedQty",
    "PV_ShipReq": "CompNum PlantCode ShipReqNum ShipDate",
    "PV_ShipReqLine": "CompNum PlantCode ShipReqNum ShipReqLineNum SOPlantCode SOrderNum SOrderLineNum ItemCode "
    "ShipQty ShippingRef",
}
"""Columns of the schema PUB that the workflow reads or writes."""
NO_ITEM = "ORDER-STAGING-PREFLIGHT"
"""Read to see that the adapter answers; that there is no such item is the right answer."""


def columns_of(profile: str) -> Mapping[str, Sequence[str]]:
    """Return the columns that are needed, by table: a purchase order names its job where the profile says."""
    found = {table: names.split() for table, names in COLUMNS.items()}
    found["PV_POrder"].append(JOB_REFERENCE[profile])
    return found


def problems(
    client: RadiusClient, database: ErpDatabase, forms: Mapping[str, Form], profile: str
) -> list[str]:
    """Return everything that stands in the way, in words. Raises what client and database raise."""
    return [*_adapter(client, forms["item_read"]), *_missing(database, columns_of(profile))]


def warnings(settings: Settings) -> list[str]:
    """Return what people have to do by hand as it is set up here."""
    found = []
    if not settings.radius_direct_sql:
        found.append("RADIUS_DIRECT_SQL is false: plant-2 orders are authorised and price codes set by hand")
    if not settings.xlink_runner_url:
        found.append("XLINK_RUNNER_URL is not set: prices of new items are not updated")
    return found


def schema_version(forms: Mapping[str, Form], profile: str) -> str:
    """Return the fingerprint of what refusals depend on: columns, profile, payloads."""
    said = json.dumps([profile, columns_of(profile), fingerprint(forms)], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _adapter(client: RadiusClient, form: Form) -> Iterator[str]:
    """Read an item that there is not: an answer is all that is wanted."""
    try:
        reply = client.ask(form.path, form.entity, render(form, {"base_item": NO_ITEM}, ()), repeatable=True)
    except NoDefiniteAnswer as error:
        yield f"the adapter at RADIUS_API_URL does not answer as one: {error}"
        return
    if reply.status != form.success:
        yield f"the adapter at RADIUS_API_URL refuses {form.entity}: {reply.words}"


def _missing(database: ErpDatabase, columns: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for table, names in columns.items():
        if not _lacks(database, table, names):
            continue
        lacking = [name for name in names if _lacks(database, table, [name])]
        if len(lacking) == len(names):
            yield f'DB_USER cannot read "PUB"."{table}": {_lacks(database, table, names)}'
        else:
            yield f'"PUB"."{table}" has no column {", ".join(lacking)}'


def _lacks(database: ErpDatabase, table: str, names: Sequence[str]) -> str | None:
    """Return what the database says against these columns; None when it gives them."""
    listed = ", ".join(f't."{name}"' for name in names)
    try:
        database.rows(f'select {listed} from "PUB"."{table}" t where 1 = 0')  # noqa: S608 - names of this module
    except RequestRefused as error:
        return str(error)
    return None
