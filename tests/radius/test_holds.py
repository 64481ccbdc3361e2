"""The holds of the workflow: all that are documented, said in the same words wherever they are shown."""

import re

from dagster_project.radius.holds import HOLDS, STEPS, hold_of, step_of
from dagster_project.settings import PROJECT_ROOT

MACRO = PROJECT_ROOT / "dbt" / "macros" / "radius" / "holds.sql"


def test_python_and_sql_say_of_the_same_holds_the_same() -> None:
    said = dict(re.findall(r"'([A-Z0-9_]+)': '([^']+)'", MACRO.read_text(encoding="utf-8")))
    assert {code: hold.waits_for for code, hold in HOLDS.items()} == said


def test_holds_after_a_change_are_the_four_of_phase_2() -> None:
    after = {code for code, hold in HOLDS.items() if hold.after_changes}
    assert after == {code for code in HOLDS if code.startswith(("P2_", "SO4_"))}
    assert len(after) == 4


def test_what_has_no_name_yet_is_shown_by_its_code() -> None:
    assert (hold_of("NEW_HOLD").code, hold_of(None).code) == ("NEW_HOLD", "HOLD")
    assert (step_of("po_lines"), step_of("REQS_P4")) == ("PO_P4", "REQS_P4")
    assert len(set(STEPS.values())) == len(STEPS)
