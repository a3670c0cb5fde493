"""Settings become the real parts, each when it is first asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag import bootstrap
from rag.bootstrap import Parts, go_offline, open_parts
from rag.embedding.static import StaticEmbedder
from rag.errors import SettingsError, StorageError
from rag.index.edge import EdgeIndex
from rag.settings import NO_MODEL, Settings


def parts_for(folder: Path, **settings: object) -> Parts:
    return Parts(Settings(data=folder, **settings))  # type: ignore[arg-type]


def test_nothing_is_made_before_it_is_asked_for(tmp_path: Path) -> None:
    with open_parts(Settings(data=tmp_path / "new")) as parts:
        assert not parts.exists()
    assert not (tmp_path / "new").exists()


def test_the_default_parts(tmp_path: Path) -> None:
    with open_parts(Settings(data=tmp_path)) as parts:
        assert isinstance(parts.embedder, StaticEmbedder)
        assert parts.model_name == parts.embedder.name
        assert parts.window is not None and parts.window.limit == parts.embedder.window
        assert isinstance(parts.index, EdgeIndex)
        assert parts.index is parts.index
        assert parts.catalogue is parts.catalogue
        assert parts.exists()
    with open_parts(Settings(data=tmp_path)) as again:
        assert again.index.count() == 0  # the index was let go of


def test_words_only(tmp_path: Path) -> None:
    parts = parts_for(tmp_path, embedding_model=NO_MODEL)
    assert (parts.embedder, parts.model_name, parts.window) == (None, "", None)


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    parts = parts_for(tmp_path, embedding_model=str(tmp_path / "modèle"))
    with pytest.raises(SettingsError) as raised:
        _ = parts.embedder
    assert "embedding_model" in raised.value.where
    assert str(tmp_path / "modèle") in raised.value.where


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as raised:
        _ = parts_for(tmp_path / "file" / "data").catalogue
    assert "--data" in raised.value.remedy


def test_the_index_can_be_renewed_and_let_go_of(tmp_path: Path) -> None:
    with open_parts(Settings(data=tmp_path, embedding_model=NO_MODEL)) as parts:
        before = parts.index.identity
        parts.renew_index()
        assert parts.index.identity != before
        kept = parts.index.identity
        parts.release_index()
        parts.release_index()
        assert parts.index.identity == kept


def test_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in bootstrap.OFFLINE:
        monkeypatch.setenv(name, "")
    go_offline()
    assert {name: os.environ[name] for name in bootstrap.OFFLINE} == bootstrap.OFFLINE
