# `make test` and `make demo` set up what they need; `make setup` runs once and again when the pins change.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.setup-done
DEMO   := specs/autoencoders/digits_vae.spec

.PHONY: setup test bars lint demo bench docs generated clean
setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt grammars/specc.lark specc/syntax/tables.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[train,parquet,tensorboard,dev]' -c constraints.txt
	$(BIN)/python -m compileall -q specc  # the first start is as quick as the next
	touch $@

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not long"

bars: setup
	$(BIN)/python -m pytest -m long

demo: setup
	$(BIN)/specc check $(DEMO)
	$(BIN)/specc count $(DEMO)
	$(BIN)/specc build $(DEMO) --out runs/demo/generated
	$(BIN)/specc train $(DEMO) --out runs/demo

generated: setup
	rm -rf generated
	$(BIN)/specc build specs --out generated

bench: setup
	$(BIN)/python -m tests.bench

clean:
	rm -rf $(VENV) build dist runs .mypy_cache .ruff_cache .pytest_cache
