"""Everything rendered for SQL Server: parsed as T-SQL, and held to what T-SQL is known not to take.

No server is needed. On the first build nothing exists there; on the second the incremental tables and the
snapshot do, so their other halves are rendered too.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from dbt.cli.main import dbtRunner
from sqlglot import exp

from dagster_project.dbt_manifest import parsed
from tests.dbt.tsql_server import ORDERS, Columns, stub
from tests.dbt.world import QUIETLY, ROOT, environment

KEPT: Columns = (
    ("order_key", "nvarchar"), ("CUSTOMER NAME", "nvarchar"), ("EX FACTORY DATE", "nvarchar"),
    ("source_removed", "int"), ("dbt_valid_to", "datetime2"), ("dbt_scd_id", "varchar"),
)  # fmt: skip
WOO_KEPT: Columns = (
    ("order_key", "nvarchar"), ("WOO_ORDER_NO", "nvarchar"), ("source_removed", "int"),
    ("dbt_valid_to", "datetime2"), ("dbt_scd_id", "varchar"),
)  # fmt: skip
LWS_KEPT: Columns = (
    ("order_key", "nvarchar"), ("custref", "nvarchar"), ("orderedqty", "nvarchar"), ("source_removed", "int"),
    ("dbt_valid_to", "datetime2"), ("dbt_scd_id", "varchar"),
)  # fmt: skip
LWS_HISTORIES = (
    "so4_line_snapshot",
    "so4_header_snapshot",
    "req_snapshot_keyed",
    "so2_snapshot",
    "job_p2_snapshot",
)
COUNTERPOINT = ("staging_rows", "documents", "verdicts", "order_statuses")
TOLD: Columns = (("instance", "nvarchar"), ("business_key", "nvarchar"))
SERVERS: dict[str, dict[str, Columns]] = {
    "first": {"ORDERS_UNIFIED": ORDERS},
    "later": {
        "ORDERS_UNIFIED": ORDERS, "told_monday__items": TOLD, "told_monday__subitems": TOLD,
        "orders_unified_snapshot": KEPT, "woo_orders_snapshot": WOO_KEPT,
        **{f"told_counterpoint__{entity}": TOLD for entity in COUNTERPOINT},
        "told_radius__orders": TOLD, **dict.fromkeys(LWS_HISTORIES, LWS_KEPT),
    },
    "without key": {"ORDERS_UNIFIED": ORDERS[:-1]},
}  # fmt: skip
SELECTED = {
    "first": (),
    "later": ("--select", "config.materialized:incremental", "config.materialized:snapshot", "*_delta"),
    "without key": ("--select", "tag:monday"),
}
"""What is rendered otherwise for such a server than for the first; dbt takes a fiftieth of a second for each node."""
NOT_TSQL = (
    exp.Boolean, exp.DPipe, exp.Limit, exp.NullSafeEQ, exp.NullSafeNEQ, exp.ILike, exp.Interval, exp.Qualify,
    exp.Unnest, exp.Struct, exp.RegexpLike, exp.JSONExtract, exp.Filter,
)  # fmt: skip
FUNCTIONS = frozenset(
    [
        "cast",
        "try_cast",
        "convert",
        "try_convert",
        "coalesce",
        "nullif",
        "concat",
        "concat_ws",
        "string_escape",
        "openjson",
        "json_value",
        "left",
        "lower",
        "upper",
        "trim",
        "replace",
        "translate",
        "substring",
        "len",
        "datalength",
        "charindex",
        "nchar",
        "floor",
        "count",
        "sum",
        "max",
        "min",
        "row_number",
        "datediff",
        "dateadd",
        "sysutcdatetime",
        "hashbytes",
        "case",
        "and",
        "or",
        "exists",
        "right",
        "abs",
        "round",
        "string_agg",
        "lag",
    ]
)


def dbt(home: Path, *arguments: str) -> Any:
    """Run dbt for a SQL Server, with the project parsed once; return what dbt's runner returns."""
    places = ("--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--target", "sqlserver")
    paths = ("--target-path", str(home / "target"), "--log-path", str(home / "logs"))
    with environment({"ORDER_STAGING_HOME": str(home)}):
        manifest = parsed(
            ROOT, {"target": "sqlserver"},
            lambda: dbtRunner().invoke([*QUIETLY, "parse", *paths, *places]).result,
        )  # fmt: skip
        return dbtRunner(manifest).invoke([*QUIETLY, *arguments, *paths, *places])


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """(which server, node) → SQL of every model, snapshot and data test."""
    home: Path = tmp_path_factory.mktemp("tsql")
    found: dict[tuple[str, str], str] = {}
    for server, relations in SERVERS.items():
        with stub(relations):
            result = dbt(home, "compile", *SELECTED[server])
        assert result.exception is None, result.exception
        for run in result.result.results:
            assert str(run.status) == "success", f"{run.node.name}: {run.message}"
            if str(run.node.resource_type) in ("model", "snapshot", "test"):
                found[server, run.node.name] = run.node.compiled_code
    return found


