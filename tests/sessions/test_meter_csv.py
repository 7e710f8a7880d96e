"""Recordings of USB meters, as several programs write them."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.errors import UsageError
from edgetop.sessions.meter_csv import number, read_meter_csv

ROWS = 60


@pytest.fixture
def read(tmp_path):
    """Reads the rows below a heading; a row is made of its number, which is a tenth of a second."""

    def read(heading, row, rows=ROWS, encoding="utf-8", before=""):
        path = tmp_path / "meter.csv"
        lines = [heading, *(row(k) for k in range(rows))]
        path.write_bytes((before + "\n".join(lines) + "\n").encode(encoding))
        return read_meter_csv(str(path))

    return read


def assert_read(course, rows=ROWS, step_s=0.1):
    assert course.t_s == pytest.approx(np.arange(rows) * step_s, abs=2e-5)
    assert course.values == pytest.approx(5.0 * (0.5 + 0.001 * np.arange(rows)), abs=1e-6)


def amperes(k):
    return 0.5 + 0.001 * k


@pytest.mark.parametrize(
    "heading, row",
    [
        ("Time(s),Voltage(V),Current(A),Power(W)", lambda k: f"{k / 10},5.0,{amperes(k):.4f},{5 * amperes(k):.5f}"),
        ("Time(ms),Voltage(mV),Current(mA)", lambda k: f"{k * 100},5000,{1000 * amperes(k):.1f}"),
        ("elapsed_ms\tpower_mW", lambda k: f"{k * 100}\t{5000 * amperes(k):.2f}"),
        ("time;watts;volts", lambda k: f"{k / 10};{5 * amperes(k):.5f};5.0".replace(".", ",")),
        ('"Time","Power (W)"', lambda k: f'"{k / 10}","{5 * amperes(k):.5f}"'.replace(".", ",")),
        (
            "timestamp sample_in_packet voltage_V current_A dp_V dn_V temp_C_ema energy_Ws capacity_As",
            lambda k: f"{1.7e9 + k / 10:.3f} {k % 4} 5.00000 {amperes(k):.5f} 0.6 0.6 31.2 1.0 2.0",
        ),
        ("timestamp_ms,voltage_v,current_a,power_w", lambda k: f"{1700000000000 + k * 100},5,1,{5 * amperes(k):.5f}"),
        ("Timestamp,U(V),I(A)", lambda k: f"{1700000000000 + k * 100},5,{amperes(k):.4f}"),
        ("T,Min Power (W),Avg Power(W),VBUS(V),IBUS(A)", lambda k: f"{k / 10},0,9,5,{amperes(k):.4f}"),
        ("DateTime,Power(W)", lambda k: f"2026-11-24T10:00:{k / 10:06.3f}Z,{5 * amperes(k):.5f}"),
        ("Time,W", lambda k: f"23:59:{58 + k / 10:.1f},{5 * amperes(k):.5f}" if k < 20 else _past_midnight(k)),
        ("Date,Time,P(W)", lambda k: f"24.11.2026,10:00:{k / 10:.1f},{5 * amperes(k):.5f}"),
        ("Date,Time(s),P(W)", lambda k: f"24.11.2026,{k / 10:.1f},{5 * amperes(k):.5f}"),
        ("Time,Power", lambda k: f"00:00:{k / 10:.1f},{5 * amperes(k):.5f}W"),
    ],
)
def test_the_headings_tell_columns_and_units(read, heading, row):
    assert_read(read(heading, row))


def _past_midnight(k):
    return f"0:00:{k / 10 - 2:.1f},{5 * amperes(k):.5f}"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_of_the_encoding_and_lines_before_the_heading(read, encoding):
    before = "FNIRSI FNB58\nDevice: 1; exported\n\n"
    assert_read(read("Time(s);Power(W)", lambda k: f"{k / 10};{5 * amperes(k):.5f}", encoding=encoding, before=before))


def test_rows_of_one_second_lie_evenly_in_it(read):
    course = read("Time,Power(W)", lambda k: f"10:00:{k // 10:02},{5 * amperes(k):.5f}")
    assert_read(course)


def test_a_torn_row_and_a_repeated_heading_are_passed_over(read):
    course = read("Time(s),Power(W)", lambda k: {30: "Time(s),Power(W)", 59: "5.9,"}.get(k, f"{k / 10},3.0"))
    assert len(course.t_s) == 58


@pytest.mark.parametrize(
    "heading, row, said",
    [
        ("a,b,c", lambda k: f"{k},1,2", "no columns"),
        ("Time(s),Voltage(V)", lambda k: f"{k},5", "no columns"),
        ("Voltage(V),Current(A)", lambda k: "5,1", "no columns"),
        ("Time(s),Power(W)", lambda k: f"{k},?", "0 of 60 rows"),
        ("Time(s),Power(W)", lambda k: f"{k},1e9", "0 of 60 rows"),
        ("Time(s),Power(W)", lambda k: f"{k},{'nan' if k % 9 == 0 else 3}", "53 of 60 rows"),
        ("Time(s),Power(W)", lambda k: f"{-k},3", "go back"),
        ("Time(s),Power(W)", lambda k: "7,3", "stand still"),
        ("Time(s),Power(W)", lambda k: f"inf,{k}", "0 of 60 rows"),
        ("Time,Power(W)", lambda k: f"31.02.2026 10:00:{k:02},3", "0 of 60 rows"),
    ],
)
def test_what_cannot_be_used_says_why(read, heading, row, said):
    with pytest.raises(UsageError, match=said) as caught:
        read(heading, row)
    assert caught.value.hint


def test_files_that_are_none(tmp_path):
    for path, content in (
        (tmp_path / "none.csv", None),
        (tmp_path / "empty.csv", b""),
        (tmp_path / "noise.csv", b"\0\xff\n"),
    ):
        if content is not None:
            path.write_bytes(content * 99)
        with pytest.raises(UsageError):
            read_meter_csv(str(path))
    with pytest.raises(UsageError):
        read_meter_csv(str(tmp_path))


@pytest.mark.parametrize(
    "text, value", [("1,5", 1.5), ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("-2.5 mA", -2.5), ("1e-3", 0.001)]
)
def test_numbers(text, value):
    assert number(text) == value


@pytest.mark.parametrize("text", ["", "V", "--1", "1 2", "0x10"])
def test_no_numbers(text):
    with pytest.raises(ValueError):
        number(text)
