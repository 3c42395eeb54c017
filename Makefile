# Everything a developer starts. `make` alone lists it.
# Needs make and Python >= 3.11; the rest is installed into .venv.

.DEFAULT_GOAL := help
.PHONY: help run walk staff test lint spec bench migrate lock clean install install-dev

PYTHON ?=
RUN := .venv/bin/python

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
	  sed -e 's/:[^#]*## /|/' | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

run: install ## Start the whole stack with demo data (PORT=8000, DEMO=0, DATABASE_URL=…, REDIS_URL=…)
	@exec $(RUN) -m local

walk: install ## Play the main job as a client against the running stack
	@exec $(RUN) -m local.walk

staff: install ## Make a staff account: make staff LOGIN=liu.operations [ROLE=finance]
	@test -n "$(LOGIN)" || { echo "Say who: make staff LOGIN=liu.operations"; exit 2; }
	@exec $(RUN) -m local.inside flask --app wsgi staff create "$(LOGIN)" --role "$(or $(ROLE),operator)"

test: install-dev ## Run the tests (some of them: make test TESTS=tests/orders)
	@exec $(RUN) -m pytest -n auto $(TESTS)

lint: install-dev ## Check style, types and who imports whom
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	.venv/bin/lint-imports

spec: install ## Write the API specification and the tables generated from the code
	@exec $(RUN) -m local.spec

bench: install-dev ## Measure against the limits
	@exec $(RUN) -m bench

migrate: install ## Bring the database of DATABASE_URL, or of the running stack, up to date
	@exec $(RUN) -m local.inside alembic upgrade head

LOCK := --quiet --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header \
  --strip-extras --allow-unsafe

lock: install-dev ## Write the exact versions of all packages (requirements*.in -> requirements*.txt)
	$(RUN) -m piptools compile $(LOCK) requirements.in
	$(RUN) -m piptools compile $(LOCK) requirements-local.in
	$(RUN) -m piptools compile $(LOCK) requirements-dev.in

clean: ## Remove .venv and everything the local stack wrote, the demo database too
	@if [ -f var/run/lock ] && [ -x $(RUN) ]; then $(RUN) -m local.single; fi
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# PYTHON, or the first of these that is new enough.
install install-dev:
	@found=""; \
	for each in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
	  if "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    found="$$each"; break; \
	  fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "✗ Python 3.11 or newer is needed; looked for: $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)."; \
	  command -v python3 >/dev/null 2>&1 && echo "  $$(command -v python3) is $$(python3 -V 2>&1)."; \
	  echo "  → Install one, or name it: make run PYTHON=/path/to/python3"; \
	  exit 1; \
	fi; \
	exec "$$found" local/install.py $(if $(filter install-dev,$@),requirements-dev.txt,requirements-local.txt)
