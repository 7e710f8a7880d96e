"""A delegate as a line of text, and the runs it is for."""

import os

import pytest

from edgetop.backends.registry import backend, names
from edgetop.delegates import TAKERS, Delegate, is_missing, leaves_room, read, written
from edgetop.errors import UsageError


def test_the_names_of_those_that_take_one_are_those_of_the_backends():
    assert {name for name in names() if backend(name).takes_delegate} == set(TAKERS)


@pytest.mark.parametrize(
    ("line", "library", "options"),
    [
        ("", "", ()),
        ("  libarmnnDelegate.so backends=CpuAcc,CpuRef ", "libarmnnDelegate.so", ("backends=CpuAcc,CpuRef",)),
        ("device=usb:1", "", ("device=usb:1",)),
        ("cache=/tmp/a", "", ("cache=/tmp/a",)),
        ("/opt/a=b/lib.so", "/opt/a=b/lib.so", ()),
        ("'/opt/my libs/lib.so' 'note=two words'", "/opt/my libs/lib.so", ("note=two words",)),
    ],
)
def test_a_line_is_a_library_and_then_options(line, library, options):
    assert read(line) == Delegate(library, options)
    assert read(written(library, options)) == Delegate(library, options)


@pytest.mark.parametrize(
    ("line", "said"), [("lib.so fast", "fast is no option"), ("lib.so =1", "=1 is no"), ("'lib.so", "quote")]
)
def test_what_is_no_delegate_is_refused_in_words(line, said):
    with pytest.raises(UsageError, match=said):
        read(line)


def test_a_path_is_made_absolute_and_a_bare_name_is_left_to_the_loader(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "lib.so").write_bytes(b"")
    assert Delegate("./lib.so").path == Delegate("~/lib.so").path == os.path.join(os.getcwd(), "lib.so")
    assert not is_missing(Delegate("./lib.so").path)
    assert is_missing(Delegate("./other.so").path) and is_missing(str(tmp_path))
    assert Delegate("libarmnnDelegate.so").path == "libarmnnDelegate.so" and not is_missing("libarmnnDelegate.so")


def test_the_edge_tpu_takes_options_alone_and_on_any_bus():
    assert Delegate("", ("device=usb:1",)).is_for("coral", "usb")
    assert not Delegate("", ("device=usb:1",)).is_for("litert", "")
    assert not Delegate("lib.so").is_for("litert", "builtin")
    assert leaves_room("litert", "") and not leaves_room("litert", "builtin")
