"""A file as landing sees it, whatever its kind: a header and a stream of column batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Source:
    """An opened file. Batches have one column per header name, in order, of any simple type."""

    header: Sequence[str]
    batches: Iterator[pa.RecordBatch]
    format: str
    warnings: tuple[str, ...] = ()


def text_batch(columns: Sequence[Sequence[str | None]]) -> pa.RecordBatch:
    """Make a batch of text columns named by their places."""
    arrays = [pa.array(values, pa.string()) for values in columns]
    return pa.RecordBatch.from_arrays(arrays, names=[str(place) for place in range(len(arrays))])


class TrailingBlanks:
    """Drops the blank rows a spreadsheet leaves after its last row; blank rows between others stay."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._held: list[pa.RecordBatch] = []

    @property
    def dropped(self) -> int:
        """How many rows were dropped, once all batches are read."""
        return sum(batch.num_rows for batch in self._held)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches up to the last row that has a value."""
        for batch in self._batches:
            filled = _rows_to_last_filled(batch)
            if filled:
                yield from self._held
                self._held = []
                yield batch.slice(0, filled)
            if filled < batch.num_rows:
                self._held.append(batch.slice(filled))


def _rows_to_last_filled(batch: pa.RecordBatch) -> int:
    columns = [column for column in batch.columns if column.null_count < len(column)]
    last = int(batch.num_rows)
    while last and not any(column[last - 1].is_valid for column in columns):
        last = last - 1 if columns else 0
    return last
