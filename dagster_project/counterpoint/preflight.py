"""What Counterpoint has to be like before an order is entered: tables, codes, counters. Reads only."""

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.counterpoint.breakdown import Authority
from dagster_project.counterpoint.documents import Codes, Place
from dagster_project.counterpoint.numbers import NumbersRefused, following
from dagster_project.counterpoint.setup import ONE_ROW_PER_ORDER, RANGE, DocIds
from dagster_project.counterpoint.setup import columns as columns_of
from dagster_project.counterpoint.setup import indexes as indexes_of
from dagster_project.counterpoint.tables import (
    DOC_ID_RANGE,
    DOCUMENT,
    DRAWER,
    HEADER,
    INVENTORY,
    LOCATION,
    ORDER_EXTRA,
    ORDER_STAGING,
    PAY_CODE,
    SHIP_VIA,
    STATION,
    STORE,
    STORE_SETTINGS,
    TAX_CODE_AUTHORITY,
    TAX_RULE,
    USER,
)
from dagster_project.settings import PROJECT_ROOT

MAPPINGS = PROJECT_ROOT / "mappings" / "counterpoint"
_WRITTEN = (*DOCUMENT, INVENTORY, ORDER_STAGING, ORDER_EXTRA, DOC_ID_RANGE)
_READ = (STORE, STATION, DRAWER, LOCATION, USER, SHIP_VIA, PAY_CODE, STORE_SETTINGS)


