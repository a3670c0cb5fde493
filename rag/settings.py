"""The one Settings: environment (`REFERENT_…`), then `referent.toml` in the working folder."""

from __future__ import annotations

from pathlib import Path

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
        description="SQLAlchemy address of the catalogue; empty: SQLite in the data folder.",
    )
    index_url: str = Field(
        default="",
        description="Address of a Qdrant server; empty: the embedded index in the data folder.",
    )
    index_api_key: str = Field(
        default="", description="Key of the Qdrant server, when it asks for one."
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
    max_source_mib: int = Field(
        default=100, ge=1, description="A single document larger than this (MiB) is refused."
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
