"""The payload files: what is wrong in one is said, and what is sent can be read back, in both forms."""

import datetime as dt
import shutil
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.cli import main
from dagster_project.clock import SystemClock
from dagster_project.delivery.destination import Intent, Kind
from dagster_project.delivery.mapping import ROOT, Problem, systems
from dagster_project.delivery.mapping_document import MappingError
from dagster_project.delivery.outcomes import Delivered
from dagster_project.radius.bodies import Ask, compose
from dagster_project.radius.calls import CALLS, DERIVED, VALUES
from dagster_project.radius.client import RadiusClient
from dagster_project.radius.database import ErpDatabase
from dagster_project.radius.objects import Objects
from dagster_project.radius.payloads import (
    FOLDER,
    PROFILES,
    SCHEMA,
    Form,
    fingerprint,
    load,
    problems,
    render,
)
from dagster_project.radius.pipelines import RADIUS
from dagster_project.radius.price_runner import PriceRunner
from dagster_project.radius.rules import told_number
from dagster_project.radius.sending import BodySender
from dagster_project.radius.statements import Statements
from dagster_project.settings import Settings
from sandbox.radius.server import RunningRadius

Edit = Callable[[str, str, str], Path]
TODAY = dt.date(2026, 3, 2)


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Copy the files and return what replaces a text in one, which must be there exactly once."""
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER)
    shutil.copy(ROOT / SCHEMA, tmp_path / SCHEMA)

    def _edit(file: str, old: str, new: str) -> Path:
        path = tmp_path / FOLDER / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return tmp_path

    return _edit


OBSERVED_JOB = """    observed:
      entity: AdvancedOrderProcessing
      success: 0
      number: Job Code
      payload:
        AdvancedGroupingParameters: *grouping"""
WRONG = {
    "unknown value": (
        "purchase_orders.yml",
        "AddtCustRef: $job",
        "AddtCustRef: $jobb",
        "unknown value '$jobb' (did you mean 'job'?)",
    ),
    "a line's value outside of lines": (
        "sales_orders.yml",
        "          CustRef: $custref\n          XLSOrderLine",
        "          CustRef: $item\n          XLSOrderLine",
        "unknown value '$item'",
    ),
    "unknown kind": (
        "sales_orders.yml",
        "AddtCustRef: $po as text\n          CustRef",
        "AddtCustRef: $po as txt\n          CustRef",
        "unknown kind 'txt' (did you mean 'text'?)",
    ),
    "unknown call": (
        "ship_requests.yml",
        "  ship_request_create:",
        "  ship_request_creat:",
        "unknown call 'ship_request_creat' (did you mean 'ship_request_create'?)",
    ),
    "a profile without a form": (
        "jobs.yml",
        OBSERVED_JOB,
        OBSERVED_JOB.replace("observed", "every"),
        "p2_job_create needs a form for documented and observed, or one for every",
    ),
    "a form without an entity": (
        "items.yml",
        "      entity: GetItem\n",
        "",
        "'entity' is a required property",
    ),
    "a path with a slash before it": (
        "jobs.yml",
        "path: CompNum/2/StarpakJob/Job",
        "path: /CompNum/2/StarpakJob/Job",
        "does not match",
    ),
}


def test_the_files_as_they_are_committed_are_in_order() -> None:
    assert problems() == []
    assert "radius" in systems()


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_with_file_and_line(edit: Edit, case: str) -> None:
    file, old, new, message = WRONG[case]
    root = edit(file, old, new)
    found = [str(problem) for problem in problems(root)]
    assert any(message in one for one in found), found
    where = next(one for one in found if message in one)
    assert where.startswith(f"{FOLDER.as_posix()}/{file}:")
    with pytest.raises(MappingError):
        load("observed", root)


def test_a_call_that_no_file_has_is_missed(edit: Edit) -> None:
    root = edit("ship_requests.yml", "  ship_request_create:", "  ship_request_creat:")
    assert "mappings/radius/payloads: no file says how ship_request_create is called" in map(
        str, problems(root)
    )


def test_a_call_that_two_files_have_is_one_too_many(edit: Edit) -> None:
    root = edit("items.yml", "  item_read:", "  sales_order_reference:")
    assert any("sales_order_reference is called in another file already" in str(p) for p in problems(root))


@pytest.mark.parametrize("profile", PROFILES)
def test_every_call_has_a_form_and_says_everything_that_is_needed(profile: str) -> None:
    forms = load(profile)
    assert forms.keys() == CALLS.keys()
    assert all(name in VALUES for call in CALLS.values() for name in call.header | call.line | DERIVED)
    assert all(form.number for name, form in forms.items() if name.endswith("_create"))


def test_profiles_and_edits_have_fingerprints_of_their_own(edit: Edit) -> None:
    root = edit("purchase_orders.yml", "Vendor: STARPAK", "Vendor: STARPAX")
    prints = {fingerprint(load(profile)) for profile in PROFILES} | {fingerprint(load("documented", root))}
    assert len(prints) == 3


def form(payload: Any) -> Form:
    return Form("", "X", 1, None, None, payload)


@pytest.mark.parametrize(
    ("said", "values", "rendered"),
    [
        ("$po", {"po": "241207"}, 241207),
        ("$po as text", {"po": 241207}, "241207"),
        ("SO:$so2", {"so2": 251002}, "SO:251002"),
        ("$quantity", {"quantity": "550050"}, 550050),
        ("$quantity", {"quantity": "550050.125"}, 550050.125),
        ("$quantity", {"quantity": Decimal("7.000")}, 7),
        ("$date", {"date": TODAY}, "2026-03-02"),
        ("$custref", {"custref": None}, ""),
        ("$so2", {"so2": {"$number": "sales_order_create"}}, {"$number": "sales_order_create"}),
        ("NET 30", {}, "NET 30"),
    ],
)
def test_values_are_rendered_as_what_they_are(said: str, values: dict[str, Any], rendered: Any) -> None:
    assert render(form({"Key": said}), values, ()) == {"Key": rendered}


def test_what_has_no_value_is_left_out_unless_it_is_a_text() -> None:
    assert render(form({"ReqDate": "$date", "CustRef": "$custref"}), {}, ()) == {"CustRef": ""}


def test_each_line_is_an_element_and_knows_the_header() -> None:
    said = {"Lines": [{"$each": "line", "Num": "$line", "Order": "$po"}]}
    assert render(form(said), {"po": 5}, [{"line": 1}, {"line": 2}]) == {
        "Lines": [{"Num": 1, "Order": 5}, {"Num": 2, "Order": 5}]
    }


# -- there and back again ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRadius]:
    with RunningRadius(tmp_path_factory.mktemp("erp") / "radius.sqlite", view_lag_seconds=0) as radius:
        for item in ("2300-A", "2300-B", "2300-C"):
            radius.people.add_item(item)
            radius.people.add_derived_items(item)
        yield radius


ORDERED = st.lists(
    st.tuples(
        st.sampled_from(["2300-A", "2300-B", "2300-C"]),
        st.decimals(min_value=Decimal("0.001"), max_value=9_999_999, places=3).map(told_number),
        st.dates(dt.date(2026, 1, 1), dt.date(2030, 12, 31)),
        st.decimals(min_value=20, max_value=45, places=2).map(told_number),
    ),
    min_size=1, max_size=4, unique_by=lambda one: one[0],
)  # fmt: skip


def _sent(erp: RunningRadius, profile: str, asks: list[Ask], entity: str) -> list[str]:
    """Send what one order asks for; return the remote ids."""
    site = Settings(
        _env_file=None, radius_api_url=erp.api, radius_database=erp.database, radius_profile=profile
    )
    forms = load(profile)
    database = ErpDatabase.of(site)
    statements = Statements(database, SystemClock(), 0)
    client = RadiusClient.from_settings(site, SystemClock())
    sender = BodySender(client, statements, PriceRunner(site), forms, SystemClock())
    intents = [Intent(str(n), entity, str(n), 1, "create", Kind.CREATE, {}, "r") for n in range(len(asks))]
    answer = sender.send(compose(asks, forms, TODAY), intents)
    assert all(isinstance(outcome, Delivered) for outcome in answer.outcomes), answer.text
    return [str(outcome.remote_id) for outcome in answer.outcomes]  # type: ignore[union-attr]


@pytest.mark.parametrize("profile", PROFILES)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=ORDERED)
def test_law_what_is_sent_is_what_is_read_back(
    erp: RunningRadius, profile: str, lines: list[tuple[str, str, dt.date, str]]
) -> None:
    def read(entity: str, remote_ids: list[str]) -> list[dict[str, Any]]:
        database = ErpDatabase(file=erp.database)
        found = Objects(database, profile).read(entity, remote_ids)
        database.release()
        return [dict(found[remote_id].values) for remote_id in remote_ids]

    said = [
        {"item": f"16P4-{item}", "quantity": feet, "date": day, "dim_a": width}
        for item, feet, day, width in lines
    ]
    purchased = _sent(
        erp, profile, [Ask("purchase_order_create", {"job": "900777"}, [one], 1) for one in said], "po_lines"
    )
    assert read("po_lines", purchased) == [
        {"job": "900777", "item": one["item"], "quantity": one["quantity"]} for one in said
    ]
    po = int(purchased[0].partition("/")[0])
    assert [remote_id.partition("/")[2] for remote_id in purchased] == [
        str(n) for n in range(1, len(lines) + 1)
    ]

    header = {"po": po, "custref": "4554 0041 A"}
    rolls = [{**one, "item": str(one["item"]).replace("16P4", "1600"), "item_type": "RNC"} for one in said]
    sold = _sent(erp, profile, [Ask("sales_order_create", header, [one], 1) for one in rolls], "so2_lines")
    assert read("so2_lines", sold) == [
        {"item": one["item"], "quantity": one["quantity"], "po": po} for one in rolls
    ]
    so2 = int(sold[0].partition("/")[0])
    ship = {"so2": so2, "po": po, "shipping_ref": "4554 0041 A"}
    asks = [
        Ask("ship_request_create", ship, [{**one, "so2_line": number}], 1)
        for number, one in enumerate(rolls, 1)
    ]
    shipped = _sent(erp, profile, asks, "ship_request_lines")
    assert read("ship_request_lines", shipped) == [
        {"so2_line": f"{so2}/{number}", "quantity": one["quantity"], "shipping_ref": "4554 0041 A"}
        for number, one in enumerate(rolls, 1)
    ]


def test_the_command_that_checks_mappings_checks_the_payloads_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert RADIUS.check() == []
    wrong = Problem("mappings/radius/payloads/items.yml", 6, None, "unknown call 'item_readd'")
    monkeypatch.setattr("dagster_project.radius.payloads.problems", lambda: [wrong])
    monkeypatch.setattr(sys, "argv", ["order-staging", "mappings", "check", "radius"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "items.yml:6: unknown call 'item_readd'" in capsys.readouterr().err
