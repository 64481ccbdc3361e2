"""Deliveries that only the ledger knows: what the kernel would have written, in a few statements.

For measurements of staging, to which it makes no difference whether a board stands behind the ledger. 25
operations share a request, as in a real delivery, and every row leaves an intent and an outcome.
"""

from bench.world import World
from dagster_project.delivery.mapping import Mapping, load_all
from dagster_project.settings import Settings
from dagster_project.systems import MONDAY

ALIASES = 25


def deliver_staged(world: World, run: str) -> None:
    """Turn the staged rows that may go into delivered ones, with a run, batches, requests and events."""
    instance = MONDAY.instance(world.settings)
    statements = [_run(instance, run)]
    for mapping in _mappings(world.settings):
        staged = f"\"{mapping.staging}\" where stg_status in ('PENDING', 'RETRY')"
        statements += [
            _update(mapping, instance, staged),
            _insert(mapping, instance, staged),
            *_events(mapping.entity, instance, run, f"select business_key, batch_name from {staged}"),
        ]
    world.execute(*statements)


def pretend_runs(world: World, runs: int, share: float) -> None:
    """Write the history of `runs` runs that changed a share of the orders each, without staging them.

    What they leave behind is what real ones would: closed versions in the snapshot, and in the ledger risen
    revisions, events, requests, batches and runs. The order list ends as the last of them found it.
    """
    instance = MONDAY.instance(world.settings)
    orders = world.value("select count(*) from orders_unified_snapshot where dbt_valid_to is null")
    changed = max(1, int(orders * share))
    columns = _columns_of(world, "orders_unified_snapshot")
    for number in range(runs):
        run, note = f"pretended {number:03}", f"run {number:03}"
        statements = [
            f"create or replace temp table chosen as select order_key from orders_unified_snapshot "
            f"where dbt_valid_to is null and source_removed = 0 and order_key in "
            f"(select business_key from delivery where entity = 'items' and state = 'DELIVERED') "
            f"order by hash(order_key || '{run}') limit {changed}",
            "create or replace temp table versions as select snapshot.* from orders_unified_snapshot "
            "as snapshot join chosen using (order_key) where dbt_valid_to is null",
            "update orders_unified_snapshot set dbt_valid_to = now()::timestamp "
            "where dbt_valid_to is null and order_key in (select order_key from chosen)",
            f"update versions set \"NOTES\" = '{note}', dbt_valid_from = now()::timestamp, "
            f"dbt_updated_at = now()::timestamp, dbt_scd_id = md5(order_key || '{run}')",
            f"insert into orders_unified_snapshot ({columns}) select {columns} from versions",
            f"update \"ORDERS_UNIFIED\" set \"NOTES\" = '{note}' "
            "where lower(record_uuid) in (select order_key from chosen)",
            "update delivery set revision = revision + 1, updated_at = now()::timestamp "
            "where entity = 'items' and business_key in (select order_key from chosen)",
            _run(instance, run),
            *_events(
                "items", instance, run,
                "select order_key as business_key, 'customer ' || (hash(order_key) % 20) as batch_name from chosen",
            ),
        ]  # fmt: skip
        world.execute(*statements)


def _mappings(settings: Settings) -> tuple[Mapping, ...]:
    return load_all("monday", settings.monday_profile)


def _columns_of(world: World, table: str) -> str:
    names: str = world.value(
        "select string_agg('\"' || column_name || '\"', ', ' order by ordinal_position) "
        f"from information_schema.columns where table_name = '{table}'"
    )
    return names


def _told(mapping: Mapping) -> str:
    pairs = (
        f"'{c.name}', " + (f'"{c.name}"' if c.kind in ("text", "integer") else f'cast("{c.name}" as varchar)')
        for c in mapping.columns
    )
    return f"json_object({', '.join(pairs)})"


def _insert(mapping: Mapping, instance: str, staged: str) -> str:
    return f"""
        insert into delivery (instance, entity, business_key, parent_key, incarnation, state, revision, attempt,
            told, mapping_version, remote_id, batch_id, created_at, updated_at)
        select '{instance}', '{mapping.entity}', business_key, parent_key, 1, 'DELIVERED', 2, 1,
            {_told(mapping)}, '{mapping.version}', cast(hash(business_key) // 10 as varchar), batch_name,
            now()::timestamp, now()::timestamp
        from {staged} and change_type = 'NEW'
    """


def _update(mapping: Mapping, instance: str, staged: str) -> str:
    return f"""
        update delivery as t set told = s.told, revision = t.revision + 1, state = 'DELIVERED',
            updated_at = now()::timestamp
        from (select business_key, {_told(mapping)} as told from {staged} and change_type <> 'NEW') as s
        where t.instance = '{instance}' and t.entity = '{mapping.entity}' and t.business_key = s.business_key
    """


def _run(instance: str, run: str) -> str:
    return f"""
        insert into delivery_run (run_id, system, instance, status, started_at, ended_at)
        values ('{run}', 'monday', '{instance}', 'COMPLETED', now()::timestamp, now()::timestamp)
    """


def _events(entity: str, instance: str, run: str, told: str) -> list[str]:
    """The events, requests and batches of rows; `told` selects business_key and batch_name."""
    request = f"'{run} {entity} ' || (row_number() over (order by business_key) - 1) // {ALIASES}"
    events = [
        f"""
        insert into delivery_event (event_id, occurred_at, instance, entity, business_key, incarnation, kind,
            intent_id, operation, outcome, fields, request_id, run_id, batch_id)
        select md5(business_key || '{run} {entity} {kind}'), now()::timestamp, '{instance}', '{entity}',
            business_key, 1, '{kind}', md5(business_key || '{run} {entity}'), 'set:columns', {outcome},
            '{{"NOTES": "{run}"}}', {request}, '{run}', '{run} ' || batch_name
        from ({told})
        """
        for kind, outcome in (("INTENT", "null"), ("OUTCOME", "'DELIVERED'"))
    ]
    requests = f"""
        insert into delivery_request (request_id, instance, run_id, idempotency_key, sent_at, operations, body,
            answered_at, answer, settled_at)
        select request_id, '{instance}', '{run}', request_id, now()::timestamp, count(*), repeat('x', 20000),
            now()::timestamp, repeat('y', 1000), now()::timestamp
        from delivery_event where run_id = '{run}' and entity = '{entity}' and kind = 'INTENT'
        group by request_id
    """
    batches = f"""
        insert into delivery_batch (batch_id, instance, system, run_id, name, batch_type, status, total_records,
            successful_records, failed_records, parents_processed, children_processed, api_calls, api_failures,
            retries, started_at, staged_at, ended_at, started_by)
        select '{run} {entity} ' || coalesce(batch_name, ''), '{instance}', 'monday', '{run}',
            coalesce(batch_name, ''), 'FULL_BATCH', 'COMPLETED', count(*), count(*), 0, count(*), 0, 1, 0, 0,
            now()::timestamp, now()::timestamp, now()::timestamp, 'bench'
        from ({told}) group by batch_name
    """
    return [*events, requests, batches]
