"""EFI Radius as a destination: an order becomes items, jobs, purchase order, plant-2 order and ship request.

Glue between the kernel's protocol and the modules beside it. One object serves one run; only `send` is called in
threads. Every question to the ERP is asked once for all orders of a wave.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from dagster_project.clock import Clock
from dagster_project.delivery import mapping
from dagster_project.delivery.destination import (
    Absent,
    Answer,
    Entity,
    Fields,
    Found,
    Intent,
    Kind,
    Operation,
    Preflight,
    Probe,
    RemoteObject,
    Row,
    Target,
    Walk,
    Wanted,
)
from dagster_project.delivery.outcomes import Delivered, ErrorClass, Held, PreflightFailed, Rejected
from dagster_project.radius import entities, guards, listing, objects, payloads, plans, preflight
from dagster_project.radius.bodies import compose
from dagster_project.radius.client import RadiusClient
from dagster_project.radius.finding import Finder
from dagster_project.radius.looking import existing
from dagster_project.radius.objects import Objects
from dagster_project.radius.patience import PatientDatabase
from dagster_project.radius.price_runner import PriceRunner
from dagster_project.radius.sending import BodySender
from dagster_project.radius.statements import POLL_SECONDS, Statements
from dagster_project.radius.surroundings import Surroundings
from dagster_project.radius.wave import Site, Wave, purchase_orders_of
from dagster_project.settings import Settings

LONGEST_LAG_SECONDS = 10.0
"""New plant-2 orders show to SQL within this."""
ALL_ITEMS, ONE_ITEM, ONE_ORDER = 500, 1, 10_000


class RadiusDestination:
    """Delivers chains to one ERP. `by_hand` are orders whose blocked changes a person carries through."""

    def __init__(
        self, settings: Settings, clock: Clock, steps: Sequence[Entity], by_hand: frozenset[str] = frozenset()
    ) -> None:
        self.entities = steps
        self.quiet_seconds = settings.radius_quiet_seconds
        self.lanes = settings.radius_workers
        self._settings = settings
        self._clock = clock
        self._profile = settings.radius_profile
        self._site = Site(settings.required_date_lead_days, settings.radius_direct_sql, by_hand)
        self._lag = min(LONGEST_LAG_SECONDS, settings.radius_quiet_seconds)
        self._forms = payloads.load(self._profile)
        self._client = RadiusClient.from_settings(settings, clock)
        self._database = PatientDatabase.waiting_by(clock, settings)
        self._runner = PriceRunner(settings)
        statements = Statements(self._database, clock, self._lag)
        self._sender = BodySender(self._client, statements, self._runner, self._forms, clock)
        self._finder = Finder(self._database, self._profile)
        self._objects = Objects(self._database, self._profile)
        self._walks: Mapping[str, Walk] = {}
        self._wave = self._look([])
        self._just_made: set[tuple[str, str]] = set()

    @classmethod
    def from_settings(
        cls, settings: Settings, clock: Clock, by_hand: frozenset[str] = frozenset()
    ) -> "RadiusDestination":
        """Build a destination; makes no call. Raises MappingError and AccessRefused."""
        return cls(settings, clock, entities.entities_of(mapping.load_all("radius")), by_hand)

    @property
    def calls(self) -> int:
        """Requests made so far: calls of the adapter and the price runner, and statements."""
        return self._client.calls + self._runner.calls + self._database.queries

    # -- before anything is sent --------------------------------------------------------------------

    def preflight(self) -> Preflight:
        """Ask the adapter for an item that there is not, and the database for our columns; change nothing."""
        wrong = preflight.problems(self._client, self._database, self._forms, self._profile)
        if wrong:
            raise PreflightFailed("\n".join(wrong))
        version = preflight.schema_version(self._forms, self._profile)
        return Preflight(version, preflight.warnings(self._settings))

    def prerequisites(self, rows: Iterable[Row]) -> Sequence[Row]:  # noqa: ARG002
        """Nothing is made for others' sake."""
        return ()

    def artefacts(self, step: Entity, walks: Sequence[Walk]) -> Mapping[str, Wanted]:
        """Return, by order, what a step must bring about, on what stands in the ERP now."""
        self._walks = {walk.order.key: walk for walk in walks}
        self._wave = self._look(walks)
        return self._wave.wanted(step.name)

    def look_up(self, targets: Sequence[Target]) -> Mapping[str, RemoteObject]:
        """Look at the ERP again around these orders only; what is there already of rows never made is theirs."""
        orders = {target.row.parent_key for target in targets}
        self._wave = self._look([walk for order, walk in self._walks.items() if order in orders])
        return existing([target for target in targets if target.remote_id is None], self._wave, self._finder)

    def may_send(self, target: Target) -> Held | Rejected | None:
        """Say no where an object is gone, a purchase order is closed, or somebody holds the plant-2 order."""
        order = target.row.parent_key
        if order is None:
            return None
        scene = self._wave.scene(order)
        missing = plans.gone(target, scene)
        if missing is not None:
            return Rejected("Gone", f"{missing}; retry it with --recreate", ErrorClass.FIX_ELSEWHERE)
        if target.row.key in self._wave.left_to_hand(order) or guards.is_dropped(target, self._site.by_hand):
            return None
        return guards.obstacle(target, scene, ours=self._wave.owes_authorisation(order))

    # -- sending ------------------------------------------------------------------------------------

    def operations(self, target: Target) -> Sequence[Operation]:
        """Plan a row; what a person carries through needs no call, like what says already what is wanted."""
        order = target.row.parent_key
        if order is None:
            return plans.operations(target, self._wave.bare_scene())
        if target.remote_id is not None and target.row.key in self._wave.left_to_hand(order):
            return ()
        return plans.operations(target, self._wave.scene(order))

    def request_size(self, entity: str) -> int:
        """How many operations a request carries: an item each, all prices at once, orders as they are."""
        return {entities.ITEMS: ONE_ITEM, entities.ITEM_PRICES: ALL_ITEMS}.get(entity, ONE_ORDER)

    def compose(self, operations: Sequence[Operation]) -> str:
        """Return the exact body: calls and statements in the order in which they are executed."""
        return compose([operation.payload for operation in operations], self._forms, self._today())

    def send(self, body: str, idempotency_key: str, intents: Sequence[Intent]) -> Answer:  # noqa: ARG002
        """Execute a body; see sending.py for what is raised and what becomes an outcome. Thread-safe."""
        answer = self._sender.send(body, intents)
        for intent, outcome in zip(intents, answer.outcomes, strict=True):
            if intent.kind is Kind.CREATE and isinstance(outcome, Delivered) and outcome.remote_id:
                self._just_made.add((intent.entity, outcome.remote_id))
        return answer

    # -- reading ------------------------------------------------------------------------------------

    def probe(self, intents: Sequence[Intent]) -> Mapping[str, Probe]:
        """Look for what unanswered intents may have made, by what it would be linked with."""
        probes: dict[str, Probe] = {}
        for entity in dict.fromkeys(intent.entity for intent in intents):
            some = {intent.intent_id: intent for intent in intents if intent.entity == entity}
            found = self._finder.find(entity, {i: intent.fields for i, intent in some.items()})
            for intent_id in some:
                ids = tuple(one.remote_id for one in found.get(intent_id, ()))
                probes[intent_id] = Found(ids) if ids else Absent()
        return probes

    def read_back(self, entity: str, remote_ids: Sequence[str]) -> Mapping[str, RemoteObject | None]:
        """Read objects by remote id, all at once; what was made just now may show a little later."""
        found = self._objects.read(entity, remote_ids)
        waited = 0.0
        while waited < self._lag and (late := self._late(entity, remote_ids, found)):
            self._clock.sleep(POLL_SECONDS)
            waited += POLL_SECONDS
            found |= self._objects.read(entity, late)
        self._just_made -= {(entity, remote_id) for remote_id in remote_ids}
        return {remote_id: found.get(remote_id) for remote_id in remote_ids}

    def _late(self, entity: str, remote_ids: Sequence[str], found: Mapping[str, RemoteObject]) -> list[str]:
        return [i for i in remote_ids if i not in found and (entity, i) in self._just_made]

    def listing(self, entity: str) -> Iterator[RemoteObject]:
        """Yield what was made for open orders, whoever made it; of the orders themselves nothing is ours."""
        yield from listing.of(entity, self._database, self._profile)

    def differences(self, entity: str, told: Fields, found: Fields) -> Mapping[str, tuple[Any, Any]]:
        """Compare quantities, items and references; dates are computed when they are sent."""
        return objects.differences(entity, told, found)

    def overwrites(self, entity: str, name: str) -> bool:  # noqa: ARG002
        """Never: a person who changed something in the ERP had a reason."""
        return False

    def _look(self, walks: Sequence[Walk]) -> Wave:
        around = Surroundings(
            self._database, self._profile, (int(walk.order.key) for walk in walks), purchase_orders_of(walks)
        )
        return Wave(walks, around, self._site, self._today())

    def _today(self) -> dt.date:
        """The day on the site's own clock."""
        now = self._clock.now().replace(tzinfo=dt.UTC)
        return now.astimezone(ZoneInfo(self._settings.site_time_zone)).date()
