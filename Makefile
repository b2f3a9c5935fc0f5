SIZE ?= small
PY := .venv/bin/python
export PYTHONPATH := .

.PHONY: help setup run demo test test-fast test-served check score-reader bench messages pictures stop clean

help:            ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 24

setup:           ## make .venv from the hashed requirements, nothing else
	@tools/setup.sh

run: setup       ## set everything up, tell the demo story, serve on 127.0.0.1:8000
	@$(PY) -m demo --size $(SIZE)
	@.venv/bin/chunfeng serve --no-migrate

demo: setup      ## only tell the demo story into the database (SIZE=small|large)
	@$(PY) -m demo --size $(SIZE)

check: setup     ## lint, types, layers, catalogues
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet src tests demo bench tools || (echo "run: .venv/bin/ruff format src tests demo bench tools"; exit 1)
	@.venv/bin/lint-imports --no-cache
	@.venv/bin/mypy
	@$(PY) tools/messages.py check

test-fast: setup ## the inner loop: no browser, nothing slow
	@$(PY) -m pytest -q -n 2 -m "not journey and not slow"

test: check      ## everything
	@tools/browser.sh
	@$(PY) -m pytest -q -n 2 --dist loadgroup
	@$(PY) -m tests.notices.score_reader

test-served: setup ## the same tests on a served PostgreSQL (Debian's)
	@tools/served.sh -n 2 -m "not journey"

score-reader: setup ## the notice reader against its gold files
	@$(PY) -m tests.notices.score_reader

bench: setup     ## all benchmarks, full size, into bench/RESULTS.md (makes .venv-bench for the peers)
	@$(PY) -m bench all --size full

messages: setup  ## extract strings and compile both catalogues
	@$(PY) tools/messages.py update

pictures: setup  ## the pictures of the README, made by journeys
	@tools/browser.sh
	@CHUNFENG_PICTURES=1 $(PY) -m pytest -q tests/journeys/test_story.py tests/journeys/test_census.py tests/journeys/test_calls_offline.py tests/journeys/test_measures.py

stop:            ## stop the embedded database
	@.venv/bin/chunfeng db stop

clean:
	rm -rf .venv .venv-bench .tools .mypy_cache .ruff_cache .hypothesis build src/*.egg-info
