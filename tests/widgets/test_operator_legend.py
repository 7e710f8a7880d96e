"""The legend of blocks, in the room there is."""

from edgetop.analysis.operators import breakdown
from edgetop.protocol import Operators
from edgetop.widgets.cells import row_width
from edgetop.widgets.operator_legend import legend, names_within, short_names

XNNPACK = (
    ("Fully Connected (NC, F32) GEMM", 73.0),
    ("Convolution (NHWC, F32) DWConv", 20.0),
    ("Convolution (NHWC, F32) IGEMM", 4.0),
    ("Add (ND)", 2.0),
    ("Softmax (NC, F32)", 1.0),
)


def table(*types):
    return breakdown(Operators(0, tuple((f"o{n}", kind, ns, 1, None) for n, (kind, ns) in enumerate(types))))


def lines(types, width):
    rows = legend(table(*types), width)
    assert all(row_width(row) <= width + 2 for row in rows)
    return ["".join(part for part, _ in row).rstrip() for row in rows]


def test_all_in_one_row_where_they_fit_and_by_their_full_names_if_those_do():
    full = "█ Fully Connected (NC, F32) GEMM 73 %  ▓ Convolution (NHWC, F32) DWConv 20 %  "
    full += "▒ Convolution (NHWC, F32) IGEMM 4 %  ░ others 3 %"
    short = "█ Fully Connected GEMM 73 %  ▓ Convolution DWConv 20 %  ▒ Convolution IGEMM 4 %  ░ others 3 %"
    assert lines(XNNPACK, len(full)) == [full]
    assert lines(XNNPACK, len(full) - 1) == [short]
    assert lines(XNNPACK, len(short)) == [short]


def test_else_in_two_rows_of_two_columns():
    assert lines(XNNPACK, 72) == [
        "█ Fully Connected GEMM 73 %         ▓ Convolution DWConv 20 %",
        "▒ Convolution IGEMM 4 %             ░ others 3 %",
    ]
    assert lines((("mkldnn_convolution + MKLDNNHardTanh", 3.0), ("to_dense + mkldnn_convolution", 1.0)), 60) == [
        "█ mkldnn_convolution +… 75 %  ▓ to_dense + mkldnn_co… 25 %"
    ]


def test_what_takes_next_to_nothing_is_not_told_and_no_width_is_too_little():
    assert lines((("a", 1000.0), ("b", 1.0)), 80) == ["█ a 100 %"]
    for width in range(30):
        lines(XNNPACK, width)


def test_names_are_short_only_where_that_leaves_them_different():
    assert short_names(["Convert (F32, QS8)", "Convert (QS8, F32)"]) == {
        "Convert (F32, QS8)": "Convert (F32, QS8)",
        "Convert (QS8, F32)": "Convert (QS8, F32)",
    }
    assert names_within(["Add (ND)"], 8) == {"Add (ND)": "Add (ND)"}
    assert names_within(["Add (ND)"], 7) == {"Add (ND)": "Add"}
    assert short_names(["(odd)"]) == {"(odd)": "(odd)"}
