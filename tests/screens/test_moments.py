"""What a user writes for a moment is understood, or told what to write."""

import pytest

from edgetop.screens.moments import moment

S = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1:23:45", 5025),
        ("90", 90),
        ("1.5", 1.5),
        (" 2:03.25 ", 123.25),
        ("+10", 610),
        ("-1:00", 540),
        ("50%", 3600),
        ("12.5 %", 900),
        ("end", 7200),
        ("Start", 0),
    ],
)
def test_moments(text, seconds):
    assert moment(text.replace(" %", "%"), 600 * S, 7200 * S) == round(seconds * S)


@pytest.mark.parametrize("text", ["", "soon", "1:60", "1:2:3:4", "1.5:00", "--3", "%", "1e5", "nan", "٣", "9" * 13])
def test_what_is_none_says_what_to_write(text):
    with pytest.raises(ValueError, match="is no moment: write 1:23:45"):
        moment(text, 0, 7200 * S)


@pytest.mark.parametrize("text", ["-1", "2:00:01", "101%"])
def test_what_is_outside_says_how_long_the_session_is(text):
    with pytest.raises(ValueError, match=r"The session goes from 0:00 to 2:00:00\.0"):
        moment(text, 0, 7200 * S)
