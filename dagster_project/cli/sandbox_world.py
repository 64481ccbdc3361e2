"""sandbox up and demo: the outside world on loopback, and one story told on it.

The sandbox is another program: it is started as a process and spoken to as the real systems are.
"""

import json as json_module
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from dagster_project.cli import output
from dagster_project.settings import Environment, Settings, load_settings

START_SECONDS = 30.0


class Refused(Exception):
    """The sandbox cannot be started; the message says why."""


def up(
    port: Annotated[int, typer.Option(help="Of Monday; 0 takes a free one.")] = 0,
    woo_orders: Annotated[int, typer.Option(min=1, help="Web orders made up on the first start.")] = 450,
    radius_orders: Annotated[int, typer.Option(min=1, help="Likewise, sales orders of plant 4.")] = 60,
    radius_chains: Annotated[int, typer.Option(min=0, help="So many left by the predecessor.")] = 0,
) -> None:
    """Play the outside systems until Ctrl-C; settings with ENV=SANDBOX find them by themselves."""
    settings = _sandbox_settings()
    sizes = {"woo-orders": woo_orders, "radius-orders": radius_orders, "radius-chains": radius_chains}
    process = _start(settings, port, sizes)
    signal.signal(signal.SIGTERM, _leave)
    try:
        addresses = _wait(settings, process)
        output.pairs("the sandbox is up; Ctrl-C ends it", addresses["settings"])
        process.wait()
    finally:
        _stop(process)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """Leave as after an error, so that what we started ends with us."""
    sys.exit(128 + number)


def act(
    system: Annotated[str, typer.Argument(help="shop, counterpoint, radius or mailbox")],
    action: Annotated[str, typer.Argument(help="Such as place, pay, release; an unknown one lists all.")],
    arguments: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE")] = None,
) -> None:
    """Do what people do in the outside systems: `act shop place count=5`, `act counterpoint release doc_id=…`."""
    home = str(_sandbox_settings().order_staging_home)
    command = [sys.executable, "-m", "sandbox.acting", "--home", home, system, action, *(arguments or [])]
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603 - our own program


def demo(
    orders: Annotated[int, typer.Option(min=200, help="How many order lines to make up.")] = 600,
) -> None:
    """Play the whole pipeline: make up orders, stage, deliver, ask the board. Again: nothing is sent."""
    from dagster_project.cli import demonstration

    settings = _sandbox_settings()
    with sandbox_running(settings):
        demonstration.play(load_settings(), orders)


@contextmanager
def sandbox_running(settings: Settings, port: int = 0) -> Iterator[None]:
    """Start the sandbox for the block, unless one is up already."""
    if _alive(settings):
        yield
        return
    process = _start(settings, port)
    try:
        _wait(settings, process)
        yield
    finally:
        _stop(process)


def _sandbox_settings() -> Settings:
    settings = load_settings()
    if settings.env is not Environment.SANDBOX:
        raise Refused(f"ENV is {settings.env}; the sandbox is only for ENV=SANDBOX")
    return settings


def _address_file(settings: Settings) -> Path:
    return settings.order_staging_home / "sandbox.json"


def _alive(settings: Settings) -> bool:
    try:
        pid = int(json_module.loads(_address_file(settings).read_text())["pid"])
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError, ValueError, KeyError):
        return False
    return True


def _start(
    settings: Settings, port: int, sizes: Mapping[str, int] | None = None
) -> "subprocess.Popen[bytes]":
    home = settings.order_staging_home
    home.mkdir(parents=True, exist_ok=True)
    _address_file(settings).unlink(missing_ok=True)
    log = (home / "sandbox.log").open("ab")
    command = [sys.executable, "-m", "sandbox", "--home", str(home), "--port", str(port)]
    command += [word for name, size in (sizes or {}).items() for word in (f"--{name}", str(size))]
    return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)  # noqa: S603 - our own program


def _wait(settings: Settings, process: "subprocess.Popen[bytes]") -> dict[str, dict[str, str]]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if _address_file(settings).exists():
            addresses: dict[str, dict[str, str]] = json_module.loads(_address_file(settings).read_text())
            return addresses
        time.sleep(0.05)
    raise Refused(f"the sandbox did not start; see {settings.order_staging_home / 'sandbox.log'}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
