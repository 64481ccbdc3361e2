"""The order list of the stories: every hand-written scene of the sandbox, and rows of hostile texts."""

import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from dagster_project.delivery.mapping import load_all
from sandbox.source import columns as c
from sandbox.source import files
from sandbox.source.orders import SCENES, generate

HOSTILE: Mapping[str, str] = {
    "quotes": """12" O'Malley \\ "tee" `x` '; drop table orders_unified; --""",
    "line breaks": "first\r\nsecond\nthird\tand more",
    "emoji": "sunny \U0001f31e tee \U0001f468‍\U0001f469‍\U0001f467 ok",
    "mis-decoded": "Ã©tÃ© WOMENâ€™S MOSS�",
    "markup": "<b>&amp;</b> {{ x }} ${y} %s {0} $1",
}
NOT_FREE = ("UNIT OF MEASURE", "ORDER TYPE")
"""Columns whose words are the board's: it takes no other label there."""
TEMPLATE_ROW = 0  # the first row of the reference purchase order, which has sizes


def hostile_key(kind: str) -> str:
    """The record_uuid of a hostile row."""
    place = list(HOSTILE).index(kind)
    return f"0BAD7E87-0000-4000-8000-{place:012d}"


ITEMS = load_all("monday")[0]


def text_columns() -> dict[str, str]:
    """Mapped column → source column, for every column of the board that takes any text."""
    return {
        column.name: column.sources[0]
        for column in ITEMS.columns
        if column.transform in ("trim", "clean_text", "lookup") and column.target
        if column.name not in NOT_FREE
    }


def expected_text(column: str, text: str) -> str:
    """What the board should show: cleaned columns have no control characters and no-break spaces."""
    if ITEMS.column(column).transform == "clean_text":
        text = re.sub("[\x01-\x1f\x7f\xa0]", " ", text)
    return text.replace("\r\n", "\n").strip()


def orders() -> pa.Table:
    """159 scenes and the hostile rows after them."""
    table = generate(SCENES)
    template = table.slice(TEMPLATE_ROW, 1).to_pylist()[0]
    hostile = [
        {**template, **dict.fromkeys(text_columns().values(), text), c.RECORD_UUID: hostile_key(kind)}
        for kind, text in HOSTILE.items()
    ]
    return pa.concat_tables([table, pa.Table.from_pylist(hostile, schema=table.schema)])


def write(path: Path) -> Path:
    """Write the order list as a file to land."""
    files.write(orders().to_batches(), path)
    return path
