"""Everything one shop server holds, and how it is put back to the start."""

from datetime import UTC, datetime
from pathlib import Path

from sandbox.web.calls import CallLog
from sandbox.web.faults import FaultPlan, FaultSchedule
from sandbox.woocommerce.access import fresh_keys
from sandbox.woocommerce.generation import DEFAULT_ENDING, DEFAULT_ORDERS, DEFAULT_SEED, generate
from sandbox.woocommerce.poison import Poisons
from sandbox.woocommerce.site_time import SiteClock
from sandbox.woocommerce.store import Store


class Market:
    """The shop's orders, keys, faults and calls. Orders are made up when the file holds none."""

    def __init__(
        self,
        state: str | Path = ":memory:",
        *,
        orders: int = DEFAULT_ORDERS,
        seed: int = DEFAULT_SEED,
        ending: datetime = DEFAULT_ENDING,
    ) -> None:
        self.store = Store(state)
        self.faults = FaultSchedule()
        self.calls = CallLog()
        self.keys = fresh_keys()
        self.clock = SiteClock()
        self.poisons = Poisons()
        with self.store.reading():
            empty = self.store.fact("seed") is None
        if empty:
            self.fill(orders, seed, ending)

    def fill(self, orders: int, seed: int, ending: datetime) -> None:
        """Replace all orders by a fresh series."""
        with self.store.changing():
            self.store.clear()
            self.store.add((made.order, made.expectation.told()) for made in generate(orders, seed, ending))
            self.store.remember("seed", seed)
            self.store.remember("orders", orders)
            self.store.remember("made", orders)
            self.store.remember("ending", ending.isoformat())

    def reset(
        self, orders: int | None = None, seed: int | None = None, ending: str | None = None
    ) -> dict[str, int]:
        """Back to the first day, or to another: the orders as made up, no notes, mails, calls or faults."""
        self.fill(
            int(orders if orders is not None else self._fact("orders")),
            int(seed if seed is not None else self._fact("seed")),
            datetime.fromisoformat(ending or self._fact("ending")).replace(tzinfo=UTC),
        )
        self.faults.set(FaultPlan())
        self.poisons.set(())
        self.calls.clear()
        self.keys = fresh_keys()
        with self.store.reading():
            return self.store.status_counts()

    @property
    def seed(self) -> int:
        return int(self._fact("seed"))

    def close(self) -> None:
        self.store.close()

    def _fact(self, name: str) -> str:
        with self.store.reading():
            value = self.store.fact(name)
        if value is None:
            raise ValueError(f"the shop has no {name}")
        return value
