"""What people do, by where they sit; `people.py` puts them together. A method is a transaction of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.radius.erp import Erp
from sandbox.radius.jobs import jobs_of
from sandbox.radius.session import Session, stamp

PEOPLE = "people"


class NoSuchThing(Exception):
    """What somebody wanted to change is not there; the message names it."""


@dataclass(frozen=True)
class Office:
    """Somebody with access to the ERP."""

    erp: Erp

    @contextmanager
    def _acting(self, deed: str, subject: object, **detail: Any) -> Iterator[Session]:
        """A transaction that ends with a note of what was done."""
        with self.erp.changing(PEOPLE) as session:
            yield session
            session.note(deed, subject, **detail)


def set_columns(session: Session, what: str, table: str, values: dict[str, Any], **where: Any) -> None:
    """Change the row found by equality, and when it was changed last. Raises NoSuchThing."""
    if session.update(table, {**values, "LastUpdatedDateTime": stamp()}, **where) == 0:
        raise NoSuchThing(what)


def newest_job(session: Session, plant: str, order: int) -> str:
    """The code of an order's newest job. Raises NoSuchThing."""
    found = jobs_of(session, plant, order)
    if not found:
        raise NoSuchThing(f"a P{plant} job of order {order}")
    return found[0]
