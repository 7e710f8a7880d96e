"""The columns that the charts are made of."""

import copy

import numpy as np

from edgetop.engine.series import COLUMN_NS, KEPT_COLUMNS, ColumnStore, GrowingArray


def test_of_a_long_session_the_newest_columns_are_kept_and_little_more():
    store, end = ColumnStore(), 3 * KEPT_COLUMNS
    for first in range(0, end, 100):
        columns = np.arange(first, first + 100)
        store.add(columns * COLUMN_NS, columns)
    kept = store.columns(end - KEPT_COLUMNS, end)
    assert [low for low, _, _ in kept] == list(range(end - KEPT_COLUMNS, end))
    assert sum(column is not None for column in store.columns(0, end)) < 1.5 * KEPT_COLUMNS


def test_copies_share_what_they_have_in_common_and_part_where_they_differ():
    one = GrowingArray()
    one.extend(np.arange(3000))
    early = copy.deepcopy(one)
    one.extend(np.arange(3000, 6000))
    early.extend(np.arange(3000, 4000))
    assert early._room is one._room and len(early) == 4000
    early.extend(np.array([7, 8]))
    assert early.view()[-3:].tolist() == [3999, 7, 8]
    assert one.view().tolist() == list(range(6000))
    one.extend(np.array([1]))
    assert len(one) == 6001 and len(early) == 4002


def test_a_copy_of_a_store_goes_on_from_its_newest_columns():
    store = ColumnStore()
    store.add(np.arange(0, 800) * COLUMN_NS, np.arange(800))
    twin = copy.deepcopy(store)
    twin.add(np.array([799 * COLUMN_NS]), np.array([2001]))
    assert twin.columns(799, 800) == ((799, 1400, 2001),)
    assert twin.columns(200, 201) == store.columns(200, 201)
    assert twin.columns(199, 200) == (None,)
    assert copy.deepcopy(copy.deepcopy(twin)).columns(798, 800) == twin.columns(798, 800)
    assert store.columns(799, 800) == ((799, 799, 799),)
