"""A real nginx with the configuration that we ship, before a server of a test's own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
from running import ROOT

NAME = "referent.mairie.example"
SHIPPED = ROOT / "packaging/nginx/referent.conf"
UNPACKED = ROOT / "build/nginx/usr/sbin"  # make nginx
STARTING = 10.0  # seconds
# What a distribution's own nginx.conf says, in a folder of the test's own.
AROUND = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    gzip on;
    include {folder}/referent.conf;
}}
"""


def program() -> str | None:
    """The nginx of this machine, or the one that `make nginx` unpacked."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", str(UNPACKED)])
    return shutil.which("nginx", path=path)


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def configured(folder: Path, upstream: int, plain: int, secure: int) -> Path:
    """The shipped configuration with only ports and the certificate's place changed."""
    words = SHIPPED.read_text()
    for old, new, times in (
        (r"server 127\.0\.0\.1:8000;", f"server 127.0.0.1:{upstream};", 1),
        (r"listen 80;", f"listen 127.0.0.1:{plain};", 1),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;", 1),
        (r"listen \[::\]:\d+( ssl)?;", "", 2),
        (r"/etc/ssl/referent/", f"{folder}/", 2),
    ):
        words, changed = re.subn(old, new, words)
        assert changed == times, old
    (folder / "referent.conf").write_text(words)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    return folder / "nginx.conf"


def certified(folder: Path) -> ssl.SSLContext:
    """A certificate for NAME in `folder`, and a context that trusts no other."""
    subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    line = ["openssl", "req", "-x509", *kind, *subject, *files]
    subprocess.run(line, check=True, capture_output=True)
    return ssl.create_default_context(cafile=str(folder / "fullchain.pem"))


@contextmanager
def behind_nginx(folder: Path, upstream: int) -> Iterator[tuple[httpx.Client, int]]:
    """A client of nginx over TLS, before the server on port `upstream`; and its plain port."""
    found = program()
    assert found
    context = certified(folder)
    plain, secure = free_port(), free_port()
    config = configured(folder, upstream, plain, secure)
    line = [found, "-p", str(folder), "-c", str(config), "-e", "stderr"]
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as started:
        try:
            _wait(started, secure)
            with httpx.Client(
                base_url=f"https://127.0.0.1:{secure}",
                headers={"Host": NAME},
                verify=context,
                trust_env=False,
                timeout=10,
            ) as client:
                yield client, plain
        finally:
            started.terminate()


def _wait(started: subprocess.Popen[str], port: int) -> None:
    end = time.monotonic() + STARTING
    while time.monotonic() < end:
        if started.poll() is not None:
            raise AssertionError(started.stderr and started.stderr.read())
        with closing(socket.socket()) as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("nginx does not listen")
