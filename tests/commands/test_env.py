"""Environments of their own for frameworks: made, listed, used, removed, and nothing left of one that failed."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from edgetop.backends.registry import OWN
from edgetop.commands import env_create
from edgetop.environments import PINS, Environment, Pins, describe, environment_of, folder, interpreter
from edgetop.errors import BadInterpreter, CannotWrite, EdgetopError, FrameworkMissing

OURS = ".".join(map(str, sys.version_info[:3]))
OTHER = "3.10.4" if sys.version_info[:2] != (3, 10) else "3.11.4"


@pytest.fixture
def wheels(tmp_path):
    """Environment variables by which pip finds only what a test puts into a folder, by its name and version."""
    folder = tmp_path / "wheels"
    folder.mkdir()

    def put(name, version):
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}.py", f"__version__ = '{version}'\n")
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")

    put.variables = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": os.devnull}
    return put


@pytest.fixture
def environments_folder(tmp_path):
    return tmp_path / "data" / "edgetop" / "envs"


def test_one_is_made_serves_its_framework_and_is_removed(edgetop, refused, wheels, environments_folder):
    wheels("numpy", "1.99")
    made = edgetop("env", "create", "numpy", **wheels.variables)
    assert made.returncode == 0, made.stderr
    python = str(environments_folder / "numpy" / "bin" / "python")
    assert f"numpy has Python {OURS} with numpy 1.99: {python}" in made.stdout
    assert "does not run in it yet" in made.stdout, "this numpy has nothing in it"
    assert "Successfully installed" in made.stderr
    assert json.loads(edgetop("env", "list", "--json").stdout) == [
        {"framework": "numpy", "python": python, "python_version": OURS, "packages": ["numpy 1.99"]}
    ]
    rows = {row["name"]: row["python"] for row in json.loads(edgetop("list", "frameworks", "--json").stdout)}
    assert rows["numpy"] == {"path": python, "version": OURS, "source": "env"}
    assert "--again" in refused(edgetop("env", "create", "numpy", **wheels.variables))
    assert edgetop("env", "remove", "numpy").returncode == 0
    assert not (environments_folder / "numpy").exists()
    assert "numpy" in refused(edgetop("env", "remove", "numpy"))


def test_where_pip_fails_its_last_words_are_told_and_nothing_is_left(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    def make(python, place):
        os.makedirs(os.path.join(place, "bin"))
        with open(interpreter("ncnn"), "w") as file:
            file.write("#!/bin/sh\necho Collecting\necho 'ERROR: One' >&2\necho 'ERROR: No \033[1mroom' >&2\nexit 1\n")
        os.chmod(interpreter("ncnn"), 0o755)

    monkeypatch.setattr(env_create, "_make", make)
    with pytest.raises(FrameworkMissing) as failed:
        env_create.create("ncnn", "", again=False)
    assert str(failed.value).startswith("pip could not install ncnn: No ")
    said = capfd.readouterr()
    assert "Collecting" in said.err and "ERROR: One" in said.err and "\033" not in said.err
    assert not os.path.exists(folder("ncnn"))


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Makes an environment whose Python is a shell script, by which pip succeeds."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    def make(script):
        def put(python, place):
            os.makedirs(os.path.join(place, "bin"))
            with open(interpreter("ncnn"), "w") as file:
                file.write(script if script.startswith("\0") else f'#!/bin/sh\n[ "$1" = -m ] && exit 0\n{script}\n')
            os.chmod(interpreter("ncnn"), 0o755)

        monkeypatch.setattr(env_create, "_make", put)
        return env_create.create("ncnn", "", again=False)

    return make


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo what; exit 3", "no answer"),
        ("echo '{]'; echo 'No package metadata was found' >&2", "No package metadata"),
        ("echo 5", "no answer"),
        ("printf '\\377\\n'", "no answer"),
        ("printf '\\377\\033[1m\\n' >&2", "cannot be read: �"),
        ("sleep 20", "no answer in 0.2 s"),
        ("\0", "cannot make "),
    ],
)
def test_a_python_that_cannot_tell_what_pip_installed_is_one_line(made, monkeypatch, script, told):
    monkeypatch.setattr(env_create, "LIMIT_S", 0.2 if "sleep" in script else 20)
    with pytest.raises(EdgetopError) as failed:
        made(script)
    assert told in str(failed.value) and failed.value.hint and str(failed.value).isprintable()
    assert not os.path.exists(folder("ncnn"))


def test_what_packages_print_as_they_are_imported_is_no_answer(made):
    assert made('echo hello; echo \'["ncnn 1", "numpy 2"]\'').packages == ("ncnn 1", "numpy 2")


def test_no_room_for_the_description_is_one_line(made, monkeypatch):
    def full(environment):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(env_create, "describe", full)
    with pytest.raises(CannotWrite, match="No space left on device"):
        made("echo '[]'")
    assert not os.path.exists(folder("ncnn"))


def _as_in_a_terminal():
    """Where the tests are a shell's background job they are started with Ctrl-C ignored, and so would a child be."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_nothing_is_left_of_one_that_was_interrupted(tmp_path, environments_folder, number, code):
    command = [sys.executable, "-m", "edgetop", "env", "create", "numpy"]
    data = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")}
    with subprocess.Popen(
        command, env=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=_as_in_a_terminal
    ) as making:
        end = time.monotonic() + 30
        while not (environments_folder / "numpy" / "bin").exists():
            assert time.monotonic() < end and making.poll() is None
            time.sleep(0.01)
        making.send_signal(number)
        assert making.wait(timeout=30) == code
    assert not (environments_folder / "numpy").exists()


