"""What dbt docs shows: every relation and column an analyst reads is described, and lineage ends at the board."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.dbt.world import World

READ_BY_ANALYSTS = {
    "STG_MON_CustMasterSchedule", "STG_MON_CustMasterSchedule_Subitems", "ERR_MON_CustMasterSchedule",
    "ERR_MON_CustMasterSchedule_Subitems", "MON_CustMasterSchedule", "MON_CustMasterSchedule_Subitems",
    "MON_BatchProcessing", "VW_MON_ActiveBatches",
}  # fmt: skip

COUNTERPOINT = {
    "STG_CP_StagingRows", "ERR_CP_StagingRows", "CP_StagingRows", "STG_CP_Orders", "STG_CP_OrderLines",
    "ERR_CP_Orders", "CP_Orders", "STG_CP_Verdicts", "ERR_CP_Verdicts", "CP_Verdicts", "STG_CP_StatusUpdates",
    "ERR_CP_StatusUpdates", "CP_StatusUpdates",
    *(f"told_counterpoint__{entity}" for entity in ("staging_rows", "documents", "verdicts", "order_statuses")),
    *(
        f"int_counterpoint__{entity}_mapped"
        for entity in ("staging_rows", "documents", "order_lines", "verdicts", "order_statuses")
    ),
}  # fmt: skip

RADIUS = {
    "STG_LWS_Orders", "STG_LWS_NewOrders", "STG_LWS_QtyChanges", "STG_LWS_ReqChanges", "STG_LWS_DateChanges",
    "STG_LWS_CustRefChanges", "STG_LWS_Reconfirmed", "ERR_LWS_Orders", "LWS_Orders", "lws_order_state",
    "lws_order_state_archive", "workflow_runs", "run_orders", "order_change_log", "so4_to_po_map",
    "told_radius__orders", "int_radius__orders_mapped",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(new_world: Callable[[], World]) -> World:
    return new_world()


@pytest.fixture(scope="module")
def manifest(world: World) -> dict[str, Any]:
    result = world.dbt("docs", "generate")
    assert result.success, result.exception
    return dict(json.loads((world.home / "target" / "manifest.json").read_text()))


def test_every_column_analysts_read_is_described(world: World, manifest: dict[str, Any]) -> None:
    nodes = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    undescribed = []
    for name in READ_BY_ANALYSTS:
        assert nodes[name]["description"]
        described = {column["name"]: column["description"] for column in nodes[name]["columns"].values()}
        rows = world.rows("select column_name from information_schema.columns where table_name = ?", name)
        columns = [row["column_name"] for row in rows]
        assert columns, name
        undescribed += [f"{name}.{column}" for column in columns if not described.get(column)]
    assert not undescribed


def test_every_model_is_described(manifest: dict[str, Any]) -> None:
    undescribed = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed", "snapshot") and not node["description"]
    ]
    assert not undescribed


def test_contracts_are_enforced_on_what_a_delivery_reads(manifest: dict[str, Any]) -> None:
    nodes = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    contracted = {name for name, node in nodes.items() if node["config"]["contract"]["enforced"]}
    told = {"told_monday__items", "told_monday__subitems"}
    mapped = {"int_monday__items_mapped", "int_monday__subitems_mapped"}
    assert READ_BY_ANALYSTS | told | mapped | COUNTERPOINT | RADIUS <= contracted


def test_every_column_of_the_other_systems_relations_is_described(manifest: dict[str, Any]) -> None:
    nodes = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    undescribed = [
        f"{name}.{column['name']}"
        for name in COUNTERPOINT | RADIUS
        for column in nodes[name]["columns"].values()
        if not column["description"]
    ]
    assert not undescribed
    assert all(nodes[name]["description"] for name in COUNTERPOINT | RADIUS)


def test_lineage_ends_at_counterpoint_and_the_shop(manifest: dict[str, Any]) -> None:
    fed = {
        node.rpartition(".")[2]
        for name in ("counterpoint_order_staging", "counterpoint_order_documents", "woocommerce_order_notes")
        for node in manifest["exposures"][f"exposure.order_staging.{name}"]["depends_on"]["nodes"]
    }
    assert fed == {
        "STG_CP_StagingRows", "STG_CP_Verdicts", "STG_CP_Orders", "STG_CP_OrderLines", "STG_CP_StatusUpdates",
    }  # fmt: skip


def test_lineage_ends_at_the_erp(manifest: dict[str, Any]) -> None:
    exposure = manifest["exposures"]["exposure.order_staging.radius_lws_chains"]
    assert [node.rpartition(".")[2] for node in exposure["depends_on"]["nodes"]] == ["STG_LWS_Orders"]


def test_lineage_ends_at_the_board(manifest: dict[str, Any]) -> None:
    exposure = manifest["exposures"]["exposure.order_staging.customer_master_schedule_board"]
    assert {node.rpartition(".")[2] for node in exposure["depends_on"]["nodes"]} == {
        "STG_MON_CustMasterSchedule", "STG_MON_CustMasterSchedule_Subitems",
    }  # fmt: skip


def test_stage_and_settle_share_no_node_and_the_ledger_is_read_on_one_side_each(
    manifest: dict[str, Any],
) -> None:
    models = [
        node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "snapshot", "seed")
    ]
    assert all(("stage" in node["tags"]) != ("settle" in node["tags"]) for node in models)
    for node in models:
        sources = {
            parent.split(".")[2] for parent in node["depends_on"].get("nodes", []) if "source." in parent
        }
        assert ("ledger_after" if "stage" in node["tags"] else "ledger") not in sources
    settled = {node["unique_id"] for node in models if "settle" in node["tags"]}
    for node in models:
        if "stage" in node["tags"]:
            assert not settled & set(node["depends_on"].get("nodes", []))


def test_no_test_of_the_stage_reads_what_is_settled(manifest: dict[str, Any]) -> None:
    tags = {node["unique_id"]: node["tags"] for node in manifest["nodes"].values()}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            read = [tags[parent] for parent in node["depends_on"]["nodes"] if parent in tags]
            assert not (any("stage" in t for t in read) and any("settle" in t for t in read)), node["name"]


def test_the_unit_tests_pass(world: World) -> None:
    statuses = world.statuses("test", "--select", "test_type:unit")
    assert len(statuses) >= 4
    assert set(statuses.values()) == {"pass"}
