"""A shop and settings that point at it, for everything that comes in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dagster_project.settings import Settings
from sandbox.woocommerce.server import RunningWoo

NEWEST = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
"""The newest order of the shop, an hour before the tests' clock."""


@pytest.fixture(scope="session")
def served_shop() -> Iterator[RunningWoo]:
    with RunningWoo(orders=450, ending=NEWEST) as running:
        yield running


@pytest.fixture
def shop(served_shop: RunningWoo) -> RunningWoo:
    """A shop with 450 orders, each scene once, as on its first day."""
    served_shop.control.restart(orders=450)
    return served_shop


@pytest.fixture
def shop_settings(shop: RunningWoo, tmp_path: Path) -> Settings:
    """Settings of a sandbox whose first pull reaches back to the last days on which the clocks changed."""
    return Settings(
        _env_file=None, order_staging_home=tmp_path, woo_base_url=shop.url, woo_timeout_seconds=5,
        woo_pull_days=400,
    )  # fmt: skip
