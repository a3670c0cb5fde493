"""What is brought on a disk installs and works where there is no network and no repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import site
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import ROOT

WHOLE = "REFERENT_TEST_BUNDLE"
PACKAGING = ROOT / "packaging"
PACKAGES = ("rag", "ingest", "api", "eval")
DATA = {".css", ".html", ".js", ".po", ".svg", ".mako", ".npz", ".json", ".jsonl", ".py"}
ELSEWHERE = re.compile(r"pypi\.org|pythonhosted\.org|download\.pytorch\.org|huggingface\.co")

# In namespaces of its own, without a network: the repository is covered by an empty folder, after
# the packages that it may hold are put elsewhere ($2 is shown at $3). Then the rest is run.
CUT_OFF = """
ip link set lo up
[ -z "$2" ] || mount --bind "$2" "$3"
mount -t tmpfs none "$1"
shift 3
exec "$@"
"""
PYTHON = os.path.realpath(sys.executable)


def cut_off(line: list[object], folder: Path, packages: tuple[Path, Path] | None = None) -> str:
    """What a command prints in `folder`, cut off from the network and the repository."""
    shown = packages or ("", "")
    places = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder)}
    outer = ["unshare", "-rnm", "bash", "-euc", CUT_OFF, "cut-off", ROOT, *shown]
    ran = subprocess.run(
        list(map(str, [*outer, *line])),
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**places, "LANG": "C.UTF-8", "PYTHON": PYTHON},
        timeout=900,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def namespaces() -> None:
    """Skips where none can be made."""
    tried = "ip link set lo up && mount -t tmpfs none /mnt"
    try:
        line = ["unshare", "-rnm", "bash", "-c", tried]
        ran = subprocess.run(line, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no `unshare` here: the network cannot be cut")
    if ran.returncode:
        pytest.skip(f"the network cannot be cut here: {ran.stderr.strip()}")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own wheel, built as `make bundle` builds it."""
    out = tmp_path_factory.mktemp("wheel")
    env = {**os.environ, "PYTHON": sys.executable}
    subprocess.run([PACKAGING / "wheel.sh", out], check=True, env=env)
    (built,) = out.glob("referent-*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    held = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in DATA and path.is_file()
    }
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {"rag/embedding/static_vectors.npz", "api/web/locale/en/web.po"} <= held
    assert held <= names
    assert not [name for name in names if name.startswith(("tests/", "packaging/"))]


def environment(folder: Path) -> tuple[Path, Path]:
    """A venv that has nothing of ours but finds the packages that we need, and where it looks.

    `folder/shown` is where the namespace shows the packages that this Python runs with.
    """
    venv, shown, linked = folder / "venv", folder / "shown", folder / "linked"
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", venv], check=True)
    shown.mkdir()
    linked.mkdir()
    for path in Path(site.getsitepackages()[0]).iterdir():
        if not path.name.startswith(("referent", "__editable__", "_distutils_hack")):
            (linked / path.name).symlink_to(shown / path.name)
    (found,) = (venv / "lib").glob("python*/site-packages")
    (found / "packages.pth").write_text(f"{linked}\n")
    return venv, shown


def journey(referent: Path, corpus: Path, folder: Path) -> list[object]:
    """The command line of tests/bundle_journey.py, from a copy outside the repository."""
    copy = shutil.copy(ROOT / "tests/bundle_journey.py", folder)
    return [PYTHON, "-I", copy, referent, corpus, ROOT]


def check(found: dict[str, Any], program: Path) -> None:
    """What was found is what a person expects, and came from `program` alone."""
    assert not found["reached"]
    assert found["repository"] == []
    assert found["program"].startswith(str(program))
    assert len(found["ingest"]["texts"]) >= 15 and not found["ingest"]["failures"]
    assert not found["check"]["problems"]
    served = found["served"]
    for answer in (found["ask"], served["ask"]):
        assert not answer["refused"] and answer["citations"]
    assert "event: hits" in served["events"] and "event: answer" in served["events"]
    assert "/bienvenue/" in served["first"]
    assert 'lang="fr"' in served["french"] and 'lang="en"' in served["english"]
    assert served["styles"] and all(served["styles"])
    assert "Règlement général des services" in served["texts"]
    assert served["status"] == 0


