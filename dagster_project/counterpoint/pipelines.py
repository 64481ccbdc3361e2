"""The three pipelines of web orders: into USER_ORDER_STAGING, into documents, and back to the shop.

What a pipeline is made of is imported when it is used, so that a command waits only for what it needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dagster_project.clock import Clock
from dagster_project.delivery.destination import Destination
from dagster_project.pipeline import Ended, Pipeline
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse

if TYPE_CHECKING:
    from dagster_project.health import Finding


def _company(settings: Settings) -> str:
    """Name of Counterpoint's database."""
    from dagster_project.counterpoint.destination import database_of

    return database_of(settings).name


def _pull(settings: Settings, warehouse: Warehouse, clock: Clock) -> Mapping[str, int]:
    from dagster_project.counterpoint import extract, pull

    return {**pull.extract(settings, warehouse, clock), **extract.staging(settings, warehouse, clock)}


def _orders(settings: Settings, warehouse: Warehouse, clock: Clock) -> Mapping[str, int]:
    from dagster_project.counterpoint import extract

    return extract.everything(settings, warehouse, clock)


def _shipments(settings: Settings, warehouse: Warehouse, clock: Clock) -> Mapping[str, int]:
    from dagster_project.counterpoint import extract

    return extract.shipments(settings, warehouse, clock)


def _staging_rows(settings: Settings, clock: Clock) -> Destination:
    from dagster_project.counterpoint.staging_rows import StagingRowDestination

    return StagingRowDestination.from_settings(settings, clock)


def _documents(settings: Settings, clock: Clock) -> Destination:
    from dagster_project.counterpoint.destination import DocumentDestination

    return DocumentDestination.from_settings(settings, clock)


def _statuses(settings: Settings, clock: Clock) -> Destination:
    from dagster_project.counterpoint.order_status import WooStatusDestination

    return WooStatusDestination.from_settings(settings, clock)


def _shop(settings: Settings) -> str:
    from dagster_project.counterpoint.order_status import shop_of

    return shop_of(settings)


def _shop_link(settings: Settings, _entity: str, remote_id: str) -> str | None:
    return f"{settings.woo_base_url.rstrip('/')}/wp-admin/post.php?post={remote_id}&action=edit"


def _order_health(settings: Settings, warehouse: Warehouse, clock: Clock) -> Iterable["Finding"]:
    from dagster_project.counterpoint.health import look

    return look(settings, warehouse, clock)


def _old_log_rows(settings: Settings) -> dict[str, int]:
    from dagster_project.counterpoint import sync_log
    from dagster_project.counterpoint.backlog import opened

    with opened(settings) as connection:
        return {"log_rows": sync_log.forget(connection, settings.counterpoint_log_retention_days)}


def _no_orders_wait(settings: Settings, _warehouse: Warehouse) -> str | None:
    from dagster_project.counterpoint import gate

    decision = gate.processing(settings)
    return None if decision.run else decision.reason


def _nothing_to_tell_the_shop(settings: Settings, warehouse: Warehouse) -> str | None:
    from dagster_project.counterpoint import gate

    decision = gate.statuses(settings, warehouse, STATUSES.instance(settings))
    return None if decision.run else decision.reason


def _raw(names: str) -> tuple[str, ...]:
    return tuple(f"raw_counterpoint__{name}" for name in names.split())


def _logged(name: str) -> Ended:
    def ended(settings: Settings, warehouse: Warehouse, clock: Clock) -> Sequence[str]:
        from dagster_project.counterpoint import ended as endings

        return endings.ended(settings, warehouse, clock, name, _BY_NAME[name].instance(settings))

    return ended


_SHARED: dict[str, Any] = {
    "system": "counterpoint",
    "profile": lambda _settings: None,
    "snapshot": lambda settings: {
        "company": _company(settings), "shop": _shop(settings), "backend": settings.counterpoint_backend,
    },
    "in_use": lambda settings: settings.uses_counterpoint,
    "verify": lambda settings: settings.counterpoint_verify,
}  # fmt: skip

PULL = Pipeline(
    name="order_pull",
    entities=("staging_rows",),
    delivered_as="user_order_staging",
    remote=_company,
    build=_staging_rows,
    link=lambda *_: None,
    minutes=lambda settings: settings.counterpoint_pull_minutes,
    extract=_pull,
    raw=_raw("woo_orders woo_lines woo_charges order_staging"),
    ended=_logged("order_pull"),
    forget=_old_log_rows,
    **_SHARED,
)

PROCESSING = Pipeline(
    name="order_processing",
    entities=("verdicts", "documents"),
    delivered_as="documents",
    remote=_company,
    build=_documents,
    link=lambda *_: None,
    minutes=lambda settings: max(
        settings.counterpoint_process_minutes, settings.order_processing_interval_minutes
    ),
    extract=_orders,
    raw=_raw(
        "order_staging order_extra order_lines order_taxes customers customer_map items ship_via_codes "
        "pay_codes tax_codes"
    ),
    ended=_logged("order_processing"),
    look=_order_health,
    gate=_no_orders_wait,
    **_SHARED,
)

STATUSES = Pipeline(
    name="fulfillment_status_sync",
    entities=("order_statuses",),
    delivered_as="shop",
    remote=_shop,
    build=_statuses,
    link=_shop_link,
    minutes=lambda settings: max(
        settings.counterpoint_fulfilment_minutes, settings.fulfillment_sync_interval_minutes
    ),
    extract=_shipments,
    raw=_raw("order_staging fulfilment"),
    ended=_logged("fulfillment_status_sync"),
    gate=_nothing_to_tell_the_shop,
    **_SHARED,
)

PIPELINES = (PULL, PROCESSING, STATUSES)
_BY_NAME = {one.name: one for one in PIPELINES}
