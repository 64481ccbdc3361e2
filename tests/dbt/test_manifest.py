"""The part of the project that an invocation of dbt is handed."""

from collections.abc import Callable
from typing import Any

import pytest

from dagster_project.dbt_manifest import part_of, tagged
from dagster_project.systems import PIPELINES
from tests.dbt.world import World

STEPS = [(pipeline, step) for pipeline in PIPELINES for step in ("stage", "settle")]


@pytest.fixture(scope="module")
def manifest(bare_world: Callable[[], World]) -> Any:
    """The whole project as dbt parsed it."""
    return bare_world().dbt("parse", "--no-write-json").result


@pytest.mark.parametrize("tags", STEPS)
def test_a_part_holds_its_nodes_and_all_they_are_made_of(manifest: Any, tags: tuple[str, str]) -> None:
    chosen = tagged(manifest, tags).values()
    part = part_of(manifest, chosen)
    assert {node.unique_id for node in chosen} <= part.nodes.keys() < manifest.nodes.keys()
    made_of = {name for node in part.nodes.values() for name in node.depends_on_nodes}
    assert made_of - manifest.sources.keys() <= part.nodes.keys()
    # macros look up columns and histories in the graph, also of nodes that are none of these
    assert part.flat_graph["nodes"].keys() == manifest.nodes.keys()


def test_a_part_has_the_seeds_that_its_nodes_read(manifest: Any) -> None:
    part = part_of(manifest, tagged(manifest, ("monday", "stage")).values())
    assert {node.name for node in part.nodes.values() if node.resource_type == "seed"} == {"monday_customers"}
