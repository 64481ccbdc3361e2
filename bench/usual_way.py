"""The baseline of an empty run: the same four steps as a Dagster job usually runs them.

Each step gets a process of its own from the multiprocess executor, and dbt is one more process inside it. What
is not dbt does nothing at all, which flatters the baseline.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import dagster as dg

from bench.figures import timed
from dagster_project.settings import PROJECT_ROOT

DBT = Path(sys.executable).with_name("dbt")


def dbt_build(tag: str) -> None:
    """Build what a step consists of, in a process of dbt's own."""
    home = Path(os.environ["ORDER_STAGING_HOME"])
    command = [str(DBT), "--quiet", "build", "--select", f"tag:monday,tag:{tag}"]
    command += ["--project-dir", str(PROJECT_ROOT), "--profiles-dir", str(PROJECT_ROOT)]
    command += ["--target-path", str(home / "usual" / "target"), "--log-path", str(home / "usual" / "logs")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise dg.Failure(f"dbt ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


@dg.op(out=dg.Out(dg.Nothing))
def resolve() -> None:
    """Do nothing."""


@dg.op(ins={"after": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def stage() -> None:
    """Stage by sub-process."""
    dbt_build("stage")


@dg.op(ins={"after": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def deliver() -> None:
    """Do nothing."""


@dg.op(ins={"after": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def settle() -> None:
    """Settle by sub-process."""
    dbt_build("settle")


@dg.job(executor_def=dg.multiprocess_executor)
def usual_run() -> None:
    """Resolve, stage, deliver, settle: each in its own process."""
    settle(deliver(stage(resolve())))


def run_once() -> None:
    """Run the job; raise when it did not succeed."""
    with dg.DagsterInstance.get() as instance:
        if not dg.execute_job(dg.reconstructable(usual_run), instance=instance).success:
            raise RuntimeError("the baseline's job failed")


def serve() -> None:
    """Run the job once per line of input, and answer with what it took.

    A program of its own, warm like ours: whoever spawns processes imports its own main module in each of them,
    and the measuring program's would be a heavy one.
    """
    for _ in sys.stdin:
        print(json.dumps(asdict(timed(run_once))), flush=True)


if __name__ == "__main__":
    serve()
