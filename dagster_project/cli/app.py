"""Puts the command groups together and turns what may go wrong into sentences and exit codes."""

import sys

import typer

from dagster_project import adopting
from dagster_project.cli import (
    counterpoint,
    looking,
    operating,
    output,
    radius,
    running,
    sandbox_world,
    setting_up,
)
from dagster_project.cli.interruption import INTERRUPTION
from dagster_project.dbt_runner import DbtFailed
from dagster_project.delivery.mapping_document import MappingError
from dagster_project.delivery.outcomes import DeliveryError
from dagster_project.delivery.staging import NothingChosen, UnknownFilter
from dagster_project.runs import StagingBlocked
from dagster_project.settings import SettingsError
from dagster_project.systems import UnknownSystem
from dagster_project.warehouse.engine import BrokenOff, WarehouseUnavailable
from dagster_project.warehouse.landing import LandingError
from dagster_project.warehouse.schema import SchemaError

REFUSALS = (
    SettingsError, MappingError, UnknownSystem, NothingChosen, UnknownFilter, DeliveryError,
    WarehouseUnavailable, SchemaError, StagingBlocked, DbtFailed, LandingError, setting_up.Refused, operating.Refused,
    sandbox_world.Refused, adopting.CannotPair, *counterpoint.REFUSALS, *radius.REFUSALS,
)  # fmt: skip
FAILED, REFUSED = 1, 2
CTRL_C = 130  # what Typer makes of it
INTERRUPTED = "interrupted; if anything was being sent, it is in doubt and the next run probes it"

app = typer.Typer(
    name="order-staging",
    help="Stages orders and delivers them to the systems that need them: none lost, none made twice.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
config = typer.Typer(help="Settings: what they are and where each comes from.", no_args_is_help=True)
mappings = typer.Typer(help="Column mappings: check, render, impact.", no_args_is_help=True)
sandbox = typer.Typer(help="The outside world in miniature.", no_args_is_help=True)
monday = typer.Typer(help="What only Monday.com needs.", no_args_is_help=True)

app.command()(sandbox_world.demo)
app.command()(setting_up.init)
app.command()(setting_up.land)
app.command()(running.stage)
app.command()(running.deliver)
app.command()(running.run)
app.command()(looking.status)
app.command()(looking.errors)
app.command()(operating.retry)
app.command()(operating.resync)
app.command()(operating.adopt)
app.command()(operating.pause)
app.command()(operating.resume)
app.command()(looking.trace)
app.command()(looking.health)
app.command()(operating.purge)
app.command()(setting_up.docs)
config.command("show")(setting_up.config_show)
mappings.command("check")(setting_up.mappings_check)
mappings.command("render")(setting_up.mappings_render)
sandbox.command("up")(sandbox_world.up)
sandbox.command("act")(sandbox_world.act)
monday.command("provision")(operating.provision)
app.add_typer(config, name="config")
app.add_typer(mappings, name="mappings")
app.add_typer(sandbox, name="sandbox")
app.add_typer(monday, name="monday")
app.add_typer(counterpoint.group, name="counterpoint")
app.add_typer(radius.group, name="radius")


def run() -> int:
    """Run the command line; return an honest exit code."""
    output.tolerate_old_consoles()
    wants_json = "--json" in sys.argv
    try:
        code = app(standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return _refuse(INTERRUPTED, wants_json)
    except Exception as error:  # noqa: BLE001 - see `_failed`
        return _refuse(INTERRUPTED, wants_json) if INTERRUPTION.arrived else _failed(error, wants_json)
    if code == CTRL_C:
        return _refuse(INTERRUPTED, wants_json)
    return code if isinstance(code, int) else 0


def _failed(error: Exception, wants_json: bool) -> int:
    """Say in a sentence what went wrong; what nobody expected keeps its trace."""
    if isinstance(error, BrokenOff):  # it began, so it is no refusal
        return _refuse(str(error), wants_json, FAILED)
    if isinstance(error, REFUSALS):
        return _refuse(str(error), wants_json)
    if isinstance(error, typer.TyperException):  # a word or an option that is none
        return _refuse(error.format_message() if hasattr(error, "format_message") else str(error), wants_json)
    raise error


def _refuse(sentence: str, wants_json: bool, code: int = REFUSED) -> int:
    if not sentence:
        return REFUSED  # the help was shown: no command was given
    if wants_json:
        output.print_json({"error": sentence})
    else:
        output.fail(sentence)
    return code
