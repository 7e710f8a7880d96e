"""Settings: defaults, then the file, then the environment; what is not understood is refused."""

import pytest

from edgetop.config import Settings, load_settings
from edgetop.errors import BadConfig


@pytest.fixture
def config(tmp_path, monkeypatch):
    for name in ("EDGETOP_RUN_THREADS", "EDGETOP_INA219_ADDRESS"):
        monkeypatch.delenv(name, raising=False)

    def write(text):
        path = tmp_path / "config.toml"
        path.write_text(text)
        return str(path)

    return write


def test_without_a_file_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load_settings() == Settings()


def test_a_file_changes_what_it_names_and_nothing_else(config):
    settings = load_settings(config('[ina219]\naddress = 0x41\nbus = 3\n[frameworks.coral]\npython = "/opt/py39"\n'))
    assert (settings.ina219.address, settings.ina219.bus, settings.ina219.shunt_ohms) == (0x41, "3", 0.1)
    assert settings.python == {"coral": "/opt/py39"}
    assert settings.run == Settings().run


def test_the_environment_comes_after_the_file(config, monkeypatch):
    path = config("[run]\nthreads = 3\n")
    monkeypatch.setenv("EDGETOP_RUN_THREADS", "2")
    monkeypatch.setenv("EDGETOP_INA219_ADDRESS", "0x45")
    monkeypatch.setenv("EDGETOP_RUN_FRAMEWORKS", "null,litert")
    monkeypatch.setenv("EDGETOP_RUN_RECORD", "no")
    settings = load_settings(path)
    assert (settings.run.threads, settings.ina219.address) == (2, 0x45)
    assert settings.run.frameworks == ("null", "litert")
    assert settings.run.record is False


def test_an_interpreter_can_come_from_the_environment_too(config, monkeypatch):
    path = config('[frameworks.coral]\npython = "/opt/a"\n[frameworks.tflite]\npython = "/opt/b"\n')
    monkeypatch.setenv("EDGETOP_FRAMEWORKS_TFLITE_PYTHON", "/opt/c")
    assert load_settings(path).python == {"coral": "/opt/a", "tflite": "/opt/c"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[run]\nthread = 2", "threads"),
        ("[runs]\nthreads = 2", "[runs]"),
        ('[run]\nthreads = "many"', "many"),
        ('[run]\nrecord = "perhaps"', "perhaps"),
        ("[run", "config.toml"),
        ("run = 3", "table"),
        ("frameworks = 3", "table"),
        ('[frameworks]\ntflite = "/opt/python"', "table"),
        ('[frameworks.tflite]\npyhton = "/opt/python"', "python"),
        ("[ina219]\nshunt_ohms = inf", "inf"),
        ("[ina219]\nshunt_ohms = 1e-320", "no shunt's"),
        ("[ina219]\nshunt_ohms = 0", "no shunt's"),
        ("[ina219]\nshunt_ohms = 1e6", "1e+06 ohm"),
        ("[run]\nthreads = inf", "inf"),
        ("[ina219]\nshunt_ohms = 1" + "0" * 400, "does not fit"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_is(config, text, says):
    with pytest.raises(BadConfig) as refused:
        load_settings(config(text))
    assert says in str(refused.value)
    assert refused.value.hint


def test_a_shunt_from_the_environment_is_checked_as_one_from_the_file(config, monkeypatch):
    monkeypatch.setenv("EDGETOP_INA219_SHUNT_OHMS", "101")
    with pytest.raises(BadConfig, match="101 ohm"):
        load_settings(config("[ina219]\nshunt_ohms = 0.01"))


def test_further_meters_are_named_by_what_they_measure(config):
    settings = load_settings(config("[meters.accelerator]\naddress = 0x41\nshunt_ohms = 0.05\n[meters.fan]\nbus = 3\n"))
    assert [(meter.name, meter.address, meter.shunt_ohms, meter.bus) for meter in settings.meters] == [
        ("accelerator", 0x41, 0.05, ""),
        ("fan", 0x40, 0.1, "3"),
    ]
    with pytest.raises(BadConfig, match=r"\[meters.fan\]: unknown setting 'ohms'"):
        load_settings(config("[meters.fan]\nohms = 1\n"))
