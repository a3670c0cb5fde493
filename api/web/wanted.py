"""What the form of a question says, as typed, so that it can be shown and asked again."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, ImmutableMultiDict

from api.problems import INVALID, Refused
from api.schemas import AskRequest, Turn
from api.web import forms

TURNS: TypeAdapter[list[Turn]] = TypeAdapter(list[Turn])
CONVERSATIONS = "/conversations"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question and the choices that go with it.

    `conversation`: the id of the one it goes on, "" for none. `history`: the turns before, of a
    person of whom nothing is kept. `without`: ids of thesaurus entries that are switched off.
    `alone`: it is asked again, as it was looked for, and follows nothing.
    """

    question: str = ""
    as_of: str = ""
    model: str = ""
    services: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    conversation: str = ""
    without: tuple[str, ...] = ()
    alone: bool = False

    def request(self) -> AskRequest:
        """What is asked.

        Raises:
            ValidationError: no question, or one or choices that are too long.
            Refused: the date is no date.
        """
        return AskRequest(
            question=self.question,
            as_of=forms.day(self.as_of),
            services=list(self.services),
            model=self.model,
            history=[] if self.alone else list(self.history),
            without=list(self.without),
        )

    def address(self) -> str:
        """Where the conversation is shown, its choices ready for the next question."""
        choices = [
            ("as_of", self.as_of),
            ("model", self.model),
            *(("services", name) for name in self.services),
            *(("without", entry) for entry in self.without),
        ]
        query = urlencode([(name, value) for name, value in choices if value])
        return f"{CONVERSATIONS}/{self.conversation}" + (f"?{query}" if query else "")


def wanted_of(form: FormData, *, kept: bool) -> Wanted:
    """What a form says. `kept`: turns are with the server, not in the form.

    Raises:
        Refused: the turns before cannot be read.
    """
    again = _listed(form, "again")
    return Wanted(
        forms.words(form, "question"),
        forms.words(form, "as_of"),
        forms.words(form, "model"),
        _listed(form, "services"),
        () if kept else tuple(_turns(forms.words(form, "history"))),
        forms.words(form, "conversation") if kept else "",
        tuple(entry for entry in _listed(form, "without") if entry not in again),
        bool(forms.words(form, "alone")),
    )


def choices_of(query: ImmutableMultiDict[str, str], conversation: str) -> Wanted:
    """The choices that the address of a conversation carries."""
    return Wanted(
        as_of=query.get("as_of", ""),
        model=query.get("model", ""),
        services=tuple(query.getlist("services")),
        conversation=conversation,
        without=tuple(query.getlist("without")),
    )


def _listed(form: FormData, name: str) -> tuple[str, ...]:
    given = (value for value in form.getlist(name) if isinstance(value, str))
    return tuple(dict.fromkeys(value for value in given if value.strip()))


def _turns(given: str) -> list[Turn]:
    try:
        return TURNS.validate_json(given or "[]")
    except ValidationError as error:
        raise unreadable() from error


def unreadable() -> Refused:
    """A form that none of our pages sends."""
    return Refused(
        INVALID,
        "Le formulaire ne peut pas être lu : rechargez la page.",
        "The form cannot be read: reload the page.",
    )
