"""What stands in for SQL Server fits the product as it is now; no server is needed to see that."""

from dagster_project import dbt_runner
from tests.sqlserver.babelfish import detours


def test_each_detour_takes_the_place_of_something_that_is_there() -> None:
    assert [name for name in detours.REPLACED if not hasattr(dbt_runner, name)] == []
