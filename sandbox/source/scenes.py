"""Rows that play a part in a test: written out by hand on the sheet of an ordinary row.

A scene states what it is about; prices, codes and dates come from the sheet. The sheet follows from order
number, style and colour, so two rows that agree on these agree on everything that nobody changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
import pyarrow as pa

from sandbox.source import columns as c
from sandbox.source.bulk import ordinary_rows, record_uuids, validation
from sandbox.source.dice import Dice

Cells = dict[str, object]

_SHEETS = 64
_UUID_BASE = 1 << 40  # beyond any ordinary row
_LEFT_BLANK = (
    *("CUSTOMER ALT PO", "DROP", "RANGE / COLLECTION", "PROMO GROUP / CAMPAIGN (HOT 30/GLOBAL EDIT", "NOTES"),
    *("BULK AGREEMENT NUMBER", "BULK AGREEMENT DESCRIPTION", "AAG SEASON CODE"),
    *c.SIZES,
)


@dataclass(frozen=True)
class Scene:
    """One row of ORDERS_UNIFIED and what is particular about it."""

    order: str
    po: str
    style: str
    colour: str
    sizes: Mapping[str, int | None] = field(default_factory=dict)
    customer: str = "GREYSON CLOTHIERS"
    aag_season: str | None = "2025 FALL"
    customer_season: str | None = None
    cells: Mapping[str, object] = field(default_factory=dict)
    """Whatever else differs from the sheet; wins over everything above."""

    @property
    def sheet(self) -> int:
        return crc32(f"{self.order}|{self.style}|{self.colour}".encode()) % _SHEETS

    def written_on(self, sheet: Cells, record_uuid: str) -> Cells:
        total = sum(quantity for quantity in self.sizes.values() if quantity and quantity > 0)
        return {
            **sheet,
            **dict.fromkeys(_LEFT_BLANK),
            c.ORDER_NUMBER: self.order,
            "CUSTOMER CODE": self.order[:3],
            c.CUSTOMER_NAME: self.customer,
            c.PO_NUMBER: self.po,
            c.AAG_SEASON: self.aag_season,
            c.CUSTOMER_SEASON: self.customer_season,
            c.STYLE: self.style,
            c.COLOUR: self.colour,
            c.ORDER_TYPE: "ACTIVE",
            "ORTP (ORDER TYPE)": "A",
            "ACTIVE": "Y",
            c.TARIFF_RATE: "10%",
            **self.sizes,
            c.TOTAL_QTY: total,
            c.SUM_OF_TOTAL_QTY: total,
            c.RECORD_UUID: record_uuid,
            **self.cells,
        }


def rows_of(scenes: Sequence[Scene], dice: Dice) -> pa.RecordBatch:
    """One row per scene, in order."""
    sheets = ordinary_rows(dice, 0, _SHEETS, empty_share=0.0).to_pylist()
    places = np.arange(len(scenes), dtype=np.int64) + _UUID_BASE
    uuids = record_uuids(dice, places).to_pylist()
    cells = [scene.written_on(sheets[scene.sheet], uuid) for scene, uuid in zip(scenes, uuids, strict=True)]
    batch = pa.RecordBatch.from_pylist(cells, schema=c.schema())
    place = batch.schema.get_field_index(c.VALIDATION)
    return batch.set_column(
        place, c.VALIDATION, validation(dict(zip(batch.schema.names, batch.columns, strict=True)))
    )
