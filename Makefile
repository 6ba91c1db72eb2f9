# Everything needs only Python 3.11 or later, make and a shell.
PORT ?= 8000
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin

.PHONY: help setup run test check bench shots fix
help:  ## what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: .venv/.ready  ## virtual environment with pinned, hashed requirements
.venv/.ready: requirements/dev.txt pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "tracte needs Python 3.11 or later: set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "tracte: setting up, which takes some minutes the first time…"
	@"$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

run: setup  ## everything, with a small demo: make run PORT=8000
	@$(BIN)/tracte up --demo small --port $(PORT)

test: setup  ## all tests but the slow ones
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

check: setup  ## lint, format, types, laws
	@$(BIN)/ruff check src tests conftest.py
	@$(BIN)/ruff format --check --quiet src tests conftest.py
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/laws

bench: setup  ## named figures, each against a peer or a limit of the same run
	@$(BIN)/tracte bench

shots: setup  ## pictures of every screen in var/shots/
	@TRACTE_SHOTS=var/shots $(BIN)/python -m pytest -m browser

fix: setup  ## mend what a machine can mend; refresh the catalogs
	@$(BIN)/ruff check --fix --quiet src tests conftest.py || true
	@$(BIN)/ruff format --quiet src tests conftest.py
	@$(BIN)/python -m tracte.config.messages
	@echo "requirements/*.in changed? CONTRIBUTING.md says how to compile them again"
