"""Which systems there are, and the pipelines of each. The only place that names them all.

A system is what operators speak of: monday, counterpoint. A pipeline is what runs: extract, stage, deliver and
settle against one destination. A system with one pipeline lends it its name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagster_project.clock import Clock
from dagster_project.delivery import mapping
from dagster_project.delivery.destination import Destination
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse

if TYPE_CHECKING:
    from dagster_project.health import Finding

Extract = Callable[[Settings, Warehouse, Clock], Mapping[str, int]]
"""Brings what changed outside into `raw_*` tables; returns how many rows by table."""

Ended = Callable[[Settings, Warehouse, Clock], Sequence[str]]
"""Told after a run ended, whatever way; returns in sentences what could not be done about it. Never raises."""
Look = Callable[[Settings, Warehouse, Clock], Iterable["Finding"]]
"""Looks at what health needs to know beyond the ledger."""


class UnknownSystem(Exception):
    """There is no such system or pipeline; the message lists those there are."""


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
    extract: Extract | None = None  # None when others fill its source tables
    ended: Ended | None = None
    look: Look | None = None
    in_use: Callable[[Settings], bool] = lambda _settings: True  # False: nobody set it up here

    def mappings(self, settings: Settings) -> tuple[mapping.Mapping, ...]:
        """Load the pipeline's mappings, parents first; raise MappingError with every problem."""
        found = mapping.load_all(self.system, self.profile(settings))
        return tuple(one for one in found if one.entity in self.entities)

    def instance(self, settings: Settings) -> str:
        """Return the destination instance: pipeline, environment, and board or database.

        It is part of every ledger key, so that sandbox and live never share a row.
        """
        return f"{self.name}:{settings.env.value}:{self.remote(settings)}"


def _monday(settings: Settings, clock: Clock) -> Destination:
    from dagster_project.monday.destination import MondayDestination

    return MondayDestination.from_settings(settings, clock)


def _monday_link(settings: Settings, entity: str, remote_id: str) -> str | None:
    boards = {"items": settings.monday_board_id, "subitems": settings.monday_subitem_board_id}
    if not settings.monday_web_url or entity not in boards:
        return None
    return f"{settings.monday_web_url.rstrip('/')}/boards/{boards[entity]}/pulses/{remote_id}"


MONDAY = Pipeline(
    name="monday",
    system="monday",
    entities=("items", "subitems"),
    delivered_as="board",
    profile=lambda settings: settings.monday_profile,
    remote=lambda settings: settings.monday_board_id,
    build=_monday,
    snapshot=lambda settings: {
        "board": settings.monday_board_id,
        "subitem_board": settings.monday_subitem_board_id,
        "profile": settings.monday_profile,
        "api_version": settings.monday_api_version,
    },
    link=_monday_link,
    verify=lambda settings: settings.monday_verify,
    minutes=lambda settings: settings.schedule_minutes,
)

SYSTEMS: Mapping[str, tuple[Pipeline, ...]] = {"monday": (MONDAY,)}
PIPELINES: Mapping[str, Pipeline] = {one.name: one for found in SYSTEMS.values() for one in found}


def pipelines_of(name: str) -> tuple[Pipeline, ...]:
    """Return the pipelines of a system in the order they run, or the one of this name."""
    if name in SYSTEMS:
        return SYSTEMS[name]
    if name in PIPELINES:
        return (PIPELINES[name],)
    known = dict.fromkeys((*SYSTEMS, *PIPELINES))
    raise UnknownSystem(f"there is no system {name!r}; there is: {', '.join(known)}")


def pipeline_named(name: str) -> Pipeline:
    """Return a pipeline by its name; raise UnknownSystem."""
    found = pipelines_of(name)
    if len(found) > 1:
        raise UnknownSystem(f"{name} has several pipelines, say which: {', '.join(p.name for p in found)}")
    return found[0]
