"""The options many commands share, each spelled once."""

from typing import Annotated

import typer

SystemName = Annotated[str, typer.Argument(help="monday", metavar="SYSTEM")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Customer = Annotated[
    str | None, typer.Option(help="Customer, as the source spells it or its canonical name.")
]
Po = Annotated[str | None, typer.Option(help="PO number, exactly: 4755 does not find 47551.")]
AagSeason = Annotated[str | None, typer.Option(help="AAG season, e.g. '2025 FALL'.")]
CustomerSeason = Annotated[str | None, typer.Option(help="The customer's own season.")]
Key = Annotated[str | None, typer.Option(help="One business key, with its children.")]
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
