"""Numbers that Counterpoint itself gives out: ticket numbers from the store's counters, DOC_IDs from blocks."""

import re

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sandbox.counterpoint.code_tables import STORE_CONFIGURATION
from sandbox.counterpoint.codes import STORE
from sandbox.counterpoint.document_tables import HEADER
from sandbox.counterpoint.history_tables import TICKET

WORKSTATION_BLOCK = range(103_398_648_478, 103_398_999_999)
SECOND_WORKSTATION_BLOCK = range(101_163_492_218, 101_163_999_999)
API_BLOCK = range(107_437_162_115_401, 107_437_999_999_999)
"""DOC_IDs come in blocks per workstation; NCR's API server has one of its own."""

_NUMBER = re.compile(r"^(.*?)(\d+)$")


class CounterEmpty(Exception):
    """A counter holds nothing that can be counted on; the message shows it."""


def next_ticket_number(connection: Connection, kind: str = "ORD") -> str:
    """Take a number of kind ORD, TKT, QUOT, HOLD or LWY; the counter moves by compare-and-swap."""
    counter = STORE_CONFIGURATION.c[f"NXT_{kind}_NO"]
    store = STORE_CONFIGURATION.c.STR_ID == STORE
    while True:
        number = connection.execute(sa.select(counter).where(store)).scalar_one()
        matched = _NUMBER.match(number or "")
        if matched is None:
            raise CounterEmpty(f"NXT_{kind}_NO is {number!r}")
        prefix, digits = matched.groups()
        following = f"{prefix}{int(digits) + 1:0{len(digits)}d}"
        moved = connection.execute(
            sa.update(STORE_CONFIGURATION).where(store, counter == number).values({counter.name: following})
        )
        if moved.rowcount == 1:
            return str(number)


def next_document_id(connection: Connection, block: range) -> int:
    """The first DOC_ID above all that were ever used of a block."""
    used = []
    for column in (HEADER.c.DOC_ID, TICKET.c.DOC_ID):
        highest = sa.select(sa.func.max(column)).where(column.between(block.start, block.stop))
        used.append(connection.execute(highest).scalar_one() or block.start - 1)
    return int(max(used)) + 1
