# Each check is defined once, here; .ci/run and pre-commit call it.
.PHONY: help demo test test-rest test-all browser stranger explore e2e test-lowest check format bench accuracy docs pictures clean
.DEFAULT_GOAL := help

VENV ?= .venv
BIN := $(VENV)/bin
# The newest Python from 3.11 on that is installed and runs.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

# Tests wait for other programs a third of their time.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) * 3 / 2)))

help:  ## list what there is to make
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

demo: $(BIN)/ckreg  ## set up, and play the main job in a throw-away registry
	@$(BIN)/ckreg demo

test: $(VENV)/dev  ## set up, and run the tests (four minutes on two cores)
	$(BIN)/pytest -n auto --dist worksteal -m "not slow and not slurm and not browser"

test-rest: $(VENV)/dev  ## what `make test` leaves out: slow tests, a real Slurm, properties with more examples
	$(BIN)/pytest -n auto --dist worksteal --hypothesis-profile thorough -m "(slow or slurm or hypothesis) and not browser"

test-all: test test-rest browser  ## all tests, but for `make e2e`

browser: $(VENV)/browser  ## the pages of `ckreg site` in a real Chromium, where there is one
	$(BIN)/pytest -n 0 -m browser tests/browser

e2e:  ## a plan's whole life with the real torchtune and inspect-ai, through Slurm (minutes; as root)
	@if [ "$$(id -u)" != 0 ] || ! command -v sbatch >/dev/null; then \
		echo "make e2e starts a Slurm cluster of its own: it needs root, and Slurm installed. Skipped."; \
	else $(MAKE) --no-print-directory .venv-e2e/done && .venv-e2e/bin/pytest -n 0 -m e2e tests/e2e; fi

.venv-e2e/done: tests/e2e/requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv-e2e
	.venv-e2e/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' -r tests/e2e/requirements.txt
	@touch $@

stranger:  ## README.md, word by word, in a fresh clone with an empty home; tells how long it takes
	$(PYTHON) docs/try_readme.py

explore: $(VENV)/dev  ## the properties alone, with other examples each time: finds what nobody thought of
	$(BIN)/pytest -n auto --dist worksteal --hypothesis-profile explore -m hypothesis

# Where libraries are called: all of it, or as `.ci/run` does, what is nearest to them.
LOWEST ?= tests
test-lowest:  ## the tests but properties on the oldest versions of the libraries that pyproject.toml allows
	$(PYTHON) -m venv --clear .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv
	UV_NATIVE_TLS=1 UV_SYSTEM_CERTS=1 VIRTUAL_ENV=.venv-lowest .venv-lowest/bin/uv pip install --quiet --resolution lowest-direct -e '.[dev]'
	.venv-lowest/bin/pytest -n auto --dist worksteal -m "not slow and not slurm and not browser and not hypothesis" $(LOWEST)

check: $(VENV)/dev  ## format, lint, types and floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if command -v shellcheck >/dev/null; then shellcheck hooks/* .ci/run; else echo "shellcheck is not installed: skipped"; fi

format: $(VENV)/dev  ## put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Logs of 260 KB that are indexed; the budget is for 1,000.
LOGS ?= 1000
# What is measured; all if none is named.
SUBJECTS ?=
bench: $(VENV)/dev  ## measure, as ratios against rg, git and markdown-it in the same run
	$(BIN)/python benchmarks/bench.py --logs $(LOGS) $(SUBJECTS)

accuracy: $(VENV)/dev  ## score log readers and estimates against labelled logs and real jobs; writes docs/accuracy.md
	$(BIN)/python benchmarks/accuracy.py

# Those that are made from the code, then those whose commands are played.
PAGES ?= checks completion commands spec tour queries tutorial
docs: $(VENV)/dev  ## write what is made from the code: pages of docs/, and what the commands on them print
	@for page in $(PAGES); do echo "docs/make_$$page.py" && $(BIN)/python "docs/make_$$page.py" || exit 1; done

pictures: $(VENV)/browser  ## take the pictures of README.md anew, of a terminal and of the site; needs Chromium
	$(BIN)/python docs/make_pictures.py

clean:  ## remove what make made
	rm -rf .venv .venv-lowest .venv-e2e build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "ckreg needs Python 3.11 or newer; name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(BIN)/ckreg: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/dev: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(BIN)/ckreg

$(VENV)/browser: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[browser]'
	@touch $@
