"""What people do in the ERP behind the workflow's back, and what they can look at."""

import inspect
from typing import Any

from sandbox.radius.customer_service import CustomerService
from sandbox.radius.looking import chain
from sandbox.radius.office import NoSuchThing
from sandbox.radius.planning import Planning
from sandbox.radius.predecessor import Form, Stage, leave
from sandbox.radius.purchasing import Purchasing

__all__ = ["ACTIONS", "NoSuchThing", "People"]


class People(CustomerService, Planning, Purchasing):
    """Everybody with access to the ERP; each method is a transaction. Raises NoSuchThing."""

    def predecessor(self, order: int, until: Stage = "complete", form: Form = "observed") -> dict[str, Any]:
        """The predecessor made the chain of an SO4, up to a stage: what it left."""
        with self._acting("predecessor", order, until=until) as session:
            return leave(session, order, until, form).told()

    def show(self, order: int) -> dict[str, Any]:
        """Everything made for an SO4."""
        with self.erp.reading() as session:
            return chain(session, order)

    def scenes(self) -> list[dict[str, Any]]:
        """The orders that were made up, what is special about each, and what has to become of it."""
        with self.erp.reading() as session:
            return session.rows("select * from sandbox_scene order by SOrderNum")


ACTIONS: tuple[str, ...] = tuple(
    name for name, _ in inspect.getmembers(People, inspect.isfunction) if not name.startswith("_")
)
