"""Tokens: long, unlike each other, kept as a hash, and each seal good for one purpose."""

from __future__ import annotations

import hashlib
import hmac
import re

from hypothesis import given
from hypothesis import strategies as st

from rag.accounts import tokens

SECRET = b"s" * 43
anything = st.text(st.characters(exclude_categories=()), max_size=60)


def test_tokens_have_256_bits_and_differ() -> None:
    made = [tokens.new_token() for _ in range(500)]
    assert len(set(made)) == 500
    assert all(re.fullmatch(r"[\w-]{43}", token, re.ASCII) for token in made)  # 43 × 6 ≥ 256
    assert len({token[:6] for token in made}) > 490  # no common beginning


def test_a_key_says_what_it_is() -> None:
    assert re.fullmatch(r"ref_[\w-]{43}", tokens.new_key(), re.ASCII)


def test_what_is_kept_is_sha_256() -> None:
    assert tokens.hashed("jeton") == hashlib.sha256(b"jeton").hexdigest()


@given(anything)
def test_any_text_can_be_looked_up(token: str) -> None:
    assert re.fullmatch("[0-9a-f]{64}", tokens.hashed(token))


@given(anything, anything)
def test_seals_tell_messages_apart(one: str, other: str) -> None:
    alike = one.encode("utf-8", "replace") == other.encode("utf-8", "replace")
    assert (tokens.sealed(SECRET, "p", one) == tokens.sealed(SECRET, "p", other)) == alike


def test_seals_tell_purposes_and_secrets_apart() -> None:
    seal = tokens.sealed(SECRET, "csrf", "m")
    assert seal == hmac.new(SECRET, b"csrf\0m", hashlib.sha256).hexdigest()
    assert len({seal, tokens.sealed(SECRET, "other", "m"), tokens.sealed(b"x", "csrf", "m")}) == 3


@given(anything)
def test_same_is_equality(given_: str) -> None:
    expected = tokens.csrf_token(SECRET, "session")
    assert tokens.same(expected, expected)
    assert tokens.same(given_, expected) == (given_ == expected)


def test_ids_are_told_from_anything_else() -> None:
    assert tokens.is_id(tokens.new_id())
    for wrong in ("", "a" * 23, "A" * 24, "g" * 24, "\0" * 24, "é" * 24):
        assert not tokens.is_id(wrong)
