"""The tables of accounts, in the registry. Changed only through `rag/registry/migrations/`.

Times are whole seconds since 1970, UTC. Of a token only its SHA-256 is kept.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UnicodeText,
)

from rag.registry.schema import metadata

people = Table(
    "people",
    metadata,
    Column("person_id", String, primary_key=True),
    Column("login", String, nullable=False),  # as `people.normal_login` gives it
    Column("name", String, nullable=False),  # as shown
    Column("role", String, nullable=False),
    Column("password_hash", String),  # argon2id, encoded; null: no password was chosen
    Column("disabled", Boolean, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("issuer", String),  # OpenID Connect: who vouches for them, and under which name
    Column("subject", String),
)

person_services = Table(
    "person_services",
    metadata,
    Column(
        "person_id", String, ForeignKey("people.person_id", ondelete="CASCADE"), primary_key=True
    ),
    Column("service", String, primary_key=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String, primary_key=True),
    Column("token_hash", String, nullable=False),
    Column("person_id", String, ForeignKey("people.person_id", ondelete="CASCADE"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),  # to within `sessions.SEEN_SECONDS`
    Column("expires", BigInteger, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", String, primary_key=True),
    Column("key_hash", String, nullable=False),
    Column("person_id", String, ForeignKey("people.person_id", ondelete="CASCADE"), nullable=False),
    Column("name", String, nullable=False),
    Column("permissions", UnicodeText, nullable=False),  # separated by spaces
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("last_used", Date),
    Column("revoked", BigInteger),
)

# No person: the link that creates the first administrator.
one_time_links = Table(
    "one_time_links",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("person_id", String, ForeignKey("people.person_id", ondelete="CASCADE")),
    Column("expires", BigInteger, nullable=False),
)

# How often someone tried to log in, by account and by address, both as HMAC.
login_attempts = Table(
    "login_attempts",
    metadata,
    Column("subject", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", BigInteger, nullable=False),
)

# Logins under way at an identity provider.
external_logins = Table(
    "external_logins",
    metadata,
    Column("state_hash", String, primary_key=True),
    Column("nonce", String, nullable=False),
    Column("verifier", String, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("address", String),  # whence, as HMAC
)

server_secrets = Table(
    "server_secrets",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

Index("ux_people_login", people.c.login, unique=True)
Index("ux_people_issuer_subject", people.c.issuer, people.c.subject, unique=True)
Index("ux_sessions_token_hash", sessions.c.token_hash, unique=True)
Index("ix_sessions_person_id", sessions.c.person_id)
Index("ux_api_keys_key_hash", api_keys.c.key_hash, unique=True)
Index("ix_api_keys_person_id", api_keys.c.person_id)
