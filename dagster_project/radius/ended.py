"""What follows from the end of a run: people are told what they have to do."""

from collections.abc import Sequence

from dagster_project.clock import Clock
from dagster_project.radius.telling import Teller
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse


def ended(settings: Settings, warehouse: Warehouse, clock: Clock, instance: str) -> Sequence[str]:
    """Write the mails that are due; the run hands them over. Returns nothing that could not be done: see Alerts."""
    Teller(settings, warehouse, clock, instance).tell()
    return []
