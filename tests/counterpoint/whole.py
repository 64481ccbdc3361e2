"""The shop's orders from end to end: a shop, a company, a warehouse, and the command line over them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from bench.orders_world import COMPANY, Stand, environment, found_company, settings_of
from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.snapshot import Snapshot, snapshot
from sandbox.woocommerce.server import RunningWoo, WooProcess
from tests.pipeline.world import Home

PIPELINES = ("order_pull", "order_processing", "fulfillment_status_sync")


@dataclass
class Orders(Home):
    """A home, a shop, and the commands of an operator."""

    shop: RunningWoo | WooProcess

    @property
    def environment(self) -> dict[str, str]:
        """What a shell would have to export."""
        return {**environment(self.home, self.shop), **super().environment}

    def found(self) -> "Orders":
        """Make the company and the warehouse."""
        found_company(self.home, settings_of(self.environment))
        return self

    def run(self, *words: str, code: int = 0) -> Any:
        """A whole run of all that is waiting; returns what was delivered, by pipeline."""
        return self.done("run", *(words or ("counterpoint", "--all")), code=code)

    @contextmanager
    def company(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Counterpoint's database while nobody else has it."""
        with duckdb.connect(str(self.home / COMPANY), read_only=True) as connection:
            yield connection

    def asked(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a query finds in Counterpoint's database."""
        with self.company() as connection:
            return connection.execute(sql, parameters).fetchall()

    def snapshot(self) -> Snapshot:
        """Every row of the company."""
        database = CounterpointDatabase(self.home / COMPANY)
        try:
            with database.begin() as connection:
                return snapshot(connection)
        finally:
            database.release()

    def stand(self) -> Stand:
        """Stock and numbers."""
        return Stand.of(self.home / COMPANY)

    def writes(self) -> Mapping[str, int]:
        """Calls that the shop executed and that were no reading, by route."""
        routes: Mapping[str, int] = self.shop.control.calls(log=False)["routes"]
        return {route: times for route, times in routes.items() if not route.startswith("GET ")}
