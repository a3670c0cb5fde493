"""Settings → real parts: the only place that chooses. Nothing heavy is imported before it is used.

with bootstrap.open(settings) as parts:
    parts.catalogue, parts.embedder, parts.index
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from rag.catalogue import engine as catalogue_engine
from rag.errors import SettingsError, StorageError
from rag.passages import Window
from rag.ports import Embedder, Index
from rag.registry import engine as registry_engine
from rag.settings import NO_MODEL, STATIC_MODEL, Settings

if TYPE_CHECKING:
    from rag.retrieval.thesaurus import Thesaurus

INDEX_FOLDER = "index"


class Parts:
    """The real parts of one process, each built when first asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.data = settings.data.expanduser().absolute()

    @cached_property
    def catalogue(self) -> Engine:
        """The catalogue, its schema up to date.

        Raises:
            CatalogueError: it cannot be opened.
        """
        if self.settings.catalogue_url:
            return catalogue_engine.open_catalogue(self.settings.catalogue_url, "catalogue")
        _make_folder(self.data)
        return catalogue_engine.open_catalogue(
            catalogue_engine.sqlite_url(self.data), self.catalogue_place
        )

    @property
    def catalogue_place(self) -> str:
        """Names the catalogue in messages."""
        if self.settings.catalogue_url:
            return "catalogue"
        return str(self.data / catalogue_engine.FILE_NAME)

    @cached_property
    def registry(self) -> Engine:
        """What the service keeps about its use, its schema up to date.

        Raises:
            CatalogueError: it cannot be opened.
        """
        url = self.settings.registry_url or self.settings.catalogue_url
        if url:
            return registry_engine.open_registry(url, "registre")
        _make_folder(self.data)
        where = str(self.data / registry_engine.FILE_NAME)
        return registry_engine.open_registry(registry_engine.sqlite_url(self.data), where)

    @cached_property
    def embedder(self) -> Embedder | None:
        """The embedding model, None when the settings ask for words only.

        Raises:
            EmbeddingError: the model cannot be loaded.
            MissingPackage: what it needs is not installed.
        """
        model = self.settings.embedding_model
        if model == NO_MODEL:
            return None
        if model == STATIC_MODEL:
            return self.shipped_embedder
        return _local_model(Path(model), self.settings.embedding_batch)

    @cached_property
    def shipped_embedder(self) -> Embedder:
        """The word vectors that are shipped, whichever model the settings name."""
        from rag.embedding.static import StaticEmbedder

        return StaticEmbedder()

    @cached_property
    def thesaurus(self) -> Thesaurus:
        """The shipped thesaurus under the organisation's own entries.

        Raises:
            SettingsError: its file cannot be read, or a line of it is no entry.
        """
        from rag.retrieval import thesaurus_file

        own = self.settings.thesaurus
        return thesaurus_file.load(Path(own) if own else None)

    @property
    def model_name(self) -> str:
        """The embedding model's name, "" without one."""
        return self.embedder.name if self.embedder else ""

    @property
    def window(self) -> Window | None:
        """What fits in a passage, by the embedding model's own count."""
        embedder = self.embedder
        return Window(embedder.count_tokens, embedder.window) if embedder else None

    @cached_property
    def index(self) -> Index:
        """The index; the embedded one is held by this process until `close`.

        Raises:
            IndexBusy: another process holds it.
            IndexFailure: it cannot be opened or does not answer.
        """
        return self._open_index(anew=False)

    def renew_index(self) -> None:
        """Throw the index away, whatever state it is in, and open an empty one."""
        self.release_index()
        self.__dict__["index"] = self._open_index(anew=True)

    def _open_index(self, *, anew: bool) -> Index:
        dimension = self.embedder.dimension if self.embedder else 0
        chosen = self.settings
        if chosen.index_url:
            from rag.index.server import ServerIndex

            connect = ServerIndex.recreate if anew else ServerIndex
            return connect(
                chosen.index_url,
                chosen.index_collection,
                dimension,
                api_key=chosen.index_api_key or None,
                timeout=chosen.index_timeout,
            )
        from rag.index.edge import EdgeIndex

        _make_folder(self.data)
        open_folder = EdgeIndex.recreate if anew else EdgeIndex
        return open_folder(self.data / INDEX_FOLDER, dimension)

    def exists(self) -> bool:
        """True when something was already ingested here, as far as a look tells."""
        if self.settings.catalogue_url:
            return True
        return (self.data / catalogue_engine.FILE_NAME).exists()

    def release_index(self) -> None:
        """Let go of the index; asking for it again opens it again."""
        index = self.__dict__.pop("index", None)
        if index is not None:
            index.close()

    def close(self) -> None:
        """Let go of everything."""
        self.release_index()
        for name in ("catalogue", "registry"):
            engine = self.__dict__.pop(name, None)
            if engine is not None:
                engine.dispose()


@contextmanager
def open_parts(settings: Settings) -> Iterator[Parts]:
    """The parts for these settings, let go of at the end."""
    parts = Parts(settings)
    try:
        yield parts
    finally:
        parts.close()


def _local_model(folder: Path, batch: int) -> Embedder:
    if not folder.is_dir():
        raise SettingsError(
            "ce dossier de modèle n'existe pas",
            where=f"embedding_model = {folder}",
            remedy="donnez le dossier d'un modèle sentence-transformers, « static » ou « none » ; "
            "rien n'est jamais téléchargé",
        )
    from rag.embedding.local import LocalEmbedder

    return LocalEmbedder(folder, batch)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"impossible de créer ce dossier ({error.strerror})",
            where=str(folder),
            remedy="donnez un autre dossier avec --data, ou le droit d'y écrire",
        ) from error


# Nothing in this process may phone anyone: said to the libraries before any of them is imported.
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "SCARF_NO_ANALYTICS": "true",
    "ANONYMIZED_TELEMETRY": "false",
    "TOKENIZERS_PARALLELISM": "false",
}


def go_offline() -> None:
    """Called first by every door."""
    os.environ.update(OFFLINE)