@pytest.mark.slow
@pytest.mark.usefixtures("namespaces")
def test_our_wheel_works_without_network_and_repository(wheel: Path, tmp_path: Path) -> None:
    packages = Path(site.getsitepackages()[0])
    venv, shown = environment(tmp_path)
    corpus = shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    install = [venv / "bin/python", "-m", "pip", "--isolated", "install", "--no-index", wheel]
    cut_off(install, tmp_path, (packages, shown))
    line = journey(venv / "bin/referent", corpus, tmp_path)
    found = json.loads(cut_off(line, tmp_path, (packages, shown)))
    check(found, venv)


# The whole, with every package: minutes, and half a gigabyte of wheels from pip's index.


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of an unpacked bundle, as the administrator has it."""
    if not os.environ.get(WHOLE):
        pytest.skip(f"takes minutes and an index to take packages from; asked for with {WHOLE}=1")
    out = tmp_path_factory.mktemp("bundle")
    env = {**os.environ, "PYTHON": sys.executable}
    subprocess.run([PACKAGING / "bundle.sh", out], check=True, env=env)
    (whole,) = out.glob("referent-bundle-*.tar")
    with tarfile.open(whole) as archive:
        assert {member.uid for member in archive} == {0}
        archive.extractall(out, filter="data")
    whole.unlink()
    (folder,) = out.glob("referent-*/")
    yield folder
    shutil.rmtree(out)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("namespaces")
def test_the_whole_bundle(bundle: Path, tmp_path: Path) -> None:
    cut_off([bundle / "install.sh", tmp_path / "opt"], tmp_path)
    version = (bundle / "VERSION").read_text().strip()
    line = journey(tmp_path / "opt/current/bin/referent", bundle / "corpus", tmp_path)
    check(json.loads(cut_off(line, tmp_path)), tmp_path / "opt" / version)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_what_the_bundle_says(bundle: Path) -> None:
    """No folder of this machine and no index is named in what we wrote."""
    for path in bundle.rglob("*"):
        if path.is_dir() or path.suffix == ".whl":
            continue
        words = path.read_bytes().decode(errors="replace")
        assert str(ROOT) not in words and not ELSEWHERE.search(words), path


# install.sh, over a bundle of a few lines.


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A bundle for another Python: what is refused comes before anything is written."""
    folder = tmp_path / "referent-1"
    (folder / "wheels").mkdir(parents=True)
    shutil.copy(PACKAGING / "install.sh", folder)
    (folder / "VERSION").write_text("1\n")
    (folder / "PYTHON").write_text("2.7 beos\n")
    (folder / "wheels/a.whl").write_text("a")
    sums = subprocess.run(
        "find . -type f ! -name SHA256SUMS -exec sha256sum {} +",
        cwd=folder, shell=True, check=True, capture_output=True,
    )  # fmt: skip
    (folder / "SHA256SUMS").write_bytes(sums.stdout)
    return folder


def refused(folder: Path) -> str:
    """Why the bundle is not installed."""
    target = folder.parent / "opt"
    line = [folder / "install.sh", target]
    env = {**os.environ, "PYTHON": PYTHON}
    ran = subprocess.run(line, capture_output=True, text=True, check=False, env=env)
    assert ran.returncode == 1 and not target.exists()
    return ran.stderr


def test_another_python_is_refused(small: Path) -> None:
    assert "ce lot est fait pour Python 2.7 beos" in refused(small)


@pytest.mark.parametrize("change", ["altered", "added", "cut"])
def test_a_bundle_that_was_touched_is_refused(small: Path, change: str) -> None:
    if change == "altered":
        (small / "wheels/a.whl").write_text("b")
    elif change == "added":
        (small / "wheels/b.whl").write_text("b")
    else:
        (small / "wheels/a.whl").unlink()
    assert "ce lot n'est pas celui qui a été fabriqué" in refused(small)
