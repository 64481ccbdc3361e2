"""What a pipeline is: everything a run, the command line and Dagster need to know of one flow of rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagster_project.clock import Clock
from dagster_project.delivery import mapping
from dagster_project.delivery.destination import Destination, Row
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse

if TYPE_CHECKING:
    from dagster_project.health import Finding

Extract = Callable[[Settings, Warehouse, Clock], Mapping[str, int]]
"""Brings what changed outside into `raw_*` tables; returns how many rows by table."""

Ended = Callable[[Settings, Warehouse, Clock], Sequence[str]]
"""Told after a run ended, whatever way; returns in sentences what could not be done about it. Never raises."""
Choose = Callable[[Settings, Sequence[Row]], tuple[Sequence[Row], Sequence[str]]]
"""Says which of the staged rows a run takes up, in the order they go, and in sentences what has to wait."""
Look = Callable[[Settings, Warehouse, Clock], Iterable["Finding"]]
"""Looks at what health needs to know beyond the ledger."""


@dataclass(frozen=True)
class Pipeline:
    """One flow of rows to one destination. Its name is its dbt tag, its Dagster group and its ledger's."""

    name: str
    system: str  # folder of its mappings, models and code
    entities: tuple[str, ...]  # of the system's mappings, those that are staged here
    delivered_as: str  # the asset that a delivery is in Dagster
    profile: Callable[[Settings], str | None]
    remote: Callable[[Settings], str]  # which board, database or shop: part of the instance
    build: Callable[[Settings, Clock], Destination]
    snapshot: Callable[[Settings], Mapping[str, Any]]  # what a batch keeps of the settings; no secrets
    link: Callable[[Settings, str, str], str | None]  # entity and remote id → address for people
    verify: Callable[[Settings], str]  # what a run reads back: all, delivered or off
    minutes: Callable[[Settings], int]  # interval of its schedule
    chained: bool = False  # True: a staged row is an order whose objects are made one from the other
    extract: Extract | None = None  # None when others fill its source tables
    raw: tuple[str, ...] = ()  # the tables that the extract fills
    choose: Choose | None = None  # None: a run takes up all that is staged
    ended: Ended | None = None
    look: Look | None = None
    forget: Callable[[Settings], dict[str, int]] | None = (
        None  # deletes outside what is kept for a while only
    )
    gate: Callable[[Settings, Warehouse], str | None] | None = None  # why a scheduled run need not start
    in_use: Callable[[Settings], bool] = lambda _settings: True  # False: nobody set it up here
    check: Callable[[], Sequence[mapping.Problem]] = tuple  # what is wrong in files beside the mappings

    def mappings(self, settings: Settings) -> tuple[mapping.Mapping, ...]:
        """Load the pipeline's mappings, parents first; raise MappingError with every problem."""
        found = mapping.load_all(self.system, self.profile(settings))
        return tuple(one for one in found if one.entity in self.entities)

    def instance(self, settings: Settings) -> str:
        """Return the destination instance: pipeline, environment, and board or database.

        It is part of every ledger key, so that sandbox and live never share a row.
        """
        return f"{self.name}:{settings.env.value}:{self.remote(settings)}"
