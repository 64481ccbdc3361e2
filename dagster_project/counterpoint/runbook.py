"""The three names that the runbook's printed queries use, as views in a database of their own.

One of those queries selects TOT_AMT from dbo.PS_DOC_HDR. Counterpoint's header has no such column, and a vendor
table gets none from us. So the queries run in a small database beside the company's, where dbo.PS_DOC_HDR is a
view of the header with the order's total, and the two staging tables are views of themselves.
python -m dagster_project.counterpoint.runbook        writes the script anew
"""

from dagster_project.counterpoint.tables import HEADER, ORDER_STAGING, SYNC_LOG, TOTAL
from dagster_project.settings import PROJECT_ROOT

SCRIPT = PROJECT_ROOT / "sql" / "ddl" / "002_counterpoint_runbook.sql"
COMPANY = "$(COUNTERPOINT)"


def views(company: str) -> dict[str, str]:
    """Return view name → its select over the company's database, quoted as its server wants it."""
    total = f"(select sum(t.TOT) from {company}.dbo.{TOTAL.name} as t where t.DOC_ID = h.DOC_ID) as TOT_AMT"
    return {
        HEADER.name: f"select h.*, {total} from {company}.dbo.{HEADER.name} as h",
        ORDER_STAGING.name: f"select * from {company}.dbo.{ORDER_STAGING.name}",
        SYNC_LOG.name: f"select * from {company}.dbo.{SYNC_LOG.name}",
    }


def script() -> str:
    """Return the T-SQL script for a DBA; sqlcmd puts the company's database in."""
    head = (
        f"-- {SCRIPT.name}: where the runbook's queries run as printed.\n"
        "--\n"
        "-- Rendered from dagster_project/counterpoint/runbook.py; change it there. Run it in a database of its own\n"
        "-- on Counterpoint's server, never in the company's: sqlcmd -d RUNBOOK -v COUNTERPOINT=COMPANY -i (file)\n"
    )
    parts = [head]
    for name, select in views(f"[{COMPANY}]").items():
        parts.append(
            f"if object_id(N'dbo.{name}', N'V') is not null\nbegin\n    drop view dbo.{name};\nend;\ngo\n"
        )
        parts.append(f"create view dbo.{name} as\n{select};\ngo\n")
    return "\n".join(parts)


def main() -> None:
    """Write the script."""
    SCRIPT.write_text(script(), encoding="utf-8")


if __name__ == "__main__":
    main()
