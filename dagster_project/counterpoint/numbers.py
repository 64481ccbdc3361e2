"""Document ids and ticket numbers: counters under a lock, each number given out once, by any number of writers.

Ticket numbers come from the store's own order counter, which Counterpoint's clients count on as well. Document
ids have no counter that we may use, so they come from a range assigned to us. The locks last to the end of the
order's transaction: what is rolled back was never given out, what is committed never comes back. A counter that
moved all the same, on an engine that takes no lock by a hint, ends the transaction, which then begins again.
"""

import re

from sqlalchemy.engine import Connection

from dagster_project.counterpoint.database import Busy
from dagster_project.counterpoint.sets import locked, marks, name_of, run
from dagster_project.counterpoint.setup import RANGE
from dagster_project.counterpoint.tables import DOC_ID_RANGE, HEADER, STORE_SETTINGS, TICKET

LONGEST = 15
_COUNTED = re.compile(r"(.*?)(\d+)")


class NumbersRefused(Exception):
    """There is no number to give out; the message says which counter a person has to look at."""


def following(number: str) -> str:
    """Return the number after a text that ends in digits; its prefix and width stay, 999 is followed by 1000."""
    found = _COUNTED.fullmatch(number)
    if found is None:
        raise NumbersRefused(
            f"NXT_ORD_NO {number!r} ends in no digits, so nothing follows it; correct it in the store"
        )
    prefix, digits = found.groups()
    after = f"{prefix}{int(digits) + 1:0{len(digits)}}"
    if len(after) > LONGEST:
        raise NumbersRefused(f"the number after {number} is longer than a ticket number; correct NXT_ORD_NO")
    return after


class Numbers:
    """Gives out numbers inside the transaction of the caller."""

    def __init__(self, store: str) -> None:
        self._store = store
        self._looked = False

    def tickets(self, connection: Connection, count: int) -> list[str]:
        """Return the next ticket numbers of the store's orders. Raises NumbersRefused, or Busy."""
        counter = name_of(STORE_SETTINGS)
        said = connection.exec_driver_sql(
            f"select NXT_ORD_NO from {counter}{locked(connection)} where STR_ID = ?",
            (self._store,),
        ).scalar()
        if not said:
            raise NumbersRefused(f"store {self._store} has no NXT_ORD_NO; set it in its configuration")
        first = str(said) if self._looked else self._unused(connection, str(said))
        numbers = [first]
        while len(numbers) < count:
            numbers.append(following(numbers[-1]))
        changed = run(
            connection,
            f"update {counter} set NXT_ORD_NO = ? where STR_ID = ? and NXT_ORD_NO = ?",
            (following(numbers[-1]), self._store, said),
        )
        if changed != 1:
            raise Busy(f"{counter}: somebody else took NXT_ORD_NO {said} of store {self._store}")
        self._looked = True
        return numbers

    def _unused(self, connection: Connection, number: str) -> str:
        """Step over numbers that somebody gave out by hand; looked for once, since it is no indexed search."""
        query = " union ".join(
            f"select TKT_NO from {name_of(table)} where STR_ID = ? and TKT_NO = ?"
            for table in (HEADER, TICKET)
        )
        while connection.exec_driver_sql(query, (self._store, number) * 2).first() is not None:
            number = following(number)
        return number

    def documents(self, connection: Connection, count: int) -> list[int]:
        """Return the next document ids of our range. Raises NumbersRefused, or Busy."""
        table = name_of(DOC_ID_RANGE)
        found = connection.exec_driver_sql(
            f"select NXT_DOC_ID, LST_DOC_ID from {table}{locked(connection)} where RANGE_NAM = ?",
            (RANGE,),
        ).first()
        if found is None:
            raise NumbersRefused(f"{table} has no range; run `order-staging counterpoint setup`")
        first, last = int(found[0]), int(found[1])
        if first + count - 1 > last:
            raise NumbersRefused(f"{table} is used up: {last - first + 1} document ids are left of {count}")
        changed = run(
            connection,
            f"update {table} set NXT_DOC_ID = ? where RANGE_NAM = ? and NXT_DOC_ID = ?",
            (first + count, RANGE, first),
        )
        if changed != 1:
            raise Busy(f"{table}: somebody else took document id {first}")
        return list(range(first, first + count))


def used_documents(connection: Connection, numbers: list[int]) -> set[int]:
    """Return which document ids stand in Counterpoint already, open or posted."""
    query = " union ".join(
        f"select DOC_ID from {name_of(table)} where DOC_ID in ({marks(numbers)})"
        for table in (HEADER, TICKET)
    )
    return {int(number) for (number,) in connection.exec_driver_sql(query, tuple(numbers) * 2)}
