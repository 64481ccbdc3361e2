"""What Python has to do otherwise on Babelfish, in the processes of tests only."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from dagster_project import dbt_manifest, dbt_runner
from dagster_project.dbt_standing import Lasting, Standing
from dagster_project.warehouse import tables


class ViewsThatGo(Standing):
    """Here a view is dropped with the tables it reads (macros/dependents.sql): each build makes it anew."""

    made_before = False

    def holds(self, lasting: Lasting) -> bool:
        """True when there are no views and the seeds stand; remembers whether this project made all of it before."""
        known = tables.project_view.c
        with self.warehouse.begin() as connection:
            made = connection.execute(
                sa.select(known.view_name).where(known.made_of == self.made_of)
            ).scalars()
            ViewsThatGo.made_before = lasting.names <= set(made)
        return not lasting.views and super().holds(lasting)


def _tests_of(manifest: Any, nodes: Iterable[Any], *, examples: bool) -> list[Any]:
    """Try the examples of mappings when the product would: not again for views that stood elsewhere."""
    return dbt_manifest.tests_of(manifest, nodes, examples=examples and not ViewsThatGo.made_before)


REPLACED = {"Standing": ViewsThatGo, "tests_of": _tests_of}
"""What dbt_runner uses by these names."""


def take() -> None:
    """Take the detours from now on."""
    for name, detour in REPLACED.items():
        setattr(dbt_runner, name, detour)
    sa.event.listen(sa.Engine, "before_cursor_execute", _write_nulls, retval=True)


def _write_nulls(
    _connection: sa.Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
) -> tuple[str, Any]:
    """The driver asks the server for the type of a NULL; where Babelfish does not know it, it rolls back unheard."""
    parts = statement.split("?")
    if many or not isinstance(parameters, tuple | list) or len(parts) != len(parameters) + 1:
        return statement, parameters
    marks = ["null" if value is None else "?" for value in parameters]
    written = "".join(part + mark for part, mark in zip(parts, [*marks, ""], strict=True))
    return written, tuple(value for value in parameters if value is not None)
