"""The demo's day: each hour is played once, on whatever chains there are."""

from pathlib import Path

import pytest

from sandbox.radius.day import HOURS, Day
from sandbox.radius.erp import Erp
from sandbox.radius.generation import fill
from sandbox.radius.people import People


@pytest.fixture
def day(tmp_path: Path) -> Day:
    erp = Erp(tmp_path / "erp.sqlite")
    fill(erp, 60, 7, chains=20)
    return Day(People(erp))


def test_every_hour_is_played_once(day: Day) -> None:
    said = {hour: day.play(hour) for hour in HOURS}
    assert "items approved" in said["morning"][0]
    assert sum("released" in sentence for sentence in said["morning"]) == 2
    assert [sentence.partition(": ")[2][:10] for sentence in said["noon"]] == [
        "a fifth mo", "half as ma", "CustRef 45", "required 2", "twice as m",
    ]  # fmt: skip
    assert len(said["afternoon"]) == len(said["evening"]) == 3
    assert [day.play(hour) for hour in HOURS] == [[], [], [], []]


def test_jobs_of_plant_4_follow_the_changed_quantities(day: Day) -> None:
    day.play("morning")
    more, fewer = (int(sentence.split()[1].rstrip(":")) for sentence in day.play("noon")[:2])
    before = {order: day.people.show(order)["requirements"][0] for order in (more, fewer)}
    day.play("afternoon")
    after = {order: day.people.show(order)["requirements"][0] for order in (more, fewer)}
    assert after[more]["RequiredQty"] > before[more]["RequiredQty"]
    assert after[fewer]["RequiredQty"] < before[fewer]["RequiredQty"]
    assert all(after[order]["RequirementId"] != before[order]["RequirementId"] for order in after)