def test_what_cannot_be_made_is_refused(edgetop, refused):
    assert "litert" in refused(edgetop("env", "create", "lite_rt"))
    assert "[frameworks.null] python" in refused(edgetop("env", "create", "null"))
    assert "no interpreter at" in refused(edgetop("env", "create", "ncnn", "--python", "/nowhere/python"))
    assert "is not a Python" in refused(edgetop("env", "create", "ncnn", "--python", "/bin/true"))
    assert "is no environment" in refused(edgetop("env", "remove", ".."))
    assert edgetop("env", "list").stdout.strip() == "none"


def test_no_name_is_not_the_folder_of_all_environments(edgetop, refused, environments_folder):
    (environments_folder / "numpy").mkdir(parents=True)
    assert "no environment of ''" in refused(edgetop("env", "remove", ""))
    assert (environments_folder / "numpy").exists()


@pytest.mark.parametrize(
    ("script", "hint"),
    [
        ("echo 'ensurepip is not available'; exit 1", "apt install python3-venv"),
        ("echo 'No module named venv' >&2; exit 1", "apt install python3-venv"),
        ("echo '[Errno 28] No space left on device'; exit 1", "has room"),
    ],
)
def test_where_there_is_no_virtual_environment_the_hint_is_of_its_cause(script, hint, tmp_path):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    with pytest.raises(FrameworkMissing) as refused:
        env_create._make(str(python), str(tmp_path / "made"))
    assert hint in refused.value.hint


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A PATH with a stand-in that starts no Python before one with a Python of another version."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for place, script in (
        ("first", "echo 'not switched on' >&2; exit 127"),
        ("second", f"""echo '{{"version": "{OTHER}", "numpy": "", "trouble": "", "folders": []}}'"""),
    ):
        (tmp_path / place).mkdir()
        python = tmp_path / place / f"python{OTHER.rpartition('.')[0]}"
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/first:{tmp_path}/second:/usr/bin:/bin")
    return tmp_path / "second" / python.name


def series(version):
    major, minor, _ = version.split(".")
    return int(major), int(minor)


def test_ours_is_taken_where_it_fits_else_one_on_the_path(path, monkeypatch):
    monkeypatch.setitem(PINS, "ncnn", Pins(("ncnn",), series(OURS), series(OURS)))
    assert env_create._base("ncnn", "") == (sys.executable, OURS)
    monkeypatch.setitem(PINS, "ncnn", Pins(("ncnn",), series(OTHER), series(OTHER)))
    assert env_create._base("ncnn", "") == (str(path), OTHER)
    assert env_create._base("ncnn", str(path)) == (str(path), OTHER)


def test_a_python_that_does_not_fit_is_refused_with_those_that_do(path, monkeypatch):
    monkeypatch.setitem(PINS, "ncnn", Pins(("ncnn",), (3, 40), (3, 41)))
    for named in ("", str(path), sys.executable):
        with pytest.raises(BadInterpreter) as refused:
            env_create._base("ncnn", named)
        assert "Python 3.40 to 3.41" in str(refused.value)


def test_one_that_is_just_being_made_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with env_create._alone("ncnn"), pytest.raises(Exception, match="just being made"):
        env_create.create("ncnn", "", again=False)


def test_again_makes_one_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    os.makedirs(folder("ncnn"))
    describe(Environment("ncnn", interpreter("ncnn"), "3.9.1", ("ncnn 0",)))
    monkeypatch.setattr(env_create, "_make", lambda python, place: None)
    monkeypatch.setattr(env_create, "_install", lambda framework, pins: None)
    monkeypatch.setattr(env_create, "_packages", lambda framework: ("ncnn 1",))
    made = env_create.create("ncnn", "", again=True)
    assert made == environment_of("ncnn")
    assert (made.python_version, made.packages) == (OURS, ("ncnn 1",))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"packages": 1}', "[" * 100_000, "\0"])
def test_a_damaged_description_is_that_of_no_environment(text, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    os.makedirs(folder("ncnn"))
    with open(os.path.join(folder("ncnn"), "edgetop-environment.json"), "w") as file:
        file.write(text)
    assert environment_of("ncnn") is None


def test_every_framework_that_pip_can_install_has_pins():
    assert set(OWN) - set(PINS) == {"null", "pycaffe"}, "nothing to install, and nothing that pip could"
