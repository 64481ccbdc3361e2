"""People edit the order list: a dry run lists exactly that, and a run tells the board exactly that."""

from sandbox.source import reference
from sandbox.source.customers import lookup_rows
from tests.pipeline.world import Difference, Pipeline, differences, in_order

SEASON = "RESORT 26"
IN_REVIEW = next(name for name, _, status in lookup_rows() if status == "review")


def test_seven_edits_are_listed_with_old_and_new_and_nothing_else_is_sent(delivered: Pipeline) -> None:
    before = delivered.board()
    sized = [key for key, item in before.items() if item.value("PO NUMBER") == reference.PO and item.lines]
    described, raised, dropped, added, cancelled, removed, moved = sorted(sized)[:7]
    expected: list[Difference] = []

    def total(key: str, by: int) -> Difference:
        old = int(before[key].value("TOTAL QTY"))
        return ("items", "CHANGED", "TOTAL QTY", old, old + by)

    with delivered.orders() as book:
        (said,) = book.change_description(described, "A NEW DESCRIPTION")
        expected += [("items", "CHANGED", "STYLE DESCRIPTION", said.old, said.new)]
        size, quantity = next(iter(book.sizes(raised).items()))
        book.raise_quantity(raised, size, 7)
        expected += [total(raised, 7), ("subitems", "CHANGED", "Order Qty", quantity, quantity + 7)]
        gone_size, gone_quantity = next(iter(book.sizes(dropped).items()))
        book.drop_size(dropped, gone_size)
        expected += [total(dropped, -gone_quantity), ("subitems", "REMOVED", None, None, None)]
        new_size = next(size for size in ("XXXL", "5XL", "2") if size not in book.sizes(added))
        book.add_size(added, new_size, 3)
        expected += [total(added, 3), ("subitems", "NEW", None, None, None)]
        book.cancel(cancelled, "Cancelled")
        expected += [
            ("items", "CANCELLED", "ORDER TYPE", "RECEIVED", "CANCELLED"),
            *(("subitems", "CANCELLED", "Order Qty", n, 0) for n in before[cancelled].lines.values()),
        ]
        book.remove(removed)
        expected += [("items", "REMOVED", None, None, None)]
        book.change_season(moved, SEASON)
        expected += [
            ("items", "CHANGED", "CUSTOMER SEASON", None, SEASON),
            ("items", "CHANGED", "Group", before[moved].group, f"{reference.CUSTOMER} {SEASON}"),
        ]

    delivered.forget_calls()
    dry = delivered.run("--all", "--dry-run")
    assert differences(dry) == in_order(expected)
    assert delivered.changes() == {}
    assert delivered.board() == before

    report = delivered.run()
    assert delivered.changes() == {
        "archive_item": 2,
        "change_multiple_column_values": 6 + 1 + len(before[cancelled].lines),
        "create_group": 1,
        "create_subitem": 1,
        "move_item_to_group": 1,
    }
    assert report["delivered"]["findings"] == {"read back": dry["would_send"] - 2, "drift": 0, "gone": 0}
    after = delivered.board()
    assert {key for key in before if after.get(key) != before[key]} == {
        described, raised, dropped, added, cancelled, removed, moved,
    }  # fmt: skip
    assert after[described].value("STYLE DESCRIPTION") == "A NEW DESCRIPTION"
    assert after[raised].lines == {**before[raised].lines, f"Size {size}": quantity + 7}
    assert f"Size {gone_size}" not in after[dropped].lines
    assert after[added].lines == {**before[added].lines, f"Size {new_size}": 3}
    assert set(after[cancelled].lines.values()) == {0}
    assert after[cancelled].value("ORDER TYPE") == "CANCELLED"
    assert removed not in after
    assert after[moved].group == f"{reference.CUSTOMER} {SEASON}"
    assert delivered.board_and_ledger_agree()


def test_what_comes_back_is_a_new_object_and_what_is_re_keyed_is_the_same(delivered: Pipeline) -> None:
    before = delivered.board()
    key = min(key for key, item in before.items() if item.value("PO NUMBER") == reference.PO and item.lines)
    with delivered.orders() as book:
        (gone,) = book.remove(key)
    delivered.run()
    with delivered.orders() as book:
        book.put_back(gone)
        reloaded = book.keys("GREYSON CLOTHIERS", "4756")
        book.reissue(reloaded)
    delivered.forget_calls()
    report = delivered.run()
    assert delivered.changes() == {"create_item": 1, "create_subitem": len(before[key].lines)}
    assert report["delivered"]["operations"]["items.re-keyed"] == len(reloaded)
    after = delivered.board()
    assert after[key].lines == before[key].lines
    assert after[key].id != before[key].id
    assert {item.id for item in after.values()} - {after[key].id} == {item.id for item in before.values()} - {
        before[key].id
    }


def test_what_is_held_is_listed_and_retired_when_it_leaves_the_order_list(delivered: Pipeline) -> None:
    with delivered.warehouse() as connection:
        connection.execute(
            "insert into ORDERS_UNIFIED by name select * replace ('held-1' as record_uuid, "
            '\'HLD-1\' as "AAG ORDER NUMBER", ? as "CUSTOMER NAME") from ORDERS_UNIFIED '
            "where \"AAG ORDER NUMBER\" = 'GRE-04301' limit 1",
            [IN_REVIEW],
        )
    delivered.run("--key", "held-1")
    status = delivered.done("status", "monday")
    assert status["ledger"]["items"]["HELD"] == status["staged"]["items"]["NEW HELD"] == 1
    (held,) = status["held"]
    assert (held["order_number"], held["source_customer"]) == ("HLD-1", IN_REVIEW)
    assert held["stg_reason"] == "customer not approved"

    with delivered.warehouse() as connection:
        connection.execute("delete from ORDERS_UNIFIED where record_uuid = 'held-1'")
    delivered.forget_calls()
    delivered.run("--customer", IN_REVIEW)
    assert delivered.changes() == {}
    delivered.done("stage", "monday")
    assert delivered.done("status", "monday")["held"] == []
    (traced,) = delivered.done("trace", "HLD-1")
    assert [row["state"] for row in traced["ledger"]] == ["ARCHIVED"]
    assert [event["operation"] for event in traced["events"]] == ["retired"]
