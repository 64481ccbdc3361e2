"""What an adoption takes for the same thing: pure cases, without a ledger."""

from dagster_project.delivery.adoption import Candidate, match
from dagster_project.delivery.destination import RemoteObject


def remote(remote_id: str, **values: str | None) -> RemoteObject:
    return RemoteObject("orders", remote_id, values)


def test_one_row_and_one_object_of_equal_identity_are_each_other() -> None:
    found = match(
        [Candidate("a", {"number": "7"})], [remote("1", number=" 7 ")], ["number"], lambda *_: False
    )
    assert [(c.key, r.remote_id) for c, r in found.paired] == [("a", "1")]


def test_nothing_in_common_is_no_likeness() -> None:
    empty = [Candidate("a", {"number": None})], [remote("1", number="")]
    found = match(*empty, ["number"], lambda *_: False)
    assert not found.paired
    assert not found.ambiguous
    assert ([c.key for c in found.only_source], [r.remote_id for r in found.only_remote]) == (["a"], ["1"])


def test_a_changed_quantity_is_a_difference_and_no_other_order() -> None:
    rows = [Candidate("a", {"number": "7", "total": 5}), Candidate("b", {"number": "7", "total": 8})]
    there = [remote("1", number="7", total="6"), remote("2", number="7", total="8")]
    found = match(rows, there, ["number", "total"], lambda *_: False, ["number"])
    assert sorted((c.key, r.remote_id) for c, r in found.paired) == [("a", "1"), ("b", "2")]
