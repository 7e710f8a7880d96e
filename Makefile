# Two commands: `make run` starts edgetop on its default comparison, `make test` does all that CI does.
# Both make .venv with PYTHON (default python3) and install what they need; the second time they are quick.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
RUN_STAMP := $(VENV)/.run-$(VERSION)
TEST_STAMP := $(VENV)/.test-$(VERSION)

.PHONY: run test lint test-slow bench other-pythons clean

run: $(RUN_STAMP)
	@$(BIN)/edgetop run

test: $(TEST_STAMP) lint
	@scripts/install_umockdev.sh
	@scripts/install_chromium.sh
	@echo "== tests on Python $(VERSION)"
	@$(BIN)/python -m pytest -m "not slow" -n logical --dist loadfile
	@$(MAKE) --no-print-directory other-pythons

lint: $(TEST_STAMP)
	@echo "== lint, format, types, floors"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# What a worker imports must run on the oldest and on a newer Python, where these are installed.
other-pythons:
	@scripts/test_other_pythons.sh 3.9 3.13

test-slow: $(TEST_STAMP)
	@$(BIN)/python -m pytest -m slow

bench: $(TEST_STAMP)
	@for bench in tests/bench/bench_*.py; do echo "== $$bench"; $(BIN)/python $$bench || exit 1; done

$(VENV)/.python-$(VERSION):
	@test -n "$(VERSION)" || { echo "$(PYTHON) does not run: name another with PYTHON=…" >&2; exit 2; }
	@echo "== making $(VENV) with Python $(VERSION)"
	@$(PYTHON) -m venv --clear $(VENV) || { echo "Install the venv module: apt install python3-venv" >&2; exit 2; }
	@$(PIP) install --upgrade pip
	@touch $@

# The power meter's library declares spidev, which has no wheel and is never imported: without dependencies
# it wants no compiler.
$(RUN_STAMP): $(VENV)/.python-$(VERSION) pyproject.toml constraints.txt
	@echo "== installing edgetop, the frameworks and the power meter's library (some minutes the first time)"
	@$(PIP) install -c constraints.txt -e '.[all]'
	@$(PIP) install -c constraints.txt --no-deps pi-ina219 Adafruit_GPIO Adafruit_PureIO
	@touch $@

$(TEST_STAMP): $(RUN_STAMP)
	@echo "== installing the test tools"
	@$(PIP) install -c constraints.txt --group test
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-*
