# The targets, each with what it does: `make help`.
PYTHON ?= python3
ARGS ?=
DEMO_ARGS ?=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo demo-reset test check bench bench-quick chaos steady mutants machine fix lock wheel

SETUP = @command -v "$(PYTHON)" >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11 or later." >&2; exit 1; }; \
	"$(PYTHON)" .ci/setup.py

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name what; do printf 'make %-11s %s\n' "$$name" "$$what"; done

demo:  ## set up and run everything on this machine: the tool, a small LMS, sample people and content
	$(SETUP) run
	@exec .venv/bin/segue demo $(DEMO_ARGS)

demo-reset:  ## remove what the demo has stored
	$(SETUP) run
	@exec .venv/bin/segue demo --reset

test:  ## set up and run every test; `make test ARGS="tests/threads -k reply"` for some, SEGUE_SCREENSHOTS=1 for pictures of pages
	$(SETUP) test
	@exec .venv/bin/pytest $(ARGS)

check:  ## set up and run linters, types and architecture checks
	$(SETUP) check
	@exec .venv/bin/python .ci/check.py

bench:  ## set up and run the benchmarks, up to a million posts: half an hour or more
	$(SETUP) run
	@exec .venv/bin/python -m bench

bench-quick:  ## the same with small numbers, a few minutes
	$(SETUP) run
	@exec .venv/bin/python -m bench --quick

chaos:  ## set up and deliver 1,000,000 statements under every fault; `make chaos ARGS="--statements 100000"`
	$(SETUP) run
	@exec .venv/bin/python -m bench.chaos $(ARGS)

steady:  ## set up and run the browser tests 20 times beside two busy processes; `make steady ARGS="--runs 3 tests/browser/test_sites.py"`
	$(SETUP) test
	@exec .venv/bin/python -m bench.steady $(ARGS)

mutants:  ## set up and change the code in small ways that tests should notice: hours; `make mutants ARGS="guard --most 50"`
	$(SETUP) mutants
	@exec .venv/bin/python -m bench.mutants $(ARGS)

machine:  ## set up and have delivery's state machine find every mistake that is planted for it
	$(SETUP) test
	@exec .venv/bin/pytest tests/statements/planted.py -v $(ARGS)

fix:  ## put in order what linters and formatters can
	$(SETUP) check
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	.venv/bin/djlint templates --reformat --quiet

lock:  ## write the lock files anew from pyproject.toml and package.json; ARGS=--upgrade for newer versions
	$(SETUP) lock $(ARGS)

wheel:  ## build the wheel into dist/
	$(SETUP) wheel
	.venv/bin/python -m build --wheel --no-isolation
