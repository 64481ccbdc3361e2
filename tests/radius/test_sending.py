"""A body of calls and statements: what becomes of each row when something in the middle goes wrong."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_project.delivery.destination import Answer, Intent, Kind
from dagster_project.delivery.outcomes import (
    AccessRefused,
    Delivered,
    DeliveryError,
    Held,
    MustWait,
    NoDefiniteAnswer,
    Rejected,
    RequestRefused,
    Retryable,
    Unknown,
)
from dagster_project.radius import holds
from dagster_project.radius.answers import Reply
from dagster_project.radius.bodies import AUTHORISE, PRICE_CODE, RUN_PRICES, Ask, compose, number_of
from dagster_project.radius.database import ErpDatabase
from dagster_project.radius.payloads import load
from dagster_project.radius.price_runner import PriceRun
from dagster_project.radius.sending import LAST_START_SECONDS, BodySender
from dagster_project.radius.statements import Statements
from sandbox.radius.erp import Erp
from tests.conftest import FakeClock
from tests.radius.chains import today_clock

FORMS = load("observed")
SO2 = 251002
MADE = {"XLSOrders": {"XLSOrder": [{"SOrderNum": SO2, "XLSOrderLine": [{"SOrderLineNum": 1}]}]}}
Said = Reply | DeliveryError
SOLD = {"item": "1600-A", "quantity": "5", "date": None, "item_type": "RNC"}


def reply(payload: Any = None, status: int = 1, error: str = "") -> Reply:
    return Reply("X", status, error, payload if payload is not None else {})


class Adapter:
    """Answers what it was told to, call by call; takes as long as it was told."""

    def __init__(self, clock: FakeClock, said: list[Said], seconds: float = 0) -> None:
        self.asked: list[tuple[str, Any]] = []
        self._clock, self._said, self._seconds = clock, iter(said), seconds

    def ask(self, _path: str, entity: str, payload: Any, *, repeatable: bool = False) -> Reply:
        self.asked.append((entity, payload))
        self._clock.sleep(self._seconds)
        said = next(self._said)
        if isinstance(said, DeliveryError):
            raise said
        return said

    def masked(self, text: str) -> str:
        return text


class Runner:
    def run(self, _say: Any) -> PriceRun:
        return PriceRun("{}")


class Database(ErpDatabase):
    """The sandbox's file; statements that write may fail."""

    fails: DeliveryError | None = None

    def execute(self, sql: str, parameters: Any = ()) -> int:
        if self.fails is not None:
            raise self.fails
        return super().execute(sql, parameters)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An ERP with one plant-2 order, credit held."""
    erp = Erp(tmp_path / "erp.sqlite")
    with erp.changing("world") as session:
        session.insert("PV_SOrder", {"CompNum": 2, "PlantCode": "2", "SOrderNum": SO2, "SOrderStat": 2})
    found = Database(file=tmp_path / "erp.sqlite")
    yield found
    found.release()
    erp.close()


Send = Callable[..., tuple[Answer, Adapter]]


@pytest.fixture
def send(database: Database) -> Send:
    def _send(asks: list[Ask], *said: Said, seconds: float = 0) -> tuple[Answer, Adapter]:
        clock = today_clock()
        adapter = Adapter(clock, list(said), seconds)
        sender = BodySender(adapter, Statements(database, clock, 2), Runner(), FORMS, clock)  # type: ignore[arg-type]
        intents = [
            Intent(str(n), "so2_lines", f"k{n}", 1, ask.name, Kind.SET, {"so2_line": f"{SO2}/1"}, "r")
            for n, ask in enumerate(asks)
        ]
        return sender.send(compose(asks, FORMS, clock.now().date()), intents), adapter

    return _send


def status(database: Database) -> int:
    (row,) = database.rows('select h."SOrderStat" from "PUB"."PV_SOrder" h')
    found: int = row["sorderstat"]
    return found


CREATE = [
    Ask("sales_order_create", {"po": 241001, "custref": "A"}, [SOLD], first_line=1),
    Ask(AUTHORISE, {"so2": number_of("sales_order_create")}),
    Ask("purchase_order_confirm", {"po": 241001}),
]
UPDATE = [
    Ask("sales_order_update", {"so2": SO2}, [{**SOLD, "line": 1}]),
    Ask(AUTHORISE, {"so2": SO2}),
    Ask("purchase_order_confirm", {"po": 241001}),
]


def kinds(answer: Answer) -> list[str]:
    return [type(outcome).__name__ for outcome in answer.outcomes]


def test_everything_is_done_in_order_and_the_new_number_is_passed_on(send: Send, database: Database) -> None:
    answer, adapter = send(CREATE, reply(MADE), reply())
    assert answer.outcomes == [Delivered(f"{SO2}/1"), Delivered(), Delivered()]
    assert [entity for entity, _ in adapter.asked] == ["XLinkAPISOrder", "XLinkAPIPOrder"]
    assert status(database) == 0
    assert [one["entity"] for one in json.loads(answer.text)] == ["X", "SQL", "X"]


def test_rows_of_one_order_share_their_calls(send: Send) -> None:
    made = {"SOrderNum": SO2, "XLSOrderLine": [{"SOrderLineNum": 1}, {"SOrderLineNum": 2}]}
    asks = [CREATE[0], CREATE[1], CREATE[0], CREATE[1]]
    answer, adapter = send(asks, reply(made))
    assert answer.outcomes == [Delivered(f"{SO2}/1"), Delivered(), Delivered(f"{SO2}/2"), Delivered()]
    ((_, payload),) = adapter.asked
    lines = payload["XLSOrders"]["XLSOrder"][0]["XLSOrderLine"]
    assert [line["SOrderLineNum"] for line in lines] == [1, 2]


@pytest.mark.parametrize("error", [NoDefiniteAnswer("lost"), MustWait("nobody there"), AccessRefused("no")])
def test_an_error_of_the_first_call_is_the_requests(send: Send, error: DeliveryError) -> None:
    with pytest.raises(type(error)):
        send(CREATE, error)


@pytest.mark.parametrize(
    ("error", "kind"),
    [(NoDefiniteAnswer("lost"), Unknown), (MustWait("busy"), Retryable), (AccessRefused("no"), Retryable)],
)
def test_an_error_of_a_later_call_is_its_own(send: Send, error: DeliveryError, kind: type) -> None:
    answer, _ = send(CREATE, reply(MADE), error)
    assert answer.outcomes[:2] == [Delivered(f"{SO2}/1"), Delivered()]
    assert isinstance(answer.outcomes[2], kind)


def test_success_without_a_number_is_unknown_and_what_needs_the_number_is_not_reached(send: Send) -> None:
    answer, adapter = send(CREATE, reply({"XLSOrders": {}}))
    assert kinds(answer) == ["Unknown", "Retryable", "Retryable"]
    assert len(adapter.asked) == 1


def test_a_refused_change_is_authorised_all_the_same(send: Send, database: Database) -> None:
    """The refusal may have left the credit hold that every touch leaves."""
    answer, adapter = send(UPDATE, reply(status=9, error="Item is inactive"))
    assert kinds(answer) == ["Rejected", "Delivered", "Retryable"]
    assert status(database) == 0
    assert len(adapter.asked) == 1


def test_a_change_without_an_answer_is_not_authorised_before_it_is_known(
    send: Send, database: Database
) -> None:
    with pytest.raises(NoDefiniteAnswer):
        send(UPDATE, NoDefiniteAnswer("lost"))
    assert status(database) == 2


def test_a_hold_that_a_person_set_meanwhile_stays(send: Send, database: Database) -> None:
    database.execute('update "PUB"."PV_SOrder" set "SOrderStat" = 1')
    answer, _ = send(UPDATE, reply(), reply())
    assert kinds(answer) == ["Delivered"] * 3
    assert status(database) == 1


def test_an_order_that_does_not_show_holds_and_its_purchase_order_is_confirmed(send: Send) -> None:
    asks = [CREATE[0], Ask(AUTHORISE, {"so2": 999}), CREATE[2]]
    answer, _ = send(asks, reply(MADE), reply())
    assert kinds(answer) == ["Delivered", "Held", "Delivered"]
    held = answer.outcomes[1]
    assert isinstance(held, Held)
    assert held.code == holds.SHIPREQ_P2_WAIT_LINES


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RequestRefused("SQL", "no such table"), Rejected), (AccessRefused("denied"), Rejected),
        (MustWait("locked"), Retryable), (NoDefiniteAnswer("broke off"), Unknown),
    ],
)  # fmt: skip
def test_a_statement_that_fails_is_only_its_own_rows_trouble(
    send: Send, database: Database, error: DeliveryError, kind: type
) -> None:
    database.fails = error
    answer, _ = send(UPDATE, reply(), reply())
    assert [isinstance(answer.outcomes[n], cls) for n, cls in enumerate((Delivered, kind, Delivered))] == [
        True
    ] * 3
    if kind is Rejected:
        assert "RADIUS_DIRECT_SQL=false" in answer.outcomes[1].message  # type: ignore[union-attr]


def test_a_slow_request_begins_nothing_more_but_what_it_owes(send: Send, database: Database) -> None:
    answer, adapter = send(UPDATE, reply(), reply(), seconds=LAST_START_SECONDS + 1)
    assert kinds(answer) == ["Delivered", "Delivered", "Retryable"]
    assert status(database) == 0
    assert len(adapter.asked) == 1


ITEM = Ask("film_create", {"item": "16P4-A", "base_item": "A"}, id="16P4-A")
BAG = {"XLItems": {"XLItem": [{"ItemCode": "A", "UnitCode": "EA", "GTIN": "12", "ErrorMessage": ""}]}}


def test_an_item_is_a_copy_of_its_bag_with_what_makes_it_film(send: Send) -> None:
    answer, adapter = send([ITEM], reply(BAG, 0), reply({"XLItems": {"XLItem": [{"ItemCode": "16P4-A"}]}}))
    assert answer.outcomes == [Delivered("16P4-A")]
    (_, read), (_, made) = adapter.asked
    assert read["Filter"][0]["Criteria"][1] == {"column": "itemcode", "op": "eq", "value1": "A"}
    (item,) = made["XLItems"]["XLItem"]
    assert (item["ItemCode"], item["UnitCode"], item["ItemStatusCode"], item["GTIN"]) == (
        "16P4-A",
        "FEET",
        "WAIT",
        "0",
    )
    assert "ErrorMessage" not in item
    assert not any(name.startswith("$") for name in item)


def test_a_bag_that_is_not_there_makes_no_item(send: Send) -> None:
    answer, adapter = send([ITEM], reply({"XLItems": {"XLItem": []}}, 0))
    (outcome,) = answer.outcomes
    assert isinstance(outcome, Rejected)
    assert "finds nothing to copy from" in outcome.message
    assert len(adapter.asked) == 1


def test_a_bag_that_cannot_be_read_is_read_again_later(send: Send) -> None:
    with pytest.raises(MustWait):
        send([ITEM], NoDefiniteAnswer("lost"))


def test_prices_are_run_once_for_all_items_and_then_coded(send: Send, database: Database) -> None:
    database.execute('insert into "PUB"."PM_Item" ("CompNum", "ItemCode") values (2, ?)', ["16P4-A"])
    asks = [
        Ask(RUN_PRICES, id="16P4-A"), Ask(PRICE_CODE, {"item": "16P4-A", "kind": "film"}, id="16P4-A"),
        Ask(RUN_PRICES, id="1600-A"), Ask(PRICE_CODE, {"item": "1600-A", "kind": "roll"}, id="1600-A"),
    ]  # fmt: skip
    answer, _ = send(asks)
    assert kinds(answer) == ["Delivered", "Delivered", "Delivered", "Retryable"]
    assert [one["entity"] for one in json.loads(answer.text)] == ["price runner", "SQL", "SQL"]
    (row,) = database.rows('select i."PurchasePriceCode" from "PUB"."PM_Item" i')
    assert row["purchasepricecode"] == "16P4-A"


SHIP = Ask("ship_request_create", {"so2": SO2, "po": 1, "shipping_ref": "A"}, [{**SOLD, "so2_line": 1}], 1)


def test_a_ship_request_that_exists_already_is_looked_up(send: Send, database: Database) -> None:
    header, line = "CompNum PlantCode ShipReqNum", "ShipReqLineNum SOPlantCode SOrderNum SOrderLineNum"
    for table, columns in (("PV_ShipReq", header), ("PV_ShipReqLine", f"{header} {line}")):
        names = columns.split()
        marks = ", ".join("?" * len(names))
        values = [2, "2", 570001, 3, "2", SO2, 1][: len(names)]
        database.execute(f'insert into "PUB"."{table}" ({", ".join(names)}) values ({marks})', values)
    answer, _ = send(
        [SHIP], reply(status=9, error="Ship request 570001 already exists for sales order 251002")
    )
    assert answer.outcomes == [Delivered("570001/3")]


def test_one_that_is_said_to_exist_and_is_not_found_is_probed(send: Send) -> None:
    answer, _ = send([SHIP], reply(status=9, error="duplicate ship request"))
    assert kinds(answer) == ["Unknown"]


@pytest.mark.parametrize(
    ("call", "words", "outcome"),
    [
        ("sales_order_update", "Ordered quantity 5 is below the reserved quantity 9", holds.DECREASED),
        ("purchase_order_update", "Line has been received and cannot be updated", holds.PO_BLOCKED),
        ("ship_request_create", "Sales order 251002 line 1 does not exist", holds.SHIPREQ_P2_WAIT_LINES),
        ("p2_job_create", "anything at all", holds.JOB_P2_SO_ON_HOLD),
        ("sales_order_update", "Transaction was chosen as deadlock victim", "Busy"),
        ("purchase_order_create", "PV_POrder record is locked by another user", "Busy"),
        ("purchase_order_create", "Supplier does not exist", "purchase_order_create"),
    ],
)
def test_words_of_a_refusal_have_a_meaning(send: Send, call: str, words: str, outcome: str) -> None:
    header: dict[str, Any] = {"so2": SO2, "po": 1, "job": "9", "sales_order": SO2, "shipping_ref": "A"}
    answer, _ = send([Ask(call, header, [{**SOLD, "line": 1, "so2_line": 1}])], reply(status=9, error=words))
    assert getattr(answer.outcomes[0], "code", None) == outcome
