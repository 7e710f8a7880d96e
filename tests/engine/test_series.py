"""The columns that the charts are made of."""

import numpy as np

from edgetop.engine.series import COLUMN_NS, KEPT_COLUMNS, ColumnStore


def test_of_a_long_session_the_newest_columns_are_kept_and_little_more():
    store, end = ColumnStore(), 3 * KEPT_COLUMNS
    for first in range(0, end, 100):
        columns = np.arange(first, first + 100)
        store.add(columns * COLUMN_NS, columns)
    kept = store.columns(end - KEPT_COLUMNS, end)
    assert [low for low, _, _ in kept] == list(range(end - KEPT_COLUMNS, end))
    assert sum(column is not None for column in store.columns(0, end)) < 1.5 * KEPT_COLUMNS
