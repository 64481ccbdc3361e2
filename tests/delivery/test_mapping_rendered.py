"""The property files follow from the mappings, and the schema from the vocabulary."""

import ast
import json
import shutil
from pathlib import Path

import pytest
import yaml

from dagster_project.delivery import mapping
from dagster_project.delivery.mapping import ROOT, load_all, systems
from dagster_project.delivery.mapping_control import CONTROLS
from dagster_project.delivery.mapping_document import read
from dagster_project.delivery.mapping_impact import summarise_impact
from dagster_project.delivery.mapping_render import path_of, render, stale, write
from dagster_project.delivery.mapping_vocabulary import ARGUMENTS, RULES, TRANSFORMS, kind_of

SCHEMA = json.loads((ROOT / "mappings" / "mapping.schema.json").read_text(encoding="utf-8"))["$defs"]


@pytest.mark.parametrize("system", systems())
def test_the_committed_property_files_are_in_step_with_the_mappings(system: str) -> None:
    assert stale(system) == [], f"run: order-staging mappings render {system}"


def test_rendering_twice_gives_the_same_text() -> None:
    assert render("monday") == render("monday")


def _models() -> dict[str, dict[str, dict[str, object]]]:
    (text,) = render("monday").values()
    return {m["name"]: {c["name"]: c for c in m["columns"]} for m in yaml.safe_load(text)["models"]}


def test_four_relations_are_rendered_for_each_entity() -> None:
    models = _models()
    names = [getattr(m, role) for m in load_all("monday") for role in CONTROLS]
    assert list(models) == names
    assert len(names) == 8


def test_staging_has_its_control_columns_first_and_then_every_mapped_column() -> None:
    items, subitems = load_all("monday")
    for entity in (items, subitems):
        columns = list(_models()[entity.staging])
        assert columns == [
            *("business_key", "parent_key", "previous_key", "change_type", "stg_status", "stg_reason"),
            *("changed_fields", "revision", "remote_id", "stg_retry_count", "stg_error_class"),
            *("stg_error_message", "batch_name", *items.filters, "source_version", "staged_at"),
            *(column.name for column in entity.columns),
        ]


def test_the_mirror_calls_ids_as_analysts_know_them() -> None:
    models = _models()
    assert next(iter(models["MON_CustMasterSchedule"])) == "Item ID"
    assert list(models["MON_CustMasterSchedule_Subitems"])[:2] == ["parent_item_id", "subitem_id"]


def test_errors_name_the_order_and_repeat_no_mapped_column() -> None:
    columns = _models()["ERR_MON_CustMasterSchedule_Subitems"]
    assert "order_number" in columns
    assert "Order Qty" not in columns


def test_every_rendered_column_has_a_type_and_a_description() -> None:
    for columns in _models().values():
        for column in columns.values():
            assert column["data_type"]
            assert column["description"]


def test_no_two_columns_of_a_relation_differ_in_case_only() -> None:
    for columns in _models().values():
        assert len({name.casefold() for name in columns}) == len(columns)


def test_an_edited_mapping_makes_the_rendered_file_stale_until_it_is_written(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "mappings", tmp_path / "mappings")
    assert write("monday", tmp_path) == [path_of("monday", tmp_path)]
    assert stale("monday", tmp_path) == []
    path = tmp_path / "mappings" / "monday" / "items.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("Discount per", "Rebate per"), encoding="utf-8")
    assert stale("monday", tmp_path) == [path_of("monday", tmp_path)]


def test_the_schema_knows_the_transforms_and_what_each_needs() -> None:
    needs = {
        rule["if"]["properties"]["transform"]["const"]: set(rule["then"]["required"])
        for rule in SCHEMA["mapped_column"]["allOf"]
    }
    assert needs == {name: set(transform.required) for name, transform in TRANSFORMS.items()}
    assert SCHEMA["transform"]["enum"] == list(TRANSFORMS)


def test_the_schema_knows_every_argument_and_rule_and_each_system() -> None:
    keys = set(SCHEMA["mapped_column"]["properties"])
    assert keys == ARGUMENTS | RULES | {"transform", "profiles"} | set(systems())
    assert set(systems()) <= set(SCHEMA["entity"]["properties"])
    assert set(systems()) <= set(SCHEMA["profile"]["properties"])


def test_the_data_types_that_editors_are_offered_are_the_ones_that_load() -> None:
    assert all(kind_of(example) for example in SCHEMA["data_type"]["examples"])


def test_every_mapping_file_tells_editors_where_its_schema_is() -> None:
    for path in (ROOT / "mappings").glob("*/[!_]*.yml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=../mapping.schema.json"


def test_every_mapping_has_examples_of_columns_that_exist() -> None:
    for entity in load_all("monday"):
        (tests,) = read(entity.path).at("models", 0, "data_tests")
        examples = tests["mapping_examples"]["arguments"]["examples"]
        assert examples
        sources = {name for column in entity.columns for name in column.sources}
        for example in examples:
            assert set(example) == {"given", "expect"}
            assert set(example["given"]) <= sources
            assert set(example["expect"]) <= {column.name for column in entity.columns}
            values = [*example["given"].values(), *example["expect"].values()]
            assert all(value is None or isinstance(value, str) for value in values)


def test_the_kernels_mapping_modules_import_neither_dagster_nor_dbt_nor_a_vendor() -> None:
    for path in Path(mapping.__file__).parent.glob("mapping*.py"):
        text = path.read_text(encoding="utf-8")
        nodes = list(ast.walk(ast.parse(text)))
        modules = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
        modules += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
        assert not {module.split(".")[0] for module in modules} & {"dagster", "dbt", "dagster_dbt"}
        assert not any(module.startswith("dagster_project.monday") for module in modules)


def test_impact_counts_rows_by_changed_field() -> None:
    rows = [
        '{"STYLE": {"old": "A", "new": "B"}, "Title": {"old": "A1", "new": "B1"}}',
        {"STYLE": {"old": "C", "new": "D"}},
        None,
        "{}",
    ]
    impact = summarise_impact(rows, delivered=8)
    assert (impact.changed, impact.delivered, impact.share) == (2, 8, 0.25)
    assert list(impact.by_field.items()) == [("STYLE", 2), ("Title", 1)]


def test_impact_of_nothing_delivered_is_nothing() -> None:
    assert summarise_impact([], delivered=0).share == 0.0
