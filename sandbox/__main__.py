"""python -m sandbox --home DIR: play every outside system until told to stop.

Leaves `sandbox.json` in the home, with the addresses under the names of the settings they stand for, and
takes it away at the end. What the systems hold stays in the home's `sandbox/` folder.
"""

import argparse
import json
import os
import signal
from pathlib import Path
from types import FrameType

from sandbox.monday.server import MondayServer
from sandbox.monday.settings import profile


def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="sandbox", description="The outside world in miniature.")
    parser.add_argument("--home", type=Path, required=True, help="where state and sandbox.json go")
    parser.add_argument("--port", type=int, default=0, help="of Monday; 0 takes a free one")
    arguments = parser.parse_args()
    state = arguments.home / "sandbox"
    state.mkdir(parents=True, exist_ok=True)
    monday = MondayServer(profile("demo"), state=state / "monday.sqlite", port=arguments.port)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        monday.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    addresses = arguments.home / "sandbox.json"
    settings = {"monday_api_url": f"{monday.url}/v2", "monday_quiet_seconds": 2}
    draft = addresses.with_suffix(".part")
    draft.write_text(json.dumps({"pid": os.getpid(), "settings": settings}))
    draft.replace(addresses)  # whoever waits for the file reads it whole
    try:
        monday.run()
    finally:
        addresses.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
