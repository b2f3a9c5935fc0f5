#!/usr/bin/env bash
# Make .venv at the root from the hashed requirements. Uses uv (seconds); falls back to plain pip.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=$(cat requirements/dev.txt pyproject.toml tools/setup.sh | sha256sum | cut -d' ' -f1)
[ "$(cat .venv/.made-from 2>/dev/null || true)" = "$wanted" ] && exit 0

python=$(command -v python3.11 || command -v python3)
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Chunfeng needs Python 3.11 or later; $python is older." >&2; exit 1; }
if ! "$python" -m pip --version >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-pip python3-venv >/dev/null
fi
"$python" -m pip --version >/dev/null 2>&1 || { echo "pip is missing: apt-get install python3-pip python3-venv" >&2; exit 1; }

uv=.tools/bin/uv
[ -x "$uv" ] || "$python" -m pip install --quiet --disable-pip-version-check --target .tools "uv==0.13.9" || true
if [ -x "$uv" ]; then
  [ -x .venv/bin/python ] || "$uv" venv --quiet --python "$python" .venv
  "$uv" pip sync --quiet --require-hashes --python .venv/bin/python requirements/dev.txt
  "$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
else
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
fi
printf '%s' "$wanted" > .venv/.made-from
echo "Ready: .venv"
