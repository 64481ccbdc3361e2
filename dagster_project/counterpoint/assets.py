"""Web orders in Dagster: shop → USER_ORDER_STAGING → documents → shop, each part on its schedule, watched."""

from collections.abc import Sequence

import dagster as dg

from dagster_project import orchestration
from dagster_project.counterpoint.pipelines import PROCESSING, PULL, STATUSES
from dagster_project.notifications.sensors import failure_sensor, health_sensor
from dagster_project.pipeline import Pipeline
from dagster_project.settings import load_settings

settings = load_settings()
SHOP = dg.AssetSpec(["woocommerce", "orders"], kinds={"woocommerce"}, description="Orders of the shop.")


def definitions_of(
    pipeline: Pipeline, upstream: dg.AssetKey, staged: Sequence[str], minutes: int
) -> dg.Definitions:
    """Return one pipeline: what comes in, what is staged, what is delivered and settled, and when."""
    name = pipeline.name
    everything = orchestration.whole_run_job(name)
    delivered = orchestration.delivery_asset(name, [dg.AssetKey([name, table]) for table in staged])
    return dg.Definitions(
        assets=[
            orchestration.resolved_asset(name),
            orchestration.extract_asset(name, [upstream]),
            orchestration.stage_assets(name),
            delivered,
            orchestration.settle_assets(name),
        ],
        jobs=[everything, orchestration.staging_job(name)],
        schedules=[orchestration.whole_run_schedule(everything, minutes)],
        sensors=[failure_sensor(name, everything), health_sensor(name)],
    )


def _delivered(pipeline: Pipeline) -> dg.AssetKey:
    return dg.AssetKey([pipeline.name, pipeline.delivered_as])


definitions = dg.Definitions.merge(
    dg.Definitions(assets=[SHOP], schedules=[orchestration.retention_schedule(PULL.name)]),
    definitions_of(PULL, SHOP.key, ["STG_CP_StagingRows"], settings.counterpoint_pull_minutes),
    definitions_of(
        PROCESSING, _delivered(PULL), ["STG_CP_Verdicts", "STG_CP_Orders", "STG_CP_OrderLines"],
        settings.counterpoint_process_minutes,
    ),
    definitions_of(
        STATUSES, _delivered(PROCESSING), ["STG_CP_StatusUpdates"], settings.counterpoint_fulfilment_minutes
    ),
)  # fmt: skip
