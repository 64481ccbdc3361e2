"""Landing a file: every row and cell arrives, typed, whatever kind of file it came in."""

import datetime as dt
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.warehouse import schema, tables
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing import land
from dagster_project.warehouse.orders_unified import AFTER_SIZES, BEFORE_SIZES, SIZES
from dagster_project.warehouse.reading import columns_of, read_arrow, tables_and_columns
from sandbox.source import files
from sandbox.source.orders import generate
from tests.conftest import FakeClock, few
from tests.warehouse.order_files import HEADER, landed, landing_errors, order, write_csv

TABLE = "ORDERS_UNIFIED"
SOURCE = generate(400)


def test_the_layout_knows_every_column_of_the_order_list() -> None:
    assert list(HEADER) == SOURCE.schema.names
    assert (len(BEFORE_SIZES), len(SIZES), len(AFTER_SIZES)) == (50, 161, 57)


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_every_cell_of_the_source_arrives(warehouse: Warehouse, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"orders.{kind}"
    files.write(SOURCE.to_batches(), file)
    report = land(warehouse, TABLE, file)
    assert (report.rows, report.columns, len(report.sizes)) == (400, 268, 161)
    assert (report.bad_cells, report.warnings, report.replaced_rows) == (0, (), None)
    with warehouse.begin() as connection:
        names = columns_of(connection, TABLE)
        found = read_arrow(connection, f'select * from "{TABLE}"').cast(SOURCE.schema)
    assert list(names) == SOURCE.schema.names
    order_by = [("AAG ORDER NUMBER", "ascending"), ("record_uuid", "ascending"), ("NOTES", "ascending")]
    same = [tuple(row.items()) for row in found.sort_by(order_by).to_pylist()]
    assert sorted(map(repr, same)) == sorted(repr(tuple(row.items())) for row in SOURCE.to_pylist())


def test_a_workbook_lands_as_its_csv_export_would(ledger_warehouse: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "orders.xlsx"
    files.write(SOURCE.slice(0, 150).to_batches(), file)
    report = land(ledger_warehouse, TABLE, file)
    assert (report.rows, report.columns, len(report.sizes), report.bad_cells) == (150, 268, 161, 0)
    assert report.format == "Excel, sheet 'ORDERS_UNIFIED'"
    with ledger_warehouse.begin() as connection:
        found = read_arrow(connection, f'select * from "{TABLE}"').cast(SOURCE.schema)
    for name in (*SIZES, "TOTAL QTY", "EX FACTORY DATE", "CUSTOMER PRICE", "PO NUMBER", "record_uuid"):
        assert sorted(map(str, found[name].to_pylist())) == sorted(
            "None" if value == "" else str(value) for value in SOURCE[name].slice(0, 150).to_pylist()
        ), name


def test_the_columns_have_the_types_that_staging_expects(warehouse: Warehouse, tmp_path: Path) -> None:
    land(warehouse, TABLE, write_csv(tmp_path / "orders.csv", [order()]))
    with warehouse.begin() as connection:
        kinds = columns_of(connection, TABLE)
    integers = {name for name, kind in kinds.items() if kind in ("int", "integer")}
    dates = {name for name, kind in kinds.items() if kind == "date"}
    assert integers == {*SIZES, "TOTAL QTY", "Sum of TOTAL QTY"}
    assert dates == {"ORDER DATE PO RECEIVED", "ETA CUSTOMER WAREHOUSE DATE", "EX FACTORY DATE"}
    assert {kinds[name] for name in HEADER if name not in integers | dates} in ({"varchar"}, {"nvarchar"})


def test_landing_again_replaces_rows_and_errors(
    warehouse: Warehouse, tmp_path: Path, clock: FakeClock
) -> None:
    first = write_csv(tmp_path / "first.csv", [order(1, M="many"), order(2), order(3)])
    second = write_csv(tmp_path / "second.csv", [order(4), order(5, XL="none of them")])
    assert land(warehouse, TABLE, first, clock=clock).replaced_rows is None
    assert landing_errors(warehouse)[0][2] == "M"
    report = land(warehouse, TABLE, second, clock=clock)
    assert (report.rows, report.replaced_rows, report.bad_cells) == (2, 3, 1)
    assert landed(warehouse, "AAG ORDER NUMBER") == [("ORD-00004",), ("ORD-00005",)]
    assert [error[2] for error in landing_errors(warehouse)] == ["XL"]
    with warehouse.begin() as connection:
        remembered = connection.execute(sa.select(tables.landing)).all()
        left = [name for name in tables_and_columns(connection) if "landing_" in name]
    assert remembered == [(TABLE, "second.csv", 2, 268, 1, clock.now())]
    assert left == ["landing_error"]


def test_a_cell_that_does_not_fit_is_null_and_listed(warehouse: Warehouse, tmp_path: Path) -> None:
    bad = order(2, **{"M": "12 pcs", "TOTAL QTY": "12.5", "EX FACTORY DATE": "soon"}, record_uuid=" ABC-2 ")
    file = write_csv(tmp_path / "orders.csv", [order(1), bad, order(3, XS=99_999_999_999)])
    report = land(warehouse, TABLE, file)
    assert (report.rows, report.bad_cells) == (3, 4)
    assert report.bad_by_column == {"M": 1, "TOTAL QTY": 1, "EX FACTORY DATE": 1, "XS": 1}
    assert landed(warehouse, "M", "TOTAL QTY", "EX FACTORY DATE", "XS") == [
        (12, 12, None, None),
        (None, None, None, None),
        (12, 12, None, None),
    ]
    no_date = "is not a date: YYYY-MM-DD, month/day/year or day/month/year is"
    key = order(3)["record_uuid"].lower()
    assert landing_errors(warehouse) == [
        (2, "abc-2", "EX FACTORY DATE", "soon", no_date),
        (2, "abc-2", "M", "12 pcs", "is not an integer"),
        (2, "abc-2", "TOTAL QTY", "12.5", "is not an integer"),
        (3, key, "XS", "99999999999", "is beyond the range of an integer"),
    ]


def test_a_text_that_sql_server_could_not_hold_is_listed_too(warehouse: Warehouse, tmp_path: Path) -> None:
    fits, long = "🌞" * 2_000, "🌞" * 2_000 + "!"
    file = write_csv(tmp_path / "orders.csv", [order(1, NOTES=fits), order(2, NOTES=long)])
    assert land(warehouse, TABLE, file).bad_by_column == {"NOTES": 1}
    assert landed(warehouse, "NOTES") == [(fits,), (None,)]
    assert landing_errors(warehouse)[0][3:] == (long, "is longer than 4,000 characters")


def test_quotes_line_breaks_and_emoji_are_kept(warehouse: Warehouse, tmp_path: Path) -> None:
    notes = [
        '12" O\'MALLEY \\ "TEE"',
        "ADDED\r\nBY PHONE,\n\tTWICE",
        "🌞 👨‍👩‍👧 \u200b\u00a0|",
        " outer blanks ",
    ]
    rows = [order(number, NOTES=note) for number, note in enumerate(notes, start=1)]
    assert land(warehouse, TABLE, write_csv(tmp_path / "orders.csv", rows)).rows == 4
    assert [row[0] for row in landed(warehouse, "NOTES")] == notes


def test_an_inch_sign_in_an_unquoted_cell_is_a_character(ledger_warehouse: Warehouse, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "orders.csv", [order(1, NOTES="@@"), order(2)])
    file.write_bytes(file.read_bytes().replace(b"@@", b'12" wide'))
    assert land(ledger_warehouse, TABLE, file).rows == 2
    assert landed(ledger_warehouse, "NOTES") == [('12" wide',), (None,)]


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("\",;\n\r\t\\'\u200b\u00a0\ufeff🌞"),
    max_size=40,
)


@settings(max_examples=few(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=8))
def test_any_text_survives_csv_landing_and_reading(
    ledger_warehouse: Warehouse, tmp_path: Path, texts: list[str]
) -> None:
    rows = [order(number, NOTES=text, CUSTOMER__NAME=text) for number, text in enumerate(texts, start=1)]
    land(ledger_warehouse, TABLE, write_csv(tmp_path / "orders.csv", rows))
    kept = [text or None for text in texts]
    assert landed(ledger_warehouse, "NOTES", "CUSTOMER NAME") == [(text, text) for text in kept]


@pytest.mark.sqlserver
def test_any_text_survives_on_sql_server_too(sqlserver: Warehouse, tmp_path: Path) -> None:
    schema.init(sqlserver)

    @settings(max_examples=15, deadline=None)
    @given(texts=st.lists(TEXTS, min_size=1, max_size=8))
    def survives(texts: list[str]) -> None:
        rows = [order(number, NOTES=text) for number, text in enumerate(texts, start=1)]
        land(sqlserver, TABLE, write_csv(tmp_path / "orders.csv", rows))
        assert landed(sqlserver, "NOTES") == [(text or None,) for text in texts]

    survives()


@pytest.mark.parametrize(
    ("encoding", "delimiter", "line_end", "told"),
    [
        ("utf-8", ",", "\r\n", "CSV, utf-8, comma-separated"),
        ("utf-8-sig", ";", "\r\n", "CSV, utf-8-sig, semicolon-separated"),
        ("utf-8", "\t", "\n", "CSV, utf-8, tab-separated"),
        ("utf-8", "|", "\n", "CSV, utf-8, pipe-separated"),
        ("utf-16", "\t", "\r\n", "CSV, utf-16, tab-separated"),
        ("cp1252", ";", "\r\n", "CSV, cp1252, semicolon-separated"),
    ],
)
def test_encoding_and_delimiter_are_found(
    ledger_warehouse: Warehouse, tmp_path: Path, encoding: str, delimiter: str, line_end: str, told: str
) -> None:
    rows = [order(1, CUSTOMER__NAME="KÉSTREL €"), order(2, NOTES="a;b,c\td|e")]
    file = write_csv(tmp_path / "orders.csv", rows, HEADER, encoding, delimiter, line_end)
    report = land(ledger_warehouse, TABLE, file)
    assert (report.format, report.rows) == (told, 2)
    assert landed(ledger_warehouse, "CUSTOMER NAME", "NOTES") == [
        ("KÉSTREL €", None),
        ("KESTREL", "a;b,c\td|e"),
    ]
    stated = ("not UTF-8: read as Windows-1252, check accents and currency signs",)
    assert report.warnings == (stated if encoding == "cp1252" else ())


def test_a_named_encoding_is_used(ledger_warehouse: Warehouse, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "orders.csv", [order(1, NOTES="Đorđe")], encoding="cp1250")
    land(ledger_warehouse, TABLE, file, encoding="cp1250")
    assert landed(ledger_warehouse, "NOTES") == [("Đorđe",)]


def test_header_names_may_differ_in_case_blanks_and_a_doubled_apostrophe(
    ledger_warehouse: Warehouse, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "orders.csv", [order()])
    head, rest = file.read_bytes().split(b"\r\n", 1)
    head = head.replace(b"CUSTOMER'S", b"CUSTOMER''S").replace(b"PO NUMBER", b" Po  Number ")
    file.write_bytes(b"\r\n" + head + b"\r\n" + rest)
    report = land(ledger_warehouse, TABLE, file)
    assert (report.rows, report.warnings) == (1, ())
    with ledger_warehouse.begin() as connection:
        assert list(columns_of(connection, TABLE)) == list(HEADER)


def test_blank_rows_stay_where_they_are_and_go_at_the_end(
    ledger_warehouse: Warehouse, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "orders.csv", [order(1), {}, order(3, M="x"), {}, {}])
    report = land(ledger_warehouse, TABLE, file)
    assert report.rows == 3
    assert report.warnings == ("2 blank rows at the end were left out",)
    assert [error[0] for error in landing_errors(ledger_warehouse)] == [3]


def test_new_and_absent_columns_are_told(ledger_warehouse: Warehouse, tmp_path: Path) -> None:
    header = [name for name in HEADER if name not in ("PATTERN ID", "XXXS")]
    header.insert(header.index("XL"), "5XL (NEW)")
    file = write_csv(
        tmp_path / "orders.csv", [order(1, **{"5XL (NEW)": 3, "FORWARDER": "SEA"})], [*header, "FORWARDER"]
    )
    report = land(ledger_warehouse, TABLE, file)
    assert report.warnings == (
        "1 column not known, landed as text: 'FORWARDER'",
        "1 size seen for the first time: '5XL (NEW)'",
        "1 column absent, read as empty: 'PATTERN ID'",
        "1 size absent: 'XXXS'",
    )
    assert "5XL (NEW)" in report.sizes
    assert landed(ledger_warehouse, "5XL (NEW)", "FORWARDER") == [(3, "SEA")]


def test_not_sizes_are_a_parameter(ledger_warehouse: Warehouse, tmp_path: Path) -> None:
    header = list(HEADER)
    header.insert(header.index("XL"), "SIZE RUN")
    file = write_csv(tmp_path / "orders.csv", [order(1, SIZE__RUN="S-XL")], header)
    report = land(ledger_warehouse, TABLE, file, not_sizes=["infor colour code", "SIZE RUN"])
    assert (report.bad_cells, len(report.sizes)) == (0, 161)
    assert landed(ledger_warehouse, "SIZE RUN") == [("S-XL",)]


def test_parquet_types_of_all_kinds_are_read(warehouse: Warehouse, tmp_path: Path) -> None:
    rows = [order(1), order(2), order(3)]
    columns = {name: pa.array([str(v) if (v := row.get(name)) is not None else None for row in rows])
               for name in HEADER}  # fmt: skip
    columns |= {
        "M": pa.array([1.0, 2.0, None]),
        "L": pa.array([1.0, 2.5, float("nan")]),
        "XL": pa.array([1, 2**40, None], pa.int64()),
        "S": pa.array(["1,200", "7.0", "-3"]).dictionary_encode(),
        "EX FACTORY DATE": pa.array([dt.datetime(2025, 9, 10, 23, 59), None, None], pa.timestamp("ns")),
        "ORDER DATE PO RECEIVED": pa.array(["26/09/2025", "TBC", "9/10/2025"], pa.large_string()),
        "PO NUMBER": pa.array([4755.0, 12345678901.0, 0.5]),
        "US TARIFF RATE": pa.array([True, None, False]),
        "record_uuid": pa.array([bytes(16), bytes(range(16)), None], pa.binary(16)),
    }
    file = tmp_path / "orders.parquet"
    pq.write_table(pa.table(columns), file)
    report = land(warehouse, TABLE, file)
    assert report.bad_by_column == {"L": 1, "XL": 1}
    assert landed(warehouse, "M", "L", "XL", "S", "EX FACTORY DATE", "ORDER DATE PO RECEIVED") == [
        (1, 1, 1, 1200, dt.date(2025, 9, 10), dt.date(2025, 9, 26)),
        (2, None, None, 7, None, None),
        (None, None, None, -3, None, dt.date(2025, 9, 10)),
    ]
    assert landed(warehouse, "PO NUMBER", "US TARIFF RATE", "record_uuid") == [
        ("4755", "TRUE", "00000000-0000-0000-0000-000000000000"),
        ("12345678901", None, "00010203-0405-0607-0809-0a0b0c0d0e0f"),
        ("0.5", "FALSE", None),
    ]
    assert [error[2:4] for error in landing_errors(warehouse)] == [("L", "2.5"), ("XL", "1099511627776")]


def workbook(path: Path, orders: list[dict[str, object]], sheet: str = "Orders") -> Path:
    book = openpyxl.Workbook()
    book.create_sheet("Notes")
    chosen = book.active
    chosen.title = sheet
    chosen.append(HEADER)
    for row in orders:
        chosen.append([row.get(name) for name in HEADER])
    book.save(path)
    return path


def test_cells_of_a_workbook_are_read_as_the_sheet_shows_them(
    ledger_warehouse: Warehouse, tmp_path: Path
) -> None:
    file = workbook(
        tmp_path / "orders.xlsx",
        [
            order(
                1,
                **{
                    "PO NUMBER": 4755, "CUSTOMER PRICE": 16.1, "US DUTY RATE": 0.165, "US TARIFF RATE": True,
                    "M": 12.0, "L": "1,200", "XL": 1.5, "NOTES": "a\nb", "MONTH": dt.date(2025, 9, 1),
                    "EX FACTORY DATE": dt.datetime(2025, 9, 10), "ORDER DATE PO RECEIVED": "TBC",
                },
            )
        ],
    )  # fmt: skip
    book = openpyxl.load_workbook(file)
    book["Orders"].cell(2, HEADER.index("US DUTY RATE") + 1).number_format = "0.0%"
    book.save(file)
    report = land(ledger_warehouse, TABLE, file, sheet="Orders")
    assert report.bad_by_column == {"XL": 1}
    assert landed(
        ledger_warehouse, "PO NUMBER", "CUSTOMER PRICE", "US DUTY RATE", "US TARIFF RATE", "M", "L", "NOTES",
        "MONTH", "EX FACTORY DATE", "ORDER DATE PO RECEIVED",
    ) == [
        ("4755", "16.1", "16.5%", "TRUE", 12, 1200, "a\nb", "2025-09-01", dt.date(2025, 9, 10), None)
    ]  # fmt: skip


def test_dates_of_both_orders_in_one_column_are_told(ledger_warehouse: Warehouse, tmp_path: Path) -> None:
    dates = ["26/09/2025", "09/26/2025", "09/10/2025"]
    rows = [order(n, EX__FACTORY__DATE=date) for n, date in enumerate(dates, start=1)]
    report = land(ledger_warehouse, TABLE, write_csv(tmp_path / "orders.csv", rows))
    assert report.warnings == (
        "'EX FACTORY DATE' has dates that can only be month/day/year and dates that can only be "
        "day/month/year; one that can be both was read as month/day/year",
    )
    assert [row[0] for row in landed(ledger_warehouse, "EX FACTORY DATE")] == [
        dt.date(2025, 9, 26),
        dt.date(2025, 9, 26),
        dt.date(2025, 9, 10),
    ]


def test_an_empty_file_lands_when_it_is_meant(warehouse: Warehouse, tmp_path: Path) -> None:
    land(warehouse, TABLE, write_csv(tmp_path / "orders.csv", [order(1)]))
    report = land(warehouse, TABLE, write_csv(tmp_path / "none.csv", []), allow_empty=True)
    assert (report.rows, report.replaced_rows) == (0, 1)
    assert landed(warehouse, "AAG ORDER NUMBER") == []
