"""Model files of one's own: what values they want is said, sizes and labels are read, nonsense is refused."""

import zipfile

import numpy as np
import pytest

from edgetop.errors import BadInput, UsageError
from edgetop.inputs.own import check_preparation, labels_for, own_card, packed_labels, read_labels
from edgetop.inputs.prepare import prepare
from edgetop.plan import Preparation


@pytest.mark.parametrize(
    ("values", "white", "black"),
    [("raw", 255, 0), ("unit", 1, 0), ("symmetric", 1, -1), ("imagenet", 2.2489, -2.1179)],
)
def test_pixels_become_the_values_said(values, white, black):
    card = own_card((1, 32, 32, 3), "NHWC", Preparation(values))
    assert card.input_shape == (1, 3, 32, 32)
    for pixel, value in ((255, white), (0, black)):
        made = prepare(np.full((40, 60, 3), pixel, np.uint8), card)
        assert made.shape == (1, 3, 32, 32)
        assert made[0, 0] == pytest.approx(value, abs=1e-3)


def test_a_grey_input_gets_one_channel_and_bgr_swaps():
    assert own_card((1, 1, 28, 28), "NCHW", Preparation("unit")).preprocessing.channel_order == "GRAY"
    red = np.zeros((8, 8, 3), np.uint8)
    red[:, :, 0] = 255
    made = prepare(red, own_card((1, 3, 8, 8), "NCHW", Preparation("unit", order="BGR")))
    assert made[0, 2].min() == 1 and made[0, 0].max() == 0


@pytest.mark.parametrize(
    ("shape", "layout"), [((1, 10), ""), ((1, 3, 224, 320), "NCHW"), ((2, 224, 224, 3), "NHWC"), ((1, 7, 8, 8), "NCHW")]
)
def test_an_input_that_takes_no_picture_is_refused(shape, layout):
    with pytest.raises(UsageError, match="takes no picture") as refused:
        own_card(shape, layout, Preparation("unit"))
    assert "noise" in refused.value.hint


@pytest.mark.parametrize(
    "how",
    [
        Preparation("bytes"),
        Preparation(fit="squeeze"),
        Preparation(input_shape=(1, 0)),
        Preparation(input_shape=(1 << 20, 1 << 20)),
    ],
)
def test_a_way_that_is_not_known_is_refused(how):
    with pytest.raises(UsageError) as refused:
        check_preparation(how)
    assert refused.value.hint


def test_labels_are_the_users_then_the_files_then_imagenets_then_numbers(tmp_path):
    named = tmp_path / "labels.txt"
    named.write_text("left\nright\n\n")
    assert labels_for(2, Preparation(labels=str(named)), "x.tflite") == ("left", "right")
    assert labels_for(3, Preparation(labels=str(named)), "x.tflite") == ("left", "right")  # the first is background
    model = tmp_path / "m.tflite"
    model.write_bytes(b"\x1c\0\0\0TFL3" + b"\0" * 500)
    assert packed_labels(str(model)) is None
    with zipfile.ZipFile(model, "a") as packed:
        packed.writestr("labels.txt", "one\ntwo\nthree\nfour\n")
    assert labels_for(4, Preparation(), str(model)) == ("one", "two", "three", "four")
    assert labels_for(1000, Preparation(), "x.tflite")[285] == "Egyptian cat"
    assert labels_for(7, Preparation(), "x.tflite")[6] == "class 6"


@pytest.mark.parametrize("content", [None, b"", b"\n \n", b"\xff\xfe\x00"])
def test_a_file_that_holds_no_labels_is_refused(tmp_path, content):
    path = tmp_path / "labels.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=r"labels\.txt"):
        read_labels(str(path))
