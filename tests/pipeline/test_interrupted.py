"""A run that Ctrl-C or a full disk ends: a sentence, exit 2, and the next run completes."""

import os
import resource
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import Parsed
from tests.pipeline.test_faults import without_ids
from tests.pipeline.world import Pipeline

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-c", "from dagster_project.cli import main; main()"]


def test_ctrl_c_and_a_full_disk_end_with_a_sentence_and_the_next_run_completes(
    landed: Pipeline, delivered: Pipeline, parsed: Parsed
) -> None:
    run = [*COMMAND, "run", "monday", "--all", "--json"]
    environment = {**os.environ, **landed.environment}

    size = (landed.home / "warehouse.duckdb").stat().st_size
    for limit in (size // 3, size + 250_000):  # no room for dbt's files; none for what the ledger grows by
        full = subprocess.run(
            run, cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
            preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (limit, limit)),
        )  # fmt: skip
        assert full.returncode == 2, full
        assert "Traceback" not in full.stderr
        assert str(landed.home) in full.stdout

    parsed(landed.home)  # what was torn above would be parsed anew by each process below
    landed.control.set_faults(latency={"request": (0.3, 0.3)})
    landed.forget_calls()
    with subprocess.Popen(
        run, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # a suite in the background ignores it
    ) as process:  # fmt: skip
        while not landed.control.calls(log=False)["committed"].get("create_subitem"):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "interrupted" in said

    landed.control.set_faults()
    landed.run()
    assert without_ids(landed.board()) == without_ids(delivered.board())
    assert landed.board_and_ledger_agree()
