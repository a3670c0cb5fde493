"""The units are sound, and the installation guide names what there is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from running import ROOT
from test_docs import COMMANDS

from rag.settings import Settings

UNITS = ROOT / "packaging/systemd"
GUIDE = (ROOT / "docs/install.md").read_text()
TOML = (ROOT / "packaging/referent.toml").read_text()
NGINX = (ROOT / "packaging/nginx/referent.conf").read_text()
PROGRAM = "/opt/referent/current/bin/referent"
EXPOSURE = 20  # tenths of systemd's scale from 0, shut in, to 10
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd-analyze here"
)


def analyze(folder: Path, *arguments: str) -> str:
    """What systemd says of the shipped units, whose program is put where one is."""
    for unit in UNITS.iterdir():
        (folder / unit.name).write_text(unit.read_text().replace(PROGRAM, "/bin/true"))
    line = ["systemd-analyze", *arguments]
    ran = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stderr


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    names = [f"./{unit.name}" for unit in UNITS.iterdir()]
    said = analyze(tmp_path, "verify", "--man=no", *names)
    assert not [line for line in said.splitlines() if "referent" in line]


@needs_systemd
@pytest.mark.parametrize("unit", ["referent.service", "referent-backup.service"])
def test_the_services_are_shut_in(unit: str, tmp_path: Path) -> None:
    analyze(tmp_path, "security", "--offline=true", f"--threshold={EXPOSURE}", f"./{unit}")


def test_the_service_reaches_this_machine_alone() -> None:
    lines = (UNITS / "referent.service").read_text().splitlines()
    assert {"IPAddressDeny=any", "IPAddressAllow=localhost", "UMask=0077"} <= set(lines)
    assert [line for line in lines if line.startswith("IPAddressAllow")] == [
        "IPAddressAllow=localhost"
    ]


def test_the_settings_file_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "referent.toml").write_text(re.sub(r"(?m)^# (?=model)", "", TOML))
    monkeypatch.chdir(tmp_path)
    chosen = Settings()
    assert str(chosen.data) == "/var/lib/referent/data"
    assert chosen.serve_public_url == "https://referent.mairie.example"
    assert chosen.serve_trusted_proxies == "127.0.0.1"
    assert chosen.model_url and chosen.model


def test_nginx_has_the_defaults_of_the_settings() -> None:
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    assert f"client_max_body_size {defaults['serve_max_body_kib'] // 1024}m;" in NGINX
    seconds = defaults["serve_timeout"] + defaults["model_timeout"]
    assert f"proxy_read_timeout {seconds:.0f}s;" in NGINX


def test_the_guide_names_commands_and_settings_that_are_there() -> None:
    typed = re.findall(r"(?:(?:^# |&& |`)|bin/)referent ([a-z]+(?: [a-z]+)?)", GUIDE, re.MULTILINE)
    assert len(typed) > 8
    unknown = {each for each in typed if each not in COMMANDS and each.split()[0] not in COMMANDS}
    assert not unknown
    named = set(re.findall(r"`((?:serve|model|oidc|journal|index|catalogue)_[a-z_]+)", GUIDE))
    assert named and named <= set(Settings.model_fields)


def test_the_guide_names_files_that_are_there() -> None:
    named = set(re.findall(r"\b((?:systemd|nginx)/[a-z.-]+[a-z])(?![*./-])\b", GUIDE))
    assert named >= {"systemd/referent.service", "nginx/referent.conf"}
    assert all((ROOT / "packaging" / name).exists() for name in named)
