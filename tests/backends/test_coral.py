"""Coral's Edge TPU, by simulations: a library that stands for libedgetpu, a script that stands for its compiler.

No Edge TPU and none of its software is here. What the real ones say and do is as Coral documents it.
"""

from __future__ import annotations

import os
import shutil
import sys

import numpy as np
import pytest

from edgetop.backends import coral, coral_compiler
from edgetop.backends.base import Options
from edgetop.backends.coral import Coral
from edgetop.backends.coral_compiler import left_to_the_cpu
from edgetop.backends.coral_devices import EdgeTpu, edge_tpus, kernel_devices
from edgetop.errors import BadModelFile, FrameworkMissing, UnknownName
from edgetop.plan import ModelFile
from edgetop.readings import Missing

USB = EdgeTpu("usb", "/sys/bus/usb/devices/1-1")


@pytest.fixture
def simulated(delegate):
    """A library that simulates libedgetpu with an Edge TPU at usb:0, which copies its input."""
    return delegate("-DEDGE_TPU=1", name="libedgetpu-simulated.so")


@pytest.fixture
def deviceless(delegate):
    """The same without a device."""
    return delegate("-DEDGE_TPU=0", name="libedgetpu-deviceless.so")


@pytest.fixture(autouse=True)
def connected(monkeypatch, need):
    """Says which Edge TPUs are connected; none at first."""
    need("litert")
    devices = []
    monkeypatch.setattr(coral, "edge_tpus", lambda: devices)
    monkeypatch.setattr(coral, "kernel_devices", lambda: devices)
    return devices


def load(path, library, *options, variant=""):
    given = Options(precision="int8", variant=variant, delegate=library, delegate_options=options)
    return Coral().load(ModelFile((path,), "tflite", "own"), given)


class TestLoading:
    @pytest.mark.parametrize("variant", ["", "any", "usb"])
    def test_a_compiled_model_runs_on_the_device(self, edge_tpu_file, simulated, variant):
        model = load(edge_tpu_file, simulated, variant=variant)
        row = np.arange(8, dtype=np.float32).reshape(1, 8)
        model.set_inputs([row])
        model.infer()
        np.testing.assert_array_equal(model.read_outputs()[0], row)
        assert model.note == "All of it on the Edge TPU"
        (row,) = model.operators(2).operators
        assert row.type == f"{os.path.basename(simulated)} (1 operator)" and row.mean_ns > 0

    def test_a_variant_asks_for_its_bus(self, edge_tpu_file, simulated, connected):
        connected.append(USB)
        with pytest.raises(FrameworkMissing, match="did not start with device=pci: No device found") as refusal:
            load(edge_tpu_file, simulated, variant="pci")
        assert refusal.value.hint.startswith("Connected: usb at /sys/bus/usb/devices/1-1. ")

    def test_one_of_several_is_named_by_an_option(self, edge_tpu_file, simulated):
        assert load(edge_tpu_file, simulated, "device=usb:0", variant="pci").note
        with pytest.raises(FrameworkMissing, match="device=usb:1: No device found"):
            load(edge_tpu_file, simulated, "device=usb:1")

    def test_no_device_is_told_with_what_to_do(self, edge_tpu_file, deviceless):
        with pytest.raises(FrameworkMissing, match="did not start: No device found") as refusal:
            load(edge_tpu_file, deviceless)
        assert "18d1:9302" in refusal.value.hint

    def test_no_library_is_told_with_what_to_install(self, edge_tpu_file, monkeypatch):
        monkeypatch.setattr(coral, "LIBRARY", "libedgetpu-nowhere.so.1")
        with pytest.raises(FrameworkMissing, match=r"there is no library libedgetpu-nowhere\.so\.1") as refusal:
            load(edge_tpu_file, "")
        assert "libedgetpu1-std" in refusal.value.hint

    def test_a_damaged_file_is_refused(self, simulated, tmp_path):
        path = tmp_path / "damaged_edgetpu.tflite"
        path.write_bytes(b"\x1c\0\0\0TFL3edgetpu-custom-op" + bytes(100))
        with pytest.raises(BadModelFile, match="cannot load"):
            load(str(path), simulated)

    def test_another_variant_is_refused(self, edge_tpu_file, simulated):
        with pytest.raises(UnknownName, match="no variant 'xnnpack'"):
            load(edge_tpu_file, simulated, variant="xnnpack")


