"""What the documentation names exists: commands, options, settings, files; and what exists is documented."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from dagster_project.cli.app import app
from dagster_project.delivery.destination import StagedAs
from dagster_project.delivery.outcomes import ErrorClass
from dagster_project.delivery.states import RunStatus, State
from dagster_project.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "deploy" / "README.md"]
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`]+)`", re.DOTALL)
COMMAND = re.compile(r"\border-staging ([^\n`|;&#]*)")
SETTING = re.compile(
    r"\b(?:MONDAY|GUARD|WAREHOUSE|IMPACT|RETRY|LEASE|EVENT|ALERT|SCHEDULE|SITE|COUNTERPOINT|SMTP|WOO|"
    r"ORDER_PROCESSING|FULFILLMENT)_[A-Z_]+"
)


def commands(root: typer.Typer = app) -> dict[str, set[str]]:
    """Return every command, with its group, and the options it takes."""
    found: dict[str, set[str]] = {}

    def walk(command: object, words: tuple[str, ...]) -> None:
        for name, sub in getattr(command, "commands", {}).items():
            walk(sub, (*words, name))
        if not hasattr(command, "commands"):
            options = {text for parameter in command.params for text in parameter.opts}  # type: ignore[attr-defined]
            found[" ".join(words)] = {text for text in options if text.startswith("--")} | {"--help"}

    walk(typer.main.get_command(root), ())
    return found


COMMANDS = commands()


def code_of(document: Path) -> Iterator[str]:
    for block, inline in CODE.findall(document.read_text(encoding="utf-8")):
        yield block or inline


def said(document: Path) -> Iterator[list[str]]:
    """Yield the words after `order-staging` wherever a document shows a command."""
    for code in code_of(document):
        for words in COMMAND.findall(code):
            if words.strip():
                yield words.split()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_and_option_that_is_shown_exists(document: Path) -> None:
    for words in said(document):
        name = next((n for n in (" ".join(words[:2]), words[0].rstrip(",")) if n in COMMANDS), None)
        if name is None and words[0] in {"SYSTEM", "…"}:
            continue
        assert name is not None, f"{document.name}: order-staging {' '.join(words)}"
        unknown = {w.partition("=")[0] for w in words if w.startswith("--")} - COMMANDS[name]
        assert not unknown, f"{document.name}: order-staging {' '.join(words)}"


def test_every_command_is_in_the_readme() -> None:
    readme = " ".join(code_of(ROOT / "README.md"))
    assert [name for name in COMMANDS if not re.search(rf"\b{name}\b", readme)] == []


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / ".env.example"], ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(document: Path) -> None:
    named = set(SETTING.findall(document.read_text(encoding="utf-8"))) - {"WOO_ORDER_ID", "WOO_ORDER_NO"}
    aliases = [f.validation_alias.choices for f in Settings.model_fields.values() if f.validation_alias]  # type: ignore[union-attr]
    known = {str(name).upper() for name in (*Settings.model_fields, *(name for of in aliases for name in of))}
    assert named - known == set()


def test_the_example_of_settings_has_all_of_them_and_no_secret() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    lines = dict(line[1:].split("=", 1) for line in text.splitlines() if re.match(r"#[A-Z_]+=", line))
    assert set(lines) == {name.upper() for name in Settings.model_fields}
    assert lines["MONDAY_API_TOKEN"] == lines["WAREHOUSE_URL"] == ""


@pytest.mark.parametrize("word", [*ErrorClass, *State, *StagedAs, *RunStatus], ids=str)
def test_every_word_an_operator_sees_is_in_the_operating_guide(word: str) -> None:
    assert re.search(rf"\b{re.escape(word)}\b", OPERATING)


@pytest.mark.parametrize("error_class", ErrorClass, ids=str)
def test_every_error_class_has_one_row_that_says_what_to_do(error_class: ErrorClass) -> None:
    assert len(re.findall(rf"^\| `?{error_class}`? \|", OPERATING, re.MULTILINE)) == 1


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_linked_or_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    named = re.findall(
        r"`((?:dagster_project|dbt|mappings|sql|tests|bench|deploy|docs|sandbox)/[\w./-]*)`", text
    )
    missing = [path for path in linked if not (document.parent / path).exists()]
    missing += [path for path in named if not (ROOT / path).exists()]
    assert missing == []
