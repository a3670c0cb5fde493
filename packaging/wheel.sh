#!/usr/bin/env bash
# wheel.sh FOLDER: our own wheel, built there from a clean copy, so that nothing that an earlier
# build left behind is in it, and without asking any network. PYTHON: the one that builds.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:?usage: wheel.sh FOLDER}
python=${PYTHON:-$root/.venv/bin/python}

source=$(mktemp -d)
trap 'rm -rf "$source"' EXIT
cp -R "$root"/{rag,ingest,api,eval,pyproject.toml,README.md} "$source"
"$python" -m pip wheel --quiet --disable-pip-version-check \
  --no-build-isolation --no-deps --no-index --wheel-dir "$out" "$source"
