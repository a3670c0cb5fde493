#!/usr/bin/env bash
# bundle.sh [FOLDER]: referent-bundle-VERSION.tar in FOLDER (build/ by default), with all that a
# machine of this platform and Python needs without a network. PYTHON: the one of the .venv.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/build}
export PYTHON=${PYTHON:-$root/.venv/bin/python}

version=$("$PYTHON" -c 'import sys, tomllib
print(tomllib.load(open(sys.argv[1], "rb"))["project"]["version"])' "$root/pyproject.toml")
platform=$("$PYTHON" -c 'import sys, sysconfig
print("%d.%d" % sys.version_info[:2], sysconfig.get_platform())')

mkdir -p "$out"
stage=$(mktemp -d "$out/bundle.XXXXXX")
trap 'rm -rf "$stage"' EXIT
folder=$stage/referent-$version
mkdir -p "$folder/wheels"

"$root/packaging/wheel.sh" "$folder/wheels"
# torch by its exact version, as `make demo` does, and pip for a Python that has none.
"$PYTHON" -m pip wheel --quiet --disable-pip-version-check \
  --constraint "$root/constraints.txt" --wheel-dir "$folder/wheels" \
  "$(grep '^torch==' "$root/constraints.txt")" pip "$folder"/wheels/referent-*.whl

cp -R "$root"/packaging/{install.sh,systemd,nginx,referent.toml} "$folder"
cp -R "$root"/{README.md,CHANGELOG.md,corpus,docs} "$folder"
echo "$version" >"$folder/VERSION"
echo "$platform" >"$folder/PYTHON"
(cd "$folder" && find . -type f ! -name SHA256SUMS -print0 | LC_ALL=C sort -z |
  xargs -0 sha256sum >"$stage/SHA256SUMS" && mv "$stage/SHA256SUMS" .)

name=referent-bundle-$version.tar
tar --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w \
  -C "$stage" -cf "$stage/$name" "referent-$version"
mv "$stage/$name" "$out/$name"
(cd "$out" && sha256sum "$name" >"$name.sha256")
echo "$out/$name : $(du -h "$out/$name" | cut -f1), $(find "$folder/wheels" -type f | wc -l) paquets, Python $platform"
