#!/bin/sh
# Makes the lock again from pyproject.toml, with the uv on the PATH. Pins stay unchanged unless you run: ./lock.sh --upgrade
# It has no uv.lock, because that file spells out the address of each download, and with it the package index of its author.
set -eu
cd "$(dirname "$0")"
export UV_CUSTOM_COMPILE_COMMAND=app/lock.sh

lock() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate "$@"
}

lock "$@" pyproject.toml --output-file requirements.txt
lock "$@" --group test --constraint requirements.txt --output-file requirements-test.txt
lock "$@" --group uv --output-file requirements-uv.txt
