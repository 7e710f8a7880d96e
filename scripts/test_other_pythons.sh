#!/bin/sh
# Tests what a worker imports, and the pure parts, on other Pythons: each named version that is installed,
# in a virtual environment of its own without torch. Those that are not installed are said to be skipped.
# Every operator of every framework is tested there too; the whole zoo, which is made of these, on one Python.
set -eu

find_python() {
    for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
        if "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

for version in "$@"; do
    python=$(find_python "$version")
    if [ -z "$python" ]; then
        echo "== Python $version is not installed: skipped"
        continue
    fi
    venv=".venv-$version"
    stamp="$venv/.installed"
    if [ ! -e "$stamp" ] || [ pyproject.toml -nt "$stamp" ] || [ constraints.txt -nt "$stamp" ] \
        || [ "$0" -nt "$stamp" ]; then
        echo "== making $venv"
        "$python" -m venv --clear "$venv"
        "$venv/bin/python" -m pip --disable-pip-version-check -q install --upgrade pip
        "$venv/bin/python" -m pip -q install -c constraints.txt -e '.[litert,tflite,caffe,onnxruntime,ncnn]' pytest pytest-asyncio pytest-xdist pyte
        "$venv/bin/python" -m pip -q install -c constraints.txt --no-deps pi-ina219 Adafruit_GPIO Adafruit_PureIO
        touch "$stamp"
    fi
    echo "== tests on Python $version"
    "$venv/bin/python" -m pytest -m "not slow and not zoo" -n logical --dist loadfile \
        tests/test_*.py tests/analysis tests/backends tests/engine tests/inputs tests/measure tests/networks tests/probes
done

if [ -e .venv-3.9/.installed ] && [ -e .venv-3.13/.installed ]; then
    echo "== one session on two Pythons with two numpys"
    .venv-3.13/bin/python -m pytest tests/e2e/test_two_pythons.py
fi
