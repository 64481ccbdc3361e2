"""Eight processes that deliver the same web orders at once: one document per order, stock and numbers exact.

On the embedded engine they queue for the warehouse, on T-SQL they run beside one another. Each is a command as an
operator gives it, so that nothing is shared but the two databases and the shop.

    python -m bench.counterpoint_at_once --processes 8
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.figures import Figure
from bench.orders_world import (
    COMPANY,
    SHOP,
    Count,
    Stand,
    count,
    ending,
    environment,
    found_company,
    settings_of,
)
from bench.world import own_home
from sandbox.woocommerce.server import WooProcess

PROCESSES, ORDERS = 8, 300
COMMAND = Path(sys.executable).with_name("order-staging")
LONGEST_WAIT = {"WAREHOUSE_WAIT_SECONDS": "900"}


class ProcessFailed(Exception):
    """One of the commands did not exit 0 or 1; the message is what it said."""


def at_once(processes: int, orders: int) -> Count:
    """Pull once, process in so many processes at once, tell the shop once; return what came of it."""
    with own_home() as home, WooProcess(state=home / SHOP, orders=orders, ending=ending()) as shop:
        variables = {**environment(home, shop), **LONGEST_WAIT}
        found_company(home, settings_of(variables))
        before = Stand.of(home / COMPANY)
        _all_of(_started(variables, "order_pull", 1))
        _all_of(_started(variables, "order_processing", processes))
        _all_of(_started(variables, "fulfillment_status_sync", 1))
        return count(home, shop.control, before)


def _started(variables: Mapping[str, str], pipeline: str, times: int) -> list[subprocess.Popen[str]]:
    return [
        subprocess.Popen(
            [COMMAND, "run", pipeline, "--all"], env={**os.environ, **variables}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        for _ in range(times)
    ]  # fmt: skip


def _all_of(started: Sequence[subprocess.Popen[str]]) -> None:
    for process, said in [(process, process.communicate()[0]) for process in started]:
        if process.returncode not in (0, 1):  # 1: the shop has orders that cannot become documents
            raise ProcessFailed(said)


def figure(processes: int, orders: int, found: Count) -> Figure:
    """The line of the table."""
    return Figure(
        f"{processes} processes at once over {orders} web orders",
        f"{found.documents} documents; {sum(map(len, found.wrong().values()))} things wrong",
        "one document per order, stock and numbers exact, one note",
        "",
        "0 wrong",
        found.right,
        {"wrong": found.wrong()},
    )


def measure(quick: bool = False) -> list[Figure]:
    """Take the proof as a line of the one table."""
    processes, orders = (2, 30) if quick else (PROCESSES, ORDERS)
    return [figure(processes, orders, at_once(processes, orders))]


def main(arguments: list[str] | None = None) -> int:
    """Prove, print, return 0 when the law held."""
    parser = argparse.ArgumentParser(prog="python -m bench.counterpoint_at_once", description=__doc__)
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--orders", type=int, default=ORDERS)
    chosen = parser.parse_args(arguments)
    found = at_once(chosen.processes, chosen.orders)
    print(f"{found.documents} documents", found.wrong() or "HELD")
    return 0 if found.right else 1


if __name__ == "__main__":
    sys.exit(main())
