"""python -m sandbox.radius --database FILE: serve the ERP until told to stop."""

import argparse
import json

from sandbox.radius.endpoint import BASE
from sandbox.radius.generation import DEFAULT_ORDERS, DEFAULT_SEED
from sandbox.radius.server import radius_server


def main() -> None:
    """Serve; the first line on stdout is JSON with the address."""
    parser = argparse.ArgumentParser(prog="sandbox.radius", description="The EFI Radius ERP in miniature.")
    parser.add_argument("--database", required=True, help="SQLite file that plays the ERP's database")
    parser.add_argument(
        "--port", type=int, default=0, help="0 picks a free one; the first line printed tells it"
    )
    parser.add_argument("--orders", type=int, default=DEFAULT_ORDERS, help="made up when the file holds none")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--chains", type=int, default=0, help="so many of them left by the predecessor")
    parser.add_argument("--view-lag", type=float, default=0.2, help="seconds until SQL sees a new SO2")
    given = parser.parse_args()
    server = radius_server(
        given.database,
        orders=given.orders,
        seed=given.seed,
        chains=given.chains,
        view_lag_seconds=given.view_lag,
        port=given.port,
    )
    print(json.dumps({"port": server.port, "url": server.url, "api": f"{server.url}{BASE}"}), flush=True)
    server.run()


if __name__ == "__main__":
    main()
