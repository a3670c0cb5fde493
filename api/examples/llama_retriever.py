"""Référent inside a llama-index program: retrieve, then cite.

python -m api.examples.llama_retriever "Qui délivre un acte de naissance ?" --data demo-data
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from rag.bootstrap import go_offline

go_offline()  # before llama-index is imported

import typer  # noqa: E402


def retrieve(
    question: Annotated[str, typer.Argument(help="La question, en français.")],
    data: Annotated[Path, typer.Option(help="Dossier déjà rempli par `referent ingest`.")],
    service: Annotated[list[str] | None, typer.Option(help="Service de qui demande.")] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    limit: Annotated[int, typer.Option(min=1)] = 3,
) -> None:
    """Print the nodes found, with their citation data."""
    from rag.bootstrap import open_parts
    from rag.maintenance import ready_index
    from rag.retrieval.llama import CatalogueRetriever
    from rag.retrieval.search import Searcher
    from rag.settings import load
    from rag.types import Caller

    # Who asks and for what day are fixed here, not in the question: no prompt can widen them.
    caller = Caller.of(service) if service else Caller.operator()
    day: date | None = as_of.date() if as_of else None

    with open_parts(load(data)) as parts:
        searcher = Searcher(parts.catalogue, ready_index(parts), parts.embedder, parts.thesaurus)
        retriever = CatalogueRetriever(searcher, caller, day, limit)

        # A llama-index retriever like any other: give it to RetrieverQueryEngine.from_args(
        # retriever, llm=…), to a chat engine or to an agent's tool.
        for rank, found in enumerate(retriever.retrieve(question), start=1):
            cited = found.node.metadata
            typer.echo(f"[{rank}] {cited['text']}, article {cited['article']}")
            typer.echo(f"    version {cited['version_id']}, {cited['start']}-{cited['end']}")
            typer.echo(f"    « {found.node.get_content()} »")


if __name__ == "__main__":
    from api.cli import run

    run(lambda: typer.run(retrieve))
