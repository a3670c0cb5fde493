"""The tables of the catalogue, as SQLAlchemy Core. Changed only through `migrations/`.

Dates are stored as DATE, `valid_to` exclusive. `articles.path`, `versions.pages` and
`versions.links` are JSON texts, written once and read whole.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UnicodeText,
)

metadata = MetaData()

texts = Table(
    "texts",
    metadata,
    Column("text_id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("nature", String, nullable=False),
    Column("source", String, nullable=False),
)

# No row for a text: everyone may read it.
text_services = Table(
    "text_services",
    metadata,
    Column("text_id", String, ForeignKey("texts.text_id", ondelete="CASCADE"), primary_key=True),
    Column("service", String, primary_key=True),
)

# Every state of a text that was taken in. A partial one (a daily LEGI dump) says nothing of what
# it does not hold.
text_states = Table(
    "text_states",
    metadata,
    Column("text_id", String, ForeignKey("texts.text_id", ondelete="CASCADE"), primary_key=True),
    Column("as_of", Date, primary_key=True),
    Column("partial", Integer, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    Column("article_id", String, primary_key=True),
    Column(
        "text_id",
        String,
        ForeignKey("texts.text_id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("number", String, nullable=False),
    Column("number_key", String, nullable=False, index=True),
    Column("heading", String, nullable=False),
    Column("path", UnicodeText, nullable=False),
    Column("ord", Integer, nullable=False),
    Column("taken_from", Date, nullable=False),  # the state that gave these metadata
)

versions = Table(
    "versions",
    metadata,
    Column("version_id", String, primary_key=True),
    Column(
        "article_id",
        String,
        ForeignKey("articles.article_id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("words", UnicodeText),  # null: the period is known, the wording is not
    Column("valid_from", Date),
    Column("valid_to", Date),  # as it holds, absences and successors counted in
    Column("declared_to", Date),  # as the source declares it
    Column("state", String, nullable=False),
    Column("note", UnicodeText, nullable=False),
    Column("pages", UnicodeText, nullable=False),
    Column("links", UnicodeText, nullable=False),
    Column("taken_from", Date, nullable=False),  # the state that gave period and état
    Column("words_from", Date),  # the state that gave words, note and links
)

# Which wording of an article each state showed: what makes histories independent of the order
# in which states are taken in.
sightings = Table(
    "sightings",
    metadata,
    Column(
        "article_id",
        String,
        ForeignKey("articles.article_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("as_of", Date, primary_key=True),
    Column("version_id", String, nullable=False),
)

# Versions that a partial state says are no more, by the state that says so. Kept of texts that are
# not here, too, since an older state of them may be taken in later. Only ever added to.
deletions = Table(
    "deletions",
    metadata,
    Column("text_id", String, primary_key=True),
    Column("version_id", String, primary_key=True),
    Column("as_of", Date, primary_key=True),
)

passages = Table(
    "passages",
    metadata,
    Column("point_id", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "version_id",
        String,
        ForeignKey("versions.version_id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("ord", Integer, nullable=False),  # from 0, within the version
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer),
    Column("vector_key", String, nullable=False, index=True),
)

vectors = Table(
    "vectors",
    metadata,
    Column("model", String, primary_key=True),
    Column("vector_key", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # float32, little endian
)

# References found in the words of a version (`rag.types.Reference` as JSON, without its surface:
# that is `words[start:end]`). `mention_numbers` finds them by the articles that they name;
# RANGE stands there for what a range holds between its ends.
mentions = Table(
    "mentions",
    metadata,
    Column(
        "version_id",
        String,
        ForeignKey("versions.version_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("start", Integer, primary_key=True),
    Column("reference", UnicodeText, nullable=False),
)

mention_numbers = Table(
    "mention_numbers",
    metadata,
    Column("version_id", String, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("number_key", String, primary_key=True),
    ForeignKeyConstraint(
        ["version_id", "start"], ["mentions.version_id", "mentions.start"], ondelete="CASCADE"
    ),
)

# Points to bring into line with the catalogue, in order. A row says which, never what: whoever
# applies it looks at the catalogue, so applying twice, or late, gives the same index.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("point_id", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

# The words of a passage, and on a version's first passage those of the whole version, as the index
# has them (`rag.catalogue.terms`). The projection writes both tables: they lag behind like it.
terms = Table(
    "terms",
    metadata,
    Column("point_id", BigInteger, primary_key=True, autoincrement=False),
    Column("text_id", String, nullable=False, index=True),
    Column("passage", LargeBinary, nullable=False),
    Column("article", LargeBinary, nullable=False),  # empty beyond the first passage
)

# In how many articles and passages of a text each of its words is.
term_counts = Table(
    "term_counts",
    metadata,
    Column("text_id", String, primary_key=True),
    Column("revision", String, nullable=False),  # another one whenever the others change
    Column("articles", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("counts", LargeBinary, nullable=False),
)

projections = Table(
    "projections",
    metadata,
    Column("identity", String, primary_key=True),
    Column("applied", Integer, nullable=False),
)

# What was read where, to skip it when nothing changed and to know what a mirror no longer holds.
sources = Table(
    "sources",
    metadata,
    Column("path", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
)

source_texts = Table(
    "source_texts",
    metadata,
    Column("path", String, ForeignKey("sources.path", ondelete="CASCADE"), primary_key=True),
    Column("text_id", String, ForeignKey("texts.text_id", ondelete="CASCADE"), primary_key=True),
)

properties = Table(
    "properties",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

Index("ix_source_texts_text_id", source_texts.c.text_id)
Index("ix_mention_numbers_number_key", mention_numbers.c.number_key)
