"""Reference data into a fresh database: codes, counters, items, stock, customers, maps."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sandbox.counterpoint import codes, taxes
from sandbox.counterpoint.code_tables import (
    DRAWER,
    E_COMMERCE,
    PAY_CODE,
    SHIP_VIA,
    STATION,
    STATION_CONFIGURATION,
    STORE,
    STORE_CONFIGURATION,
    TAX_AUTHORITY,
    TAX_CODE,
    TAX_CODE_AUTHORITY,
    TAX_RULE,
    TERMS,
    USER,
    WORKGROUP,
)
from sandbox.counterpoint.customer_rows import customer_rows, map_rows, ship_to_rows, walk_in
from sandbox.counterpoint.customer_tables import CUSTOMER, SHIP_TO
from sandbox.counterpoint.customers import Customer, customers
from sandbox.counterpoint.item_rows import (
    barcode_rows,
    inventory_rows,
    item_rows,
    price_rows,
    product_map_rows,
)
from sandbox.counterpoint.item_tables import BARCODE, CONTROL, INVENTORY, ITEM, LOCATION, PRICE, UNIT
from sandbox.counterpoint.items import Item, items
from sandbox.counterpoint.native_lines import OrderLine
from sandbox.counterpoint.native_orders import NativeOrder, enter
from sandbox.counterpoint.numbers import WORKSTATION_BLOCK
from sandbox.counterpoint.staging_tables import CUSTOMER_MAP, PRODUCT_MAP

Row = Mapping[str, Any]
_FIRST_DAY = dt.datetime(2025, 10, 1, 14)


def fill(connection: Connection, seed: int) -> None:
    """Fill an empty database; the order follows the foreign keys."""
    _fill_codes(connection)
    _fill_taxes(connection)
    _fill_configuration(connection)
    goods, people = items(seed), customers(seed)
    insert(connection, ITEM, item_rows(goods))
    insert(connection, INVENTORY, inventory_rows(goods))
    insert(connection, BARCODE, barcode_rows(goods))
    insert(connection, PRICE, price_rows(goods))
    insert(connection, PRODUCT_MAP, product_map_rows(goods))
    insert(connection, CUSTOMER, [walk_in(), *customer_rows(people)])
    insert(connection, SHIP_TO, ship_to_rows(people))
    insert(connection, CUSTOMER_MAP, map_rows(people))
    _enter_orders(connection, goods, people)


def _fill_codes(connection: Connection) -> None:
    insert(connection, STORE, [{"STR_ID": codes.STORE, "DESCR": "Main store"}])
    insert(
        connection,
        STATION,
        [
            {"STR_ID": codes.STORE, "STA_ID": station, "DESCR": f"Station {station}"}
            for station in codes.STATIONS
        ],
    )
    insert(connection, DRAWER, [{"STR_ID": codes.STORE, "DRW_ID": drawer} for drawer in codes.DRAWERS])
    insert(
        connection,
        LOCATION,
        [{"LOC_ID": location, "DESCR": f"Location {location}"} for location in codes.LOCATIONS],
    )
    insert(connection, USER, [{"USR_ID": user, "NAM": user.title()} for user in codes.USERS])
    insert(connection, TERMS, [{"TERMS_COD": code, "DESCR": descr} for code, descr in codes.TERMS.items()])
    insert(connection, UNIT, [{"UNIT": unit, "DESCR": descr} for unit, descr in codes.UNITS.items()])
    insert(connection, CONTROL, [{"CTL_ID": 1, "PRC_ROUND_METH": "N"}])
    insert(
        connection,
        SHIP_VIA,
        [
            {"SHIP_VIA_COD": code, "DESCR": descr, "CARRIER": carrier}
            for code, (descr, carrier) in codes.SHIP_VIA.items()
        ],
    )
    insert(
        connection,
        PAY_CODE,
        [
            {"PAY_COD": code, "DESCR": descr, "PAY_COD_TYP": kind}
            for code, (descr, kind) in codes.PAY_CODES.items()
        ],
    )


def _fill_taxes(connection: Connection) -> None:
    insert(connection, TAX_CODE, [{"TAX_COD": tax.code, "DESCR": tax.descr} for tax in taxes.TAX_CODES])
    insert(
        connection,
        TAX_AUTHORITY,
        [{"AUTH_COD": authority.code, "DESCR": authority.descr} for authority in taxes.AUTHORITIES],
    )
    insert(
        connection,
        TAX_RULE,
        [
            {
                "AUTH_COD": authority.code,
                "RUL_COD": taxes.RULE,
                "RATE_PCT": authority.rate,
                "TAX_MISC_CHRG_1": "Y" if authority.taxes_shipping else "N",
            }
            for authority in taxes.AUTHORITIES
        ],
    )
    insert(
        connection,
        TAX_CODE_AUTHORITY,
        [
            {"TAX_COD": tax.code, "SEQ_NO": place, "AUTH_COD": authority.code, "RUL_COD": taxes.RULE}
            for tax in taxes.TAX_CODES
            for place, authority in enumerate(tax.authorities, start=1)
        ],
    )


def _fill_configuration(connection: Connection) -> None:
    store = {
        "STR_ID": codes.STORE,
        "NXT_TKT_NO": codes.NEXT_TICKET,
        "NXT_ORD_NO": codes.NEXT_ORDER,
        "NXT_QUOT_NO": codes.NEXT_QUOTE,
        "NXT_HOLD_NO": "50006",
        "NXT_LWY_NO": "80008",
        "WALK_IN_CUST_NO": codes.WALK_IN,
        "AR_TAX_COD": "NOTAX",
        "STK_LOC_ID": codes.LOCATIONS[0],
        "PRC_LOC_ID": codes.LOCATIONS[0],
        "MIN_ORD_DEP_PCT": Decimal(0),
        **{f"LIN_TYP_{place}": letter for place, letter in enumerate("SROBPLED", start=1)},
    }
    insert(connection, STORE_CONFIGURATION, [store])
    insert(
        connection,
        STATION_CONFIGURATION,
        [
            {"STR_ID": codes.STORE, "STA_ID": station, "OFFLINE_NXT_TKT_NO": f"M-{place}00000"}
            for place, station in enumerate(codes.STATIONS, start=7)
        ],
    )
    insert(
        connection,
        WORKGROUP,
        [
            {
                "WRKGRP_ID": "1",
                "NXT_CUST_NO": "11000",
                "THIS_STR_ID": codes.STORE,
                "THIS_LOC_ID": codes.LOCATIONS[0],
            }
        ],
    )
    insert(connection, E_COMMERCE, [_e_commerce()])


def _e_commerce() -> Row:
    ways: dict[str, str] = {}
    for place, (method, code) in enumerate(list(codes.WEB_SHIP_VIA.items())[:6], start=1):
        ways |= {f"ORD_SHIP_METH_{place}": method, f"ORD_SHIP_VIA_COD_{place}": code}
    return {
        "CTL_ID": 1, "STR_ID": codes.STORE, "ORD_STA_ID": codes.STATIONS[0], "ORD_DRW_ID": codes.DRAWERS[0],
        "ORD_CUST_NO": codes.WALK_IN, "ORD_CUST_NO_METH": "E", "NXT_CUST_NO": "11000",
        "ORD_BASE_TAX_COD": "FL-STATE", "ORD_MISC_CHRG_NO": "1", "ORD_PAY_COD_VISA": "WEBCC",
        "ORD_PAY_COD_MC": "WEBCC", "ORD_PAY_COD_AMEX": "WEBCC", "ORD_PAY_COD_DISC": "WEBCC",
        "ORD_PAY_COD_PAYPAL": "PAYPAL", "ORD_PAY_COD_OTHER": "CHECK", **ways,
    }  # fmt: skip


def _enter_orders(connection: Connection, goods: Sequence[Item], people: Sequence[Customer]) -> None:
    """Orders of the shop's own people, in the form that Counterpoint itself gives them."""
    sold = [item for item in goods if item.active]
    for place in range(codes.NATIVE_ORDERS):
        lines = [
            OrderLine(item.number, Decimal(2 + place)) for item in sold[7 * place : 7 * place + 1 + place]
        ]
        customer = people[11 * place]
        order = NativeOrder(customer.number, lines, tax_code=customer.tax_code, ship_via="UPS GROUND")
        enter(connection, order, _FIRST_DAY + dt.timedelta(hours=place), WORKSTATION_BLOCK)


def insert(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns, in one statement per table."""
    if not rows:
        return
    if connection.dialect.name != "duckdb":
        connection.execute(table.insert(), list(rows))
        return
    # DuckDB takes seconds for what executemany sends row by row; one JSON parameter takes milliseconds.
    names = list(rows[0])
    kinds = {name: table.c[name].type.compile(connection.dialect) for name in names}
    listed = ", ".join(f'"{name}"' for name in names)
    taken = ", ".join(f'r."{name}"' for name in names)
    connection.exec_driver_sql(
        f'insert into {table.schema}."{table.name}" ({listed}) '  # noqa: S608 - names of our own tables
        f"select {taken} from (select unnest(from_json($1, '[{json.dumps(kinds)}]')) as r)",
        (json.dumps(rows, default=_plain),),
    )


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value)
