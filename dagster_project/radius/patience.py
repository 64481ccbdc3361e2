"""The ERP's database for a delivery: a read that was in somebody's way is made again, since it changes nothing."""

from collections.abc import Sequence
from typing import Any, Self

from dagster_project.clock import Clock, SystemClock
from dagster_project.delivery.outcomes import MustWait
from dagster_project.radius.client import WAITS
from dagster_project.radius.database import ErpDatabase, Table
from dagster_project.settings import Settings


class PatientDatabase(ErpDatabase):
    """Reads again after 2 and 4 seconds when the database was busy or broke off. Writes are the caller's decision."""

    clock: Clock = SystemClock()

    @classmethod
    def waiting_by(cls, clock: Clock, settings: Settings) -> Self:
        """The database the settings name, waiting by a clock. Raises AccessRefused when they name none."""
        found = cls.of(settings)
        assert isinstance(found, cls)
        found.clock = clock
        return found

    def table(self, sql: str, parameters: Sequence[Any] = ()) -> Table:
        """What a query gives; every read comes through here, see ErpDatabase."""
        for seconds in WAITS:
            try:
                return super().table(sql, parameters)
            except MustWait:
                self.clock.sleep(seconds)
        return super().table(sql, parameters)
