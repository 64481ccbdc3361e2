"""A day of an operator, command by command, with the shop, Counterpoint and a mailbox at hand."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_project.cli import main
from dagster_project.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint import predecessor
from sandbox.counterpoint.database import CounterpointDatabase as SandboxDatabase
from sandbox.mailbox.server import RunningMailbox
from sandbox.woocommerce.generation import DEFAULT_SEED
from sandbox.woocommerce.server import RunningWoo
from tests.conftest import Standing
from tests.counterpoint.conftest import Company
from tests.counterpoint.incoming.conftest import NEWEST

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]


@dataclass
class Desk:
    """A terminal, and what it works on."""

    home: Path
    company: Company
    shop: RunningWoo
    mailbox: RunningMailbox
    capture: pytest.CaptureFixture[str]

    def do(self, *words: str, code: int = 0) -> Any:
        """Run a command with --json that has to end with this exit code; return what it printed."""
        before, sys.argv = sys.argv, ["order-staging", *words, "--json"]
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            sys.argv = before
        said = self.capture.readouterr()
        assert int(ended.value.code or 0) == code, f"{' '.join(words)}\n{said.out[:3000]}\n{said.err[:3000]}"
        return json.loads(said.out)

    def orders(self, *words: str, code: int = 0) -> Any:
        """Run `order-staging counterpoint …`."""
        return self.do("counterpoint", *words, code=code)

    def documents(self) -> int:
        """How many orders stand in Counterpoint that came from the shop."""
        return int(
            self.company.one(
                "select count(*) from dbo.PS_DOC_HDR where DOC_ID in "
                "(select cast(CP_DOC_ID as bigint) from dbo.USER_ORDER_STAGING where CP_DOC_ID is not null)"
            )
        )

    def log(self, operation: str) -> list[tuple[Any, ...]]:
        """(success, processed, failed, message) of the runs, oldest first."""
        return self.company.all(
            "select SUCCESS, RECORDS_PROCESSED, RECORDS_FAILED, ERROR_MESSAGE from dbo.USER_SYNC_LOG "
            "where OPERATION_TYPE = ? order by LOG_ID",
            operation,
        )


@pytest.fixture
def desk(
    tmp_path: Path, standing: Standing, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    prefixes = ("MONDAY_", "WAREHOUSE_", "COUNTERPOINT_", "WOO_", "SMTP_", "ALERT_", "ORDER_PROCESSING_")
    for name in [n for n in os.environ if n.startswith(prefixes)]:
        monkeypatch.delenv(name)
    path = standing(tmp_path, "counterpoint") / "company.duckdb"
    sandbox = SandboxDatabase(path)
    sandbox.create(DEFAULT_SEED)  # its items and customers are the ones that the shop's orders are about
    sandbox.release()
    with RunningWoo(orders=60, ending=NEWEST) as shop, RunningMailbox() as mailbox:
        for name, value in {
            "ORDER_STAGING_HOME": tmp_path, "COUNTERPOINT_URL": f"duckdb:///{path}", "WOO_BASE_URL": shop.url,
            "WOO_PULL_DAYS": 400, "WOO_QUIET_SECONDS": 0, "COUNTERPOINT_QUIET_SECONDS": 0,
            "ORDER_PROCESSING_SMTP_SERVER": mailbox.host, "ORDER_PROCESSING_SMTP_PORT": mailbox.port,
            "ORDER_PROCESSING_ALERT_EMAIL": "ops@shop.example", "SMTP_TIMEOUT_SECONDS": 2,
        }.items():  # fmt: skip
            monkeypatch.setenv(name, str(value))
        database = CounterpointDatabase(f"duckdb:///{path}")
        with database.connect():  # opening the file anew for every look would cost more than a command
            yield Desk(tmp_path, Company(database), shop, mailbox, capsys)


def test_a_day_of_an_operator(desk: Desk) -> None:
    desk.do("init")
    desk.orders("setup")
    shown = desk.orders("pull")
    assert desk.company.one("select count(*) from dbo.USER_ORDER_STAGING") == 0
    desk.orders("pull", "--apply")
    listed = desk.orders("list")
    assert len(listed) == sum(one["what"] == "NEW" for one in shown) > 0
    assert desk.do("health", "counterpoint", code=1)["health"] == "WARNING"  # nothing was processed yet

    # one order, then all
    first = listed[0]["STAGING_ID"]  # the first scene of the shop is a plain order
    assert desk.orders("process", str(first))["failed"] == []
    assert desk.documents() == 1
    mailbox_before = len(desk.mailbox.control.mails())
    desk.mailbox.control.refuse(at="MAIL", code=451)
    came = desk.orders("process", "--all", code=1)
    failed = [row["STAGING_ID"] for row in came["failed"]]
    assert (desk.documents(), len(desk.mailbox.control.mails())) == (1 + len(came["made"]), mailbox_before)
    assert {row["state"] for row in desk.orders("list")} == {"FAILED"}
    assert desk.log("order_processing")[-1][:3] == (True, len(came["made"]), len(failed))

    # again: nothing is made, the mail that no server took goes, nothing is told twice
    desk.mailbox.control.refuse()
    made = desk.documents()
    desk.orders("process", "--all", code=1)
    desk.orders("process", "--all", code=1)
    assert desk.documents() == made
    mails = desk.mailbox.control.mails()
    assert sum(f"(staging {failed[0]})" in mail["text"].partition("Told before")[0] for mail in mails) == 1

    # a failed order is mended, another one skipped, one is taken back
    desk.orders("validate", str(failed[0]), code=1)
    desk.orders("process", str(failed[0]), code=1)
    for staging_id in failed:
        desk.orders("skip", str(staging_id), "--reason", "not to be made")
    assert desk.orders("list") == []
    stock = desk.company.stock()
    desk.orders("rollback", str(first), "--reason", "wrong customer")
    assert desk.documents() == made - 1
    assert desk.company.stock() != stock
    desk.orders("process", "--all")
    assert desk.documents() == made - 1  # parked
    desk.orders("process", str(first), code=2)
    desk.orders("unpark", str(first))
    assert len(desk.orders("process", str(first))["made"]) == 1
    assert (desk.documents(), desk.company.stock()) == (made, stock)
    assert [row[3] for row in desk.log("order_rollback")] == [f"document {doc_of(desk)}: wrong customer"]

    # the shop is told, and all is well
    desk.do("run", "fulfillment_status_sync", "--all")
    assert desk.log("fulfillment_status_sync")[-1][:3] == (True, made, 0)
    found = desk.do("health", "counterpoint")
    assert found["health"] == "HEALTHY"


def doc_of(desk: Desk) -> int:
    """The document that was taken back: its number was given out and never again."""
    (text,) = (row[3] for row in desk.log("order_rollback"))
    return int(text.split()[1].rstrip(":"))


def test_what_the_predecessor_made_is_adopted_and_not_made_again(desk: Desk) -> None:
    desk.do("init")
    desk.orders("setup")
    expected = desk.shop.control.expectations()
    with desk.company.database.begin() as connection:
        for order_id in (15001, 15008):
            order = desk.shop.control.order(order_id)
            predecessor.apply(connection, order, expected[order_id], NEWEST.replace(tzinfo=None))
    assert "adopt" in desk.orders("pull", "--apply", code=2)["error"]
    found = desk.do("adopt", "counterpoint")
    assert {name: one["matched"] for name, one in found.items() if one["matched"]} == {
        "staging_rows": 2, "documents": 2,
    }  # fmt: skip
    desk.orders("pull", "--apply")
    desk.orders("process", "--all", code=1)
    assert desk.company.one("select count(*) from dbo.USER_ORDER_STAGING") == len(
        desk.company.all("select distinct WOO_ORDER_ID from dbo.USER_ORDER_STAGING")
    )
    assert desk.documents() == desk.company.one(
        "select count(*) from dbo.USER_ORDER_STAGING where CP_DOC_ID is not null"
    )
    assert desk.log("order_processing")[-1][1] == desk.documents() - 2


def test_counterpoint_away_in_the_middle_of_everything(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.do("init")
    desk.orders("setup")
    there = os.environ["COUNTERPOINT_URL"]
    monkeypatch.setenv("COUNTERPOINT_URL", "duckdb:////proc/no/company.duckdb")
    desk.orders("process", "--all", code=2)
    assert desk.do("health", "order_processing", code=2)["health"] == "CRITICAL"
    monkeypatch.setenv("COUNTERPOINT_URL", there)
    desk.orders("process", "--all")
    ((success, *_, message), (again, *_)) = desk.log("order_processing")
    assert (success, "company" in message, again) == (False, True, True)


def test_dagster_runs_all_three_and_logs_each_once(desk: Desk) -> None:
    desk.do("init")
    desk.orders("setup")
    from dagster_project.definitions import defs

    with dg.DagsterInstance.ephemeral() as instance:
        for pipeline, delivered in (
            ("order_pull", "user_order_staging"), ("order_processing", "documents"),
            ("fulfillment_status_sync", "shop"),
        ):  # fmt: skip
            config = {"ops": {f"{pipeline}__{delivered}": {"config": {"everything": True}}}}
            result = defs.resolve_job_def(f"{pipeline}_run").execute_in_process(
                config, instance=instance, raise_on_error=False
            )
            assert result.success, [event.message for event in result.get_step_failure_events()]
            assert len(desk.log(pipeline)) == 1
        assert desk.documents() > 0
        retention = defs.resolve_schedule_def("order_pull_retention_schedule").job
        assert defs.resolve_job_def(retention.name).execute_in_process(instance=instance).success