@pytest.fixture(scope="module")
def statements(rendered: dict[tuple[str, str], str]) -> dict[tuple[str, str], exp.Expression]:
    """The same, parsed; a node that does not parse fails here with its name."""
    found: dict[str, exp.Expression] = {}  # most nodes are rendered alike for all servers
    for place, sql in rendered.items():
        if sql in found:
            continue
        try:
            (statement,) = sqlglot.parse(sql, dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)
        except sqlglot.errors.SqlglotError as error:
            pytest.fail(f"{place}: {error}")
        assert isinstance(statement, exp.Expression)
        found[sql] = statement
    return {place: found[sql] for place, sql in rendered.items()}


def everywhere(
    statements: dict[tuple[str, str], exp.Expression], *kinds: type[exp.Expression]
) -> Iterator[Any]:
    for place, statement in statements.items():
        for node in statement.find_all(*kinds):
            yield place, node


def test_every_node_is_rendered(rendered: dict[tuple[str, str], str]) -> None:
    names = {name for _, name in rendered}
    assert {"stg_monday__orders", "STG_MON_CustMasterSchedule_Subitems", "VW_MON_ActiveBatches"} <= names
    assert {"every_item_is_in_exactly_one_place", "items_are_mapped_as_the_examples_say"} <= names
    assert sum(server == "first" for server, _ in rendered) >= 150
    assert rendered["first", "told_monday__items"] != rendered["later", "told_monday__items"]
    assert rendered["first", "orders_unified_delta"] != rendered["later", "orders_unified_delta"]
    assert rendered["first", "so4_line_delta"] != rendered["later", "so4_line_delta"]
    assert "row_number()" in rendered["without key", "stg_monday__orders"]


def test_nothing_foreign_to_tsql_is_used(statements: dict[tuple[str, str], exp.Expression]) -> None:
    foreign = [(place, node.sql("tsql")[:200]) for place, node in everywhere(statements, *NOT_TSQL)]
    assert not foreign


def test_only_functions_of_sql_server_2019_are_called(
    statements: dict[tuple[str, str], exp.Expression], rendered: dict[tuple[str, str], str]
) -> None:
    called = {
        (name.lower(), place[1])
        for place, sql in rendered.items()
        for name in re.findall(
            r"\b([a-z_]+)\(", re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*", "''", sql.lower())
        )
    }
    words = {"in", "as", "on", "not", "over", "values", "with", "when", "then", "nvarchar", "decimal", "datetime",
             "apply", "select", "from", "where", "by", "varchar", "melted", "numeric", "is"}  # fmt: skip
    unknown = {(name, node) for name, node in called if name not in FUNCTIONS | words}
    assert not unknown


def test_no_condition_stands_where_a_value_must(statements: dict[tuple[str, str], exp.Expression]) -> None:
    conditions = (exp.Predicate, exp.And, exp.Or, exp.Not)
    wrong = [
        (place, column.sql("tsql")[:200])
        for place, select in everywhere(statements, exp.Select)
        for column in select.expressions
        if isinstance(column.unalias(), conditions)
        and not isinstance(column.unalias(), exp.SubqueryPredicate)
    ]
    assert not wrong


