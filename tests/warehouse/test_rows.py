"""Set-based writes: what is written, what is reported, and what is refused - on both engines."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from dagster_project.warehouse import driver_arrays, few_rows, rows, schema, tables
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.exact import exact

NOW = dt.datetime(2026, 11, 21, 9, 0, 0, 123456)
KEY = ("instance", "entity", "business_key")
DELIVERY = tables.delivery


@pytest.fixture(autouse=True, params=["few", "many"])
def _path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows are bound in DuckDB, many come from a relation: the same is promised of both."""
    if request.param == "many":
        monkeypatch.setattr(few_rows, "FEW", 0)
        monkeypatch.setattr(few_rows, "ROWS", 0)


def row(key: str, **more: Any) -> dict[str, Any]:
    return {
        "instance": "monday:TEST:1",
        "entity": "items",
        "business_key": key,
        "incarnation": 1,
        "state": "PENDING",
        "revision": 1,
        "attempt": 0,
        "created_at": NOW,
        "updated_at": NOW,
        **more,
    }


def key(name: str) -> tuple[str, str, str]:
    return ("monday:TEST:1", "items", name)


def named(name: str, **more: Any) -> dict[str, Any]:
    return {**dict(zip(KEY, key(name), strict=True)), **more}


def stored(warehouse: Warehouse, column: str = "state") -> dict[str, Any]:
    with warehouse.begin() as connection:
        found = connection.execute(sa.select(DELIVERY.c.business_key, DELIVERY.c[column]))
        return {name: value for name, value in found}  # noqa: C416 - rows are no pairs to dict()


def test_inserted_rows_are_all_there_with_their_values(warehouse: Warehouse) -> None:
    told = '{"Title": "JWHD100120WHITE", "ø 🌞": "it\'s \\"quoted\\""}'
    with warehouse.begin() as connection:
        count = rows.insert(connection, DELIVERY, [row("a", told=told, lease_until=NOW), row("b")])
    assert count == 2
    with warehouse.begin() as connection:
        a, b = connection.execute(sa.select(DELIVERY).order_by(DELIVERY.c.business_key)).all()
    assert (a.told, a.lease_until, a.revision, a.created_at) == (told, NOW, 1, NOW)
    assert (b.told, b.lease_until) == (None, None)


def test_rows_may_name_different_columns_when_inserted(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("a"), row("b", remote_id="77"), row("c", told="{}")])
    assert stored(warehouse, "remote_id") == {"a": None, "b": "77", "c": None}
    assert stored(warehouse, "told") == {"a": None, "b": None, "c": "{}"}


def test_more_rows_than_one_statement_holds_are_all_written(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "CHUNK", 700)
    count = 2 * rows.CHUNK + 17
    many = [row(f"k{number:06}") for number in range(count)]
    with warehouse.begin() as connection:
        assert rows.insert(connection, DELIVERY, many) == count
        assert len(rows.insert_absent(connection, DELIVERY, KEY, [*many[-3:], row("new")])) == 1
        changed = rows.update(
            connection, DELIVERY, KEY, [named(f"k{n:06}", state="DELIVERED") for n in range(count)]
        )
        found = list(rows.select_by_key(connection, DELIVERY, KEY, [key(f"k{n:06}") for n in range(count)]))
    assert changed == count
    assert len(found) == count
    assert {r.state for r in found} == {"DELIVERED"}


@pytest.mark.parametrize("length", [3_999, 4_001, 100_000])
def test_texts_of_any_length_are_kept_whole(warehouse: Warehouse, length: int) -> None:
    texts = {"ascii": "x" * length, "accents": "é" * length, "emoji": "🌞" * length, "none": None}
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row(name, told=text) for name, text in texts.items()])
        rows.update(connection, DELIVERY, KEY, [named(name, tried=text) for name, text in texts.items()])
    assert stored(warehouse, "told") == texts
    assert stored(warehouse, "tried") == texts


def test_every_character_is_kept(warehouse: Warehouse) -> None:
    text = "".join(map(chr, range(1, 0x180))) + '\\ "quoted" \ue022 \u200b \ufeff 🌞'
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row(text[:150].strip(), told=text)])
    assert list(stored(warehouse, "told").values()) == [text]


