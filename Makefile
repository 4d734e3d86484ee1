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

demo: $(READY) $(VENV)/.system-run  ## run the service on the samples: a summary here, the results in out/demo
	@rm -rf $(OUT) && mkdir -p $(OUT)/inbox && cp samples/* $(OUT)/inbox/
	@# On a terminal it stays up, to be looked at and fed; elsewhere it ends when all has been read.
	@if command -v redis-server >/dev/null; then \
		once=$$([ -t 0 ] || echo --once); \
		GOUJI_DATA_DIR=$(OUT)/data $(BIN)/gouji up --inbox $(OUT)/inbox --port 0 $$once; \
	else \
		echo "Redis is not installed, so this is the extraction alone" >&2; \
		$(BIN)/gouji extract samples -o $(OUT) --format jsonl || [ $$? -eq 1 ]; \
	fi

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
