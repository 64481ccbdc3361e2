"""python -m sandbox.woocommerce --state FILE: serve the shop until told to stop."""

import argparse
import json
from datetime import UTC, datetime

from sandbox.woocommerce.endpoint import BASE
from sandbox.woocommerce.generation import DEFAULT_ENDING, DEFAULT_ORDERS, DEFAULT_SEED
from sandbox.woocommerce.server import woo_server


def main() -> None:
    """Serve; the first line on stdout is JSON with the address."""
    parser = argparse.ArgumentParser(
        prog="sandbox.woocommerce", description="A WooCommerce shop in miniature."
    )
    parser.add_argument(
        "--port", type=int, default=0, help="0 picks a free one; the first line printed tells it"
    )
    parser.add_argument(
        "--state", default=":memory:", help="SQLite file that keeps the shop; default: memory"
    )
    parser.add_argument("--orders", type=int, default=DEFAULT_ORDERS, help="made up when the file holds none")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument(
        "--ending", default=DEFAULT_ENDING.isoformat(), help="moment of the newest order, UTC"
    )
    arguments = parser.parse_args()
    ending = datetime.fromisoformat(arguments.ending).replace(tzinfo=UTC)
    server = woo_server(
        arguments.state, orders=arguments.orders, seed=arguments.seed, ending=ending, port=arguments.port
    )
    print(json.dumps({"port": server.port, "url": server.url, "api": f"{server.url}{BASE}"}), flush=True)
    server.run()


if __name__ == "__main__":
    main()
