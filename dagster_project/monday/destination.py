"""Monday.com as a destination: groups, items, subitems, in this order.

Glue between the kernel's protocol and the modules beside it; no rule of its own stands here. One object
serves one run: it reads the boards once, and knows the groups it made since.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dagster_project.clock import Clock
from dagster_project.delivery.destination import (
    Answer,
    Change,
    Entity,
    Fields,
    Intent,
    Operation,
    Preflight,
    Probe,
    RemoteObject,
    Row,
    StagedAs,
    Target,
)
from dagster_project.delivery.mapping import Mapping as EntityMapping
from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.outcomes import Delivered, Held, NoDefiniteAnswer, PreflightFailed, Rejected
from dagster_project.delivery.pacing import RateBudget, RequestSize
from dagster_project.monday import documents
from dagster_project.monday.client import MondayClient
from dagster_project.monday.connection import Connection
from dagster_project.monday.layout import Layout, layout_of
from dagster_project.monday.normalise import canonical, differences
from dagster_project.monday.payloads import CREATE, group_operations, item_operations
from dagster_project.monday.preflight import fingerprint, has_external_id, problems, warnings
from dagster_project.monday.probe import probe_by_key, probe_by_values, probe_groups
from dagster_project.monday.reading import Reader
from dagster_project.monday.receipts import outcomes_of
from dagster_project.monday.refusals import LONGEST_GROUP, Refusals
from dagster_project.monday.surroundings import Known
from dagster_project.settings import Settings

GROUPS, ITEMS, SUBITEMS = "groups", "items", "subitems"
SHARE_OF_TIMEOUT = 0.5
"""A request is made as big as takes this share of the server's time limit."""


