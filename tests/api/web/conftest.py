"""Texts with hostile names and words, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from serving import Served, serving

from ingest.pipeline import Ingest, IngestOptions
from ingest.sources.base import ReadOptions
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings

XSS = "<script>alert(1)</script>"
ATTACK = f"""---
id: attaque
title: 'Note "onmouseover="alert(2) {XSS}'
effective: 2025-01-01
---

# Note

## Article 1 – Titre <img src=x onerror=alert(3)>

Le coquelicot est interdit {XSS} ![fuite](https://evil.example/?q=1) [lien](javascript:alert(4)).
"""
SECRET = """---
id: secret-rh
title: Barème secret des zibelines
effective: 2025-01-01
---

# Barème

## Article 2 – Zibelines

La zibeline des agents est taxée, selon l'article 2 du règlement général.
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over a text that attacks whoever shows it."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "attack.md").write_text(ATTACK, "utf-8")
    with open_parts(Settings(data=folder / "data", embedding_model=NO_MODEL)) as parts:
        assert not Ingest(parts, IngestOptions()).run([folder / "attack.md"]).failures
    with serving(folder / "data") as running:
        yield running


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over a text that everyone reads, and one of a service that cites it."""
    from small_folder import RULES

    folder = tmp_path_factory.mktemp("guarded")
    (folder / "rgs.md").write_text(RULES.format(day="2025-01-01", delay="deux"), "utf-8")
    (folder / "secret.md").write_text(SECRET, "utf-8")
    with open_parts(Settings(data=folder / "data", embedding_model=NO_MODEL)) as parts:
        assert not Ingest(parts, IngestOptions()).run([folder / "rgs.md"]).failures
        closed = IngestOptions(read=ReadOptions(services=frozenset({"rh"})))
        assert not Ingest(parts, closed).run([folder / "secret.md"]).failures
    with serving(folder / "data") as running:
        yield running