@dataclass(frozen=True)
class Found:
    """What one look at the company told."""

    codes: Codes
    ship_vias: frozenset[str]
    rules: frozenset[tuple[str, str]]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """What refusals depend on: a code that was missing and is there now brings its orders back."""
        content = [
            sorted(self.ship_vias),
            sorted(self.codes.pay_types.items()),
            sorted(
                (code, [(a.code, a.rule, str(a.rate)) for a in who]) for code, who in self.codes.taxes.items()
            ),
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def look(connection: Connection, place: Place, doc_ids: DocIds, *, by_hand: bool = True) -> Found:
    """Read codes and counters; `by_hand` says that the numbers are ours to give out."""
    missing = list(_missing_columns(connection))
    if missing:
        return Found(Codes({}, {}), frozenset(), frozenset(), tuple(missing), ())
    codes = codes_of(connection)
    ship_vias = frozenset(_texts(connection, SHIP_VIA.c.SHIP_VIA_COD))
    rules = frozenset(
        (row.AUTH_COD, row.RUL_COD)
        for row in connection.execute(sa.select(TAX_RULE.c.AUTH_COD, TAX_RULE.c.RUL_COD))
    )
    problems = [*_place(connection, place), *_mapped_codes(codes, ship_vias)]
    if by_hand:
        problems += [*_counter(connection, place), *_range(connection, doc_ids)]
    unknown = sorted({(a, r) for a, r in _seed("counterpoint_taxes", "auth_cod", "rul_cod")} - rules)
    warnings = [f"counterpoint_taxes names {a} {r}, which no tax rule is called" for a, r in unknown]
    return Found(codes, ship_vias, rules, tuple(problems), tuple(warnings))


def codes_of(connection: Connection) -> Codes:
    """Read tax codes with their authorities, and pay codes."""
    authority, rule = TAX_CODE_AUTHORITY.c, TAX_RULE.c
    query = (
        sa.select(authority.TAX_COD, authority.AUTH_COD, authority.RUL_COD, rule.RATE_PCT)
        .join(TAX_RULE, sa.and_(authority.AUTH_COD == rule.AUTH_COD, authority.RUL_COD == rule.RUL_COD))
        .order_by(authority.TAX_COD, authority.SEQ_NO)
    )
    taxes: dict[str, list[Authority]] = {}
    for code, who, rule_code, rate in connection.execute(query):
        taxes.setdefault(code, []).append(Authority(who, rule_code, rate))
    pay = connection.execute(sa.select(PAY_CODE.c.PAY_COD, PAY_CODE.c.PAY_COD_TYP))
    return Codes(taxes, {row.PAY_COD: row.PAY_COD_TYP for row in pay})


def _missing_columns(connection: Connection) -> Iterator[str]:
    there = columns_of(connection)
    if not there:
        yield (
            "COUNTERPOINT_URL names a database without any table in schema dbo: no company of Counterpoint is there; "
            "the sandbox makes one by `order-staging sandbox up`"
        )
        return
    for table in (*_WRITTEN, *_READ):
        if table.name not in there:
            ours = table in (ORDER_EXTRA, DOC_ID_RANGE)
            yield f"there is no table dbo.{table.name}" + (
                "; run `order-staging counterpoint setup`" if ours else ""
            )
        elif lacking := sorted({column.name for column in table.columns} - there[table.name]):
            yield f"dbo.{table.name} has no column {', '.join(lacking)}"
    if ORDER_STAGING.name in there and ONE_ROW_PER_ORDER not in indexes_of(connection):
        yield (
            f"dbo.{ORDER_STAGING.name} has no unique index {ONE_ROW_PER_ORDER}; "
            "run `order-staging counterpoint setup`"
        )


def _place(connection: Connection, place: Place) -> Iterator[str]:
    wanted: Sequence[tuple[str, sa.Table, Mapping[str, str]]] = (
        ("CP_STORE", STORE, {"STR_ID": place.store}),
        ("CP_STATION", STATION, {"STR_ID": place.store, "STA_ID": place.station}),
        ("CP_DRAWER", DRAWER, {"STR_ID": place.store, "DRW_ID": place.drawer}),
        ("CP_LOCATION", LOCATION, {"LOC_ID": place.location}),
        ("CP_USER", USER, {"USR_ID": place.user}),
    )
    for setting, table, key in wanted:
        query = sa.select(sa.literal(1)).select_from(table).where(*(table.c[n] == v for n, v in key.items()))
        if connection.execute(query).first() is None:
            named = ", ".join(f"{name} {value}" for name, value in key.items())
            yield f"{setting}: dbo.{table.name} has no {named}"


def _mapped_codes(codes: Codes, ship_vias: frozenset[str]) -> Iterator[str]:
    lists = (
        ("counterpoint_ship_via", "ship_via_cod", ship_vias, "ship-via code"),
        ("counterpoint_pay_codes", "pay_cod", codes.pay_types.keys(), "pay code"),
    )
    for seed, column, known, noun in lists:
        for code in sorted({code for (code,) in _seed(seed, column) if code} - set(known)):
            yield f"mappings/counterpoint/{seed}.csv names the {noun} {code}, which Counterpoint does not have"


def _counter(connection: Connection, place: Place) -> Iterator[str]:
    store = STORE_SETTINGS.c
    row = connection.execute(sa.select(STORE_SETTINGS).where(store.STR_ID == place.store)).first()
    if row is None:
        yield f"store {place.store} has no row in dbo.{STORE_SETTINGS.name}"
        return
    if row.ORD_NO_METH != "S" or row.NXT_ORD_NO_AUTO == "N":
        yield f"orders of store {place.store} are not numbered by the store: set ORD_NO_METH to S, numbers automatic"
    try:
        following(row.NXT_ORD_NO or "")
    except NumbersRefused as error:
        yield f"store {place.store}: {error}"
    for setting, number in (
        ("CP_SHIPPING_CHARGE", place.shipping_charge),
        ("CP_FEE_CHARGE", place.fee_charge),
    ):
        if getattr(row, f"USE_MISC_{number}") != "Y":
            yield f"{setting}: store {place.store} does not use misc charge {number}"


def _range(connection: Connection, doc_ids: DocIds) -> Iterator[str]:
    table = DOC_ID_RANGE.c
    row = connection.execute(sa.select(DOC_ID_RANGE).where(table.RANGE_NAM == RANGE)).first()
    if row is None:
        yield f"dbo.{DOC_ID_RANGE.name} has no range of document ids; run `order-staging counterpoint setup`"
        return
    if doc_ids != DocIds(row.FST_DOC_ID, row.LST_DOC_ID):
        yield (
            f"CP_DOC_ID_FIRST and CP_DOC_ID_LAST say {doc_ids.first} to {doc_ids.last}, but {DOC_ID_RANGE.name} "
            f"was begun with {row.FST_DOC_ID} to {row.LST_DOC_ID}"
        )
    ahead = HEADER.c.DOC_ID.between(row.NXT_DOC_ID, row.LST_DOC_ID)
    strange = connection.execute(sa.select(sa.func.max(HEADER.c.DOC_ID)).where(ahead)).scalar()
    if strange is not None:
        yield (
            f"document {strange} stands in our range, ahead of NXT_DOC_ID {row.NXT_DOC_ID}: somebody else gives "
            "out its numbers; have another range assigned"
        )


def _texts(connection: Connection, column: sa.Column[Any]) -> Iterator[str]:
    yield from (text for (text,) in connection.execute(sa.select(column)))


def _seed(name: str, *columns: str, folder: Path = MAPPINGS) -> Iterator[tuple[str, ...]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            yield tuple(line[column].strip() for column in columns)
