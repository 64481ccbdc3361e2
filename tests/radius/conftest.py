"""An ERP file made by hand, and a desk at which mails about its orders arrive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse
from sandbox.mailbox.server import RunningMailbox
from tests.conftest import FakeClock
from tests.radius.desk import Desk
from tests.radius.erp import BASE, ErpFile


@pytest.fixture
def erp_file(tmp_path: Path) -> ErpFile:
    """An ERP that knows one bag and what is derived of it, all approved."""
    erp = ErpFile(tmp_path / "erp.db")
    for code, group in ((BASE, "P4-LWS"), (f"16P4-{BASE}", ""), (f"1600-{BASE}", "Rollstock")):
        erp.item(code, group=group)
    return erp


@pytest.fixture
def mailbox() -> Iterator[RunningMailbox]:
    """A mail server."""
    with RunningMailbox() as box:
        yield box


@pytest.fixture
def desk(
    tmp_path: Path, mailbox: RunningMailbox, ledger_warehouse: Warehouse, clock: FakeClock, erp_file: ErpFile
) -> Desk:
    """Everybody who gets mails has an address; it is nine in the morning at the site."""
    settings = Settings(
        _env_file=None, order_staging_home=tmp_path, radius_database=erp_file.path, smtp_server=mailbox.host,
        smtp_port=mailbox.port, smtp_from="orders@plant.example", csr_emails=["csr@plant.example"],
        fulfillment_emails=["film@plant.example"], starpak_emails=["rolls@plant.example"],
        admin_emails=["admin@plant.example"], alert_email=["alerts@plant.example"], smtp_timeout_seconds=5,
    )  # fmt: skip
    return Desk(settings, ledger_warehouse, clock, mailbox, erp_file)
