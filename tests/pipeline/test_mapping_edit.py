"""Somebody edits a mapping: what that would send is announced, and exactly that is sent."""

import shutil
from pathlib import Path

import pytest

from dagster_project import dbt_runner
from dagster_project.delivery import mapping, mapping_render
from dagster_project.settings import PROJECT_ROOT
from tests.pipeline.world import Pipeline

COLUMN = "DESTINATION"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what operators may edit; commands of this test take it for the project."""
    copy = tmp_path / "project"
    for folder in ("dbt", "mappings"):
        shutil.copytree(PROJECT_ROOT / folder, copy / folder)
    for file in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT_ROOT / file, copy / file)
    monkeypatch.setattr(dbt_runner, "PROJECT_ROOT", copy)
    for function in (mapping.load_all, mapping.check):
        monkeypatch.setitem(function.__kwdefaults__, "root", copy)
    monkeypatch.setattr(mapping_render.stale, "__defaults__", (copy,))
    return copy


def edit(project: Path, old: str, new: str) -> None:
    """Change a line of the column's mapping."""
    items = project / "mappings" / "monday" / "items.yml"
    text = items.read_text()
    place = text.index(f"{old}\n", text.index(f"- name: {COLUMN}\n"))
    items.write_text(text[:place] + new + text[place + len(old) :])


def test_a_changed_transform_stages_exactly_the_rows_it_changes(delivered: Pipeline, project: Path) -> None:
    before = delivered.board()
    affected = {key for key, item in before.items() if item.value(COLUMN) != item.value(COLUMN).upper()}
    assert 0 < len(affected) < len(before) * 0.25
    edit(project, "transform: trim", "transform: upper")

    delivered.forget_calls()
    announced = delivered.done("mappings", "check", "--impact")
    assert announced["problems"] == []
    assert announced["impact"]["items"]["changed"] == len(affected)
    assert announced["impact"]["items"]["by_field"] == {COLUMN: len(affected)}
    assert announced["impact"]["subitems"]["changed"] == 0

    delivered.run()
    assert delivered.changes() == {"change_multiple_column_values": len(affected)}
    after = delivered.board()
    assert {key for key in before if after[key] != before[key]} == affected
    assert all(after[key].value(COLUMN) == before[key].value(COLUMN).upper() for key in affected)


def test_an_edit_that_changes_too_much_blocks_until_it_is_allowed(delivered: Pipeline, project: Path) -> None:
    edit(project, f"source: {COLUMN}", "source: DESTINATION WAREHOUSE")
    delivered.forget_calls()
    announced = delivered.command("mappings", "check", "--impact", "--json")
    assert (announced.code, announced.json["impact"]["blocks"]) == (2, True)
    refused = delivered.command("run", "monday", "--all", "--json")
    assert refused.code == 2
    assert "--allow-impact" in refused.json["error"]
    assert delivered.changes() == {}
