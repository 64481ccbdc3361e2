"""What people do in Counterpoint behind the pipeline's back. Each function is one transaction of its own."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sandbox.counterpoint import shipping
from sandbox.counterpoint.code_tables import WORKGROUP
from sandbox.counterpoint.codes import LOCATIONS, STATIONS, STORE, UNITS, WALK_IN
from sandbox.counterpoint.customer_rows import customer_row
from sandbox.counterpoint.customer_tables import CUSTOMER
from sandbox.counterpoint.customers import Address, Customer
from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.document_tables import HEADER, LINE, TOTAL
from sandbox.counterpoint.history_tables import TICKET, TICKET_LINE
from sandbox.counterpoint.item_tables import ITEM
from sandbox.counterpoint.native_lines import OrderLine
from sandbox.counterpoint.native_orders import Entered, NativeOrder, count_order, enter, guid_of
from sandbox.counterpoint.numbers import (
    SECOND_WORKSTATION_BLOCK,
    WORKSTATION_BLOCK,
    next_document_id,
    next_ticket_number,
)
from sandbox.counterpoint.staging_tables import CUSTOMER_MAP, ORDER_STAGING
from sandbox.counterpoint.stock import move_stock

VOIDED = "VOIDED"


class NoSuchThing(Exception):
    """What somebody wanted to change is not there; the message names it."""


@dataclass(frozen=True)
class People:
    """Everybody with access to one company's Counterpoint."""

    database: CounterpointDatabase

    def create_customer(
        self,
        email: str,
        company: str = "New Customer Inc",
        *,
        cust_no: str = "",
        woo_user: int | None = None,
        tax_code: str = "FL-BROWAR",
    ) -> str:
        """A customer with an address; numbered by the workgroup unless told. `woo_user` adds a map row."""
        home = Address(
            company, "Maria", "Alvarez", "100 Main St", "", "Hollywood", "FL", "33020", "US", "9545550100"
        )
        with self.database.begin() as connection:
            number = cust_no or _next_customer_number(connection)
            customer = Customer(number, home, email, tax_code, "RETAIL", woo_user, woo_user is not None, ())
            connection.execute(CUSTOMER.insert(), customer_row(customer))
            if woo_user is not None:
                row = {
                    "CUST_NO": number,
                    "WOO_USER_ID": woo_user,
                    "WOO_EMAIL": email,
                    "MAPPING_SOURCE": "MANUAL",
                }
                connection.execute(CUSTOMER_MAP.insert(), row)
        return number

    def create_item(self, item_no: str, price: str = "10.00", unit: str = "EA") -> str:
        """An item without alternate units and without stock."""
        if unit not in UNITS:
            raise NoSuchThing(f"unit {unit}")
        with self.database.begin() as connection:
            row = {"ITEM_NO": item_no, "DESCR": f"NEW ITEM {item_no}", "STK_UNIT": unit, "PRC_1": Decimal(price),
                   "REG_PRC": Decimal(price), "LST_COST": 0, "CATEG_COD": "PRINT AND"}  # fmt: skip
            connection.execute(ITEM.insert(), row)
        return item_no

    def set_item_status(self, item_no: str, status: str = "A") -> None:
        """A active, D discontinued, V void."""
        with self.database.begin() as connection:
            changed = connection.execute(sa.update(ITEM).where(ITEM.c.ITEM_NO == item_no).values(STAT=status))
            _must_be_one(changed.rowcount, f"item {item_no}")

    def take_order(
        self,
        item_no: str,
        quantity: str = "1",
        customer: str = WALK_IN,
        *,
        tax_code: str = "FL-STATE",
        at: datetime | None = None,
    ) -> Entered:
        """Another workstation enters a native order: it takes the next number, and commits stock."""
        order = NativeOrder(
            customer, [OrderLine(item_no, Decimal(quantity))], station=STATIONS[1], tax_code=tax_code
        )
        with self.database.begin() as connection:
            return enter(connection, order, at or now(), SECOND_WORKSTATION_BLOCK)

    def promise_ship_date(self, doc_id: int, days: int = 3) -> None:
        """A promised SHIP_DAT and nothing else."""
        with self.database.begin() as connection:
            _header(connection, doc_id)
            shipping.promise(connection, doc_id, now() + timedelta(days=days))

    def invoice(self, doc_id: int) -> None:
        """The order is invoiced; the goods have not left."""
        with self.database.begin() as connection:
            _header(connection, doc_id)
            shipping.invoice(connection, doc_id)

    def release(
        self, doc_id: int, quantities: Mapping[int, Decimal] | None = None, *, post: bool = True
    ) -> shipping.Release:
        """Goods leave: all that is open, or `quantities` by LIN_SEQ_NO."""
        with self.database.begin() as connection:
            return shipping.release(connection, doc_id, now(), quantities, post=post)

    def purge(self, doc_id: int) -> None:
        """A shipped order disappears from the open documents; only history tells that it left."""
        with self.database.begin() as connection:
            header = _header(connection, doc_id)
            if header["HAS_RLSD_LINS"] != "Y":
                raise NoSuchThing(f"a released order {doc_id}")
            shipping.remove(connection, doc_id)

    def void(self, doc_id: int, reason: str = "Customer changed his mind", user: str = "MGR") -> None:
        """The order is called off: what is open goes back to the stock, the document stays, marked."""
        with self.database.begin() as connection:
            _give_back(connection, doc_id)
            changed = connection.execute(
                sa.update(HEADER)
                .where(HEADER.c.DOC_ID == doc_id)
                .values(VOID_USR_ID=user, VOID_REAS=reason, LST_MAINT_DT=now(), LST_MAINT_USR_ID=user)
            )
            _must_be_one(changed.rowcount, f"document {doc_id}")

    def delete_order(self, doc_id: int) -> None:
        """The order is called off and its document deleted."""
        with self.database.begin() as connection:
            _header(connection, doc_id)
            _give_back(connection, doc_id)
            shipping.remove(connection, doc_id)

    def walk_in_sale(self, item_no: str, quantity: str = "1", location: str = LOCATIONS[0]) -> int:
        """Somebody buys at the counter: a posted ticket, and less on hand."""
        sold, at = Decimal(quantity), now()
        with self.database.begin() as connection:
            doc_id = next_document_id(connection, WORKSTATION_BLOCK)
            number = next_ticket_number(connection, "TKT")
            place = {"DOC_ID": doc_id, "BUS_DAT": at.date(), "TKT_NO": number}
            connection.execute(
                TICKET.insert(),
                {**place, "DOC_GUID": guid_of(doc_id), "DOC_TYP": "T", "STR_ID": STORE, "STA_ID": STATIONS[0],
                 "CUST_NO": WALK_IN, "TKT_DT": at, "SAL_LINS": 1, "POST_DAT": at},
            )  # fmt: skip
            line = {
                **place,
                "LIN_SEQ_NO": 1,
                "LIN_TYP": "S",
                "ITEM_NO": item_no,
                "QTY_SOLD": sold,
                "STK_LOC_ID": location,
            }
            connection.execute(TICKET_LINE.insert(), line)
            move_stock(connection, item_no, location, QTY_ON_HND=-sold)
        return doc_id

    def receive(self, item_no: str, quantity: str, location: str = LOCATIONS[0]) -> None:
        """Goods come in."""
        with self.database.begin() as connection:
            move_stock(connection, item_no, location, QTY_ON_HND=Decimal(quantity))

    def edit_staging(self, staging_id: int, **columns: Any) -> None:
        """An operator edits a row of USER_ORDER_STAGING by hand, as with CUST_NO or VALIDATION_ERROR."""
        with self.database.begin() as connection:
            changed = connection.execute(
                sa.update(ORDER_STAGING).where(ORDER_STAGING.c.STAGING_ID == staging_id).values(**columns)
            )
            _must_be_one(changed.rowcount, f"staging row {staging_id}")

    def break_line_items(self, staging_id: int, how: str = "cut") -> None:
        """LINE_ITEMS_JSON as no program should leave it: cut, empty, null, text, object, blank_list."""
        broken = {"empty": "", "null": None, "text": "see attachment", "object": "{}", "blank_list": "[]"}
        if how == "cut":
            with self.database.begin() as connection:
                text = connection.execute(
                    sa.select(ORDER_STAGING.c.LINE_ITEMS_JSON).where(ORDER_STAGING.c.STAGING_ID == staging_id)
                ).scalar_one()
            broken["cut"] = (text or '[{"sku": "01-10100", "quant')[: max(1, len(text or "") // 2)]
        self.edit_staging(staging_id, LINE_ITEMS_JSON=broken[how])


def now() -> datetime:
    """The workstations' clock, UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def told(result: Any) -> Any:
    """A result as JSON can show it."""
    if isinstance(result, Entered | shipping.Release):
        return {name: told(value) for name, value in asdict(result).items()}
    return str(result) if isinstance(result, Decimal | date) else result


def _next_customer_number(connection: Connection) -> str:
    number = connection.execute(sa.select(WORKGROUP.c.NXT_CUST_NO)).scalar_one()
    connection.execute(sa.update(WORKGROUP).values(NXT_CUST_NO=str(int(number) + 1)))
    return str(number)


def _header(connection: Connection, doc_id: int) -> Mapping[str, Any]:
    row = connection.execute(sa.select(HEADER).where(HEADER.c.DOC_ID == doc_id)).mappings().first()
    if row is None:
        raise NoSuchThing(f"document {doc_id}")
    return dict(row)


def _give_back(connection: Connection, doc_id: int) -> None:
    """What an order still wants is neither committed nor on order any more; the customer has one order less."""
    for line in connection.execute(sa.select(LINE).where(LINE.c.DOC_ID == doc_id)).mappings().all():
        still_open = line["QTY_SOLD"] - (line["QTY_SHIPPED"] or Decimal(0))
        back = -shipping.stocking_quantity(line, still_open)
        location = line["STK_LOC_ID"] or LOCATIONS[0]
        move_stock(connection, line["ITEM_NO"], location, QTY_COMMIT=back, QTY_ON_ORD=back)
    total = connection.execute(
        sa.select(TOTAL.c.TOT).where(TOTAL.c.DOC_ID == doc_id, TOTAL.c.TOT_TYP == "O")
    ).scalar()  # fmt: skip
    count_order(connection, _header(connection, doc_id)["CUST_NO"], -1, -(total or Decimal(0)))


def _must_be_one(count: int, what: str) -> None:
    if count != 1:
        raise NoSuchThing(what)
