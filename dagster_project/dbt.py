"""The dbt project as Dagster assets, run by an in-process dbtRunner.

dagster-dbt starts a sub-process (7 s) per invocation; we keep its decorator and its translator, and call
`DbtRunner` in the body. Two definitions per pipeline: what is staged before a delivery, what is settled after.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from dagster_project.dbt_runner import DbtRunner, NodeResult
from dagster_project.settings import load_settings
from dagster_project.systems import PIPELINES
from dagster_project.warehouse.engine import Warehouse

LEDGER = ("ledger", "ledger_after")
"""The two faces of the ledger: before a delivery, and after it."""


class Translator(DagsterDbtTranslator):
    """Names assets after their pipeline, and the ledger's two faces after what happens in between."""

    def __init__(self) -> None:
        super().__init__(
            settings=DagsterDbtTranslatorSettings(
                enable_asset_checks=True, enable_duplicate_source_asset_keys=True
            )
        )

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return pipeline/model; sources stand under `source`, the ledger under its own name."""
        if dbt_resource_props["resource_type"] == "source":
            source = str(dbt_resource_props["source_name"])
            return (
                dg.AssetKey(source)
                if source in LEDGER
                else dg.AssetKey(["source", dbt_resource_props["name"]])
            )
        return dg.AssetKey([pipeline_of(dbt_resource_props), dbt_resource_props["name"]])

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """Say whose ledger a model reads: one table for all pipelines, but each one's own asset."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        pipeline = str(spec.group_name)
        return spec.replace_attributes(deps=[_of_pipeline(dep, pipeline) for dep in spec.deps])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Group by pipeline."""
        return pipeline_of(dbt_resource_props)


def _of_pipeline(dep: dg.AssetDep, pipeline: str) -> dg.AssetDep:
    face = dep.asset_key.to_user_string()
    if dep.asset_key.path[0] == "source":
        return _of_extract(dep, pipeline)
    if face not in LEDGER:
        return dep
    return dg.AssetDep(
        [pipeline, "ledger_resolved" if face == "ledger" else PIPELINES[pipeline].delivered_as]
    )


def _of_extract(dep: dg.AssetDep, pipeline: str) -> dg.AssetDep:
    """A raw table is what the pipeline's own extract brought, or else that of a pipeline before it."""
    table = dep.asset_key.path[-1]
    for name in (pipeline, *PIPELINES):
        if name in PIPELINES and table in PIPELINES[name].raw:
            return dg.AssetDep([name, table])
    return dep


def pipeline_of(properties: Mapping[str, Any]) -> str:
    """Return the pipeline a dbt node belongs to: it is the tag that names one."""
    return next((str(tag) for tag in properties.get("tags", ()) if tag in PIPELINES), "shared")


@cache
def manifest() -> dict[str, Any]:
    """Parse the project, unchanged files not again, and return the manifest: one for the life of a process."""
    settings = load_settings()
    DbtRunner(settings, Warehouse(settings.warehouse)).parse()
    path = settings.order_staging_home / "target" / "manifest.json"
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def events(
    context: dg.AssetExecutionContext, nodes: Sequence[NodeResult], translator: Translator
) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    """Turn dbt's results into materialisations with what each took, and tests into asset checks.

    Dagster wants them in the order of the graph, also views that were left as they stand.
    """
    content = manifest()
    place = _places(content)
    for node in sorted(nodes, key=lambda node: place.get(node.unique_id, len(place))):
        properties = content["nodes"].get(node.unique_id) or content["unit_tests"].get(node.unique_id, {})
        if node.kind in ("model", "snapshot", "seed") and node.status == "success":
            key = translator.get_asset_key(properties)
            yield dg.Output(
                None,
                output_name="__".join(key.path),
                metadata={"seconds": round(node.seconds, 3), "result": node.message},
            )
        elif node.kind == "test":
            yield from _check(context, node, content, translator)


def _places(content: Mapping[str, Any]) -> dict[str, int]:
    """Return node → its place when everything comes after what it depends on."""
    depends = {
        unique_id: properties.get("depends_on", {}).get("nodes", ())
        for unique_id, properties in content["nodes"].items()
    }
    return {unique_id: place for place, unique_id in enumerate(TopologicalSorter(depends).static_order())}


def _check(
    context: dg.AssetExecutionContext, node: NodeResult, content: Mapping[str, Any], translator: Translator
) -> Iterator[dg.AssetCheckResult]:
    key = get_asset_check_key_for_test(content, translator, node.unique_id, project=None)
    if key is None or key not in context.selected_asset_check_keys:
        return
    warned = node.status == "warn"
    yield dg.AssetCheckResult(
        passed=node.status == "pass",
        asset_key=key.asset_key,
        check_name=key.name,
        severity=dg.AssetCheckSeverity.WARN if warned else dg.AssetCheckSeverity.ERROR,
        metadata={"rows": node.failures or 0, "message": node.message, "seconds": round(node.seconds, 3)},
    )
