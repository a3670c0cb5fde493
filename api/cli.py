"""`referent`: the root command line. Translates only."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

from rag.bootstrap import go_offline

go_offline()

import typer  # noqa: E402 - after the environment says that nobody may be phoned
from typer._click.exceptions import (  # noqa: E402 - typer brings its own click
    BadParameter,
    ClickException,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
)

from api import (  # noqa: E402
    accounts_commands,
    backup_commands,
    commands,
    eval_commands,
    journal_commands,
    law_commands,
    mcp_command,
    model_commands,
    serve_command,
    verify_command,
)
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
    mcp_command.mcp,
    commands.status,
    commands.rebuild,
    commands.check,
    commands.remove,
    backup_commands.backup,
    backup_commands.restore,
):
    app.command()(command)
for group in (
    accounts_commands.people,
    accounts_commands.keys,
    journal_commands.journal,
    eval_commands.evaluation,
):
    app.add_typer(group)


def main() -> None:
    """The console script."""
    run(lambda: app(standalone_mode=False))


def run(command: Callable[[], object]) -> None:
    """Run a command; every foreseen error is a message and an exit status, never a traceback."""
    _print_anything()
    try:
        status = command()
    except ReferentError as error:
        from api.terminal import print_error

        print_error(error)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except ClickException as error:
        sys.stderr.write(wrong_usage(error))
        sys.exit(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("Interrompu : ce qui était enregistré le reste ; relancez la commande.\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)


def _print_anything() -> None:
    """On a terminal that is not in UTF-8, a character that it lacks is printed as « ? »."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def wrong_usage(error: ClickException) -> str:
    """What is said of a wrong option or argument, in French; the help where nothing is asked."""
    if isinstance(error, NoArgsIsHelpError):
        return f"{error.format_message()}\n"
    command = getattr(getattr(error, "ctx", None), "command_path", "referent")
    named = getattr(getattr(error, "param", None), "opts", None) or [""]
    place = getattr(error, "option_name", None) or named[-1]
    kinds = (
        (NoSuchOption, "option inconnue"),
        (MissingParameter, "argument manquant"),
        (BadParameter, "valeur refusée"),
    )
    what = next((words for kind, words in kinds if isinstance(error, kind)), "")
    about = f"{place} : {what}" if what else error.format_message()
    detail = f" ({error.format_message()})" if isinstance(error, BadParameter) and what else ""
    return f"Erreur — {about}{detail}\n  À faire : {command} --help\n"
