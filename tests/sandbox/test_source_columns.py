"""The made-up table has the columns of the real one, in its order."""

from collections import Counter

from sandbox.source import columns as c

NAMES = [column.name for column in c.COLUMNS]


def test_268_columns_of_which_163_count_and_3_are_dates() -> None:
    assert len(set(NAMES)) == 268
    assert Counter(column.kind for column in c.COLUMNS) == {"text": 101, "int": 163, "date": 3, "uuid": 1}


def test_between_the_markers_stand_one_text_and_161_sizes() -> None:
    between = c.COLUMNS[NAMES.index(c.UNIT_OF_MEASURE) + 1 : NAMES.index(c.TOTAL_QTY)]
    assert between[0] == c.Column(c.INFOR_COLOUR_CODE, "text")
    assert [column.name for column in between[1:]] == list(c.SIZES)
    assert len(c.SIZES) == 161
    assert {column.kind for column in between[1:]} == {"int"}


def test_record_uuid_stands_last_and_the_colour_code_has_one_apostrophe() -> None:
    assert NAMES[-1] == "record_uuid"
    assert NAMES[18] == "CUSTOMER'S COLOUR CODE (CUSTOM FIELD) CUSTOMER PROVIDES THIS"
