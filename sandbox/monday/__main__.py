"""python -m sandbox.monday --port 0 --state FILE --profile demo|contract"""

from __future__ import annotations

import argparse

from sandbox.monday.server import serve
from sandbox.monday.settings import Settings, profile


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox.monday", description="Monday.com in miniature.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--port", type=int, default=0, help="0 picks a free one; the first line printed tells it"
    )
    parser.add_argument(
        "--state", default=":memory:", help="SQLite file that keeps the boards; default: memory"
    )
    parser.add_argument("--profile", choices=("demo", "contract"), default="demo")
    parser.add_argument("--token", action="append", help="accepted token; repeatable; default: sandbox-token")
    arguments = parser.parse_args()
    settings = profile(arguments.profile)
    if arguments.token:
        settings = Settings(limits=settings.limits, rules=settings.rules, tokens=tuple(arguments.token))
    serve(settings, state=arguments.state, host=arguments.host, port=arguments.port)


if __name__ == "__main__":
    main()
