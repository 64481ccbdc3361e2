"""Monday.com in Dagster: ORDERS_UNIFIED → STG_ → board → mirror, on a schedule, watched."""

import dagster as dg

from dagster_project import orchestration
from dagster_project.notifications.sensors import failure_sensor, health_sensor
from dagster_project.settings import load_settings

SYSTEM = "monday"

ledger_resolved = orchestration.resolved_asset(SYSTEM)
stage = orchestration.stage_assets(SYSTEM)
board = orchestration.delivery_asset(
    SYSTEM,
    [
        dg.AssetKey([SYSTEM, "STG_MON_CustMasterSchedule"]),
        dg.AssetKey([SYSTEM, "STG_MON_CustMasterSchedule_Subitems"]),
    ],
)
settle = orchestration.settle_assets(SYSTEM)

everything = orchestration.whole_run_job(SYSTEM)
staging_only = orchestration.staging_job(SYSTEM)
schedule = orchestration.whole_run_schedule(everything, load_settings().schedule_minutes)

definitions = dg.Definitions(
    assets=[ledger_resolved, stage, board, settle],
    jobs=[everything, staging_only],
    schedules=[schedule],
    sensors=[failure_sensor(SYSTEM, everything), health_sensor(SYSTEM)],
)
