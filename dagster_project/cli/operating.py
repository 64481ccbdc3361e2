"""What operators decide: retry, resync, adopt, pause, resume, purge, provision."""

from typing import Annotated, Any

import sqlalchemy as sa
import typer

from dagster_project import adopting
from dagster_project.cli import options, output
from dagster_project.cli.running import check_staged, system_run
from dagster_project.delivery.mapping import Mapping as EntityMapping
from dagster_project.delivery.operators import Decision, Operators
from dagster_project.delivery.records import Record
from dagster_project.delivery.retention import purge as purge_ledger
from dagster_project.delivery.staging import Filters
from dagster_project.delivery.states import State
from dagster_project.runs import SystemRun
from dagster_project.systems import pipelines_of
from dagster_project.warehouse import tables
from dagster_project.warehouse.exact import exact

Keys = Annotated[list[str] | None, typer.Argument(help="Business keys.", metavar="[KEY]...")]


class Refused(Exception):
    """An operator asked for something that cannot be done; the message says why and what can."""


def retry(
    system: options.SystemName,
    keys: Keys = None,
    everything: Annotated[bool, typer.Option("--all", help="Every refused row.")] = False,
    recreate: Annotated[bool, typer.Option("--recreate", help="Make anew what is gone.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Do not deliver these keys any more.")] = False,
    json: options.Json = False,
) -> None:
    """Stage refused rows again; with --recreate or --forget decide about what is gone or ambiguous."""
    if recreate and forget:
        raise Refused("--recreate and --forget exclude each other")
    if not keys and not everything:
        raise Refused("say which keys, or --all")
    with system_run(system, json=json) as run, run.held():
        operators = Operators(run.ledger, run.clock)
        records = operators.find(keys) if keys else _all_waiting(run, gone=recreate or forget)
        decide = operators.recreate if recreate else operators.forget if forget else operators.retry
        decision = decide(records)
        missing = set(keys or ()) - {record.key for record in records}
        run.settle()
    _decided(decision, json, sorted(missing))


def resync(
    system: options.SystemName,
    customer: options.Customer = None,
    po: options.Po = None,
    aag_season: options.AagSeason = None,
    customer_season: options.CustomerSeason = None,
    key: options.Key = None,
    where: options.Where = None,
    everything: options.Everything = False,
    field: Annotated[list[str] | None, typer.Option(help="Only this mapped column; may be repeated.")] = None,
    json: options.Json = False,
) -> None:
    """Send what was told again although nothing changed, e.g. after somebody edited the board.

    Fields that are written once and then belong to the board's users are sent only when named.
    """
    filters = options.filters(customer, po, aag_season, customer_season, key, where, everything)
    filters.check()
    if any(pipeline.chained for pipeline in pipelines_of(system)):
        raise Refused(
            f"what people changed in {system} is kept: order-staging {system} order N shows it as drift"
        )
    with system_run(system, json=json) as run, run.held():
        names = _known_fields(run, field)
        records = [r for r in _delivered(run, filters) if names is None or set(names) & set(r.told or {})]
        kept = {column.name for m in run.mappings for column in m.columns if not column.compare}
        decision = Operators(run.ledger, run.clock).resync(records, names, kept)
    _decided(decision, json, [])


def adopt(
    system: options.SystemName,
    pair: Annotated[list[str] | None, typer.Option(help="KEY=REMOTE_ID, for an ambiguous key.")] = None,
    json: options.Json = False,
    limit: options.Limit = 50,
) -> None:
    """Match what the destination already holds to source keys, before anything is created."""
    if pair:
        with system_run(system, json=json) as run:
            adopting.pair(run, [_said_pair(said) for said in pair])
        output.say(f"{len(pair)} keys paired; the next run sends only what differs")
        return
    found: dict[str, Any] = {}
    for pipeline in pipelines_of(system):
        with system_run(pipeline, json=json) as run:
            found |= adopting.adopt(run)
    groups = [
        (name, ", ".join(group["keys"]), ", ".join(group["remote_ids"]))
        for name, counts in found.items()
        for group in counts["ambiguous"]
    ]
    if json:
        output.print_json(found)
    else:
        columns = ("matched", "only_in_source", "only_in_destination")
        lines = [
            (name, *(counts[c] for c in columns), len(counts["ambiguous"])) for name, counts in found.items()
        ]
        output.table("adopted", ("entity", *columns, "ambiguous groups"), lines)
        if any(pipeline.chained for pipeline in pipelines_of(system)):
            output.say("objects of chains are taken over when a run walks their order; none is made again")
        if groups:
            title = "which is which? order-staging adopt SYSTEM --pair KEY=ID"
            output.table(title, ("entity", "keys", "remote ids"), groups, most=limit)
    if groups:
        raise typer.Exit(1)


