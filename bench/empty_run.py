"""What a run costs in which there is nothing to do: the whole of it, warm, in one process.

The baseline is the usual way (usual_way.py): a process per step by Dagster's multiprocess executor, and dbt as
a sub-process in two of them. It may skip resolving and delivering, which ours does: preflight, reading the
board back, looking for leftovers. A run of our own job as Dagster's schedule starts it, in a new process that
loads the code location first, is reported beside.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Figure, Spent, least, timed
from bench.world import World, environment, world_with_board
from dagster_project.clock import SystemClock
from dagster_project.delivery.staging import Filters
from dagster_project.settings import PROJECT_ROOT
from sandbox.source import orders

REPETITIONS = 3
MOST = 1 / 5
EVERYTHING = {"ops": {"monday__board": {"config": {"everything": True}}}}
DAGSTER = Path(sys.executable).with_name("dagster")


def whole_run(world: World) -> int:
    """Resolve, stage, deliver, settle; return how many requests changed something."""
    with world.run() as run:
        _, _, report = run.whole(Filters(everything=True))
    return report.requests


def empty_run(world: World) -> None:
    """A run that finds nothing to do."""
    assert whole_run(world) == 0


def scheduled_run(world: World) -> None:
    """The same as Dagster starts it on a schedule: a process that loads the code location and runs the job."""
    config = world.home / "everything.json"
    config.write_text(json.dumps(EVERYTHING))
    with environment(world) as variables:
        command = [str(DAGSTER), "job", "execute", "-m", "dagster_project.definitions", "-j", "monday_run"]
        done = subprocess.run(
            [*command, "-c", str(config)], cwd=PROJECT_ROOT, env=variables, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the scheduled run failed: {done.stderr[-3000:]}")


@contextmanager
def usual_runs(world: World) -> Iterator[Callable[[], Spent]]:
    """The baseline, ready to run as often as wanted."""
    log = (world.home / "usual.log").open("w")
    with (
        log,
        environment(world) as variables,
        subprocess.Popen(
            [sys.executable, "-m", "bench.usual_way"], cwd=PROJECT_ROOT, env=variables, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        ) as server,
    ):  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None

        def run() -> Spent:
            print(file=server.stdin, flush=True)
            answer = server.stdout.readline()
            if not answer:
                raise RuntimeError(f"the baseline failed: {(world.home / 'usual.log').read_text()[-3000:]}")
            return Spent(**json.loads(answer))

        yield run
        server.stdin.close()


def in_turns(world: World, repetitions: int) -> dict[str, Spent]:
    """Measure each way as often, one after the other, after each has run once."""
    spent: dict[str, list[Spent]] = {"ours": [], "usual": [], "scheduled": []}
    with usual_runs(world) as usual_run:
        for _ in range(repetitions + 1):
            spent["ours"].append(timed(lambda: empty_run(world)))
            spent["usual"].append(usual_run())
            spent["scheduled"].append(timed(lambda: scheduled_run(world)))
    return {name: least(runs[1:]) for name, runs in spent.items()}


def measure(quick: bool = False) -> list[Figure]:
    """Deliver the sandbox's hand-written orders, then run with nothing to do."""
    with world_with_board(SystemClock()) as world:
        world.land(orders.generate(orders.SCENES))
        whole_run(world)
        spent = in_turns(world, 1 if quick else REPETITIONS)
    ours, usual, scheduled = spent["ours"], spent["usual"], spent["scheduled"]
    ratio = ours.seconds / usual.seconds
    details = {name: vars(took) for name, took in spent.items()} | {"orders": orders.SCENES}
    return [
        Figure(
            "an empty run, warm", f"{ours}", f"sub-process dbt + multiprocess executor: {usual}",
            f"1/{1 / ratio:.1f} (1/{usual.cpu / ours.cpu:.1f} by CPU)", f"<= 1/{1 / MOST:.0f}", ratio <= MOST,
            details,
        ),
        Figure(
            "an empty run as Dagster's schedule starts it", f"{scheduled}", f"the same: {usual}",
            f"1/{usual.seconds / scheduled.seconds:.1f}", "reported beside", None,
        ),
    ]  # fmt: skip
