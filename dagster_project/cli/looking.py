"""status, errors, trace, health: what people look at. None of them makes a call."""

import json as json_module
from typing import Annotated, Any

import sqlalchemy as sa
import typer

from dagster_project.cli import options, output
from dagster_project.cli.running import by_pipeline, check_staged, is_staged, one_or_all, system_run
from dagster_project.delivery.destination import StagedAs
from dagster_project.delivery.mapping import Mapping as EntityMapping
from dagster_project.delivery.staging import Filters, staged_table, still_staged
from dagster_project.delivery.states import State
from dagster_project.health import Finding, Level, findings
from dagster_project.runs import SystemRun
from dagster_project.settings import load_settings
from dagster_project.systems import PIPELINES, pipeline_named, pipelines_of
from dagster_project.warehouse import tables

ERROR_COLUMNS = (
    "error_class", "error_type", "column_name", "value", "message", "shared_by", "what_clears_it",
    "next_attempt", "attempts",
)  # fmt: skip


def status(
    system: Annotated[str, typer.Argument(help=options.NAMES, metavar="[SYSTEM]")] = "monday",
    customer: options.Customer = None,
    po: options.Po = None,
    aag_season: options.AagSeason = None,
    customer_season: options.CustomerSeason = None,
    key: options.Key = None,
    where: options.Where = None,
    json: options.Json = False,
    limit: options.Limit = 10,
) -> None:
    """Show what is staged, what the ledger holds, and the last batches."""
    filters = options.filters(customer, po, aag_season, customer_season, key, where)

    def work(pipeline: str) -> dict[str, Any]:
        with system_run(pipeline, json=json) as run, run.held(), run.warehouse.begin() as connection:
            check_staged(connection, run)
            return {
                "instance": run.run.instance,
                "paused": _first(connection, tables.destination_pause, system=pipeline),
                "staged": _staged(connection, run, filters),
                "held": _held(connection, run, filters),
                "errors": run.refused_counts(filters),
                "ledger": _ledger(connection, run),
                "batches": _batches(connection, run, limit),
            }

    found = by_pipeline(system, work)
    if json:
        output.print_json(one_or_all(found))
        return
    for content in found.values():
        _show_status(content, limit)


def errors(
    system: options.SystemName,
    customer: options.Customer = None,
    po: options.Po = None,
    aag_season: options.AagSeason = None,
    customer_season: options.CustomerSeason = None,
    key: options.Key = None,
    where: options.Where = None,
    json: options.Json = False,
    limit: options.Limit = 50,
) -> None:
    """Show what cannot be told, why, and what clears it."""
    filters = options.filters(customer, po, aag_season, customer_season, key, where)

    def work(pipeline: str) -> dict[str, list[dict[str, Any]]]:
        with system_run(pipeline, json=json) as run, run.held(), run.warehouse.begin() as connection:
            check_staged(connection, run)
            return {mapping.entity: _errors(connection, mapping, filters) for mapping in run.mappings}

    found = by_pipeline(system, work)
    if json:
        output.print_json(one_or_all(found))
        return
    for entity, rows in (pair for of in found.values() for pair in of.items()):
        named = "order_number" if rows and "order_number" in rows[0] else "business_key"
        shown = (named, "error_class", "column_name", "message", "shared_by")
        output.table(f"{entity}: {len(rows)}", shown, ([row[c] for c in shown] for row in rows), most=limit)


def _errors(connection: sa.Connection, mapping: EntityMapping, filters: Filters) -> list[dict[str, Any]]:
    names = dict.fromkeys(
        ("business_key", "parent_key", *ERROR_COLUMNS, *mapping.reference, *mapping.filters)
    )
    table = sa.table(mapping.errors, *(sa.column(name) for name in names))
    query = sa.select(table).where(filters.where(table, mapping.filters)).order_by(table.c.business_key)
    return [dict(row._mapping) for row in connection.execute(query)]


def trace(key: Annotated[str, typer.Argument(help="A business key, an order number or a remote id.")],
          system: Annotated[str | None, typer.Option(help="Default: wherever something is staged.")] = None,
          json: options.Json = False) -> None:  # fmt: skip
    """Everything about one key: source, staged, ledger, every event, remote id and link."""
    if not key.strip():
        raise typer.BadParameter("name a business key, an order number or a remote id")

    def work(pipeline: str) -> list[dict[str, Any]]:
        with system_run(pipeline, json=json) as run, run.held(), run.warehouse.begin() as connection:
            if system is None and not is_staged(connection, run):
                return []
            check_staged(connection, run)
            return [_traced(connection, run, one) for one in _keys(connection, run, key)]

    names = [one.name for one in pipelines_of(system)] if system else list(PIPELINES)
    content = [one for name in names for one in work(name)]
    if json:
        output.print_json(content)
    for one in [] if json else content:
        _show_trace(one)
    if not content:
        output.warn(f"{key} is in no source, staging or ledger row of {system or 'any system'}")
        raise typer.Exit(1)


