"""People edit the board: what disappeared is Gone, what changed is drift, and an operator decides."""

from tests.pipeline.world import COLUMNS, Pipeline


def test_gone_and_drift_are_reported_and_touched_only_when_an_operator_says_so(delivered: Pipeline) -> None:
    before = delivered.board()
    with_lines = sorted(key for key, item in before.items() if len(item.lines) > 2)
    deleted, changed, shortened, given_up = with_lines[:4]
    delivered.control.edit("delete_item", item_id=before[deleted].id)
    delivered.control.edit("delete_item", item_id=before[given_up].id)
    delivered.control.edit(
        "change_value", item_id=before[changed].id, column_id=COLUMNS["DESTINATION"], value="MOON"
    )
    name, line_id = next(iter(before[shortened].line_ids.items()))
    delivered.control.edit("delete_item", item_id=line_id)
    delivered.forget_calls()
    board = delivered.board()

    report = delivered.run(code=1)
    gone = {(found["entity"], found["key"]) for found in report["resolved"]["gone"]}
    lost_lines = {
        ("subitems", f"{key}|{line.removeprefix('Size ')}")
        for key in (deleted, given_up)
        for line in before[key].lines
    }
    line_key = f"{shortened}|{name.removeprefix('Size ')}"
    assert gone == {("items", deleted), ("items", given_up), ("subitems", line_key), *lost_lines}
    assert report["resolved"]["drift"] == [
        {
            "entity": "items",
            "key": changed,
            "fields": {"DESTINATION": [before[changed].value("DESTINATION"), "MOON"]},
        }
    ]
    assert report["delivered"]["findings"] == {"drift": 1, "gone": len(gone)}
    assert delivered.changes() == {}
    assert delivered.board() == board
    listed = delivered.done("errors", "monday")
    told = {(e["business_key"], e["error_class"]) for rows in listed.values() for e in rows}
    assert {(key, "fix elsewhere") for _, key in gone} <= told

    assert delivered.done("retry", "monday", deleted, "--recreate")["changed"] == 1 + len(
        before[deleted].lines
    )
    assert delivered.done("retry", "monday", given_up, line_key, "--forget")["changed"] > 1
    assert delivered.done("retry", "monday", "no such key", code=1)["missing"] == ["no such key"]
    report = delivered.run()
    assert delivered.changes() == {"create_item": 1, "create_subitem": len(before[deleted].lines)}
    after = delivered.board()
    assert after[deleted].lines == before[deleted].lines
    assert given_up not in after
    assert name not in after[shortened].lines
    assert after[changed].value("DESTINATION") == "MOON"
    assert delivered.board_and_ledger_agree()
