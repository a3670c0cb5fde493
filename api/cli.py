"""`referent`: the root command line. Translates only."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rag.bootstrap import go_offline

go_offline()

import typer  # noqa: E402 - after the environment says that nobody may be phoned

from api import commands, law_commands, model_commands, serve_command, verify_command  # noqa: E402
from ingest.cli import ingest  # noqa: E402
from rag.errors import ReferentError, UsageError  # noqa: E402

app = typer.Typer(
    name="referent",
    help="Assistant de procédures : trouve, cite et vérifie, sans rien envoyer ailleurs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.command()(ingest)
for command in (
    commands.search,
    commands.ask,
    law_commands.show,
    law_commands.changes,
    verify_command.verify,
    model_commands.models,
    serve_command.serve,
    commands.status,
    commands.rebuild,
    commands.check,
    commands.remove,
):
    app.command()(command)


def main() -> None:
    """The console script."""
    run(app)


def run(command: Callable[[], object]) -> None:
    """Run a command; every foreseen error is a message and an exit status, never a traceback."""
    try:
        command()
    except ReferentError as error:
        from api.terminal import print_error

        print_error(error)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        sys.stderr.write("Interrompu : ce qui était enregistré le reste.\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
