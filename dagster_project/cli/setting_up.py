"""init, land, config, mappings: what comes before the first run."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from dagster_project import settings as settings_module
from dagster_project.cli import options, output
from dagster_project.cli.running import system_run
from dagster_project.counterpoint import raw_tables
from dagster_project.delivery import mapping as mapping_module
from dagster_project.delivery import mapping_render
from dagster_project.impact import SystemImpact
from dagster_project.radius import raw_tables as radius_tables
from dagster_project.settings import load_settings
from dagster_project.systems import Pipeline, pipelines_of
from dagster_project.warehouse import raw, schema
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing import land as land_file
from dagster_project.warehouse.lock import hold


class Refused(Exception):
    """A command of this group cannot do what it was asked to; the message says what would help."""


def init(json: options.Json = False) -> None:
    """Create or upgrade the tables Python owns in the warehouse."""
    settings = load_settings()
    warehouse = Warehouse(settings.warehouse)
    with hold(warehouse, "order-staging init", settings.warehouse_wait_seconds, on_wait=output.warn):
        report = schema.init(warehouse)
        with warehouse.begin() as connection:
            raw.prepare(connection, raw_tables.metadata)
            raw.prepare(connection, radius_tables.metadata)
    if json:
        output.print_json({"status": report.status, "version": report.version, "tables": report.tables})
    else:
        output.say(str(report))


def land(
    table: Annotated[str, typer.Argument(help="ORDERS_UNIFIED")],
    file: Annotated[Path, typer.Argument(help="CSV, Parquet or Excel.")],
    encoding: Annotated[str | None, typer.Option(help="Of a CSV; found by itself otherwise.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Of an Excel file; the first one otherwise.")] = None,
    max_bad_share: Annotated[float, typer.Option(min=0, max=1, help="More bad cells block.")] = 0.2,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="Land a file without rows.")] = False,
    accept_unknown: Annotated[bool, typer.Option("--accept-unknown", help="Land unknown columns.")] = False,
    replace_foreign: Annotated[
        bool, typer.Option("--replace-foreign", help="Replace a table that `land` did not make.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Replace a source table of the embedded warehouse by the contents of a file, or change nothing."""
    settings = load_settings()
    warehouse = Warehouse(settings.warehouse)
    with hold(warehouse, "order-staging land", settings.warehouse_wait_seconds, on_wait=output.warn):
        schema.check(warehouse)
        report = land_file(
            warehouse, table, file, encoding=encoding, sheet=sheet, max_bad_share=max_bad_share,
            allow_empty=allow_empty, accept_unknown=accept_unknown, replace_foreign=replace_foreign,
        )  # fmt: skip
    if json:
        output.print_json({**dataclasses.asdict(report), "file": str(report.file)})
        return
    size = f"{report.rows} rows, {report.columns} columns, {len(report.sizes)} of them sizes"
    output.say(f"{report.table} landed from {report.file.name}: {size}, {report.bad_cells} bad cells")
    if report.bad_cells:
        output.say(
            "each bad cell stands in landing_error, and after the next staging in: order-staging errors"
        )
    for warning in report.warnings:
        output.warn(warning)


def docs() -> None:
    """Write dbt's documentation site into the home; the warehouse must have been staged once."""
    with system_run("monday", json=False) as run, run.held():
        run.dbt.docs()
    output.say(str(load_settings().order_staging_home / "target" / "static_index.html"))


def config_show(json: options.Json = False) -> None:
    """Show every setting, where it comes from, and secrets masked."""
    settings = load_settings()
    lines = [_setting(name, settings) for name in type(settings).model_fields]
    if json:
        output.print_json(lines)
    else:
        columns = ("setting", "value", "origin", "meaning")
        output.table("settings", columns, ([line[c] for c in columns] for line in lines), most=500)


def _setting(name: str, settings: settings_module.Settings) -> dict[str, Any]:
    value = getattr(settings, name)
    shown = "********" if isinstance(value, SecretStr) else value
    return {
        "setting": name.upper(),
        "value": shown if isinstance(shown, int | float | list | None.__class__) else str(shown),
        "origin": settings_module.origin(name),
        "meaning": type(settings).model_fields[name].description or "",
    }


def mappings_check(
    system: Annotated[str, typer.Argument(metavar="[SYSTEM]")] = "monday",
    with_impact: Annotated[
        bool, typer.Option("--impact", help="Count delivered rows an edit would change.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Check the mappings of a system; with --impact say what an edit would send."""
    pipelines = pipelines_of(system)
    folder, profile = pipelines[0].system, pipelines[0].profile(load_settings())
    found_wrong = [*mapping_module.check(folder, profile), *pipelines[0].check()]
    problems = [str(problem) for problem in found_wrong]
    problems += [
        f"{path} is not in step with its mapping: order-staging mappings render {folder}"
        for path in mapping_render.stale(folder)
    ]
    found = _impact(pipelines, json) if with_impact and not problems else None
    if json:
        output.print_json({"problems": problems, "impact": found.as_dict() if found else None})
    else:
        for problem in problems:
            output.fail(problem)
        if found:
            found_lines = [(e, f, n) for e, one in found.entities.items() for f, n in one.by_field.items()]
            output.table(found.sentence, ("entity", "field", "delivered rows"), found_lines)
        elif not problems:
            output.say(f"the mappings of {system} are in order")
    if problems or (found and found.blocks):
        raise typer.Exit(2)


def _impact(pipelines: Sequence[Pipeline], json: bool) -> SystemImpact:
    """Stage each pipeline and count what an edit would change, of all their entities."""
    found = []
    for pipeline in pipelines:
        with system_run(pipeline, json=json) as run, run.alone():
            run.stage(guard_impact=False)
            found.append(run.impact())
    return SystemImpact(
        {name: one for each in found for name, one in each.entities.items()}, found[0].max_share
    )


def mappings_render(system: Annotated[str, typer.Argument(metavar="[SYSTEM]")] = "monday") -> None:
    """Write the property files that follow from the mappings."""
    for path in mapping_render.write(system):
        output.say(f"written: {path}")
