"""Reading the boards: pages of 500, items by id, subitems by parent, values in the ledger's form."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dagster_project.delivery.destination import RemoteObject
from dagster_project.delivery.outcomes import AccessRefused
from dagster_project.monday import documents
from dagster_project.monday.client import MondayClient
from dagster_project.monday.layout import Layout
from dagster_project.monday.normalise import canonical, ledger_form
from dagster_project.monday.surroundings import Known

Said = Mapping[str, Any]


class Reader:
    """Turns items of the boards into remote objects."""

    def __init__(self, client: MondayClient, known: Known) -> None:
        self._client = client
        self._known = known

    def page_through(self, layout: Layout) -> Iterator[RemoteObject]:
        """Yield every live object of an entity, 500 per call."""
        columns = list(layout.columns)
        variables = {"board": layout.board_id, "columns": columns, "limit": documents.PAGE}
        page = self._on_board(layout, documents.FIRST_PAGE[layout.entity], variables)["boards"][0][
            "items_page"
        ]
        while True:
            yield from (self.remote(layout, said) for said in page["items"] if _live(said))
            if not page["cursor"]:
                return
            variables = {"cursor": page["cursor"], "columns": columns, "limit": documents.PAGE}
            page = self._client.read(documents.NEXT_PAGE[layout.entity], variables)["next_items_page"]

    def by_ids(self, layout: Layout, remote_ids: Sequence[str]) -> Iterator[RemoteObject]:
        """Yield those of the objects that are live and on the entity's board, 100 per call."""
        for said in self._items(layout, documents.BY_IDS[layout.entity], remote_ids):
            if _live(said) and str((said.get("board") or {}).get("id")) == layout.board_id:
                yield self.remote(layout, said)

    def children(self, layout: Layout, parent_ids: Sequence[str]) -> Iterator[RemoteObject]:
        """Yield the live subitems of some parents."""
        for parent in self._items(layout, documents.CHILDREN, parent_ids):
            for said in parent.get("subitems") or ():
                if _live(said):
                    yield self.remote(layout, {**said, "parent_item": {"id": parent["id"]}})

    def _items(self, layout: Layout, document: str, ids: Sequence[str]) -> Iterator[Said]:
        for some in documents.chunks(ids, documents.IDS_PER_CALL):
            variables = {
                "board": layout.board_id, "ids": some, "columns": list(layout.columns),
                "limit": documents.IDS_PER_CALL,
            }  # fmt: skip
            yield from filter(None, self._on_board(layout, document, variables)["items"] or ())

    def _on_board(self, layout: Layout, document: str, variables: Said) -> dict[str, Any]:
        """Read; raise AccessRefused when the board cannot be seen, lest all it holds count as gone."""
        data = self._client.read(document, variables)
        if not data["boards"]:
            raise AccessRefused(f"board {layout.board_id} is not there, or the token may not see it")
        return data

    def ids_by_value(self, board_id: str, column: str, values: Sequence[str]) -> dict[str, list[str]]:
        """Search a text column for many values; return value → ids of live items that carry it."""
        found: dict[str, list[str]] = {}
        for some in documents.chunks(values, documents.IDS_PER_CALL):
            for said in self._search(board_id, column, some):
                for cell in said["column_values"]:
                    if _live(said) and cell["text"] in some:
                        found.setdefault(cell["text"], []).append(str(said["id"]))
        return found

    def _search(self, board_id: str, column: str, values: Sequence[str]) -> Iterator[Said]:
        variables = {
            "board": board_id, "column": column, "values": list(values), "columns": [column],
            "limit": documents.PAGE,
        }  # fmt: skip
        page = self._client.read(documents.SEARCH, variables)["items_page_by_column_values"]
        while True:
            yield from page["items"]
            if not page["cursor"]:
                return
            variables = {"cursor": page["cursor"], "columns": [column], "limit": documents.PAGE}
            page = self._client.read(documents.NEXT_SEARCH, variables)["next_items_page"]

    def remote(self, layout: Layout, said: Said) -> RemoteObject:
        """Return an item as a remote object: every told value it was asked for, in ledger form."""
        texts = {cell["id"]: cell["text"] for cell in said["column_values"]}
        values: dict[str, Any] = {layout.name.field: canonical("text", said["name"])}
        if layout.group:
            values[layout.group] = canonical("text", (said.get("group") or {}).get("title"))
        for place in layout.places:
            if place.column in texts:
                values[place.field] = ledger_form(place, texts[place.column])
        external = layout.external_id
        return RemoteObject(
            entity=layout.entity,
            remote_id=str(said["id"]),
            values=values,
            key=canonical("text", texts.get(external.column)) if external else None,
            parent_remote_id=_id(said.get("parent_item")),
            created_by_us=str(said.get("creator_id")) == self._known.once().me,
        )


def _live(said: Said | None) -> bool:
    return bool(said) and (said or {}).get("state") in (None, "active")


def _id(said: Said | None) -> str | None:
    return str(said["id"]) if said else None
