# `make help` lists what there is. Needs Python 3.11 or newer and git; the rest is fetched, locked by hash.
PYTHON ?= $(shell for p in python3 python3.12 python3.13 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
RUN := .venv/bin
ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help demo up test check lint types layers templates docs docs-check bench clean bootstrap-dev

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*##/\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo:  ## run the example story and serve it; ARGS="--once --json" prints one document and ends
	@$(PYTHON) bootstrap.py demo
	@$(RUN)/remit demo $(ARGS)

up:  ## start Remit without the example; ARGS go to `remit up`
	@$(PYTHON) bootstrap.py
	@$(RUN)/remit up $(ARGS)

bootstrap-dev:
	@$(PYTHON) bootstrap.py dev demo

test:  ## run every test; ARGS go to pytest
	@$(PYTHON) bootstrap.py dev demo browser
	@PLAYWRIGHT_BROWSERS_PATH=$(CURDIR)/.build/playwright $(RUN)/pytest -rs -n 2 --dist loadfile $(ARGS)

check: bootstrap-dev  ## lint, types, layers, templates, docs
	@$(MAKE) --no-print-directory --keep-going lint types layers templates docs-check

lint: bootstrap-dev
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .

types: bootstrap-dev
	@$(RUN)/mypy

layers: bootstrap-dev
	@$(RUN)/lint-imports --no-logo

templates: bootstrap-dev
	@$(RUN)/djlint --lint --quiet src/remit/web

docs-check: bootstrap-dev
	@$(RUN)/pytest tests/architecture

docs: bootstrap-dev  ## write docs/reference from the code
	@$(RUN)/python docs/generate.py

bench: bootstrap-dev  ## compare with peers: NAME=measure, ARGS=--quick
	@$(RUN)/python benchmarks/run.py $(NAME) $(ARGS)

clean:  ## remove what was built and installed; the data in .remit stays
	rm -rf .venv .build node_modules src/remit/web/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis
