"""Codes of the company: who buys, who sells, and what a status means."""

SUPPLIER = "P4-20002"
"""The one supplier of printed film: plant 2, as plant 4 sees it."""
SUPPLIER_NAME = "STARPAK"
CUSTOMER = "POL01"
"""The one customer of plant 2 in this workflow: plant 4."""
CUSTOMER_NAME = "POLYTEX"
SOURCE = "LWS"
PRODUCT_GROUP = "P4-LWS"
PO_ADDRESS = "4"
BILL_ADDRESS, SHIP_ADDRESS = 31, 32
WAREHOUSE = "9200"
ART_LINE = "P4ART"

AUTHORISED, HELD, CREDIT_HELD, COMPLETE = 0, 1, 2, 9
PO_OPEN, PO_CONFIRMED, PO_COMPLETE, PO_CANCELLED = 0, 2, 8, 9
LINE_OPENED = 10
SHIP_OPEN = 1
REQ_OPEN = 10

APPROVED, WAITING, PENDING, INACTIVE = "APP", "WAIT", "PEND", "INAC"
FILM_GROUPS = ("P4-PF", "P4-FILM")


def core(item: str) -> str:
    """The base item: a leading 16P4- off, then a leading 1600-."""
    upper = item.upper()
    for prefix in ("16P4-", "1600-"):
        upper = upper.removeprefix(prefix)
    return upper


def film_of(base: str) -> str:
    return f"16P4-{core(base)}"


def roll_of(base: str) -> str:
    return f"1600-{core(base)}"
