"""SIGKILL at every named point and at random moments, in all three phases of an order's life. 200 are in bench/."""

from pathlib import Path

import pytest

from bench import radius_kills
from dagster_project.delivery.sending import POINTS
from tests.conftest import Parsed


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kills_at_every_named_point_and_at_random_moments_end_exactly_once(
    tmp_path: Path, parsed: Parsed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDER_STAGING_HOME", str(parsed(tmp_path)))
    proof = radius_kills.prove(kills=14, orders=8, seed=4755, at_random=5, points_once=True, longest=0.5)
    assert proof.held, [one.wrong() for one in proof.counts]
    assert [one.objects for one in proof.counts[:1]] == [8 * 5]
    assert proof.strikes.at_random >= 10
    assert {point for _, point in proof.strikes.points} == {*POINTS, "random"}
