# Two commands matter: `make run` and `make test`. Each makes what it needs; a second run only makes what has changed.

# The first Python that is new enough; PYTHON=... names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
NODE_MODULES := viewer/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-python test-viewer test-browser check format viewer dist bench bench-node bench-viewer soak truth truth-canvas truth-planes pictures pins clean

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: viewer  ## start fileroom on a demo archive, or on your own: make run ARCHIVE=DIR
ifdef ARCHIVE
	@$(BIN)/fileroom --archive "$(ARCHIVE)" serve --open
else
	@$(BIN)/fileroom demo
endif

test: test-python test-viewer test-browser  ## run every test, in the browser too

test-python: viewer .stamps/dev  ## run the tests of the Python side
	$(BIN)/python -m pytest
	FILEROOM_INTERPRETED=1 $(BIN)/python -m pytest tests/dicom

test-viewer: $(NODE_MODULES)  ## run the tests of the browser side, without a browser
	cd viewer && npm test

test-browser: viewer $(NODE_MODULES)  ## run the tests in a real Chromium
	cd viewer && FILEROOM_PYTHON="$(CURDIR)/$(BIN)/python" npm run e2e

check: .stamps/dev $(NODE_MODULES)  ## run the linters and type checkers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd viewer && npm run check

format: .stamps/dev  ## format the Python side and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

viewer: .stamps/venv  ## build the viewer, if its sources have changed
	@$(BIN)/python hatch_build.py

dist: .stamps/dev  ## build wheel and sdist, with the viewer in them, into dist/
	$(BIN)/python -m hatchling build

bench: .stamps/dev  ## measure against a peer and a floor; prints ratios
	$(BIN)/python -m benchmarks

bench-node: .stamps/dev  ## measure what other programs get over DICOMweb against nginx and Orthanc, and over DIMSE against DCMTK
	$(BIN)/python -m benchmarks series frames httpload httploadqido qidopeer dimsestore dimsestore4 dimsefind dimseget

bench-viewer: viewer .stamps/dev $(NODE_MODULES)  ## measure the viewer in a real Chromium, against OHIF
	cd viewer && FILEROOM_PYTHON="$(CURDIR)/$(BIN)/python" npm run bench

soak: .stamps/dev  ## kill 500 imports at random moments and see that nothing is lost
	FILEROOM_KILLS=500 $(BIN)/python -m pytest tests/intake/test_kills.py

truth: .stamps/dev  ## compare the picture of every real image with what the standard's formulas give; prints a row for each
	$(BIN)/python -m pytest tests/pixels/test_truth.py -q -s

truth-canvas: viewer .stamps/dev $(NODE_MODULES)  ## the same of what stands on the screen, in a real Chromium (a quarter of an hour)
	cd viewer && FILEROOM_TRUTH=whole FILEROOM_PYTHON="$(CURDIR)/$(BIN)/python" npx vitest run --config e2e/vitest.config.ts e2e/canvas.e2e.ts

truth-planes: viewer .stamps/dev $(NODE_MODULES)  ## compare the planes of every real volume with what SimpleITK makes of its files (half an hour)
	cd viewer && FILEROOM_TRUTH=whole FILEROOM_PYTHON="$(CURDIR)/$(BIN)/python" npx vitest run --config e2e/vitest.config.ts e2e/planes.e2e.ts

pictures: viewer $(NODE_MODULES)  ## make the pictures of the README
	cd viewer && FILEROOM_PYTHON="$(CURDIR)/$(BIN)/python" npm run pictures

pins: .stamps/dev  ## take the versions that are installed now as the exact ones (constraints.txt)
	$(PIP) freeze --all --exclude pip --exclude-editable --exclude fileroom | sort -f > constraints.txt

clean:  ## remove everything that make has made
	rm -rf .stamps .venv dist build viewer/node_modules src/fileroom/web/static src/fileroom/dicom/_compiled src/fileroom/sources/_listing.*
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The environment: exact versions from constraints.txt, fileroom itself editable, its viewer built apart.
.stamps/venv: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "fileroom needs Python 3.11 or newer; name it: make PYTHON=..."; exit 1; }
	@mkdir -p .stamps
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --quiet 'pip>=25.1,<27'
	$(PIP) install --quiet --constraint constraints.txt hatchling cython setuptools
	FILEROOM_SKIP_VIEWER=1 $(PIP) install --quiet --constraint constraints.txt --no-build-isolation --editable .
	@touch $@

# What tests and checks need besides. (Dependency groups are why pip is brought up to date first.)
.stamps/dev: .stamps/venv
	$(PIP) install --quiet --constraint constraints.txt --group dev
	@touch $@

# npm leaves this file behind when it is done.
$(NODE_MODULES): viewer/package-lock.json
	cd viewer && npm ci
