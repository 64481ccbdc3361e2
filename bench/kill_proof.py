"""Many random SIGKILLs over deliveries of 300 items with sizes, twins among them, against a slow server.

Each delivery begins with an empty ledger and an empty board, is killed and begun again until it ends by itself,
and is then counted: every key exactly once on the board, none missing, ledger and board agree. Some kills are
aimed by the server, while it executes a request and goes on with it; every fourth delivery has two processes.

    python -m bench.kill_proof --kills 200 --seed 4755
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from bench.killing import PATIENCE, Count, Victim, count, in_flight
from bench.victim import keep_staged_rows
from dagster_project.delivery.staging import Filters
from dagster_project.monday.provision import provision
from dagster_project.runs import SystemRun
from dagster_project.settings import Settings, load_settings
from dagster_project.systems import MONDAY
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from sandbox.monday.control import Control
from sandbox.monday.process import MondayProcess
from sandbox.source.orders import SCENES, generate

ITEMS = 300
LATENCY = (0.05, 0.3)
QUIET_SECONDS = 0.6
LONGEST_LIFE = 4.0
FROM_THE_START = 0.2
AIMED_SHARE = 0.35
FIRST_TWIN, LAST_TWIN = 83, 103  # positions of the twins among the hand-written scenes


class Life(NamedTuple):
    """How long a run lives, counted from its start or from its first delivery."""

    seconds: float
    from_the_start: bool


@dataclass
class Tally:
    """What the kills and the deliveries came to."""

    seed: int
    kills: int = 0
    aimed: int = 0
    mid_request: int = 0
    mid_delivery: int = 0
    runs: int = 0
    deliveries: int = 0
    by_two: int = 0
    replays: int = 0
    requests: int = 0
    counts: list[Count] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)

    @property
    def held(self) -> bool:
        """The law held in every delivery."""
        return self.deliveries > 0 and all(count.right for count in self.counts)

    def lines(self) -> Iterator[tuple[str, Any]]:
        """The table."""
        yield "seed", self.seed
        yield "SIGKILLs that struck a run", self.kills
        yield "… while it was delivering", self.mid_delivery
        yield "… while the server went on with a request", f"{self.mid_request} ({self._share():.0%})"
        yield "… of these aimed by the server itself", self.aimed
        yield "runs", self.runs
        yield "deliveries completed and counted", self.deliveries
        yield "… by two processes at once", self.by_two
        yield "requests executed / answered from an idempotency key", f"{self.requests} / {self.replays}"
        yield "items and subitems per delivery", sorted({(c.items, c.subitems) for c in self.counts})
        yield "keys on the board twice", sum(len(c.twice) for c in self.counts)
        yield "keys missing", sum(len(c.missing) for c in self.counts)
        yield "objects nobody wanted", sum(len(c.unwanted) for c in self.counts)
        yield "rows on which ledger and board disagree", sum(len(c.disagreeing) for c in self.counts)

    def _share(self) -> float:
        return self.mid_request / max(1, self.kills)


def main(arguments: list[str] | None = None) -> int:
    """Prove, print, return 0 when the law held and enough kills struck in mid-request."""
    parser = argparse.ArgumentParser(prog="python -m bench.kill_proof", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    chosen = parser.parse_args(arguments)
    print(f"seed {chosen.seed}, {chosen.kills} kills", flush=True)
    tally = Tally(chosen.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kill-proof-") as folder:
        prepared = Path(folder) / "prepared"
        wanted = prepare(prepared)
        dice = random.Random(chosen.seed)
        while tally.kills < chosen.kills:
            home = Path(folder) / f"delivery{tally.deliveries}"
            shutil.copytree(prepared, home)
            _deliver(home, wanted, dice, tally, chosen.kills)
            shutil.rmtree(home)
            _progress(tally, time.monotonic() - started)
    for name, value in tally.lines():
        print(f"{name:<55} {value}")
    enough = tally.mid_request >= 0.3 * tally.kills
    print("HELD: every key exactly once, none missing" if tally.held else "BROKEN: see the table above")
    if not enough:
        print("too few kills struck while the server went on with a request: choose another seed")
    return 0 if tally.held and enough else 1


def prepare(home: Path) -> dict[str, int | None]:
    """Stage 300 orders once; return what the board is to hold: key → quantity, None for an item."""
    home.mkdir(parents=True)
    with MondayProcess(state=home / "monday.sqlite") as monday:
        settings = _settings(home, monday.url, monday.token)
        warehouse = Warehouse(settings.warehouse)
        schema.init(warehouse)
        with warehouse.begin() as connection:
            native: Any = connection.connection.driver_connection
            native.register("landed", _orders())
            native.execute('create table "ORDERS_UNIFIED" as select * from landed')
            native.unregister("landed")
        warehouse.release()
        run = SystemRun(settings, MONDAY)
        with run.held():
            provision(run.destination)
            run.stage()
            keep_staged_rows(run)
            rows = run.staged_rows(Filters(everything=True))
        run.warehouse.release()
    going = [row for row in rows if row.status == "PENDING"]
    return {row.key: row.values["Order Qty"] if row.entity == "subitems" else None for row in going}


def _orders() -> pa.Table:
    """The twins, then ordinary orders with sizes, until 300 of them can go."""
    table = generate(SCENES + 4 * ITEMS, empty_share=0.0)
    approved = pc.match_substring_regex(table["CUSTOMER NAME"], "^(GRE|TID|O'M|NOR|KES|Mar|FER|VEL|AST)")
    twins = table.slice(FIRST_TWIN, LAST_TWIN - FIRST_TWIN)
    ordinary = table.slice(SCENES).filter(approved.slice(SCENES))
    return pa.concat_tables([twins, ordinary.slice(0, ITEMS - twins.num_rows)])


def _deliver(home: Path, wanted: dict[str, int | None], dice: random.Random, tally: Tally, most: int) -> None:
    """One delivery from an empty board to the count, through as many kills as it takes."""
    two = tally.deliveries % 4 == 3
    moments: list[float] = []
    with (
        MondayProcess(state=home / "monday.sqlite") as monday,
        _victims(home, monday, 2 if two else 1) as victims,
    ):
        done = False
        while not done:
            last = tally.kills >= most
            done = _run(monday.control, victims, dice, tally, moments, last)
        log = monday.control.calls()["log"]
        tally.mid_request += sum(in_flight(log, moment) for moment in moments)
        tally.replays += sum(entry["replayed"] for entry in log)
        tally.requests += sum(entry["kind"] == "mutation" and entry["executed"] for entry in log)
        tally.counts.append(count(monday.control, home / "warehouse.duckdb", wanted))
    tally.deliveries += 1
    tally.by_two += two


def _run(
    control: Control, victims: list[Victim], dice: random.Random, tally: Tally,
    moments: list[float], last: bool,
) -> bool:  # fmt: skip
    """Begin a run, or two at once, and kill it; return True when one ended by itself."""
    pids = [victim.start() for victim in victims]
    tally.runs += len(pids)
    aimed = not last and dice.random() < AIMED_SHARE
    plan: dict[str, Any] = {"latency": {"request": LATENCY, "alias": (0.0, 0.004)}}
    if aimed:
        gaps = dice.randint(0, 8)
        strike = {"kind": "kill", "after_aliases": dice.randint(1, 12)}
        plan |= {"pid": dice.choice(pids), "queue": [{"kind": "none"}] * gaps + [strike]}
    control.set_faults(**plan)
    life = Life(dice.uniform(0.0, LONGEST_LIFE) + LONGEST_LIFE * aimed, dice.random() < FROM_THE_START)
    ended: list[dict[str, Any]] = []
    for victim in dice.sample(victims, len(victims)):
        said = _last_words(victim, life, last, moments)
        tally.words[said["said"]] += 1
        if said["signal"]:
            tally.kills += 1
            tally.aimed += bool(aimed and said.get("struck"))
        ended.append(said)
    tally.mid_delivery += sum(bool(said["signal"] and said.get("delivering")) for said in ended)
    return any(said["said"] == "done" and _complete(said) for said in ended)


def _last_words(victim: Victim, life: Life, last: bool, moments: list[float]) -> dict[str, Any]:
    """Wait for a run to end by itself or by the server's hand; kill it when its time is up."""
    delivering = False
    deadline = time.monotonic() + (life.seconds if life.from_the_start else PATIENCE)
    while True:
        try:
            left = max(0.0, deadline - time.monotonic())
            said = victim.wait("delivering", "done", "failed", "ended", seconds=PATIENCE if last else left)
        except TimeoutError:
            moment = victim.kill()
            if moment is not None:
                moments.append(moment)
            return {**victim.end(), "delivering": delivering}
        if said["said"] == "delivering":
            delivering = True
            if not life.from_the_start:
                deadline = time.monotonic() + life.seconds
        elif said["said"] == "ended":
            victim.pid = 0
            if said["signal"]:
                moments.append(time.time())
            return {**said, "delivering": delivering, "struck": True}
        else:
            return {**victim.end(), **said, "delivering": delivering}


def _complete(said: dict[str, Any]) -> bool:
    return said["report"]["status"] == "COMPLETED"


@contextmanager
def _victims(home: Path, monday: MondayProcess, number: int) -> Iterator[list[Victim]]:
    environment = {
        "ORDER_STAGING_HOME": str(home), "MONDAY_API_URL": monday.url, "MONDAY_API_TOKEN": monday.token,
        "MONDAY_QUIET_SECONDS": str(QUIET_SECONDS), "WAREHOUSE_WAIT_SECONDS": "120",
    }  # fmt: skip
    with ExitStack() as stack:
        yield [stack.enter_context(Victim(environment)) for _ in range(number)]


def _settings(home: Path, url: str, token: str) -> Settings:
    return load_settings(
        _env_file=None, order_staging_home=home, monday_api_url=url, monday_api_token=token,
        monday_quiet_seconds=QUIET_SECONDS,
    )  # fmt: skip


def _progress(tally: Tally, seconds: float) -> None:
    state = "right" if tally.counts[-1].right else "WRONG"
    said = f"delivery {tally.deliveries}: {state}; {tally.kills} kills, {tally.runs} runs, {seconds:.0f} s"
    print(f"{said}; ended {dict(tally.words)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
