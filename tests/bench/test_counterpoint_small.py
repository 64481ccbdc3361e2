"""The measurements of web orders, small: they count what they say they count. No test here asserts a time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import counterpoint_speed
from bench.orders_world import COMPANY, SHOP, Stand, count, ending, environment, found_company, settings_of
from sandbox.woocommerce.server import RunningWoo
from tests.conftest import Parsed, Standing

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parsed: Parsed) -> None:
    monkeypatch.setenv("ORDER_STAGING_HOME", str(parsed(tmp_path)))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[RunningWoo]:
    with RunningWoo(tmp_path / SHOP, orders=4, ending=ending()) as running:
        yield running


def test_a_company_without_documents_lacks_every_order_and_nothing_else(
    shop: RunningWoo, tmp_path: Path
) -> None:
    found_company(tmp_path, settings_of(environment(tmp_path, shop)))
    found = count(tmp_path, shop.control, Stand.of(tmp_path / COMPANY))
    assert not found.right
    assert set(found.wrong()) == {"missing"}
    assert set(found.missing) <= set(shop.control.expectations())


def test_documents_written_plainly_are_counted_beside_ours(standing: Standing) -> None:
    with counterpoint_speed.shop_of(24) as world:
        standing(world.settings.order_staging_home, "counterpoint")
        before = Stand.of(world.settings.order_staging_home / COMPANY)
        staged, made = counterpoint_speed.documents_figures(world, 4)
        assert "4 of them" in made.baseline
        assert staged.work.startswith("stage 2")
        runs = counterpoint_speed.empty_figure(world, rounds=1).details
        assert len(runs) == 3
        assert all(0 < run["inside SQL"] < run["seconds"] for run in runs.values()), runs
        counted = counterpoint_speed.counted_figure(world, 24, before)
        assert counted.met, counted.details
