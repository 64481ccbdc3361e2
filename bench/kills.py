"""The kill proof (kill_proof.py) as a line of the one table. It has no baseline but the law itself."""

import re
import subprocess
import sys

from bench.figures import Figure
from dagster_project.settings import PROJECT_ROOT

KILLS = 200


def measure(quick: bool = False) -> list[Figure]:
    """Let it run as a program, and keep every line it printed: the seed is among them."""
    kills = 10 if quick else KILLS
    command = [sys.executable, "-m", "bench.kill_proof", "--kills", str(kills)]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    said = dict(re.findall(r"^(\S.*?) {2,}(\S.*)$", done.stdout, re.MULTILINE))
    counted = ("keys on the board twice", "keys missing", "rows on which ledger and board disagree")
    return [
        Figure(
            f"{kills} random SIGKILLs over deliveries of 300 items, seed {said.get('seed', 'unknown')}",
            "; ".join(f"{said.get(name, '?')} {name}" for name in counted),
            "every key exactly once",
            "",
            "0 of each",
            done.returncode == 0,
            {"said": done.stdout.splitlines(), "errors": done.stderr[-3000:]},
        )
    ]
