"""An ERP file made by hand."""

from pathlib import Path

import pytest

from tests.radius.erp import BASE, ErpFile


@pytest.fixture
def erp_file(tmp_path: Path) -> ErpFile:
    """An ERP that knows one bag and what is derived of it, all approved."""
    erp = ErpFile(tmp_path / "erp.db")
    for code, group in ((BASE, "P4-LWS"), (f"16P4-{BASE}", ""), (f"1600-{BASE}", "Rollstock")):
        erp.item(code, group=group)
    return erp
