"""The 268 columns of ORDERS_UNIFIED in the order the real table has them.

Order matters: the size columns are found between two markers, and the first column between them is not a
size. The colour-code column carries one apostrophe; the doubled one in the table's DDL is an escape.
"""

from typing import Literal, NamedTuple

import pyarrow as pa

Kind = Literal["text", "int", "date", "uuid"]


class Column(NamedTuple):
    name: str
    kind: Kind


RECORD_UUID = "record_uuid"
ORDER_NUMBER = "AAG ORDER NUMBER"
CUSTOMER_NAME = "CUSTOMER NAME"
PO_NUMBER = "PO NUMBER"
AAG_SEASON = "AAG SEASON"
CUSTOMER_SEASON = "CUSTOMER SEASON"
STYLE = "CUSTOMER STYLE"
STYLE_DESCRIPTION = "STYLE DESCRIPTION"
COLOUR = "CUSTOMER COLOUR DESCRIPTION"
COLOUR_CODE = "CUSTOMER'S COLOUR CODE (CUSTOM FIELD) CUSTOMER PROVIDES THIS"
INFOR_COLOUR_CODE = "INFOR COLOUR CODE"
UNIT_OF_MEASURE = "UNIT OF MEASURE"
TOTAL_QTY = "TOTAL QTY"
SUM_OF_TOTAL_QTY = "Sum of TOTAL QTY"
ORDER_TYPE = "ORDER TYPE"
ORDER_DATE = "ORDER DATE PO RECEIVED"
EX_FACTORY_DATE = "EX FACTORY DATE"
ETA_DATE = "ETA CUSTOMER WAREHOUSE DATE"
TARIFF_RATE = "US TARIFF RATE"
VALIDATION = "VALIDATION"

_BEFORE_SIZES = (
    ORDER_NUMBER,
    CUSTOMER_NAME,
    ORDER_DATE,
    "CUSTOMER ALT PO",
    AAG_SEASON,
    CUSTOMER_SEASON,
    "DROP",
    "MONTH",
    "RANGE / COLLECTION",
    "PROMO GROUP / CAMPAIGN (HOT 30/GLOBAL EDIT",
    "CATEGORY",
    "PATTERN ID",
    "MAKE OR BUY",
    "PLANNER",
    "ORIGINAL ALIAS/RELATED ITEM",
    "PRICING ALIAS/RELATED ITEM",
    "ALIAS/RELATED ITEM",
    STYLE,
    COLOUR_CODE,
    "ACTIVE",
    "All",
    "Multiple Items",
    "FACILITY CODE",
    "BULK AGREEMENT NUMBER",
    SUM_OF_TOTAL_QTY,
    "BULK AGREEMENT DESCRIPTION",
    "CUSTOMER CODE",
    "CO NUMBER - INITIAL DISTRO",
    "CO NUMBER (INITIAL DISTRO)",
    "CO NUMBER (ALLOCATION DISTRO)",
    "CO NUMBER - ALLOCATION DISTRO",
    PO_NUMBER,
    "AAG SEASON CODE",
    "INFOR MAKE/BUY CODE",
    "PLANNER2",
    "ITEM TYPE CODE",
    "INFOR ITEM TYPE CODE",
    "PRODUCT GROUP CODE",
    "MAKE/BUY CODE",
    "INFOR PRODUCT GROUP CODE",
    "ITEM GROUP CODE",
    STYLE_DESCRIPTION,
    "INFOR ITEM GROUP CODE",
    "GENDER GROUP CODE",
    "INFOR GENDER GROUP CODE",
    "FABRIC TYPE CODE",
    "INFOR FABRIC TYPE CODE",
    COLOUR,
    UNIT_OF_MEASURE,
    INFOR_COLOUR_CODE,
)

