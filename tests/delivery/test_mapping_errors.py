"""A mapping that cannot be used says where, which column, and what to do; and says everything at once."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.delivery.mapping import ROOT, MappingError, check, load, load_all, systems
from tests.conftest import few

Edit = Callable[..., Path]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Copy the mappings and return what replaces a text in a file, which must be there exactly once."""
    shutil.copytree(ROOT / "mappings", tmp_path / "mappings")

    def _edit(old: str, new: str, file: str = "items.yml") -> Path:
        path = tmp_path / "mappings" / "monday" / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return tmp_path

    return _edit


PRICE = "            source: CUSTOMER PRICE\n            transform: number\n"
TARIFF = "            replace: {'TRUE': '0'}\n"
STYLE = "            source: CUSTOMER STYLE\n            transform: clean_text\n            required: true\n"
TITLE_LENGTH = "max_length: 255 # the board takes names of 1 to 255 characters"
ORDER_NUMBER = "            monday: {column: text_mkr5wya6, type: text}\n"

CASES = {
    "unknown transform": (
        PRICE,
        PRICE.replace("number", "nummber"),
        "column CUSTOMER PRICE: unknown transform 'nummber' (did you mean 'number'?)",
    ),
    "unknown data type": (
        "      - name: CUSTOMER PRICE\n        data_type: decimal(18,4)",
        "      - name: CUSTOMER PRICE\n        data_type: decimals(18,4)",
        "column CUSTOMER PRICE: unknown data_type 'decimals(18,4)' (did you mean 'decimal(18,4)'?)",
    ),
    "unknown meta key": (
        TARIFF,
        TARIFF.replace("replace", "replaces"),
        "column US TARIFF RATE: unknown key 'replaces' (did you mean 'replace'?)",
    ),
    "unknown key of the destination": (
        ORDER_NUMBER,
        ORDER_NUMBER.replace("type: text", "type: text, create_label: true"),
        "column AAG ORDER NUMBER: unknown key 'create_label' in monday (did you mean 'create_labels'?)",
    ),
    "unknown destination type": (
        ORDER_NUMBER,
        ORDER_NUMBER.replace("type: text", "type: txt"),
        "column AAG ORDER NUMBER: unknown monday.type 'txt' (did you mean 'text'?)",
    ),
    "missing source": (
        PRICE,
        "            transform: number\n",
        "column CUSTOMER PRICE: 'source' is missing: transform number needs it",
    ),
    "missing values": (
        "            values: {ACTIVE: RECEIVED, CANCELLED: CANCELLED}\n",
        "",
        "column ORDER TYPE: 'values' is missing: transform map needs it",
    ),
    "missing address": (
        ORDER_NUMBER,
        "            monday: {type: text}\n",
        "column AAG ORDER NUMBER: 'column' is missing in monday",
    ),
    "argument of another transform": (
        STYLE,
        STYLE + "            separator: ','\n",
        "column STYLE: 'separator' is no argument of transform clean_text: remove it",
    ),
    "transform that makes another kind": (
        PRICE,
        PRICE.replace("number", "date"),
        "column CUSTOMER PRICE: transform date makes date, data_type is decimal(18,4)",
    ),
    "max_length beyond the type": (
        TITLE_LENGTH,
        "max_length: 256",
        "column Title: max_length 256 does not fit data_type nvarchar(255)",
    ),
    "a text without max_length": (
        TITLE_LENGTH,
        "",
        "column Title: 'max_length' is missing: up to 255 a text is sent, a longer one goes to ERR_",
    ),
    "a lookup by a second column": (
        "            source: CUSTOMER ALT PO\n            transform: trim\n",
        "            source: CUSTOMER ALT PO\n            transform: lookup\n"
        "            lookup: {seed: monday_customers, match: source_name, value: status}\n",
        "column CUSTOMER ALT PO: monday_customers is looked up by CUSTOMER NAME already",
    ),
    "bounds of a text": (
        STYLE,
        STYLE + "            minimum: 1\n",
        "column STYLE: minimum is for numbers, data_type is nvarchar(200)",
    ),
    "a part without anything": (
        "- {source: CUSTOMER NAME, transform: upper}",
        "- {transform: upper}",
        'column Group: parts \'{"transform": "upper"}\' does not do: a part has exactly one of source, '
        "first_of and value",
    ),
    "a duplicate column": (
        "      - name: SURCHARGE FEE\n",
        "      - name: design fee\n",
        "column design fee: already described in line ",
    ),
    "a control column's name": (
        "      - name: DISCOUNT\n",
        "      - name: Stg_Status\n",
        "column Stg_Status: the name is taken by a control column of STG_MON_CustMasterSchedule",
    ),
    "a duplicate destination column": (
        "{column: numeric_mkr56xx8, type: numbers}",
        "{column: numeric_mkr57cem, type: numbers}",
        "column DISCOUNT: writes numeric_mkr57cem, which column SURCHARGE FEE writes already",
    ),
    "a duplicate in the other profile only": (
        "{column: dropdown_mkr5tgaa, type: dropdown, create_labels: true}",
        "{column: dropdown_mkr5s5n3, type: dropdown, create_labels: true}",
        "column CATEGORY: writes dropdown_mkr5s5n3, which column STYLE writes already",
    ),
    "a read-only column": (
        "{column: numeric_mktb1d19, type: numbers}",
        "{column: formula_mkre54dj, type: numbers}",
        "column TOTAL QTY: writes formula_mkre54dj (ORDER QTY), which is read-only: formula",
    ),
    "the external id's column": (
        ORDER_NUMBER,
        "            monday: {column: record_uuid_ext, type: text}\n",
        "column AAG ORDER NUMBER: writes record_uuid_ext, which the entity's own settings writes already",
    ),
    "a lookup that is not there": (
        "seed: monday_customers",
        "seed: monday_customer",
        "column CUSTOMER: no lookup file monday_customer.csv beside the mapping "
        "(did you mean 'monday_customers'?)",
    ),
    "a lookup column that is not there": (
        "value: canonical,",
        "value: canonicl,",
        "column CUSTOMER: monday_customers.csv has no column 'canonicl' (did you mean 'canonical'?)",
    ),
    "an identity column that is not mapped": (
        "[AAG ORDER NUMBER, SOURCE CUSTOMER NAME, STYLE, COLOR, TOTAL QTY]",
        "[AAG ORDER NUMBER, SOURCE CUSTOMER NAME, STYLE, COLOUR, TOTAL QTY]",
        "identity names no mapped column: 'COLOUR' (did you mean 'COLOR'?)",
    ),
    "a filter that is not mapped": (
        "po_number: PO NUMBER",
        "po_number: PO",
        "filters names no mapped column: 'PO'",
    ),
    "a name that is not mapped": (
        "  name: Title\n          group",
        "  name: Titel\n          group",
        "names no mapped column: 'Titel'",
    ),
    "an unknown profile": (
        "              text:\n",
        "              texts:\n",
        "column TOTAL QTY: unknown profile 'texts' (did you mean 'text'?)",
    ),
    "an unknown default profile": (
        "default_profile: text",
        "default_profile: txt",
        "unknown default_profile 'txt' (did you mean 'text'?)",
    ),
    "a missing key of the entity": (
        "        told: told_monday__items\n",
        "",
        "'told' is missing",
    ),
    "a key that is not carried": (
        "        key: business_key\n",
        "        key: busines_key\n",
        "key 'busines_key' is no carried column (did you mean 'business_key'?)",
    ),
    "another system's file": (
        "        system: monday\n",
        "        system: radius\n",
        "system 'radius' stands in the folder of monday",
    ),
    "another entity's file": (
        "        entity: items\n",
        "        entity: orders\n",
        "entity 'orders' stands in a file named items.yml: rename one of them",
    ),
    "an unquoted word": (
        TARIFF,
        "            replace: {TRUE: '0'}\n",
        "write the key TRUE in quotes: 'TRUE'",
    ),
    "a key written twice": (
        PRICE,
        PRICE + "            transform: trim\n",
        "'transform' is written twice, first in line ",
    ),
    "no description": (
        "        description: Discount per piece.\n",
        "",
        "column DISCOUNT: 'description' is missing",
    ),
    "an unenforced contract": ("{enforced: true}", "{enforced: false}", "must be true, not 'false'"),
    "not YAML": ("version: 2\n", "version: [2\n", "this is not YAML"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_mapping_is_refused_with_file_line_column_and_fix(case: str, edit: Edit) -> None:
    old, new, message = CASES[case]
    root = edit(old, new)
    with pytest.raises(MappingError) as refused:
        load("monday", "items", root=root)
    assert message in str(refused.value)
    problem = next(problem for problem in refused.value.problems if message in str(problem))
    assert str(problem).startswith("mappings/monday/items.yml:")
    assert problem.line is not None


def test_the_line_is_the_one_that_is_wrong(edit: Edit) -> None:
    root = edit(PRICE, PRICE.replace("number", "nummber"))
    lines = (root / "mappings/monday/items.yml").read_text(encoding="utf-8").splitlines()
    (problem,) = check("monday", root=root)
    assert lines[(problem.line or 0) - 1].strip() == "transform: nummber"


def test_all_problems_of_all_files_are_named_at_once(edit: Edit) -> None:
    edit(PRICE, PRICE.replace("number", "nummber"))
    edit("default_profile: text", "default_profile: txt")
    root = edit("maximum: 1000000", "maximun: 1000000", "subitems.yml")
    found = [str(problem) for problem in check("monday", root=root)]
    assert len(found) == 3
    assert "unknown default_profile" in found[0]
    assert "unknown transform" in found[1]
    assert "subitems.yml" in found[2]
    assert "(did you mean 'maximum'?)" in found[2]


def test_one_wrong_word_is_one_problem(edit: Edit) -> None:
    assert len(check("monday", root=edit(TARIFF, TARIFF.replace("replace", "replaces")))) == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            " greyson ,GREYSON,approved\n",
            "monday_customers.csv has more than one line for 'greyson': keep one",
        ),
        (",NOBODY,approved\n", "monday_customers.csv has a line with an empty source_name"),
    ],
)
def test_a_lookup_must_have_one_answer(line: str, message: str, edit: Edit) -> None:
    header = "source_name,canonical,status\n"
    (problem,) = check("monday", root=edit(header, header + line, "monday_customers.csv"))
    assert problem.message == message
    assert problem.column == "CUSTOMER"


