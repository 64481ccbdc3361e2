"""The made-up orders are the same every time and look like the real ones."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sandbox.source import columns as c
from sandbox.source.orders import DEFAULT_ORDERS, SCENES, generate, generate_batches

MANY = 30_000


@pytest.fixture(scope="module")
def demo() -> pa.Table:
    return generate()


@pytest.fixture(scope="module")
def many() -> pa.Table:
    """Ordinary orders only."""
    return generate(MANY).slice(SCENES)


def sizes_of(table: pa.Table) -> np.ndarray:
    """Rows by sizes; missing counts as 0."""
    return np.stack([table[name].fill_null(0).to_numpy() for name in c.SIZES], axis=1).astype(np.int64)


def test_same_seed_same_rows() -> None:
    assert generate(2_000, seed=7).equals(generate(2_000, seed=7))


def test_another_seed_gives_other_orders() -> None:
    one, other = generate(2_000, seed=7), generate(2_000, seed=8)
    assert not set(one[c.RECORD_UUID].to_pylist()[:SCENES]) & set(other[c.RECORD_UUID].to_pylist()[SCENES:])
    assert not one[c.TOTAL_QTY].slice(SCENES).equals(other[c.TOTAL_QTY].slice(SCENES))


@pytest.mark.parametrize("orders", [0, 1, 69, SCENES, SCENES + 1, 1_500])
def test_a_shorter_table_is_the_start_of_a_longer_one(orders: int) -> None:
    assert generate(orders).equals(generate(2_000).slice(0, orders))


def test_batches_of_any_size_hold_the_same_rows() -> None:
    small = pa.Table.from_batches(generate_batches(1_000, batch_rows=97))
    assert [batch.num_rows for batch in generate_batches(1_000, batch_rows=400)] == [400, 400, 200]
    assert small.combine_chunks().equals(generate(1_000).combine_chunks())


def test_the_table_has_the_declared_types(demo: pa.Table) -> None:
    assert demo.schema.equals(c.schema())
    assert demo.num_rows == DEFAULT_ORDERS
    demo.validate(full=True)


def test_the_demo_has_more_styles_and_colours_than_a_dropdown_has_labels(demo: pa.Table) -> None:
    assert pc.count_distinct(demo[c.STYLE]).as_py() > 500
    assert pc.count_distinct(demo[c.COLOUR]).as_py() > 500


def test_record_uuids_are_uuids_and_unique(many: pa.Table) -> None:
    keys = many[c.RECORD_UUID]
    form = r"^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$"
    assert pc.all(pc.match_substring_regex(keys, form)).as_py()
    assert pc.count_distinct(keys).as_py() == len(keys)


def test_a_third_of_the_orders_is_empty_and_the_others_have_about_five_sizes(many: pa.Table) -> None:
    filled = (sizes_of(many) > 0).sum(axis=1)
    assert 0.31 < (filled == 0).mean() < 0.36
    assert 4.5 < filled[filled > 0].mean() < 5.5
    assert np.median(filled[filled > 0]) == 5


def test_empty_share_zero_leaves_no_order_empty() -> None:
    assert (sizes_of(generate(5_000, empty_share=0.0).slice(SCENES)) > 0).any(axis=1).all()


def test_totals_are_the_sum_of_the_sizes_but_in_a_few_rows(many: pa.Table) -> None:
    consistent = sizes_of(many).sum(axis=1) == many[c.TOTAL_QTY].to_numpy()
    assert 0.97 < consistent.mean() < 1
    assert many[c.TOTAL_QTY].equals(many[c.SUM_OF_TOTAL_QTY])


def test_totals_are_spread_as_in_the_sample(many: pa.Table) -> None:
    totals = many[c.TOTAL_QTY].to_numpy()
    ordered = totals[totals > 0]
    assert ordered.min() >= 18
    assert 200 < np.median(ordered) < 280
    assert 2_100 < ordered.max() < 3_520


def test_every_size_column_is_ordered_in_somewhere(many: pa.Table) -> None:
    assert (sizes_of(many) > 0).any(axis=0).all()


def test_one_order_number_belongs_to_one_customer(many: pa.Table) -> None:
    owners = set(zip(many[c.ORDER_NUMBER].to_pylist(), many["CUSTOMER CODE"].to_pylist(), strict=True))
    assert len(owners) == len({order for order, _ in owners})


def test_some_order_numbers_are_used_twice_and_some_rows_are_twins(many: pa.Table) -> None:
    orders = Counter(many[c.ORDER_NUMBER].to_pylist())
    twins = Counter(
        zip(*(many[name].to_pylist() for name in (c.ORDER_NUMBER, c.STYLE, c.COLOUR)), strict=True)
    )
    assert 0.01 < sum(count == 2 for count in orders.values()) / len(orders) < 0.03
    assert sum(count == 2 for count in twins.values()) > 50


def test_row_counts_per_customer_are_skewed(many: pa.Table) -> None:
    counts = sorted(Counter(many["CUSTOMER CODE"].to_pylist()).values())
    assert counts[-1] > 15 * counts[len(counts) // 2] / 2
    assert counts[0] > 20


def test_order_types_are_mostly_active_and_sometimes_cancelled_in_two_spellings(many: pa.Table) -> None:
    counts = Counter(many[c.ORDER_TYPE].to_pylist())
    assert set(counts) == {"ACTIVE", "CANCELLED", "Cancelled"}
    assert counts["ACTIVE"] > 0.9 * len(many)


def test_ordinary_rows_always_name_a_season(many: pa.Table) -> None:
    assert not pc.any(pc.and_(pc.is_null(many[c.AAG_SEASON]), pc.is_null(many[c.CUSTOMER_SEASON]))).as_py()
    assert 0.2 < many[c.CUSTOMER_SEASON].null_count / len(many) < 0.9


def test_ordinary_prices_are_numbers_under_signs_commas_and_percents(many: pa.Table) -> None:
    for name in ("CUSTOMER PRICE", "US DUTY RATE", "DDP US (USD)", "SMS PRICE USD", "DISCOUNT", "FX CHARGE"):
        assert pc.all(pc.match_substring_regex(many[name], r"^\$?[0-9,]+(\.[0-9]+)?%?$")).as_py(), name
    assert pc.any(pc.match_substring(many["SMS PRICE USD"], ",")).as_py()
    assert pc.any(pc.equal(many[c.TARIFF_RATE], "TRUE")).as_py()


def test_dates_follow_each_other_and_later_orders_come_later(many: pa.Table) -> None:
    ordered, leaves, arrives = (many[name] for name in (c.ORDER_DATE, c.EX_FACTORY_DATE, c.ETA_DATE))
    assert pc.all(pc.less(ordered, leaves)).as_py()
    assert pc.all(pc.less(leaves, arrives)).as_py()
    assert (
        pc.mean(pc.cast(ordered[:500], pa.int32())).as_py()
        < pc.mean(pc.cast(ordered[-500:], pa.int32())).as_py()
    )
    assert pc.unique(pc.year(ordered)).to_pylist() == [2025]


def test_price_and_description_belong_to_the_style(many: pa.Table) -> None:
    styles = set(zip(many["CUSTOMER CODE"].to_pylist(), many[c.STYLE].to_pylist(), strict=True))
    described = set(
        zip(
            *(
                many[name].to_pylist()
                for name in ("CUSTOMER CODE", c.STYLE, c.STYLE_DESCRIPTION, "FINAL FOB (USD)")
            ),
            strict=True,
        )
    )
    assert len(styles) == len(described)