class TestProbe:
    def test_the_library_is_missing(self, monkeypatch):
        monkeypatch.setattr(coral, "LIBRARY", "libedgetpu-nowhere.so.1")
        version = Coral().probe().version
        assert version == Missing("there is no library libedgetpu-nowhere.so.1", version.hint)
        assert "libedgetpu1-std" in version.hint

    def test_no_device_is_connected(self, monkeypatch, simulated):
        monkeypatch.setattr(coral, "LIBRARY", simulated)
        version = Coral().probe().version
        assert version.reason == "no Edge TPU is connected" and "lsusb" in version.hint

    def test_a_device_does_not_open(self, monkeypatch, deviceless, connected):
        monkeypatch.setattr(coral, "LIBRARY", deviceless)
        connected.append(USB)
        version = Coral().probe().version
        assert "did not start: No device found" in version.reason and "udev" in version.hint

    def test_a_device_opens(self, monkeypatch, simulated, connected):
        monkeypatch.setattr(coral, "LIBRARY", simulated)
        connected.append(USB)
        version = Coral().probe().version
        assert version[0].isdigit() and version.endswith(", Edge TPU runtime 14")

    def test_a_proof_holds_only_while_the_same_devices_are_connected(self, connected):
        before = Coral().distributions
        connected.append(USB)
        assert Coral().distributions != before


class TestDevices:
    def test_they_are_found_in_what_the_kernel_shows(self, tmp_path):
        for place, (vendor, product) in {
            "1-1": ("1a6e", "089a"),
            "1-2": ("046d", "c077"),
            "2-1": ("18d1", "9302"),
            "usb1": ("", ""),
        }.items():
            folder = tmp_path / "sys" / "bus" / "usb" / "devices" / place
            folder.mkdir(parents=True)
            if vendor:
                (folder / "idVendor").write_text(vendor + "\n")
                (folder / "idProduct").write_text(product + "\n")
        (tmp_path / "dev").mkdir()
        (tmp_path / "dev" / "apex_0").touch()
        found = [(device.bus, device.path.rpartition("/")[2]) for device in kernel_devices(str(tmp_path))]
        assert found == [("pci", "apex_0"), ("usb", "1-1"), ("usb", "2-1")]

    def package(self, folder, monkeypatch, source):
        (folder / "pycoral" / "utils").mkdir(parents=True)
        (folder / "pycoral" / "__init__.py").touch()
        (folder / "pycoral" / "utils" / "__init__.py").touch()
        if source:
            (folder / "pycoral" / "utils" / "edgetpu.py").write_text(source)
        monkeypatch.syspath_prepend(str(folder))
        for name in ("pycoral", "pycoral.utils", "pycoral.utils.edgetpu"):
            monkeypatch.delitem(sys.modules, name, raising=False)

    def test_pycoral_lists_them_where_it_is(self, tmp_path, monkeypatch):
        self.package(tmp_path, monkeypatch, "def list_edge_tpus(): return [{'type': 'pci', 'path': '/dev/apex_3'}]")
        assert edge_tpus() == [EdgeTpu("pci", "/dev/apex_3")]

    def test_what_a_proof_depends_on_is_told_without_an_import(self, tmp_path, monkeypatch):
        self.package(tmp_path, monkeypatch, "def list_edge_tpus(): return []")
        monkeypatch.setattr(coral, "kernel_devices", kernel_devices)
        monkeypatch.setattr(coral, "edge_tpus", edge_tpus)
        assert "tflite-runtime" in Coral().distributions
        assert "pycoral" not in sys.modules

    @pytest.mark.parametrize("source", ["", "listing = None", "raise ImportError('libedgetpu.so.1')"])
    def test_another_package_of_that_name_is_not_asked(self, tmp_path, monkeypatch, source):
        self.package(tmp_path, monkeypatch, source)
        assert all(device.path.startswith(("/sys", "/dev")) for device in edge_tpus())


