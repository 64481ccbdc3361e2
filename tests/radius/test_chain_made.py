"""Orders become complete chains, each object once, in both forms of the adapter."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.warehouse.engine import Warehouse
from tests.radius.chains import BAG, PROFILES, Company, company, once

FEET = 375_500
"""Of 150,000 bags at the sandbox's ratio and spoilage."""


@pytest.fixture(params=PROFILES)
def erp(request: pytest.FixtureRequest, tmp_path: Path, ledger_warehouse: Warehouse) -> Iterator[Company]:
    with company(tmp_path, ledger_warehouse, request.param) as found:
        yield found


def test_an_order_becomes_its_whole_chain_and_a_second_run_sends_nothing(erp: Company) -> None:
    erp.bag()
    order = erp.order(custref="4554 0041 A")
    assert erp.walk(order) == "COMPLETE"
    assert erp.counts() == once(1)
    erp.quiet()
    assert erp.walk(order) == "COMPLETE"
    assert erp.deeds() == {}