def health(
    system: Annotated[
        str | None, typer.Argument(help="Default: every system in use.", metavar="[SYSTEM]")
    ] = None,
    json: options.Json = False,
) -> None:
    """Exit 0 when all is well, 1 on warnings, 2 when something needs somebody now."""

    def work(name: str) -> list[Finding]:
        with system_run(name, json=json) as run, run.held():
            return findings(load_settings(), run.warehouse, pipeline_named(name), run.clock)

    used = (name for name, one in PIPELINES.items() if one.in_use(load_settings()))
    found = by_pipeline(system, work) if system else {name: work(name) for name in used}
    worst = max(finding.level for one in found.values() for finding in one)
    if json:
        content = {name: [finding.as_dict() for finding in one] for name, one in found.items()}
        output.print_json({"health": worst.name, "systems": content})
    else:
        for name, one in found.items():
            lines = [(f.level.name, f.check, f.found, f.next_step) for f in one]
            output.table(name, ("level", "check", "found", "next step"), lines)
    if worst is not Level.HEALTHY:
        raise typer.Exit(int(worst))


def _staged(connection: sa.Connection, run: SystemRun, filters: Filters) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for mapping in run.mappings:
        table = staged_table(mapping.staging, mapping.filters)
        held = table.c.stg_status == StagedAs.HELD  # a run writes that down, which raises the revision
        waiting = sa.or_(still_staged(table, run.run.instance, mapping.entity), held)
        query = (
            sa.select(table.c.change_type, table.c.stg_status, sa.func.count())
            .where(filters.where(table, mapping.filters), waiting)
            .group_by(table.c.change_type, table.c.stg_status)
        )
        found = sorted(connection.execute(query).fetchall())
        counts[mapping.entity] = {f"{change} {status}": n for change, status, n in found}
        counts[mapping.entity]["total"] = sum(n for _, _, n in found)
    return counts


def _held(connection: sa.Connection, run: SystemRun, filters: Filters) -> list[dict[str, Any]]:
    """Which rows wait for the business, and why; rows below them say that they are blocked."""
    found: list[dict[str, Any]] = []
    for mapping in (one for one in run.mappings if one.parent is None):
        table = staged_table(mapping.staging, mapping.filters, mapping.reference.values())
        entity = sa.literal(mapping.entity).label("entity")
        named = [table.c[column].label(name) for name, column in mapping.reference.items()]
        whose = [table.c[name] for name in [*mapping.filters][:1]]
        query = (
            sa.select(entity, table.c.business_key, *named, *whose, table.c.stg_reason)
            .where(filters.where(table, mapping.filters), table.c.stg_status == StagedAs.HELD)
            .order_by(table.c.business_key)
        )
        found += [dict(row._mapping) for row in connection.execute(query)]
    return found


def _ledger(connection: sa.Connection, run: SystemRun) -> dict[str, dict[str, int]]:
    table = tables.delivery
    query = (
        sa.select(table.c.entity, table.c.state, sa.func.count())
        .where(table.c.instance == run.run.instance)
        .group_by(table.c.entity, table.c.state)
    )
    counts: dict[str, dict[str, int]] = {}
    for entity, state, count in sorted(connection.execute(query).fetchall()):
        counts.setdefault(entity, {})[state] = count
    return counts


def _batches(connection: sa.Connection, run: SystemRun, limit: int) -> list[dict[str, Any]]:
    table = tables.delivery_batch
    names = ("name", "batch_type", "status", "total_records", "successful_records", "failed_records",
             "api_calls", "started_at", "ended_at", "error_summary")  # fmt: skip
    query = (
        sa.select(*(table.c[name] for name in names))
        .where(table.c.instance == run.run.instance)
        .order_by(table.c.started_at.desc(), table.c.name)
        .limit(limit)
    )
    return [dict(row._mapping) for row in connection.execute(query)]


def _first(connection: sa.Connection, table: sa.Table, **values: Any) -> dict[str, Any] | None:
    row = connection.execute(sa.select(table).filter_by(**values)).first()
    return dict(row._mapping) if row else None


