"""Runs dbt in this process: 0.2 s for a handful of nodes against 7 s for a sub-process each.

The command line and the Dagster assets both come through here. dbt opens the warehouse beside us, and what it opened
is closed after it.
"""

import gc
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from dagster_project.dbt_manifest import marked, parsed, part_of, sources_of, tagged, tests_of
from dagster_project.dbt_standing import Lasting, Standing
from dagster_project.settings import PROJECT_ROOT, Settings
from dagster_project.warehouse.engine import Warehouse, odbc_driver

_QUIETLY = (
    "--quiet", "--no-use-colors", "--no-print", "--log-level", "none", "--log-level-file", "none",
)  # fmt: skip
_UNREAD = ("--no-write-json",)
"""Nobody reads the manifest and results of a build; they took 0.8 s of an empty run's 5.0 s of CPU."""
OBJECTS_BETWEEN_LOOKS = 300_000  # for the garbage collector; an invocation leaves up to 100,000
OnNode = Callable[[str, int, int], None]


class DbtFailed(Exception):
    """dbt could not run at all: a project that does not parse, a warehouse that does not answer."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one dbt node."""

    unique_id: str
    kind: str  # model, test, snapshot, seed, unit_test
    name: str
    status: str  # success, pass, warn, error, fail, skipped
    seconds: float
    failures: int | None
    message: str
    description: str = ""

    @property
    def blocks(self) -> bool:
        """True for a node that failed and is no mere warning."""
        return self.status in ("error", "fail", "runtime error")


