"""Settings from the environment and from `referent.toml`; what cannot be used is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import DEFAULT_DATA, Settings, load


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty working folder and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("REFERENT_"):
            monkeypatch.delenv(name)


def toml(content: str) -> None:
    Path("referent.toml").write_text(content, encoding="utf-8")


def test_defaults() -> None:
    chosen = load()
    assert chosen.data == DEFAULT_DATA
    assert (chosen.catalogue_url, chosen.index_url, chosen.index_api_key) == ("", "", "")
    assert chosen.embedding_model == "static"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("data", "/srv/référent", Path("/srv/référent")),
        ("catalogue_url", "postgresql://h/d", "postgresql://h/d"),
        ("registry_url", "postgresql://h/r", "postgresql://h/r"),
        ("index_url", "http://localhost:6333", "http://localhost:6333"),
        ("index_api_key", "clé", "clé"),
        ("index_collection", "textes", "textes"),
        ("index_timeout", 2.5, 2.5),
        ("embedding_model", "none", "none"),
        ("embedding_batch", 32, 32),
        ("thesaurus", "/srv/thesaurus.jsonl", "/srv/thesaurus.jsonl"),
        ("model_url", "http://localhost:11434", "http://localhost:11434"),
        ("model_api", "openai", "openai"),
        ("model_api_key", "cle", "cle"),
        ("model", "qwen3", "qwen3"),
        ("models_allowed", "qwen3, mistral", "qwen3, mistral"),
        ("model_window", 16384, 16384),
        ("model_answer_tokens", 512, 512),
        ("model_connect_timeout", 1.5, 1.5),
        ("model_silence_timeout", 30.0, 30.0),
        ("model_timeout", 90.0, 90.0),
        ("serve_searches", 3, 3),
        ("serve_answers", 2, 2),
        ("serve_cache", 50, 50),
        ("serve_waiting", 20, 20),
        ("serve_timeout", 12.5, 12.5),
        ("serve_max_body_kib", 128, 128),
        ("serve_max_upload_mib", 8, 8),
        ("keys_per_person", 3, 3),
        ("min_confidence", 0.5, 0.5),
        ("serve_secret", "s" * 43, "s" * 43),
        ("serve_public_url", "https://referent.mairie.example", "https://referent.mairie.example"),
        ("serve_trusted_proxies", "127.0.0.1, 10.0.0.0/8", "127.0.0.1, 10.0.0.0/8"),
        ("serve_sources", "/srv/textes, /srv/notes", "/srv/textes, /srv/notes"),
        ("session_hours", 8.0, 8.0),
        ("session_idle_minutes", 30.0, 30.0),
        ("oidc_issuer", "https://sso.example", "https://sso.example"),
        ("oidc_client_id", "referent", "referent"),
        ("oidc_client_secret", "s", "s"),
        ("oidc_groups", "grp-rh=rh", "grp-rh=rh"),
        ("oidc_roles", "grp-juristes=legal", "grp-juristes=legal"),
        ("oidc_groups_claim", "roles", "roles"),
        ("oidc_everyone", 1, True),
        ("journal", False, False),
        ("journal_required", False, False),
        ("journal_questions", "hash", "hash"),
        ("journal_names", "pseudonym", "pseudonym"),
        ("journal_days", 365, 365),
        ("journal_key", "un secret", "un secret"),
    ],
)
def test_every_setting_is_read_from_both(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object, expected: object
) -> None:
    quoted = f'"{value}"' if isinstance(value, str) else str(value).lower()
    toml(f"{name} = {quoted}")
    assert getattr(load(), name) == expected
    Path("referent.toml").unlink()
    monkeypatch.setenv(f"REFERENT_{name.upper()}", str(value))
    assert getattr(load(), name) == expected


def test_every_setting_is_in_the_table_above() -> None:
    marks = test_every_setting_is_read_from_both.pytestmark  # type: ignore[attr-defined]
    assert {row[0] for row in marks[0].args[1]} == set(Settings.model_fields)


def test_arguments_win_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    toml('data = "of-file"\nembedding_batch = 7\nindex_collection = "of-file"')
    monkeypatch.setenv("REFERENT_DATA", "of-environment")
    monkeypatch.setenv("REFERENT_EMBEDDING_BATCH", "8")
    chosen = load(Path("of-argument"))
    assert chosen.data == Path("of-argument")
    assert chosen.embedding_batch == 8
    assert chosen.index_collection == "of-file"
    assert load().data == Path("of-environment")


def test_an_empty_variable_is_as_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFERENT_DATA", "")
    assert load().data == DEFAULT_DATA


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("embedding_batch", "0", id="too small"),
        pytest.param("embedding_batch", "513", id="too large"),
        pytest.param("embedding_batch", "huit", id="no number"),
        pytest.param("embedding_batch", "1.5", id="no whole number"),
        pytest.param("index_timeout", "0", id="zero"),
        pytest.param("index_timeout", "-1", id="negative"),
        pytest.param("index_timeout", "nan", id="not a number"),
        pytest.param("embedding_batch", "0", id="nothing allowed"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"REFERENT_{name.upper()}", value)
    with pytest.raises(SettingsError) as raised:
        load()
    assert f"REFERENT_{name.upper()}" in raised.value.where
    assert name in raised.value.where
    assert raised.value.remedy


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("embeding_model = 'none'", "embeding_model", id="misspelt"),
        pytest.param("embedding_batch = 'x'", "embedding_batch", id="wrong type"),
        pytest.param("[index]\nurl = 'x'", "index", id="a table"),
        pytest.param("data = ", "referent.toml", id="no TOML"),
        pytest.param("data = 'a'\ndata = 'b'", "referent.toml", id="twice"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(content: str, said: str) -> None:
    toml(content)
    with pytest.raises(SettingsError) as raised:
        load()
    assert said in raised.value.where


def test_a_file_in_another_encoding() -> None:
    Path("referent.toml").write_bytes("data = 'référent'".encode("latin-1"))
    with pytest.raises(SettingsError) as raised:
        load()
    assert raised.value.where == "referent.toml"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().embedding_batch = 3  # type: ignore[misc]
