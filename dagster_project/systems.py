"""Which systems there are, and the pipelines of each. The only place that names them all.

A system is what operators speak of: monday, counterpoint, radius. A pipeline is what runs: extract, stage, deliver and
settle against one destination. A system with one pipeline lends it its name.
"""

from collections.abc import Mapping

from dagster_project.clock import Clock
from dagster_project.counterpoint import pipelines as counterpoint
from dagster_project.delivery.destination import Destination
from dagster_project.pipeline import Pipeline
from dagster_project.radius.pipelines import RADIUS
from dagster_project.settings import Settings, SettingsError

__all__ = [
    "MONDAY", "PIPELINES", "RADIUS", "SYSTEMS", "Pipeline", "UnknownSystem", "pipeline_named", "pipelines_of",
]  # fmt: skip


class UnknownSystem(Exception):
    """There is no such system or pipeline; the message lists those there are."""


def _monday(settings: Settings, clock: Clock) -> Destination:
    from dagster_project.monday.destination import MondayDestination

    return MondayDestination.from_settings(settings, clock)


def _board(settings: Settings) -> str:
    """Which board; raises SettingsError where nothing is said of Monday.com: the sandbox's would be nobody's."""
    if not settings.uses_monday:
        raise SettingsError(f"ENV is {settings.env}, but MONDAY_API_TOKEN and MONDAY_BOARD_ID are not set")
    return settings.monday_board_id


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
    remote=_board,
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
    in_use=lambda settings: settings.uses_monday,
)

SYSTEMS: Mapping[str, tuple[Pipeline, ...]] = {
    "monday": (MONDAY,),
    "counterpoint": counterpoint.PIPELINES,
    "radius": (RADIUS,),
}
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
