"""The options many commands share, each spelled once."""

from typing import Annotated

import typer

from dagster_project.delivery.staging import Filters
from dagster_project.systems import PIPELINES, SYSTEMS

NAMES = ", ".join(dict.fromkeys((*SYSTEMS, *PIPELINES)))

SystemName = Annotated[str, typer.Argument(help=NAMES, metavar="SYSTEM")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Customer = Annotated[
    str | None, typer.Option(help="Customer, as the source spells it or its canonical name.")
]
Po = Annotated[str | None, typer.Option(help="PO number, exactly: 4755 does not find 47551.")]
AagSeason = Annotated[str | None, typer.Option(help="AAG season, e.g. '2025 FALL'.")]
CustomerSeason = Annotated[str | None, typer.Option(help="The customer's own season.")]
Key = Annotated[str | None, typer.Option(help="One business key, with its children.")]
Where = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="Any filter column of STG_, exactly; may be repeated."),
]
Everything = Annotated[bool, typer.Option("--all", help="Every staged row; needed when no filter is given.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be sent, old and new; send nothing.")
]
StartEmpty = Annotated[
    bool, typer.Option("--start-empty", help="Create although the destination holds objects we do not know.")
]
AllowRemovals = Annotated[
    bool, typer.Option("--allow-removals", help="Override the guards on removed and re-keyed rows, once.")
]
AllowImpact = Annotated[
    bool, typer.Option("--allow-impact", help="Send although a mapping edit changes many delivered rows.")
]
Limit = Annotated[int, typer.Option(min=1, help="How many lines to show.")]


def filters(
    customer: str | None, po: str | None, aag_season: str | None, customer_season: str | None,
    key: str | None, where: list[str] | None, everything: bool = False,
) -> Filters:  # fmt: skip
    """Return the filters that were said; a pair that is none is refused as a wrong option."""
    pairs = dict(_pair(said) for said in where or ())
    named = {"customer": customer, "po": po, "aag_season": aag_season, "customer_season": customer_season}
    return Filters.said(key=key, everything=everything, **{**pairs, **{n: v for n, v in named.items() if v}})


def _pair(said: str) -> tuple[str, str]:
    name, separator, value = said.partition("=")
    if not (name and separator):
        raise typer.BadParameter(f"{said!r} is no NAME=VALUE", param_hint="--where")
    return name.strip(), value
