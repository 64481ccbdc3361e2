"""The routes of NCR's API. The database is opened for the length of one request, so others get at the file."""

import json
import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from sandbox.counterpoint import code_tables as code
from sandbox.counterpoint import document_children as children
from sandbox.counterpoint.customer_tables import CUSTOMER
from sandbox.counterpoint.database import CounterpointDatabase, DatabaseHeld
from sandbox.counterpoint.item_tables import INVENTORY, ITEM
from sandbox.counterpoint.native_lines import UnknownItem
from sandbox.counterpoint.native_orders import Entered, NativeOrder, enter
from sandbox.counterpoint.ncr.access import authorise
from sandbox.counterpoint.ncr.errors import NOT_FOUND, Refused, broke_down, succeeded
from sandbox.counterpoint.ncr.posted import order_of
from sandbox.counterpoint.ncr.quirks import Quirks
from sandbox.counterpoint.ncr.shown import document, rows
from sandbox.counterpoint.numbers import API_BLOCK
from sandbox.counterpoint.people import now
from sandbox.web.answering import Answer
from sandbox.web.calls import Call
from sandbox.web.transport import Request

Handler = Callable[[Request, tuple[str, ...]], Answer]


class Endpoint:
    def __init__(self, database: CounterpointDatabase) -> None:
        self._database = database
        self.quirks = Quirks()
        self._routes: list[tuple[str, str, bool, Handler]] = [
            ("POST", r"/Document", True, self._post),
            ("GET", r"/Document/(\d+)", False, self._get),
            ("POST", r"/Document/(\d+)/Note", False, self._add_note),
            ("GET", r"/Customer/([^/]+)", True, self._single(CUSTOMER, "CUST_NO")),
            ("GET", r"/Item/([^/]+)", True, self._single(ITEM, "ITEM_NO")),
            ("GET", r"/Item/([^/]+)/Inventory/([^/]+)", True, self._single(INVENTORY, "ITEM_NO", "LOC_ID")),
            ("GET", r"/Store/([^/]+)", True, self._single(code.STORE_CONFIGURATION, "STR_ID")),
            ("GET", r"/PayCode/([^/]+)", True, self._single(code.PAY_CODE, "PAY_COD")),
            ("GET", r"/PayCodes", True, self._list(code.PAY_CODE, "PayCodes")),
            ("GET", r"/TaxCodes", True, self._list(code.TAX_CODE, "TaxCodes")),
        ]

    def execute(self, request: Request, call: Call) -> Answer:
        """Answer a request; what nobody foresaw is ERROR_UNKNOWN."""
        try:
            for method, pattern, needs_key, handler in self._routes:
                matched = re.fullmatch(pattern, request.path.rstrip("/"), re.IGNORECASE)
                if matched and request.method == method:
                    call.route = re.sub(r"\(.*?\)", "{id}", pattern)
                    authorise(request, needs_key=needs_key)
                    return handler(request, matched.groups())
        except Refused as refused:
            return refused.answer()
        except (sa.exc.DBAPIError, DatabaseHeld, ValueError, ArithmeticError, KeyError) as error:
            return broke_down(error)
        return Answer(404, b"Handler for request not found", {"Content-Type": "text/plain"})

    def _post(self, request: Request, _: tuple[str, ...]) -> Answer:
        order = self.quirks.apply(order_of(_body(request)))
        entered = self._enter(order)
        host = f"http://{request.headers.get('host', '127.0.0.1')}"
        documents = [_document(entered.order_id, "Order", host, [])]
        if entered.deposit_id is not None:
            accepted = [
                {"PMT_SEQ_NO": place, "Response": "ACCEPTED"} for place in range(1, len(order.payments) + 1)
            ]
            documents.insert(0, _document(entered.deposit_id, "Ticket", host, accepted))
        return succeeded({"Documents": documents}, 201)

    def _enter(self, order: NativeOrder) -> Entered:
        with self._database.begin() as connection:
            if order.customer and not rows(connection, CUSTOMER, CUST_NO=order.customer):
                raise Refused(NOT_FOUND, f"Customer {order.customer} not found")
            try:
                return enter(connection, order, now(), API_BLOCK)
            except UnknownItem as unknown:
                raise Refused(NOT_FOUND, str(unknown)) from None

    def _get(self, _: Request, keys: tuple[str, ...]) -> Answer:
        with self._database.begin() as connection:
            found = document(connection, int(keys[0]))
        if found is None:
            raise Refused(NOT_FOUND, f"Document {keys[0]} not found", 404)
        return succeeded({"PS_DOC_HDR": found})

    def _add_note(self, request: Request, keys: tuple[str, ...]) -> Answer:
        doc_id = int(keys[0])
        body = _body(request)
        note = body.get("PS_DOC_NOTE") if isinstance(body, dict) else None
        if not isinstance(note, dict) or not note.get("NOTE_ID"):
            raise Refused("ERROR_MISSING_REQUIRED_DATA", "PS_DOC_NOTE.NOTE_ID is required")
        with self._database.begin() as connection:
            if document(connection, doc_id) is None:
                raise Refused(NOT_FOUND, f"Document {doc_id} not found", 404)
            place = len(rows(connection, children.NOTE, DOC_ID=doc_id)) + 1
            row = {"DOC_ID": doc_id, "NOTE_SEQ_NO": place, "NOTE_ID": note["NOTE_ID"], "NOTE": note.get("NOTE"),
                   "NOTE_TXT": note.get("NOTE"), "NOTE_DAT": now(), "USR_ID": "MGR"}  # fmt: skip
            connection.execute(children.NOTE.insert(), row)
        return succeeded({"NOTE_SEQ_NO": place})

    def _single(self, table: sa.Table, *names: str) -> Handler:
        def answer(_: Request, keys: tuple[str, ...]) -> Answer:
            with self._database.begin() as connection:
                found = rows(connection, table, **dict(zip(names, keys, strict=True)))
            if not found:
                raise Refused(NOT_FOUND, f"{table.name} {' '.join(keys)} not found", 404)
            return succeeded({table.name: found[0]})

        return answer

    def _list(self, table: sa.Table, name: str) -> Handler:
        def answer(_: Request, __: tuple[str, ...]) -> Answer:
            with self._database.begin() as connection:
                return succeeded({name: rows(connection, table)})

        return answer


def _body(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, UnicodeDecodeError):
        # An independent client that sends a form or bad encoding sees this, and thinks of arrays.
        raise Refused(
            "ERROR_UNKNOWN", "Type definitions should start with an object, not with an array"
        ) from None


def _document(doc_id: int, reference: str, host: str, payments: list[dict[str, Any]]) -> dict[str, Any]:
    link = {"uri": f"{host}/Document/{doc_id}", "method": "get"}
    return {"DOC_ID": doc_id, "reference": reference, "Link": link, "PaymentResponses": payments}
