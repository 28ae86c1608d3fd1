#!/bin/sh
# Makes requirements.txt from requirements.in, with the uv on the PATH.
set -eu
cd "$(dirname "$0")"
UV_CUSTOM_COMPILE_COMMAND=bench/comparison/lock.sh exec uv pip compile --quiet --universal --python-version 3.10 \
  --generate-hashes --no-emit-index-url --no-annotate requirements.in --output-file requirements.txt
