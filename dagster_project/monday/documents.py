"""Every GraphQL document the client can send. Values travel as variables only, never inside the text."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COMPLEXITY = "complexity { query before after reset_in_x_seconds }"
PAGE = 500
IDS_PER_CALL = 100

# Asked beside objects by id: when the board cannot be seen, that they are missing means nothing.
VISIBLE = "boards(ids: [$board], limit: 1) { id }"

_ITEM = "id name state creator_id group { id title } column_values(ids: $columns) { id text }"
_SUBITEM = "id name state creator_id parent_item { id } column_values(ids: $columns) { id text }"

PREFLIGHT = f"""query Preflight($boards: [ID!]) {{
  version {{ value }}
  me {{ id }}
  boards(ids: $boards, limit: 10) {{
    id name items_count
    groups {{ id title }}
    columns {{ id title type archived settings }}
  }}
  platform_api {{ daily_limit {{ total }} daily_analytics {{ by_day {{ day usage }} }} }}
  {COMPLEXITY}
}}"""

GROUPS = f"""query Groups($board: ID!) {{
  boards(ids: [$board], limit: 1) {{ id groups {{ id title }} }}
  {COMPLEXITY}
}}"""


def _first_page(name: str, fields: str) -> str:
    return f"""query {name}($board: ID!, $columns: [String!], $limit: Int!) {{
  boards(ids: [$board], limit: 1) {{ id items_page(limit: $limit) {{ cursor items {{ {fields} }} }} }}
  {COMPLEXITY}
}}"""


def _next_page(name: str, fields: str) -> str:
    return f"""query {name}($cursor: String!, $columns: [String!], $limit: Int!) {{
  next_items_page(cursor: $cursor, limit: $limit) {{ cursor items {{ {fields} }} }}
  {COMPLEXITY}
}}"""


def _by_ids(name: str, fields: str) -> str:
    return f"""query {name}($board: ID!, $ids: [ID!]!, $columns: [String!], $limit: Int!) {{
  {VISIBLE}
  items(ids: $ids, limit: $limit, exclude_nonactive: true) {{ {fields} board {{ id }} }}
  {COMPLEXITY}
}}"""


FIRST_PAGE = {"items": _first_page("Items", _ITEM), "subitems": _first_page("Subitems", _SUBITEM)}
NEXT_PAGE = {"items": _next_page("NextItems", _ITEM), "subitems": _next_page("NextSubitems", _SUBITEM)}
BY_IDS = {"items": _by_ids("ItemsById", _ITEM), "subitems": _by_ids("SubitemsById", _SUBITEM)}

SEARCH = f"""query Search(
  $board: ID!, $column: String!, $values: [String]!, $columns: [String!], $limit: Int!
) {{
  items_page_by_column_values(
    board_id: $board, limit: $limit, columns: [{{column_id: $column, column_values: $values}}]
  ) {{ cursor items {{ id state column_values(ids: $columns) {{ id text }} }} }}
  {COMPLEXITY}
}}"""

NEXT_SEARCH = f"""query NextSearch($cursor: String!, $columns: [String!], $limit: Int!) {{
  next_items_page(cursor: $cursor, limit: $limit) {{
    cursor items {{ id state column_values(ids: $columns) {{ id text }} }}
  }}
  {COMPLEXITY}
}}"""

CHILDREN = f"""query Children($board: ID!, $ids: [ID!]!, $columns: [String!], $limit: Int!) {{
  {VISIBLE}
  items(ids: $ids, limit: $limit, exclude_nonactive: true) {{
    id subitems {{ id name state creator_id column_values(ids: $columns) {{ id text }} }}
  }}
  {COMPLEXITY}
}}"""

READS = (
    PREFLIGHT, GROUPS, *FIRST_PAGE.values(), *NEXT_PAGE.values(), *BY_IDS.values(), SEARCH, NEXT_SEARCH,
    CHILDREN,
)  # fmt: skip

# Argument of a mutation → the letter of its variable and the type the variable is declared with.
ARGUMENTS: Mapping[str, tuple[str, str]] = {
    "board_id": ("b", "ID!"),
    "item_id": ("i", "ID!"),
    "parent_item_id": ("p", "ID!"),
    "group_id": ("g", "String!"),
    "group_name": ("t", "String!"),
    "item_name": ("n", "String!"),
    "column_id": ("k", "String!"),
    "column_type": ("y", "ColumnType!"),
    "column_values": ("c", "JSON!"),
    "value": ("v", "String!"),
    "id": ("d", "String!"),
    "title": ("h", "String!"),
    "create_labels_if_missing": ("l", "Boolean!"),
}


@dataclass(frozen=True)
class Call:
    """One mutation with its arguments; becomes one alias of a request."""

    mutation: str
    arguments: Mapping[str, Any]


def compose(calls: Sequence[Call]) -> str:
    """Return the exact body of one request: aliases a0…aN in order, every value a variable.

    Equal calls give equal bytes, so that a request can be repeated under its idempotency key.
    """
    declared: list[str] = []
    aliases: list[str] = []
    variables: dict[str, Any] = {}
    for position, call in enumerate(calls):
        given: list[str] = []
        for argument, value in call.arguments.items():
            letter, graphql_type = ARGUMENTS[argument]
            variable = f"{letter}{position}"
            declared.append(f"${variable}: {graphql_type}")
            given.append(f"{argument}: ${variable}")
            variables[variable] = value
        aliases.append(f"  {alias(position)}: {call.mutation}({', '.join(given)}) {{ id }}")
    query = "\n".join([f"mutation ({', '.join(declared)}) {{", *aliases, f"  {COMPLEXITY}", "}"])
    return as_body(query, variables)


def as_body(query: str, variables: Mapping[str, Any]) -> str:
    """Return a request's body."""
    return json.dumps({"query": query, "variables": variables}, ensure_ascii=False, separators=(",", ":"))


def alias(position: int) -> str:
    """Return the alias of the operation at a position."""
    return f"a{position}"


def variable(variables: Mapping[str, Any], argument: str, position: int) -> Any:
    """Return what a composed request says for an argument of the operation at a position, if anything."""
    return variables.get(f"{ARGUMENTS[argument][0]}{position}")


def chunks(values: Sequence[str], size: int) -> Iterator[list[str]]:
    """Cut a list into pieces of at most `size`."""
    for start in range(0, len(values), size):
        yield list(values[start : start + size])