MAPPED = "CONV_2D                        2          Mapped to Edge TPU"
LEFT = (
    "SOFTMAX                        1          Operation is otherwise supported, but not mapped due to some limitation"
)


class TestCompiling:
    @pytest.fixture
    def plain(self, tmp_path):
        """A model that was not compiled; the script that stands for the compiler does not look into it."""
        path = tmp_path / "plain.tflite"
        path.write_bytes(b"\x1c\0\0\0TFL3" + bytes(100))
        return str(path)

    @pytest.fixture
    def compiler(self, tmp_path, monkeypatch, edge_tpu_file):
        """Puts a script on the PATH that stands for edgetpu_compiler; it keeps a tally of its runs."""
        shell = shutil.which("sh")
        tally = tmp_path / "tally"
        tally.write_text("")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

        def put(*said, made=edge_tpu_file, code=0):
            folder = tmp_path / "bin"
            folder.mkdir(exist_ok=True)
            script = folder / "edgetpu_compiler"
            lines = [f"echo '{line}'" for line in said]
            copy = f'cp "{made}" "$3/$(basename "$4" .tflite)_edgetpu.tflite"' if made else ""
            script.write_text("\n".join([f"#!{shell}", f"echo run >> {tally}", *lines, copy, f"exit {code}"]))
            script.chmod(0o755)
            monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
            return lambda: tally.read_text().count("run")

        return put

    def test_a_model_is_compiled_once_and_what_was_left_is_noted(self, plain, compiler, simulated):
        runs = compiler("Edge TPU Compiler version 16", MAPPED, LEFT)
        notes = [load(plain, simulated).note for _ in range(2)]
        left = "1 operators left to the CPU: 1 SOFTMAX (Operation is otherwise supported, but not mapped due to some"
        assert notes == [f"{left} limitation). All of it on the Edge TPU"] * 2
        assert runs() == 1

    def test_another_model_of_the_same_name_is_compiled_anew(self, plain, compiler, simulated):
        runs = compiler(MAPPED)
        load(plain, simulated)
        with open(plain, "ab") as file:
            file.write(b"changed")
        load(plain, simulated)
        assert runs() == 2

    def test_without_the_compiler_it_is_refused_with_what_to_do(self, plain, simulated, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(BadModelFile, match="nothing of it would run on the Edge TPU") as refusal:
            load(plain, simulated)
        assert "edgetpu_compiler" in refusal.value.hint

    def test_a_model_that_cannot_be_compiled_is_refused_with_the_cause(self, plain, compiler, simulated):
        compiler("Started a compilation timeout timer", "Invalid model: plain.tflite", "Model not quantized", code=1)
        with pytest.raises(BadModelFile, match=r"cannot compile .*plain\.tflite: not quantized") as refusal:
            load(plain, simulated)
        assert "int8" in refusal.value.hint

    def test_a_compiler_that_makes_nothing_is_told(self, plain, compiler, simulated):
        compiler(made="", code=3)
        with pytest.raises(BadModelFile, match="exit code 3"):
            load(plain, simulated)

    def test_a_model_of_which_nothing_was_mapped_is_refused(self, plain, compiler, simulated):
        compiler(LEFT, made=plain)
        with pytest.raises(BadModelFile, match="was compiled, but nothing of it would run") as refusal:
            load(plain, simulated)
        assert "SOFTMAX" in refusal.value.hint

    def test_a_compiler_that_hangs_is_ended(self, plain, compiler, simulated, monkeypatch):
        monkeypatch.setattr(coral_compiler, "TIMEOUT_S", 0.3)
        compiler(MAPPED)
        script = shutil.which("edgetpu_compiler")
        with open(script, "w") as file:
            file.write("#!/bin/sh\nexec sleep 30\n")
        with pytest.raises(BadModelFile, match="did not finish"):
            load(plain, simulated)

    def test_all_mapped_leaves_nothing_to_say(self):
        assert left_to_the_cpu(f"Operator  Count  Status\n\n{MAPPED}\n") == ""