def test_a_source_column_that_does_not_exist_is_named_with_the_nearest_one() -> None:
    columns = [name for column in load("monday", "items").columns for name in column.sources]
    without = ["CUSTOMER STYLES" if name == "CUSTOMER STYLE" else name for name in columns]
    found = check("monday", sources={"items": without})
    assert {problem.column for problem in found} == {"Title", "STYLE"}
    assert {problem.message for problem in found} == {
        "the source has no column 'CUSTOMER STYLE' (did you mean 'CUSTOMER STYLES'?)"
    }


def test_an_unknown_parent_is_named(edit: Edit) -> None:
    root = edit("parent: items #", "parent: item #", "subitems.yml")
    assert "unknown parent 'item' (did you mean 'items'?)" in [p.message for p in check("monday", root=root)]


def test_an_unknown_profile_or_system_or_entity_says_what_there_is() -> None:
    with pytest.raises(MappingError, match=r"there is no profile 'drop down' \(did you mean 'dropdown'\?\)"):
        load_all("monday", "drop down")
    with pytest.raises(MappingError, match=r"no mapping here \(did you mean 'monday'\?\)"):
        load_all("munday")
    with pytest.raises(MappingError, match="there is no such mapping"):
        load("monday", "boards")


def test_the_mappings_that_are_delivered_are_right() -> None:
    assert "monday" in systems()
    assert [problem for system in systems() for problem in check(system)] == []