@pytest.mark.sqlserver
def test_rows_arrive_without_driver_arrays_too(sqlserver: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    schema.init(sqlserver)
    monkeypatch.setattr(driver_arrays, "_fast_into_temporary", lambda _: False)
    with sqlserver.begin() as connection:
        connection.execute(sa.delete(DELIVERY))
        rows.insert(connection, DELIVERY, [row("a", told="é" * 9_000, lease_until=NOW), row("b")])
        rows.update(connection, DELIVERY, KEY, [named("b", state="HELD", remote_id=None)])
    assert stored(sqlserver, "told") == {"a": "é" * 9_000, "b": None}
    assert stored(sqlserver) == {"a": "PENDING", "b": "HELD"}


def test_nothing_to_write_writes_nothing(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        assert rows.insert(connection, DELIVERY, []) == 0
        assert rows.insert_absent(connection, DELIVERY, KEY, []) == set()
        assert rows.update(connection, DELIVERY, KEY, []) == 0
        assert rows.compare_and_swap(connection, DELIVERY, KEY, [], matching=("revision",)) == set()
        assert list(rows.select_by_key(connection, DELIVERY, KEY, [])) == []


def test_insert_absent_leaves_known_keys_alone_and_names_the_new_ones(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("a", state="DELIVERED")])
        inserted = rows.insert_absent(connection, DELIVERY, KEY, [row("a"), row("b"), row("c")])
    assert inserted == {key("b"), key("c")}
    assert stored(warehouse) == {"a": "DELIVERED", "b": "PENDING", "c": "PENDING"}


def test_update_changes_only_the_rows_whose_revision_is_the_expected_one(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("a", revision=3), row("b", revision=4)])
        claims = [named(k, state="SENDING", expected_revision=3) for k in ("a", "b", "unknown")]
        ours = rows.compare_and_swap(
            connection, DELIVERY, KEY, claims, matching=("revision",), raise_revision=True
        )
    assert ours == {key("a")}
    assert stored(warehouse) == {"a": "SENDING", "b": "PENDING"}
    assert stored(warehouse, "revision") == {"a": 4, "b": 4}


def test_the_second_of_two_claims_of_one_row_gets_nothing(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("a")])
    claim = named("a", state="SENDING", revision=2, expected_revision=1)
    won = []
    for run in ("first", "second"):
        with warehouse.begin() as connection:
            change = {**claim, "lease_run": run}
            won.append(rows.compare_and_swap(connection, DELIVERY, KEY, [change], matching=("revision",)))
    assert won == [{key("a")}, set()]
    assert stored(warehouse, "lease_run") == {"a": "first"}


def test_an_expected_null_matches_a_stored_null_only(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("free"), row("leased", lease_run="r1")])
        changes = [named(k, state="HELD", expected_lease_run=None) for k in ("free", "leased")]
        assert rows.compare_and_swap(connection, DELIVERY, KEY, changes, matching=("lease_run",)) == {
            key("free")
        }


def test_rows_that_name_different_columns_change_only_those(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row(k, remote_id="1", told="{}") for k in ("a", "b")])
        changed = rows.update(
            connection, DELIVERY, KEY, [named("a", remote_id="2"), named("b", told=None, state="HELD")]
        )
    assert changed == 2
    assert stored(warehouse, "remote_id") == {"a": "2", "b": "1"}
    assert stored(warehouse, "told") == {"a": "{}", "b": None}
    assert stored(warehouse) == {"a": "PENDING", "b": "HELD"}


def test_a_further_condition_sees_the_stored_row(warehouse: Warehouse) -> None:
    later = NOW + dt.timedelta(minutes=3)
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("free"), row("leased", lease_until=later)])
        changed = rows.update(
            connection,
            DELIVERY,
            KEY,
            [named("free", state="HELD"), named("leased", state="HELD")],
            when="t.lease_until is null or t.lease_until < :now",
            parameters={"now": NOW},
        )
    assert changed == 1
    assert stored(warehouse) == {"free": "HELD", "leased": "PENDING"}


def test_a_key_that_several_rows_share_changes_them_all(warehouse: Warehouse) -> None:
    shared = {"instance": "monday:TEST:1", "entity": "items", "parent_key": "p"}
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("a", parent_key="p"), row("b", parent_key="p"), row("c")])
        rows.insert(connection, DELIVERY, [row("d", parent_key="p", state="HELD")])
        changed = rows.update(
            connection,
            DELIVERY,
            tuple(shared),
            [{**shared, "state": "ARCHIVED", "lease_run": None}],
            raise_revision=True,
            when="t.state <> :held",
            parameters={"held": "HELD"},
        )
    assert changed == 2
    assert stored(warehouse) == {"a": "ARCHIVED", "b": "ARCHIVED", "c": "PENDING", "d": "HELD"}
    assert stored(warehouse, "revision") == {"a": 2, "b": 2, "c": 1, "d": 1}


def test_keys_that_differ_only_by_case_are_different_keys(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("AB1")])
        assert rows.update(connection, DELIVERY, KEY, [named("ab1", state="HELD")]) == 0
        assert list(rows.select_by_key(connection, DELIVERY, KEY, [key("ab1"), key("AB1 ")])) == []
    assert stored(warehouse) == {"AB1": "PENDING"}