class DbtRunner:
    """Invokes dbt on one warehouse, one invocation at a time."""

    def __init__(self, settings: Settings, warehouse: Warehouse) -> None:
        self.settings = settings
        self.warehouse = warehouse

    def refresh(self, *tags: str, tested: bool = True, on_node: OnNode | None = None) -> list[NodeResult]:
        """Build what has all these tags, and test it unless told otherwise. Raises DbtFailed.

        As long as the project is the one that made its views and seeds, these are left as they stand, and neither
        the examples of its mappings nor the seeds' own rows are tested again. Unit tests are left out: they test the
        project, not the data of this run.
        """
        manifest = self._parsed()
        nodes = tagged(manifest, tags)
        lasting = Lasting.among(nodes)
        standing = Standing(self.warehouse, PROJECT_ROOT, sources_of(manifest))
        left = lasting.names if standing.holds(lasting) else frozenset()
        chosen = [node for name, node in nodes.items() if name not in left and not _is_inline(node)]
        if tested:
            looked_at = [node for name, node in nodes.items() if name not in left - lasting.views]
            chosen += tests_of(manifest, looked_at, examples=not left)
        results: list[NodeResult] = []
        if chosen:
            with marked(chosen) as mark:
                build = ["build", *_UNREAD, "--select", f"tag:{mark}", "--indirect-selection", "empty"]
                built = self._invoke(part_of(manifest, chosen), build, on_node).result
                results = [_node(run) for run in built.results] if built is not None else []
        if lasting.names - left and not any(node.blocks for node in results):
            standing.record(lasting)
        return [*results, *(_left(nodes[name]) for name in sorted(left))]

    def prepare(self) -> None:
        """Have the parsed project at hand, for runs that this process or children it forks will make."""
        self._parsed()

    def parse(self) -> None:
        """Write the manifest; raise DbtFailed with dbt's words when the project does not parse."""
        self._parse()

    def docs(self) -> None:
        """Write the documentation site as one page that needs no server: target/static_index.html."""
        self.invoke(["docs", "generate", "--static"])

    def invoke(self, arguments: Sequence[str], on_node: OnNode | None = None) -> Any:
        """Run any command of dbt; return what dbt's runner returns, raise DbtFailed."""
        return self._invoke(self._parsed(), arguments, on_node)

    def _invoke(self, manifest: Any, arguments: Sequence[str], on_node: OnNode | None) -> Any:
        with self.warehouse.lent_to_dbt() as name:
            variables = self._variables() | {"ORDER_STAGING_AGENT": name}
            try:
                return self._call(arguments, variables, manifest, [_progress(on_node)] if on_node else [])
            finally:
                _close_handles()

    def _parsed(self) -> Any:
        return parsed(PROJECT_ROOT, self._target(), lambda: self._parse(*_UNREAD))

    def _parse(self, *options: str) -> Any:
        """Return the manifest. To dbt every embedded warehouse is one file, so that what it has parsed and keeps
        below the home stays valid when the home is copied or moved."""
        variables = self._variables()
        if self.warehouse.path:
            variables["ORDER_STAGING_DUCKDB"] = f"parsed/{self.warehouse.path.name}"
        return self._call(["parse", *options], variables, None, []).result

    def _call(
        self, arguments: Sequence[str], variables: Mapping[str, str], manifest: Any, callbacks: list[Any]
    ) -> Any:
        """Run dbt; raise DbtFailed when it could not run at all."""
        from dbt.cli.main import dbtRunner

        _collect_seldom()
        with _environment(variables):
            result = dbtRunner(manifest, callbacks).invoke([*_QUIETLY, *arguments, *self._paths()])
        if isinstance(result.exception, KeyboardInterrupt):
            raise result.exception
        if result.exception is not None:
            said = str(result.exception) or type(result.exception).__name__
            if isinstance(result.exception, OSError):
                said = f"dbt cannot write its files below {self.settings.order_staging_home}: {said}"
            raise DbtFailed(_first_lines(said)) from result.exception
        return result

    def _target(self) -> dict[str, str]:
        """What parsing depends on: the server and its database, but not where our home is."""
        variables = self._variables() | {"ORDER_STAGING_HOME": ""}
        if self.warehouse.path:
            variables["ORDER_STAGING_DUCKDB"] = self.warehouse.path.name
        return variables

    def _paths(self) -> list[str]:
        home = self.settings.order_staging_home
        return [
            "--log-path", str(home / "logs"), "--target-path", str(home / "target"),
            "--project-dir", str(PROJECT_ROOT), "--profiles-dir", str(PROJECT_ROOT),
        ]  # fmt: skip

    def _variables(self) -> dict[str, str]:
        """Everything profiles.yml reads, derived from WAREHOUSE_URL: it is the one place to say it."""
        variables = {"ORDER_STAGING_HOME": str(self.settings.order_staging_home)}
        url = self.warehouse.url
        if self.warehouse.embedded:
            return variables | {
                "ORDER_STAGING_DBT_TARGET": "duckdb",
                "ORDER_STAGING_DUCKDB": str(self.warehouse.path),
            }
        query = {name.lower(): str(value) for name, value in url.query.items()}
        return variables | {
            "ORDER_STAGING_DBT_TARGET": "sqlserver",
            "DB_DRIVER": str(query.get("driver") or odbc_driver()),
            "DB_SERVER": url.host or "localhost",
            "DB_PORT": str(url.port or 1433),
            "DB_NAME": url.database or "",
            "DB_USER": url.username or "",
            "DB_PASSWORD": str(url.password or ""),
            "DB_ENCRYPT": query.get("encrypt", "yes"),
            "DB_TRUST_CERT": query.get("trustservercertificate", "no"),
            "DB_WINDOWS_LOGIN": query.get("trusted_connection", "no"),
        }


def _is_inline(node: Any) -> bool:
    """True for a step of the models that read it: they compile it, by itself it is nothing but a node more."""
    return bool(node.config.materialized == "ephemeral")


def _left(node: Any) -> NodeResult:
    """What became of a view that was left as it stands."""
    return NodeResult(
        unique_id=node.unique_id, kind=str(node.resource_type), name=node.name, status="success", seconds=0.0,
        failures=None, message="stands as the project defines it", description=node.description or "",
    )  # fmt: skip


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _collect_seldom() -> None:
    """Look for garbage after a few invocations: going through dbt's manifest takes an eighth of an empty run."""
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, *gc.get_threshold()[1:])


def _close_handles() -> None:
    """dbt-duckdb keeps its file open after an invocation; no other process could open it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def _progress(on_node: OnNode) -> Callable[[Any], None]:
    def callback(event: Any) -> None:
        if event.info.name == "NodeFinished":
            info = event.data.node_info
            on_node(info.node_name, 0, 0)

    return callback


def _node(run: Any) -> NodeResult:
    node = run.node
    return NodeResult(
        unique_id=node.unique_id,
        kind=str(node.resource_type),
        name=node.name,
        status=str(run.status),
        seconds=run.execution_time or 0.0,
        failures=run.failures,
        message=run.message or "",
        description=getattr(node, "description", "") or "",
    )


def _first_lines(text: str, lines: int = 12) -> str:
    return "\n".join(text.strip().splitlines()[:lines])
