"""The orders of a seed: most of them plain, each scene once per block, and decoys that no rule may catch.

Order i and its bag depend on the seed and on i alone; dates also on the day of the newest one.
"""

import random
from datetime import date, timedelta
from typing import Any

from sandbox.radius.entering import (
    FILM,
    ROLL,
    write_derived,
    write_estimate,
    write_item,
    write_line,
    write_order,
)
from sandbox.radius.erp import Erp
from sandbox.radius.predecessor import Stage, leave
from sandbox.radius.scenes import NOT_ELIGIBLE, SCENES, Bag, Draft, Line, Scene
from sandbox.radius.session import Session

DEFAULT_ORDERS, DEFAULT_SEED = 60, 7
BLOCK = 200
"""So many orders hold every scene once; the first sixty do already."""
CUSTOMERS = {"AQP12": 60, "BLU07": 12, "CLR31": 9, "DRP22": 7, "ICE05": 5, "MTN18": 4, "SPR44": 3}
"""Customers and their share of the orders."""
_RANGES = {"own": 1000, "shared": 3000, "other": 5000}
_DECOYS: tuple[dict[str, Any], ...] = (
    {"SOSourceCode": "QSB"},
    {"ProdGroupCode": "P4-BAG"},
    {"SOrderStat": 9},
    {"PlantCode": "2", "CustCode": "FOR44"},
    {},
)
_STAGES: tuple[Stage, ...] = ("complete", "complete", "complete", "ship request", "so2", "po", "job p4")
_CROWDED = 60
_FRIDAY = 4
_PLAIN_BAGS = 3
"""So many plain orders of a block share a bag."""


def fill(
    erp: Erp,
    orders: int = DEFAULT_ORDERS,
    seed: int = DEFAULT_SEED,
    ending: date | None = None,
    chains: int = 0,
) -> bool:
    """Make the orders up, unless there are any; the first `chains` plain ones have been through the predecessor."""
    with erp.changing("world") as session:
        if session.one("select 1 from sandbox_fact where name = 'seed'"):
            return False
        session.insert("sandbox_fact", {"name": "seed", "value": str(seed)})
        ending = ending or date.today()
        session.insert("sandbox_fact", {"name": "first_day", "value": first_day(orders, ending).isoformat()})
        _Generation(session, orders, seed, ending).run(chains)
        return True


def eligible_since(erp: Erp) -> str:
    """The day of the oldest order that was made up, ISO; LWS_ELIGIBILITY_START_DATE."""
    with erp.reading() as session:
        row = session.find("sandbox_fact", name="first_day")
    return date.today().isoformat() if row is None else str(row["value"])


def first_day(orders: int, ending: date) -> date:
    """The day of the oldest order, decoys of before left out."""
    return _working_day(ending, _day_count(orders) - 1)


