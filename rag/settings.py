"""The one Settings: environment (`REFERENT_…`), then `referent.toml` in the working folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.errors import SettingsError

DEFAULT_DATA = Path("referent-data")
STATIC_MODEL = "static"
NO_MODEL = "none"
OLLAMA_API: Final = "ollama"
OPENAI_API: Final = "openai"


class Settings(BaseSettings):
    """Every choice that a person who runs Référent can make. Documented in the README."""

    model_config = SettingsConfigDict(
        env_prefix="REFERENT_",
        env_ignore_empty=True,
        toml_file="referent.toml",
        extra="forbid",
        frozen=True,
    )

    data: Path = Field(default=DEFAULT_DATA, description="Folder that holds all state.")
    catalogue_url: str = Field(
        default="",
        repr=False,
        description="Address of the catalogue, `postgresql://account:password@server/database`; "
        "empty: SQLite in the data folder.",
    )
    registry_url: str = Field(
        default="",
        repr=False,
        description="Address of the registry (accounts, journal); empty: the catalogue's when "
        "that is set, else SQLite in the data folder.",
    )
    index_url: str = Field(
        default="",
        description="Address of a Qdrant server; empty: the embedded index in the data folder.",
    )
    index_api_key: str = Field(
        default="", repr=False, description="Key of the Qdrant server, when it asks for one."
    )
    index_collection: str = Field(
        default="referent", description="Collection on the Qdrant server."
    )
    index_timeout: float = Field(
        default=10.0, gt=0, description="Seconds to wait for the Qdrant server."
    )
    embedding_model: str = Field(
        default=STATIC_MODEL,
        description="'static' (shipped, no download), 'none' (words only), or the folder of a "
        "sentence-transformers model.",
    )
    embedding_batch: int = Field(default=16, ge=1, le=512, description="Passages embedded at once.")
    thesaurus: str = Field(
        default="",
        description="File of the organisation's own thesaurus entries (JSON Lines), beside the "
        "shipped ones; empty: none.",
    )
    model_url: str = Field(
        default="",
        description="Address of the server whose models write answers; empty: none.",
    )
    model_api: Literal["ollama", "openai"] = Field(
        default=OLLAMA_API,
        description="What that server speaks: 'ollama', or 'openai' (vLLM, llama.cpp's server).",
    )
    model_api_key: str = Field(
        default="",
        pattern=r"^[!-~]*$",
        repr=False,
        description="Key of the model server, when it asks for one.",
    )
    model: str = Field(
        default="",
        description="Model that writes when `--model` names none; empty: the extractive answerer.",
    )
    models_allowed: str = Field(
        default="",
        description="Models that may be used, separated by commas; empty: all that the server has.",
    )
    model_window: int = Field(
        default=8192,
        ge=2048,
        description="Most tokens of a model's context window to use: memory grows with it.",
    )
    model_answer_tokens: int = Field(
        default=1024, ge=64, description="Tokens of the window kept for the answer."
    )
    model_connect_timeout: float = Field(
        default=5.0, gt=0, description="Seconds to wait for the model server to take a connection."
    )
    model_silence_timeout: float = Field(
        default=120.0,
        gt=0,
        description="Longest silence of the model in seconds, loading it included.",
    )
    model_timeout: float = Field(
        default=600.0, gt=0, description="Longest time for one answer in seconds."
    )
    min_confidence: float = Field(
        default=0.166,
        ge=0,
        le=1,
        description="Below this confidence nothing is written and the nearest articles are shown; "
        "0: whatever was found is answered from.",
    )
    serve_searches: int = Field(
        default=4, ge=1, le=6, description="Searches and look-ups that a server runs at once."
    )
    serve_answers: int = Field(
        default=2, ge=1, le=3, description="Answers that a server writes at once."
    )
    serve_cache: int = Field(
        default=500, ge=0, description="Answers that a server keeps for the same question."
    )
    serve_waiting: int = Field(
        default=100, ge=1, description="Requests of one caller that may wait; more are refused."
    )
    serve_timeout: float = Field(
        default=60.0,
        gt=0,
        description="Seconds after which a request is given up; an answer has the model's more.",
    )
    serve_max_body_kib: int = Field(
        default=2048, ge=16, description="A larger request (KiB) is refused."
    )
    serve_max_upload_mib: int = Field(
        default=64,
        ge=1,
        le=4096,
        description="More than this (MiB), sent at once to be brought in, is refused.",
    )
    serve_secret: str = Field(
        default="",
        pattern=r"^(|[!-~]{43,})$",
        repr=False,
        description="Secret of the accounts' signatures, 256 random bits (43 characters) or more; "
        "empty: made on first use and kept in the registry.",
    )
    serve_public_url: str = Field(
        default="",
        pattern=r"^(|https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?)$",
        description="Address under which people reach this server through a proxy: "
        "`https://referent.mairie.example`; empty: only this machine's own names are answered.",
    )
    serve_trusted_proxies: str = Field(
        default="",
        description="Addresses or networks, separated by commas, whose `X-Forwarded-For` and "
        "`X-Forwarded-Proto` are believed; empty: nobody's.",
    )
    serve_sources: str = Field(
        default="",
        description="Folders, separated by commas, below which a maintainer may name one to bring "
        "in from the pages; empty: none.",
    )
    session_hours: float = Field(
        default=12.0, gt=0, le=168, description="Hours after which a session ends."
    )
    session_idle_minutes: float = Field(
        default=60.0, ge=5, description="Minutes without a request after which a session ends."
    )
    keys_per_person: int = Field(
        default=50, ge=1, le=10_000, description="API keys in force that one person may have."
    )
    oidc_issuer: str = Field(
        default="",
        description="OpenID Connect: address of the identity provider; empty: passwords only.",
    )
    oidc_client_id: str = Field(default="", description="This server's name at the provider.")
    oidc_client_secret: str = Field(
        default="", repr=False, description="Its secret there, when the provider gave one."
    )
    oidc_groups: str = Field(
        default="", description="Groups and the service each gives: `grp-rh=rh,grp-voirie=voirie`."
    )
    oidc_roles: str = Field(
        default="", description="Groups and the role each gives: `grp-juristes=legal`."
    )
    oidc_groups_claim: str = Field(
        default="groups", min_length=1, description="Claim of the ID token that lists the groups."
    )
    oidc_everyone: bool = Field(
        default=False,
        description="Whoever the provider knows comes in, as an agent of no service; else a "
        "group must give a service or role.",
    )
    journal: bool = Field(default=True, description="Keep a journal of requests.")
    journal_required: bool = Field(
        default=True, description="Withhold an answer that cannot be written to the journal."
    )
    journal_questions: Literal["text", "hash"] = Field(
        default="text",
        description="Keep questions as 'text', or as a 'hash' that only counts them.",
    )
    journal_names: Literal["name", "pseudonym"] = Field(
        default="name", description="Keep who asked by 'name', or under a lasting 'pseudonym'."
    )
    journal_days: int = Field(
        default=180,
        ge=1,
        le=3650,
        description="Days that entries are kept; the CNIL advises 6 to 12 months.",
    )
    journal_key: str = Field(
        default="",
        repr=False,
        description="Secret that signs the journal, the same for every server that shares a "
        "registry, which none does without it; empty: `journal.key` in the data folder.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load(data: Path | None = None) -> Settings:
    """The settings in force here.

    Raises:
        SettingsError: a value that cannot be used, named with its remedy.
    """
    given = {} if data is None else {"data": data}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"réglage inutilisable : {first['msg']}",
            where=f"REFERENT_{name.upper()} (ou {name} dans referent.toml)",
            remedy="corrigez cette valeur ; le README donne la liste des réglages",
        ) from error
    except ValueError as error:  # the TOML file does not parse
        raise SettingsError(
            f"fichier illisible : {error}", where="referent.toml", remedy="corrigez sa syntaxe TOML"
        ) from error
