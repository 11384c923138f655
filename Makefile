# Two commands: `make up` starts everything on a fresh Debian machine, `make test` tests everything.
# Needs a Rust toolchain and Node; whatever else is missing is installed by scripts/setup.

SHELL := /bin/bash
PIANQU := target/release/pianqu

.PHONY: up build test check test-rust test-web test-e2e bench peers interop faults deb sqlx clean help

help:  ## list the recipes
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

up: build  ## build, start a private PostGIS with the sample city, serve the map
	exec $(PIANQU) serve --sample-data sample-data

build:
	scripts/setup
	scripts/build-web
	cargo build --release --locked

test: check test-rust test-web test-e2e  ## every test: Rust, PostGIS, front end, browser
	@echo "All tests passed."

check:  ## formatting and lints
	scripts/setup --for-tests
	scripts/build-web
	cargo fmt --check
	cargo clippy --locked --all-targets -- --deny warnings

test-rust:
	cargo test --locked

test-web:
	npm --prefix web run check
	npm --prefix web test

# The program that the Rust tests ran against: alone it would be compiled with other features of its libraries.
test-e2e:
	cargo test --locked --no-run
	scripts/e2e

bench:  ## measure, beside peers in the same run (make peers installs them)
	scripts/setup --for-tests
	scripts/bench

peers:  ## install the peers that bench measures against
	scripts/peers

interop:  ## other people's clients that are too big for every test run
	scripts/setup --for-tests
	cargo build --locked
	scripts/interop

faults:  ## kill, fill and cut under a steady load; three minutes (wants root and libfaketime)
	scripts/setup
	scripts/build-web
	cargo build --release --locked
	tests/faults/run.py

deb: build  ## make a Debian package in target/debian
	scripts/deb

sqlx:  ## write down anew what the checked queries know of the database
	scripts/sqlx

clean:
	rm -rf target web/dist web/node_modules
