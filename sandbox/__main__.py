"""python -m sandbox --home DIR: play every outside system until told to stop.

Leaves `sandbox.json` in the home, with the addresses under the names of the settings they stand for, and
takes it away at the end. What the systems hold stays in the home's `sandbox/` folder and `counterpoint.duckdb`.
"""

import argparse
import json
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from sandbox.radius.generation import DEFAULT_ORDERS as DEFAULT_RADIUS_ORDERS
from sandbox.woocommerce.generation import DEFAULT_ORDERS, DEFAULT_SEED
from sandbox.world import Wanted, World


def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="sandbox", description="The outside world in miniature.")
    parser.add_argument("--home", type=Path, required=True, help="where state and sandbox.json go")
    parser.add_argument("--port", type=int, default=0, help="of Monday; 0 takes a free one")
    parser.add_argument("--woo-orders", type=int, default=DEFAULT_ORDERS, help="made up on the first start")
    parser.add_argument("--woo-ending", type=_moment, help="moment of the newest order, UTC; default: now")
    parser.add_argument("--radius-orders", type=int, default=DEFAULT_RADIUS_ORDERS, help="likewise")
    parser.add_argument("--radius-chains", type=int, default=0, help="so many left by the predecessor")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of everything made up")
    arguments = parser.parse_args()
    wanted = Wanted(
        arguments.woo_orders,
        arguments.seed,
        arguments.woo_ending,
        arguments.radius_orders,
        arguments.radius_chains,
    )
    world = World(arguments.home, arguments.port, wanted)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        world.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    addresses = arguments.home / "sandbox.json"
    draft = addresses.with_suffix(".part")
    draft.write_text(json.dumps({"pid": os.getpid(), **world.addresses()}))
    draft.replace(addresses)  # whoever waits for the file reads it whole
    try:
        world.run()
    finally:
        addresses.unlink(missing_ok=True)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
