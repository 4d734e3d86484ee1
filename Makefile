# `make demo` and `make test` set everything up on a fresh Debian 12 with python3, git and make. The second run is quick.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := out/demo
READY := $(VENV)/.ready

.PHONY: help demo test unit lint types imports format bench samples lock clean

help:  ## say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

demo: $(READY) $(VENV)/.system-run  ## read the samples: a summary here, the results in out/demo
	@mkdir -p $(OUT)
	@# One of the samples is damaged on purpose, so 1 (some sources were not read) is what should come back.
	@$(BIN)/gouji extract samples -o $(OUT) --format xlsx --quiet || [ $$? -eq 1 ]
	@$(BIN)/gouji extract samples -o $(OUT) --format jsonl || [ $$? -eq 1 ]
	@echo "→ $(OUT)/reports.xlsx (the same as sheets: reports, cells, facts, checks, errors)"

test: $(READY) $(VENV)/.system-develop lint types imports unit  ## everything that is checked

unit: $(READY)  ## the tests alone
	$(BIN)/pytest

lint: $(READY)  ## ruff: rules and layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## mypy, strict
	$(BIN)/mypy

imports: $(READY)  ## the layers: who may import whom
	$(BIN)/lint-imports

format: $(READY)  ## lay out and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) $(VENV)/.system-develop  ## measure
	$(BIN)/python -m bench

samples: $(READY) $(VENV)/.system-develop  ## write samples/ anew
	$(BIN)/python -m scripts.make_samples

lock: $(READY)  ## write down the versions that are installed now
	scripts/lock.sh $(BIN)

clean:  ## remove everything that was made
	rm -rf $(VENV) out build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(READY): pyproject.toml constraints.txt
	@PYTHON=$(PYTHON) scripts/install-system.sh base
	@echo "Setting up $(VENV): a few minutes, once" >&2
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@# setuptools warns about the layout of every editable install; there is nothing to do about it.
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		-c constraints.txt -e '.[ocr,dev]'
	@touch $@

$(VENV)/.system-%: $(READY) scripts/install-system.sh
	@scripts/install-system.sh $*
	@touch $@
