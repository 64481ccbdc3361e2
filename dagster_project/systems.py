"""Which systems there are, and how each is built from settings. The only place that names them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dagster_project.clock import Clock
from dagster_project.delivery import mapping
from dagster_project.delivery.destination import Destination
from dagster_project.settings import Settings


class UnknownSystem(Exception):
    """There is no such system; the message lists those there are."""


@dataclass(frozen=True)
class System:
    """One outside system: its mappings, and its destination."""

    name: str
    source: str  # the table that is staged
    profile: Callable[[Settings], str]
    build: Callable[[Settings, Clock], Destination]
    snapshot: Callable[[Settings], Mapping[str, Any]]  # what a batch keeps of the settings; no secrets
    link: Callable[[Settings, str, str], str | None]  # entity and remote id → address for people

    def mappings(self, settings: Settings) -> tuple[mapping.Mapping, ...]:
        """Load the system's mappings, parents first; raise MappingError with every problem."""
        return mapping.load_all(self.name, self.profile(settings))


def _monday(settings: Settings, clock: Clock) -> Destination:
    from dagster_project.monday.destination import MondayDestination

    return MondayDestination.from_settings(settings, clock)


def _monday_link(settings: Settings, entity: str, remote_id: str) -> str | None:
    boards = {"items": settings.monday_board_id, "subitems": settings.monday_subitem_board_id}
    if not settings.monday_web_url or entity not in boards:
        return None
    return f"{settings.monday_web_url.rstrip('/')}/boards/{boards[entity]}/pulses/{remote_id}"


SYSTEMS: Mapping[str, System] = {
    "monday": System(
        name="monday",
        source="ORDERS_UNIFIED",
        profile=lambda settings: settings.monday_profile,
        build=_monday,
        snapshot=lambda settings: {
            "board": settings.monday_board_id,
            "subitem_board": settings.monday_subitem_board_id,
            "profile": settings.monday_profile,
            "api_version": settings.monday_api_version,
        },
        link=_monday_link,
    )
}


def system_named(name: str) -> System:
    """Return a system by its name; raise UnknownSystem."""
    try:
        return SYSTEMS[name]
    except KeyError:
        raise UnknownSystem(f"there is no system {name!r}; there is: {', '.join(SYSTEMS)}") from None
