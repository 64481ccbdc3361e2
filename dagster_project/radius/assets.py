"""LWS orders in Dagster: the ERP → raw tables → STG_ → chains in the ERP → state, on a schedule, watched."""

import dagster as dg

from dagster_project import orchestration
from dagster_project.notifications.sensors import failure_sensor, health_sensor
from dagster_project.radius.pipelines import RADIUS
from dagster_project.radius.reminders import DIGEST_HOUR, SUMMARY_HOUR
from dagster_project.runs import SystemRun
from dagster_project.settings import load_settings

NAME = RADIUS.name
settings = load_settings()
ERP = dg.AssetSpec(["erp", "plant_4_orders"], kinds={"radius"}, description="Sales orders of plant 4.")
everything = orchestration.whole_run_job(NAME)


def reminders_schedule() -> dg.ScheduleDefinition:
    """Tell what is due though no run ended: the digests in the morning, the summary of holds in the evening."""

    @dg.op(name="radius_tell_what_is_due")
    def tell(context: dg.OpExecutionContext) -> None:
        run = SystemRun(load_settings(), RADIUS, run_id=context.run_id, on_wait=context.log.warning)
        with run.held():
            run.tell()

    @dg.job(name="radius_reminders", description="Remind of holds, raise old ones, sum them up.")
    def reminders() -> None:
        tell()

    return dg.ScheduleDefinition(
        name="radius_reminders_schedule", job=reminders,
        cron_schedule=f"0 {DIGEST_HOUR},{SUMMARY_HOUR} * * *", execution_timezone=settings.site_time_zone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
    )  # fmt: skip


definitions = dg.Definitions(
    assets=[
        ERP,
        orchestration.resolved_asset(NAME),
        orchestration.extract_asset(NAME, [ERP.key]),
        orchestration.stage_assets(NAME),
        orchestration.delivery_asset(NAME, [dg.AssetKey([NAME, "STG_LWS_Orders"])]),
        orchestration.settle_assets(NAME),
    ],
    jobs=[everything, orchestration.staging_job(NAME)],
    schedules=[
        orchestration.whole_run_schedule(everything, settings.run_every_minutes),
        reminders_schedule(),
        orchestration.retention_schedule(NAME),
    ],
    sensors=[failure_sensor(NAME, everything), health_sensor(NAME)],
)