def test_the_version_follows_values_addresses_lookups_and_profile_but_not_words(edit: Edit) -> None:
    def version(root: Path, profile: str = "text") -> str:
        return load("monday", "items", profile, root=root).version

    before = version(ROOT)
    assert len(before) == 64
    assert version(edit("Discount per piece.", "Discount for each piece.")) == before
    header = "source_name,canonical,status\n"
    seen = {before, version(ROOT, "dropdown")}
    seen.add(version(edit(TARIFF, "            replace: {'TRUE': '1'}\n")))
    seen.add(version(edit("numeric_mkr56xx8", "numeric_mkr56xx9")))
    seen.add(version(edit(header, header + "NEW NAME,GREYSON,approved\n", "monday_customers.csv")))
    assert len(seen) == 5


JUNK = st.sampled_from(
    [None, 7, True, "", "junk", [], ["junk"], [7, {}], {}, {"junk": "junk"}, {"source": 7}]
)


@settings(max_examples=few(40), deadline=None)
@given(data=st.data())
def test_whatever_is_written_the_answer_is_a_mapping_or_a_mapping_error(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("mapping")
    shutil.copytree(ROOT / "mappings", root / "mappings")
    path = root / "mappings" / "monday" / "items.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["models"][0]["columns"] = content["models"][0]["columns"][:8]
    at = content
    for _ in range(data.draw(st.integers(0, 7))):
        keys = list(at) if isinstance(at, dict) else range(len(at))
        inner = [key for key in keys if isinstance(at[key], dict | list) and at[key]]
        if not inner:
            break
        at = at[data.draw(st.sampled_from(inner))]
    at[data.draw(st.sampled_from(list(at) if isinstance(at, dict) else range(len(at))))] = data.draw(JUNK)
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert all(problem.message for problem in check("monday", root=root))