def _said_pair(said: str) -> tuple[str, str]:
    key, separator, remote_id = said.rpartition("=")
    if not (key and separator and remote_id):
        raise Refused(f"{said!r} is no pair: say --pair KEY=REMOTE_ID")
    return key, remote_id


def pause(
    system: options.SystemName, why: Annotated[str, typer.Option(help="The reason, for others.")]
) -> None:
    """Stop deliveries of a system until `resume`."""
    for pipeline in pipelines_of(system):
        with system_run(pipeline.name, json=False) as run, run.held():
            run.registry.pause(pipeline.name, why)
        output.say(f"{pipeline.name} is paused: {why}")


def resume(system: options.SystemName) -> None:
    """Lift a pause."""
    for pipeline in pipelines_of(system):
        with system_run(pipeline.name, json=False) as run, run.held():
            lifted = run.registry.resume(pipeline.name)
        output.say(f"{pipeline.name} delivers again" if lifted else f"{pipeline.name} was not paused")


def purge(
    system: options.SystemName,
    days: Annotated[int | None, typer.Option(min=1, help="Default: EVENT_RETENTION_DAYS.")] = None,
    json: options.Json = False,
) -> None:
    """Empty personal data in old requests and events; keys, ids and states stay."""
    with system_run(pipelines_of(system)[0].name, json=json) as run, run.held():
        purged = purge_ledger(run.warehouse, run.clock, days or run.settings.event_retention_days)
        purged |= run.pipeline.forget(run.settings) if run.pipeline.forget else {}
    output.print_json(purged) if json else output.pairs("emptied", purged)


def provision(json: options.Json = False) -> None:
    """Create the column that carries our key on the board, if it is missing."""
    from dagster_project.monday.provision import provision as provision_board

    with system_run("monday", json=json) as run:
        created = provision_board(run.destination)
    output.print_json(created) if json else output.pairs("provisioned", created)


def _decided(decision: Decision, json: bool, missing: list[str]) -> None:
    if json:
        output.print_json({"changed": decision.changed, "untouched": decision.untouched, "missing": missing})
    else:
        output.say(f"{decision.changed} rows changed; the next run stages them")
        for key in decision.untouched:
            output.warn(f"{key} is in no state this applies to; see: order-staging trace {key}")
        for key in missing:
            output.warn(f"{key} is not in the ledger")
    if missing or decision.untouched:
        raise typer.Exit(1)


def _all_waiting(run: SystemRun, *, gone: bool) -> list[Record]:
    states = (State.GONE, State.AMBIGUOUS) if gone else (State.REJECTED, State.RETRY)
    return [r for entity in run.destination.entities for r in run.ledger.in_state(entity.name, *states)]


def _known_fields(run: SystemRun, names: list[str] | None) -> list[str] | None:
    known = {column.name for mapping in run.mappings for column in mapping.columns}
    unknown = sorted(set(names or ()) - known)
    if unknown:
        raise Refused(
            f"no mapped column is called {', '.join(unknown)}; there are: {', '.join(sorted(known))}"
        )
    return names or None


def _delivered(run: SystemRun, filters: Filters) -> list[Record]:
    """Return the delivered rows that the filters choose by what was told; a child by what its parent was."""
    refs: list[tuple[str, str]] = []
    with run.warehouse.begin() as connection:
        check_staged(connection, run)
        for mapping in run.mappings:
            told = _told_with_filters(run, mapping)
            found = connection.execute(
                sa.select(told.c.business_key).where(filters.where(told, mapping.filters))
            )
            refs += [(mapping.entity, row.business_key) for row in found]
    return list(run.ledger.records(refs).values())


def _told_with_filters(run: SystemRun, mapping: EntityMapping) -> sa.Subquery:
    """Every live key of an entity, with its parent's and the columns that filters are about."""
    ledger = tables.delivery
    home = next((m for m in run.mappings if m.entity == mapping.parent), mapping)
    mirror = sa.table(
        home.mirror, *(sa.column(name) for name in ("business_key", "instance", *home.filters.values()))
    )
    own_or_parent = ledger.c.parent_key if mapping.parent else ledger.c.business_key
    return (
        sa.select(
            ledger.c.business_key,
            ledger.c.parent_key,
            *(mirror.c[column].label(name) for name, column in home.filters.items()),
        )
        .where(
            ledger.c.instance == run.run.instance,
            ledger.c.entity == mapping.entity,
            mirror.c.instance == ledger.c.instance,
            exact(mirror.c.business_key) == own_or_parent,
        )
        .subquery()
    )