class _Generation:
    def __init__(self, session: Session, orders: int, seed: int, ending: date) -> None:
        self._session = session
        self._orders = orders
        self._seed = seed
        self._ending = ending
        self._days = _day_count(orders)
        self._known: set[str] = set()

    def run(self, chains: int) -> None:
        for place in range(self._orders):
            if self._dice("decoy", place).random() < 0.2:
                self._decoy(place)
            self._order(place)
        plain = self._session.rows(
            "select SOrderNum from sandbox_scene where scene = '' order by SOrderNum limit ?", chains
        )
        for at, row in enumerate(plain):
            leave(self._session, row["SOrderNum"], _STAGES[at % len(_STAGES)])

    def _dice(self, purpose: str, place: int) -> random.Random:
        return random.Random(f"{self._seed} {purpose} {place}")

    def _order(self, place: int) -> None:
        scene = _scene_at(place)
        draft = self._draft(place, own_bag=scene is not None)
        if scene is not None:
            draft = scene(draft)
        number = write_order(self._session, draft.day, draft.custref, **draft.header)
        if draft.other is not None:
            self._enter(draft.other)
        for at, line in enumerate(draft.lines, 1):
            self._enter(line.bag)
            columns = dict(line.columns)
            item = columns.pop("ItemCode", line.bag.code)
            write_line(self._session, number, at, item, line.quantity, line.required, **columns)
            if line.film is not None:
                film = {"SOrderNum": number, "SOrderLineNum": at, "ItemCode": line.film}
                self._session.insert("sandbox_film", film)
        self._expect(number, scene.__name__ if scene else "", draft.expected)

    def _draft(self, place: int, *, own_bag: bool) -> Draft:
        dice = self._dice("order", place)
        bag = self._bag("own", place) if own_bag else self._bag("shared", place // _PLAIN_BAGS)
        day = self._day(place)
        quantity = 1000 * round(10 * 200 ** dice.random())
        line = Line(bag, quantity, day + timedelta(days=dice.randint(20, 60)))
        header = {"CustCode": _customer_of(bag), "CustReqDate": line.required}
        other = self._bag("other", place) if own_bag else None
        return Draft(day, _custref(dice), (line,), header, other=other)

    def _day(self, place: int) -> date:
        return _working_day(self._ending, (self._orders - 1 - place) * self._days // self._orders)

    def _bag(self, kind: str, number: int) -> Bag:
        dice = self._dice(f"{kind} bag", number)
        (customer,) = dice.choices(list(CUSTOMERS), list(CUSTOMERS.values()))
        customer = customer if dice.random() > 0.03 else customer[:3]
        suffix = f"{chr(ord('A') + number // 1000)}" if number >= 1000 else ""
        suffix += f"T{dice.randint(1, 4)}" if dice.random() < 0.03 else ""
        code = f"2300-{customer}-{_RANGES[kind] + number % 1000}{suffix}"
        width = 20 + dice.randint(0, 100) / 4
        return Bag(code, round(dice.uniform(1, 5), 4), dice.randint(200, 2500), width)

    def _enter(self, bag: Bag) -> None:
        """The bag, its estimate and its derived items, once."""
        if bag.code in self._known:
            return
        self._known.add(bag.code)
        write_item(self._session, bag.code, bag.status, DimA=bag.width, CustCode=_customer_of(bag))
        write_estimate(self._session, bag.code, bag.ratio, bag.setup, bag.width, **bag.estimate)
        for kind, status in ((FILM, bag.film), (ROLL, bag.roll)):
            if status is not None:
                write_derived(self._session, bag.code, status, (kind,), self._ending)

    def _decoy(self, place: int) -> None:
        """An order that no eligibility rule lets through; it takes a number of the shared sequence."""
        dice = self._dice("decoy kind", place)
        bag = self._bag("shared", place // _PLAIN_BAGS)
        self._enter(bag)
        item = bag.code
        header = dice.choice(_DECOYS)
        if header.get("ProdGroupCode"):
            item = f"2300-OTH01-{place:04d}"
            write_item(self._session, item, "APP", ProdGroupCode="P4-BAG")
        columns = {key: value for key, value in header.items() if key != "ProdGroupCode"}
        # An order without anything else is one from before the first day.
        when = self._day(place) if header else _working_day(self._ending, self._days + 4)
        number = write_order(self._session, when, _custref(dice), **columns)
        write_line(
            self._session, number, 1, item, 1000 * dice.randint(10, 300), when + timedelta(days=30),
            PlantCode=columns.get("PlantCode", "4"),
        )  # fmt: skip
        self._expect(number, "decoy", NOT_ELIGIBLE)

    def _expect(self, number: int, scene: str, expected: str) -> None:
        self._session.insert("sandbox_scene", {"SOrderNum": number, "scene": scene, "expected": expected})


def _scene_at(place: int) -> Scene | None:
    """Every scene once among the first sixty orders of a block, plain ones between them."""
    at = place % BLOCK
    before, now = at * len(SCENES) // _CROWDED, (at + 1) * len(SCENES) // _CROWDED
    return SCENES[before] if at < _CROWDED and now > before else None


def _custref(dice: random.Random) -> str:
    """A line number as shop-floor labels show it."""
    if dice.random() < 0.07:
        return ""
    if dice.random() < 0.2:
        return f"{dice.choice(('ALP', 'SM', 'MX', 'KDR'))}{dice.randint(100, 999)}"
    return f"{dice.randint(3000, 4999)} {dice.randint(1, 99):04d} {dice.choice('ABC')}"


def _customer_of(bag: Bag) -> str:
    """Items name their customer, rarely without the digits."""
    named = bag.code.split("-")[1]
    return next(customer for customer in CUSTOMERS if customer.startswith(named))


def _day_count(orders: int) -> int:
    """About ten orders a working day, on at most forty days."""
    return max(1, min(40, -(-orders // 10)))


def _working_day(ending: date, back: int) -> date:
    """So many working days before `ending`."""
    day = ending - timedelta(days=max(0, ending.weekday() - _FRIDAY))
    weeks, rest = divmod(back, 5)
    over_weekend = 2 if rest > day.weekday() else 0
    return day - timedelta(days=7 * weeks + rest + over_weekend)
