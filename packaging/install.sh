#!/usr/bin/env bash
# install.sh [FOLDER]: installs Référent into FOLDER/VERSION (/opt/referent by default) from what
# lies beside this file, and points FOLDER/current to it. No network; nothing else is written.
# PYTHON: the one to use (python3).
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-/opt/referent}
python=${PYTHON:-python3}
version=$(cat "$here/VERSION")
release=$target/$version

refuse() {
  printf 'Erreur : %s\n  → %s\n' "$1" "$2" >&2
  exit 1
}

# Every file as it was bundled, none missing, none added: pip would take whatever lies in wheels/.
intact() {
  sha256sum --check --quiet --strict SHA256SUMS &&
    diff <(find . -type f ! -name SHA256SUMS | LC_ALL=C sort) <(cut -c67- SHA256SUMS | LC_ALL=C sort)
}

(cd "$here" && intact) >&2 ||
  refuse "ce lot n'est pas celui qui a été fabriqué" "recopiez-le, et comparez sa somme SHA-256"
found=$("$python" -c 'import sys, sysconfig
print("%d.%d" % sys.version_info[:2], sysconfig.get_platform())') ||
  refuse "$python ne peut pas être lancé" "installez Python, ou nommez-le : PYTHON=/usr/bin/python3.11"
[ "$found" = "$(cat "$here/PYTHON")" ] ||
  refuse "ce lot est fait pour Python $(cat "$here/PYTHON"), et $python est $found" \
    "nommez un autre Python (PYTHON=…), ou refaites le lot sur une machine pareille à celle-ci"
[ ! -e "$release" ] ||
  refuse "$release existe déjà" "supprimez-le pour installer de nouveau cette version"

mkdir -p "$target"
trap 'rm -rf "$release"' EXIT
"$python" -m venv --without-pip "$release"
echo "Installation dans $release (une à quatre minutes)…"
pip=("$here"/wheels/pip-*.whl) # runs from its wheel: the installation has none
PIP_CONFIG_FILE=/dev/null "$release/bin/python" "${pip[0]}/pip" --isolated install \
  --quiet --disable-pip-version-check --no-cache-dir --no-index --find-links "$here/wheels" \
  "referent==$version" ||
  refuse "un paquet n'a pas pu être installé (la raison est ci-dessus)" \
    "nommez un Python plus récent (PYTHON=…), ou refaites le lot sur une machine pareille à celle-ci"
"$release/bin/referent" --help >/dev/null
trap - EXIT
ln -sfn "$version" "$target/current.new"
mv -T "$target/current.new" "$target/current"
echo "Référent $version est installé : $target/current/bin/referent"