def _show_status(content: dict[str, Any], limit: int) -> None:
    output.say(content["instance"])
    if content["paused"]:
        output.warn(f"paused since {content['paused']['since']}: {content['paused']['why']}")
    for what in ("staged", "ledger"):
        lines = [(entity, name, n) for entity, counts in content[what].items() for name, n in counts.items()]
        output.table(what, ("entity", "what", "rows"), lines)
    if content["held"]:
        shown = tuple(dict.fromkeys(name for row in content["held"] for name in row))
        held = ([row.get(name) for name in shown] for row in content["held"])
        output.table(f"held: {len(content['held'])}", shown, held, most=limit)
    output.table("errors", ("entity", "keys"), content["errors"].items())
    batches = content["batches"]
    if batches:
        output.table("last batches", tuple(batches[0]), (tuple(batch.values()) for batch in batches))


def _keys(connection: sa.Connection, run: SystemRun, said: str) -> list[str]:
    """Find business keys by key, remote id or order number (exact, any letter case of a key)."""
    table = tables.delivery
    query = sa.select(table.c.business_key).where(
        table.c.instance == run.run.instance,
        sa.or_(table.c.business_key == said, table.c.business_key == said.lower(), table.c.remote_id == said),
    )
    keys = {row.business_key for row in connection.execute(query)}
    for mapping in run.mappings:
        for relation in (mapping.staging, mapping.errors, mapping.mirror):
            names = mapping.reference if relation == mapping.errors else mapping.reference.values()
            reference = next(iter(names), None)  # an error has it under the name people use
            found = sa.table(relation, *(sa.column(name) for name in ("business_key", reference) if name))
            asked = [found.c.business_key == said, found.c.business_key == said.lower()]
            if reference and (mapping.parent is None or relation == mapping.errors):
                asked.append(found.c[reference] == said)
            rows = connection.execute(sa.select(found.c.business_key).where(sa.or_(*asked)))
            keys |= {row.business_key for row in rows}
        keys |= _retired(connection, run, mapping, said)
    return sorted(key for key in keys if key)


def _retired(connection: sa.Connection, run: SystemRun, mapping: EntityMapping, said: str) -> set[str]:
    """Find the keys of archived rows by order number: nothing but what the ledger remembers of them has it."""
    column, table = next(iter(mapping.reference.values()), None), tables.delivery
    if column is None or mapping.parent is not None:
        return set()
    remembered = sa.func.coalesce(table.c.told, table.c.tried)
    query = sa.select(table.c.business_key, remembered.label("remembered")).where(
        table.c.instance == run.run.instance,
        table.c.entity == mapping.entity,
        table.c.state == State.ARCHIVED,
        remembered.contains(json_module.dumps(said, ensure_ascii=False), autoescape=True),
    )
    rows = connection.execute(query)
    return {row.business_key for row in rows if json_module.loads(row.remembered).get(column) == said}


def _traced(connection: sa.Connection, run: SystemRun, key: str) -> dict[str, Any]:
    ledger = tables.delivery
    rows = connection.execute(
        sa.select(ledger).where(ledger.c.instance == run.run.instance, ledger.c.business_key == key)
    ).fetchall()
    events = tables.delivery_event
    happened = connection.execute(
        sa.select(events)
        .where(events.c.instance == run.run.instance, events.c.business_key == key)
        .order_by(events.c.event_id)
    ).fetchall()
    staged, errors_ = [], []
    for mapping in run.mappings:
        staged += _all_columns(connection, mapping.staging, key)
        errors_ += _all_columns(connection, mapping.errors, key)
    return {
        "key": key,
        "pipeline": run.pipeline.name,
        "ledger": [
            {**row._mapping, "told": json_module.loads(row.told) if row.told else None} for row in rows
        ],
        "links": [link for row in rows if (link := run.link(row.entity, row.remote_id))],
        "staged": staged,
        "errors": errors_,
        "events": [dict(event._mapping) for event in happened],
    }


def _all_columns(connection: sa.Connection, relation: str, key: str) -> list[dict[str, Any]]:
    table = sa.table(relation, sa.column("business_key"))
    query = sa.select(sa.text("*")).select_from(table).where(table.c.business_key == key)
    return [dict(row._mapping) for row in connection.execute(query)]


def _show_trace(content: dict[str, Any]) -> None:
    output.say(f"— {content['key']} in {content['pipeline']}")
    for row in content["ledger"]:
        told = row.pop("told") or {}
        output.pairs(f"ledger: {row['entity']}", {k: v for k, v in row.items() if v is not None})
        output.pairs("told", told)
    for link in content["links"]:
        output.say(link)
    for row in content["staged"]:
        output.pairs(
            f"staged: {row['change_type']} {row['stg_status']}",
            {k: v for k, v in row.items() if v is not None},
        )
    for row in content["errors"]:
        output.pairs("error", {k: v for k, v in row.items() if v is not None and k != "row_json"})
    columns = ("occurred_at", "kind", "operation", "outcome", "remote_id", "message", "request_id")
    output.table("events", columns, ([event[c] for c in columns] for event in content["events"]), most=500)