def test_keys_that_differ_only_by_case_stand_side_by_side(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("AB1", parent_key="P"), row("ab1", parent_key="p")])
        assert rows.insert_absent(connection, DELIVERY, KEY, [row("Ab1"), row("ab1")]) == {key("Ab1")}
        other = sa.table("delivery", sa.column("business_key")).alias("other")
        query = sa.select(DELIVERY.c.parent_key).where(DELIVERY.c.business_key == exact(other.c.business_key))
        same = connection.execute(query.where(other.c.business_key == "ab1")).scalars().all()
    assert same == ["p"]
    assert set(stored(warehouse)) == {"AB1", "ab1", "Ab1"}


def test_a_key_is_looked_for_as_it_would_be_written(warehouse: Warehouse) -> None:
    """Also one with half a surrogate pair, as a remote answer may hold."""
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("half \ud83c"), row("no half")])
        (found,) = rows.select_by_key(connection, DELIVERY, KEY, [key("half \ud83c"), key("unknown")])
    assert found.business_key == "half \ufffd"


def test_a_key_asked_for_twice_is_returned_once(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("a")])
        assert len(list(rows.select_by_key(connection, DELIVERY, KEY, [key("a"), key("a")]))) == 1


def test_a_key_that_stands_twice_in_one_write_is_refused(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        with pytest.raises(ValueError, match="'business_key': 'a'} stands twice in one write"):
            rows.insert_absent(connection, DELIVERY, KEY, [row("a"), row("a")])
        with pytest.raises(ValueError, match="stands twice in one write"):
            rows.update(connection, DELIVERY, KEY, [named("a", state="X"), named("a", state="Y")])


def test_an_update_of_nothing_but_the_key_is_refused(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection, pytest.raises(ValueError, match="names no column but its key"):
        rows.update(connection, DELIVERY, KEY, [named("a")])


def test_a_violated_key_says_so_and_leaves_nothing_behind(warehouse: Warehouse) -> None:
    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)duplicate|violat"), warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("a"), row("b"), row("a")])
    assert stored(warehouse) == {}


def test_a_text_that_identifies_is_never_cut(warehouse: Warehouse) -> None:
    too_long = r"delivery\.business_key holds 200 characters, not the 201 of"
    with pytest.raises(ValueError, match=too_long), warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("k" * 201)])
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("k" * 200)])
    assert len(next(iter(stored(warehouse)))) == 200


def test_a_text_for_people_is_cut_the_same_way_on_both_engines(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("a", hold_reason="🌞" * 300), row("b", hold_reason="x" * 400)])
    held = stored(warehouse, "hold_reason")
    assert held == {"a": "🌞" * 199 + "…", "b": "x" * 400}


def test_half_a_surrogate_pair_does_not_stop_a_write(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("a", error_message="broken \ud83d here")])
    assert stored(warehouse, "error_message") == {"a": "broken � here"}


def test_times_with_a_zone_are_stored_as_utc(warehouse: Warehouse) -> None:
    local = dt.datetime(2026, 11, 21, 10, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("a", verified_at=local)])
    assert stored(warehouse, "verified_at") == {"a": dt.datetime(2026, 11, 21, 8, 30)}


def test_decimals_and_floats_land_in_their_scale(warehouse: Warehouse) -> None:
    context = {
        "system": "monday", "instance": "i", "run_id": "r", "mapping_version": "m", "max_rekeyed": 5,
        "allow_removals": 0, "set_at": NOW,
    }  # fmt: skip
    with warehouse.begin() as connection:
        rows.insert(
            connection,
            tables.staging_context,
            [
                {**context, "entity": "items", "max_removed_share": 0.2},
                {**context, "entity": "subitems", "max_removed_share": Decimal("0.123456")},
            ],
        )
        shares = connection.execute(
            sa.select(tables.staging_context.c.max_removed_share).order_by(tables.staging_context.c.entity)
        )
        assert [row[0] for row in shares] == [Decimal("0.200000"), Decimal("0.123456")]


def test_a_number_beyond_its_column_is_named(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection, pytest.raises(ValueError, match=r"delivery\.attempt: "):
        rows.insert(connection, DELIVERY, [row("a", attempt=2**31)])


def test_a_write_may_follow_a_result_that_was_not_read_to_its_end(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        rows.insert(connection, DELIVERY, [row("a"), row("b"), row("c")])
        reading = connection.execute(sa.select(DELIVERY.c.business_key).order_by(DELIVERY.c.business_key))
        if warehouse.embedded:  # a T-SQL connection has one active result
            assert reading.fetchone() == ("a",)
            rows.update(connection, DELIVERY, KEY, [named("a", state="HELD")])
            assert [r[0] for r in reading] == ["b", "c"]
        reading.close()
        assert connection.execute(sa.select(DELIVERY.c.state)).scalar() is not None
        assert rows.update(connection, DELIVERY, KEY, [named("b", state="HELD")]) == 1
