"""The Dagster code location: every system's definitions, put together and nothing else."""

import dagster as dg

from dagster_project.counterpoint import assets as counterpoint
from dagster_project.monday import assets as monday
from dagster_project.radius import assets as radius

defs = dg.Definitions.merge(
    dg.Definitions(executor=dg.in_process_executor),
    monday.definitions,
    counterpoint.definitions,
    radius.definitions,
)