class MondayDestination:
    """Delivers to one board and its subitem board."""

    lanes = 1

    def __init__(
        self, settings: Settings, clock: Clock, mappings: Sequence[EntityMapping], client: MondayClient
    ) -> None:
        self.quiet_seconds = settings.monday_quiet_seconds
        self.client = client
        boards = {ITEMS: settings.monday_board_id, SUBITEMS: settings.monday_subitem_board_id}
        self.layouts = {m.entity: layout_of(m, boards[m.entity]) for m in mappings}
        self.entities: Sequence[Entity] = [_GROUPS, *(_entity(m, self.layouts[m.entity]) for m in mappings)]
        self._settings = settings
        self.known = Known(
            client, clock, settings.monday_board_id, [layout.board_id for layout in self.layouts.values()]
        )
        self._reader = Reader(client, self.known)
        self._refusals = Refusals()
        longest = settings.monday_timeout_seconds * SHARE_OF_TIMEOUT
        self._sizes = {
            e.name: RequestSize(settings.monday_aliases_per_request, longest) for e in self.entities
        }

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> "MondayDestination":
        """Build a destination with its connection; makes no call. Raises MappingError."""
        connection = Connection(
            settings.monday_api_url, settings.monday_api_token, settings.monday_api_version,
            settings.monday_timeout_seconds, clock,
        )  # fmt: skip
        budget = RateBudget(settings.monday_daily_call_limit)
        client = MondayClient(connection, clock, budget, settings.monday_create_points)
        return cls(settings, clock, load_all("monday", settings.monday_profile), client)

    @property
    def calls(self) -> int:
        """Requests made so far, reads included."""
        return self.client.calls

    # -- before anything is sent --------------------------------------------------------------------

    def preflight(self) -> Preflight:
        """Read version, boards and columns; raise PreflightFailed with everything that has to change."""
        found, layouts = self.known.look(), list(self.layouts.values())
        wrong = problems(found, layouts, self._settings.monday_api_version)
        if wrong:
            raise PreflightFailed("\n".join(wrong))
        return Preflight(fingerprint(found, layouts), warnings(found, layouts))

    def prerequisites(self, rows: Iterable[Row]) -> Sequence[Row]:
        """Return one row per group title that staged items need and the board lacks."""
        layout = self.layouts[ITEMS]
        wanted = {
            title: None
            for row in rows
            if row.entity == ITEMS and layout.group and _needs_group(row, layout.group)
            if (title := canonical("text", row.values.get(layout.group)))
        }
        known = self.known.groups()
        return [
            Row(GROUPS, title, Change.NEW, {"title": title})
            for title in wanted
            if title not in known and len(title) <= LONGEST_GROUP
        ]

    def look_up(self, targets: Sequence[Target]) -> Mapping[str, RemoteObject]:  # noqa: ARG002
        """Nothing is looked up before it is made: what is there already is matched at first contact."""
        return {}

    def may_send(self, target: Target) -> Held | Rejected | None:
        """Refuse what the board would refuse; hold an item whose group could not be made."""
        if target.row.entity == GROUPS:
            return None
        layout = self.layouts[target.row.entity]
        refused = self._refusals.of(target, layout, self.known.board(layout.board_id))
        if refused is not None or layout.group is None or target.row.change is Change.REMOVED:
            return refused
        title = canonical("text", target.row.values.get(layout.group))
        needed = target.remote_id is None or layout.group in target.resend
        if needed and title not in self.known.groups():
            return Held(f"its group {title} could not be made on the board")
        return None

    # -- sending ------------------------------------------------------------------------------------

    def operations(self, target: Target) -> Sequence[Operation]:
        """Plan a row; see payloads."""
        if target.row.entity == GROUPS:
            return group_operations(target, self._settings.monday_board_id)
        layout = self.layouts[target.row.entity]
        return item_operations(target, layout, self.known.board(layout.board_id), self.known.groups())

    def request_size(self, entity: str) -> int:
        """How many aliases the next request may carry."""
        return self._sizes[entity].size

    def compose(self, operations: Sequence[Operation]) -> str:
        """Return the exact body for these operations."""
        return documents.compose([operation.payload for operation in operations])

    def send(self, body: str, idempotency_key: str, intents: Sequence[Intent]) -> Answer:
        """Send one request and read its answer alias by alias."""
        size = self._sizes[intents[0].entity]
        names = [f"{intent.entity}.{intent.operation}" for intent in intents]
        try:
            reply, seconds = self.client.mutate(body, idempotency_key, names)
        except NoDefiniteAnswer:
            size.timed_out()
            raise
        size.took(len(intents), seconds)
        outcomes = outcomes_of(reply, body, intents, self.layouts)
        for intent, outcome in zip(intents, outcomes, strict=True):
            if intent.operation == CREATE and isinstance(outcome, Delivered) and outcome.remote_id:
                self._made(intent, outcome.remote_id)
        return Answer(outcomes, reply.text, reply.request_id)

    def _made(self, intent: Intent, remote_id: str) -> None:
        if intent.entity == GROUPS:
            self.known.made_group(intent.key, remote_id)
        else:
            self.known.made_item(self.layouts[intent.entity].board_id)

    # -- reading ------------------------------------------------------------------------------------

    def probe(self, intents: Sequence[Intent]) -> Mapping[str, Probe]:
        """Look for what unanswered creates may have made."""
        probes: dict[str, Probe] = {}
        groups = [intent for intent in intents if intent.entity == GROUPS]
        if groups:
            probes |= probe_groups(self.known.read_groups(), groups)
        for entity, layout in self.layouts.items():
            if mine := [intent for intent in intents if intent.entity == entity]:
                probes |= self._probe_items(layout, mine)
        return probes

    def _probe_items(self, layout: Layout, intents: Sequence[Intent]) -> dict[str, Probe]:
        external = layout.external_id
        if external and has_external_id(self.known.board(layout.board_id), external):
            return probe_by_key(self._reader, layout, external, intents)
        if layout.group is None:
            parents = sorted({i.parent_remote_id for i in intents if i.parent_remote_id})
            remotes = list(self._reader.children(layout, parents))
        else:
            remotes = list(self._reader.page_through(layout))
        return probe_by_values(layout, remotes, intents)

    def read_back(self, entity: str, remote_ids: Sequence[str]) -> Mapping[str, RemoteObject | None]:
        """Read objects by id, or the whole board where that takes fewer calls."""
        if entity == GROUPS:
            found = {remote.remote_id: remote for remote in self.listing(GROUPS)}
        else:
            layout = self.layouts[entity]
            by_ids = math.ceil(len(remote_ids) / documents.IDS_PER_CALL)
            pages = math.ceil(self.known.items_on(layout.board_id) / documents.PAGE)
            read = self._reader.by_ids(layout, remote_ids) if by_ids <= pages else self.listing(entity)
            found = {remote.remote_id: remote for remote in read}
        return {remote_id: found.get(remote_id) for remote_id in remote_ids}

    def listing(self, entity: str) -> Iterator[RemoteObject]:
        """Read every live object of an entity."""
        if entity != GROUPS:
            yield from self._reader.page_through(self.layouts[entity])
            return
        for group_id, title in self.known.read_groups():
            yield RemoteObject(GROUPS, group_id, {"title": title}, title.strip(), created_by_us=False)

    def differences(self, entity: str, told: Fields, found: Fields) -> Mapping[str, tuple[Any, Any]]:
        """Compare told with found through per-type normalisers."""
        if entity == GROUPS:
            return {}
        return differences(self.layouts[entity], told, found)

    def overwrites(self, entity: str, name: str) -> bool:  # noqa: ARG002 - one policy for both boards
        """True when drift of this field is set back rather than only reported."""
        return name in self._settings.monday_drift_overwrite


_GROUPS = Entity(GROUPS, "", "GROUPS_COMPLETED")


def _entity(mapping: EntityMapping, layout: Layout) -> Entity:
    """Objects are recognised at first contact by what can be read from the board; quantities change."""
    identity = tuple(f for f in mapping.identity if f in layout.told) or (layout.name.field,)
    return Entity(
        name=mapping.entity,
        staging=mapping.staging,
        completed_status=f"{mapping.entity.upper()}_COMPLETED",
        parent=mapping.parent,
        batch_field=mapping.batch,
        identity=identity,
        likeness=tuple(f for f in identity if mapping.column(f).kind not in ("integer", "decimal")),
    )


def _needs_group(row: Row, group: str) -> bool:
    return row.change is Change.NEW or group in row.changed or row.status is not StagedAs.PENDING