def test_common_table_expressions_stand_at_the_top(statements: dict[tuple[str, str], exp.Expression]) -> None:
    nested = [place for place, cte in everywhere(statements, exp.With) if cte.parent is not statements[place]]
    assert not nested


def test_nothing_is_ordered_but_windows(statements: dict[tuple[str, str], exp.Expression]) -> None:
    ordered = [
        place
        for place, order in everywhere(statements, exp.Order)
        if not isinstance(order.parent, (exp.Window, exp.WithinGroup, exp.GroupConcat))
    ]
    assert not ordered


def test_every_column_has_a_name_of_its_own(statements: dict[tuple[str, str], exp.Expression]) -> None:
    wrong = []
    for place, select in everywhere(statements, exp.Select):
        if isinstance(select.parent, (exp.Exists, exp.Subquery, exp.SetOperation, exp.In)):
            continue
        names = [column.alias_or_name.casefold() for column in select.expressions if not column.is_star]
        if "" in names or len(set(names)) < len(names):
            wrong.append((place, select.sql("tsql")[:300]))
    assert not wrong


def test_a_grouped_select_takes_aggregates_and_what_it_groups_by(
    statements: dict[tuple[str, str], exp.Expression],
) -> None:
    """A column that is grouped by under a collation is another expression than the column alone."""
    wrong = [
        (place, column.sql("tsql")[:200])
        for place, select in everywhere(statements, exp.Select)
        if (group := select.args.get("group")) is not None
        for column in select.expressions
        if _ungrouped(column.unalias(), {one.sql("tsql") for one in group.expressions})
    ]
    assert not wrong


def _ungrouped(value: exp.Expression, grouped: set[str]) -> bool:
    if value.sql("tsql") in grouped or isinstance(value, (exp.AggFunc, exp.Query)):
        return False
    return isinstance(value, exp.Column) or any(_ungrouped(one, grouped) for one in value.iter_expressions())


def test_texts_survive_the_code_page(rendered: dict[tuple[str, str], str]) -> None:
    """dbt-sqlserver sends statements through exec('…'), which is not unicode."""
    assert not [place for place, sql in rendered.items() if not sql.isascii()]


def test_no_text_type_is_without_length(rendered: dict[tuple[str, str], str]) -> None:
    assert not [place for place, sql in rendered.items() if re.search(r"\bn?varchar\b(?!\()", sql.lower())]


def test_no_column_is_a_null_without_a_type(statements: dict[tuple[str, str], exp.Expression]) -> None:
    """T-SQL takes it for an integer, and then refuses the texts that are united with it."""
    wrong = [
        (place, column.alias)
        for place, select in everywhere(statements, exp.Select)
        for column in select.expressions
        if isinstance(column.unalias(), exp.Null)
    ]
    assert not wrong


def test_keys_are_short_enough_for_an_index(rendered: dict[tuple[str, str], str]) -> None:
    for server in ("first", "without key"):
        assert "as nvarchar(200)) as order_key" in rendered[server, "stg_monday__orders"]
        assert "as nvarchar(200)) as business_key" in rendered[server, "int_monday__items_mapped"]
        assert "as nvarchar(200)) as business_key" in rendered[server, "int_monday__subitems_mapped"]


def test_keys_and_texts_compare_under_a_binary_collation(rendered: dict[tuple[str, str], str]) -> None:
    compared = rendered["first", "int_monday__items_compared"]
    assert 'mapped."COLOR" collate Latin1_General_100_BIN2, datalength(mapped."COLOR")' in compared
    assert "(mapped.told_key = told.business_key collate Latin1_General_100_BIN2 and datalength" in compared
    assert 'mapped."CUSTOMER PRICE",' in compared


def test_history_is_dated_in_utc(tmp_path: Path) -> None:
    with stub({}):
        result = dbt(tmp_path, "compile", "--inline", "{{ snapshot_get_time() }}")
    assert result.result.results[0].node.compiled_code == "cast(sysutcdatetime() as datetime2(6))"
