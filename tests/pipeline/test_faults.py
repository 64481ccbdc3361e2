"""Everything goes wrong at once, and the board ends as if nothing had."""

import pytest

from tests.pipeline.world import Item, Pipeline

HINTS = ("retry_after", "retry_in_seconds", "retryAfterMs", "ratelimit", "none")
POISONED = ("GRE-04110", "GRE-04120")
MOST_RUNS = 3


def without_ids(board: dict[str, Item]) -> dict[str, tuple[object, ...]]:
    return {key: (item.group, item.name, item.values, item.lines) for key, item in board.items()}


@pytest.mark.proof
def test_a_delivery_through_every_fault_ends_complete_and_without_duplicates(
    staged: Pipeline, delivered: Pipeline
) -> None:
    staged.settings |= {"MONDAY_TIMEOUT_SECONDS": "0.7", "MONDAY_ALIASES_PER_REQUEST": "5"}
    staged.control.set_faults(
        seed=4755,
        rules=[
            {"kind": "status", "status": 502, "when": "after", "probability": 0.03},
            {"kind": "status", "status": 503, "when": "before", "probability": 0.02},
            {"kind": "silence", "when": "after", "probability": 0.05},
        ],
        queue=[
            *({"kind": "rate_limit", "hint": hint, "seconds": 0.2, "when": "before"} for hint in HINTS),
            *({"kind": kind, "when": "after"} for kind in ("html", "empty", "half_json", "reset", "close")),
        ],
        poison=[
            *({"values": f'"{order}"', "code": "ColumnValueException"} for order in POISONED),
            {"alias": "^a3$", "code": "INTERNAL_SERVER_ERROR", "times": 6},
            {"alias": "^a1$", "code": "ResourceLockedException", "times": 4},
        ],
    )
    runs = [staged.command("run", "monday", "--all", "--json")]
    while runs[-1].code == 1 and len(runs) < MOST_RUNS and unsettled(staged):
        runs.append(staged.command("run", "monday", "--all", "--json"))
    assert runs[0].code == 1, runs[0]
    struck = [entry["fault"] for entry in staged.control.calls()["log"] if entry["fault"]]
    assert len(struck) >= len(HINTS) + 5 + 5

    expected = without_ids(delivered.board())
    poisoned = {key for key, item in delivered.board().items() if item.value("AAG ORDER NUMBER") in POISONED}
    assert len(poisoned) >= len(POISONED)
    assert without_ids(staged.board()) == {k: v for k, v in expected.items() if k not in poisoned}
    assert staged.board_and_ledger_agree()
    assert not unsettled(staged)

    refused = {(row["business_key"], row["order_number"]) for row in staged.done("errors", "monday")["items"]}
    always = {
        (row["business_key"], row["order_number"]) for row in delivered.done("errors", "monday")["items"]
    }
    assert {key for key, _ in refused - always} == poisoned
    assert always <= refused


def refused(pipeline: Pipeline) -> set[str | None]:
    """Keys of ERR_."""
    return {row["business_key"] for row in pipeline.done("errors", "monday")["items"]}


def unsettled(pipeline: Pipeline) -> list[tuple[str, ...]]:
    """Ledger rows that a further run would take up again."""
    return pipeline.rows(
        "select entity, business_key, state from delivery where state in ('SENDING', 'IN_DOUBT', 'RETRY')"
    )