SIZES: tuple[str, ...] = tuple(
    """XXXS|XXS|XS|S|S/M|M|M/L|L|L/XL|XL|XXL|XXXL|0|2|4|6|8|10|12|14|16|18|20|0-3M|3-6M|6-9M|9-12M|12-18M
|18-24M|2T|3T|4T|5T|6T|30/30|30/32|32/30|32/32|34/30|34/32|36/30|36/32|32C|32D|32DD|34C|34D|34DD|36C|36D
|36DD|OS|ONE SIZE|0w|10w|12w|1X|2/3|22|24|26|27|28|28-30L|29|2w|2X|2XL|30|30-30L|30-31L|30-32L|30X30|31
|31/30|31/32|31-30L|31-31L|31-32L|31X30|32|32/34|32/36|32-30L|32-31L|32-32L|32DDD|32X30|33|33/30|33/32
|33-30L|33-31L|33-32L|34|34/34|34-30L|34-31L|34-32L|34DDD|34X30|35|35/30|35/32|35-30L|35-31L|35-32L|36
|36/34|36-30L|36-31L|36-32L|36DDD|36X30|38|38/30|38/32|38/34|38/36|38-30L|38-31L|38-32L|38C|38D|38DD
|38DDD|38X30|3X|3XL|4/5|40|40/30|40/32|40-30L|40-31L|40X30|42|44|46|48|4w|4X|4XL|4XT|5|50|52|54|56|58
|6/7|60|6w|7|8w|9|L(10-12)|L(14-16)|M(10-12)|M(8-10)|S(6-8)""".replace("\n", "").split("|")
)

_AFTER_SIZES = (
    TOTAL_QTY,
    ORDER_TYPE,
    "DESTINATION",
    "DESTINATION WAREHOUSE",
    "ALLOCATION (CHANNEL)",
    "SHOP NAME",
    "COLLECTION DELIVERY",
    "SHOP CODE",
    "TRACKING NUMBER",
    ETA_DATE,
    EX_FACTORY_DATE,
    "DELIVERY TERMS",
    "PLANNED DELIVERY METHOD",
    "DELIVERY CODE (MODL)",
    "NOTES",
    VALIDATION,
    "VALIDATION2",
    "VALIDATION3",
    "VALIDATION4",
    "CUSTOMER PRICE",
    "USA ONLY LSTP 75% EX WORKS",
    "EX WORKS (USD)",
    "ADMINISTRATION FEE",
    "DESIGN FEE",
    "FX CHARGE",
    "HANDLING",
    "PNP",
    "SURCHARGE FEE",
    "DISCOUNT",
    "FINAL FOB (USD)",
    "HS CODE",
    "US DUTY RATE",
    "US DUTY",
    "FREIGHT",
    TARIFF_RATE,
    "US TARIFF",
    "DDP US (USD)",
    "UK DUTY RATE",
    "UK FREIGHT",
    "UK INSURANCE",
    "UK CIF",
    "UK DUTY",
    "DDP UK (USD)",
    "CAN DUTY RATE",
    "CAN DUTY",
    "DDP CAN (USD)",
    "SMS PRICE USD",
    "FINAL PRICES Y/N",
    "NOTES FOR PRICE",
    "PRICING NOTES",
    "Delta",
    "Warehouse",
    "ORTP (ORDER TYPE)",
    "Longson Alias",
    "BUAR (BUSINESS AREA UNIT)",
    "ADID",
    RECORD_UUID,
)

_INTEGERS = frozenset((*SIZES, TOTAL_QTY, SUM_OF_TOTAL_QTY))
_DATES = frozenset((ORDER_DATE, EX_FACTORY_DATE, ETA_DATE))


def _kind(name: str) -> Kind:
    if name == RECORD_UUID:
        return "uuid"
    if name in _INTEGERS:
        return "int"
    return "date" if name in _DATES else "text"


COLUMNS: tuple[Column, ...] = tuple(
    Column(name, _kind(name)) for name in (*_BEFORE_SIZES, *SIZES, *_AFTER_SIZES)
)

_ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "int": pa.int32(),
    "date": pa.date32(),
    "uuid": pa.string(),
}


def schema() -> pa.Schema:
    """The table as Arrow sees it; every column nullable, as in the real one."""
    return pa.schema([pa.field(column.name, _ARROW[column.kind]) for column in COLUMNS])
