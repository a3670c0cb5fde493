"""Who may do what: the one table of roles. Which texts are read is a matter of services."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """Something that a person may do. Its value is the name that keys are scoped by."""

    ASK = "ask"
    SEARCH = "search"
    READ = "read"
    FEEDBACK = "feedback"
    OWN_KEYS = "own-keys"
    VERIFY = "verify"
    CHANGES = "changes"
    UPDATE_TEXTS = "update-texts"
    REMOVE_TEXTS = "remove-texts"
    SYSTEM_STATE = "system-state"
    READ_STATISTICS = "read-statistics"
    READ_JOURNAL = "read-journal"
    READ_QUESTIONS = "read-questions"
    ADMIN_PEOPLE = "admin-people"
    ADMIN_KEYS = "admin-keys"
    PERSONAL_DATA = "personal-data"


MEANINGS = {
    Permission.ASK: "ask, and keep conversations",
    Permission.SEARCH: "search passages",
    Permission.READ: "read articles, histories, comparisons, and what cites them",
    Permission.FEEDBACK: "say whether an answer was useful",
    Permission.OWN_KEYS: "make and revoke one's own keys",
    Permission.VERIFY: "verify the references of a document",
    Permission.CHANGES: "see what changed, and which texts cite it",
    Permission.UPDATE_TEXTS: "bring texts in",
    Permission.REMOVE_TEXTS: "take texts away",
    Permission.SYSTEM_STATE: "see the state of index, models and disk",
    Permission.READ_STATISTICS: "see statistics",
    Permission.READ_JOURNAL: "read the journal, without the words of questions",
    Permission.READ_QUESTIONS: "read a question of the journal, giving a reason, itself journalled",
    Permission.ADMIN_PEOPLE: "manage people, their roles and services",
    Permission.ADMIN_KEYS: "see and revoke everyone's keys",
    Permission.PERSONAL_DATA: "export or erase a person's data, journalled",
}


class Role(StrEnum):
    """What a person is here; one each, from the least to the most that can be changed."""

    AGENT = "agent"
    LEGAL = "legal"
    MAINTAINER = "maintainer"
    ADMINISTRATOR = "administrator"


_EVERYONE = frozenset(
    {
        Permission.ASK,
        Permission.SEARCH,
        Permission.READ,
        Permission.FEEDBACK,
        Permission.OWN_KEYS,
    }
)
PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.AGENT: _EVERYONE,
    Role.LEGAL: _EVERYONE | {Permission.VERIFY, Permission.CHANGES},
    Role.MAINTAINER: _EVERYONE
    | {
        Permission.VERIFY,
        Permission.CHANGES,
        Permission.UPDATE_TEXTS,
        Permission.REMOVE_TEXTS,
        Permission.SYSTEM_STATE,
    },
    Role.ADMINISTRATOR: _EVERYONE
    | {
        Permission.SYSTEM_STATE,
        Permission.READ_STATISTICS,
        Permission.READ_JOURNAL,
        Permission.READ_QUESTIONS,
        Permission.ADMIN_PEOPLE,
        Permission.ADMIN_KEYS,
        Permission.PERSONAL_DATA,
    },
}

# A key never makes keys or people: who finds one could give themselves more than it holds.
KEY_PERMISSIONS = frozenset(Permission) - {
    Permission.OWN_KEYS,
    Permission.ADMIN_KEYS,
    Permission.ADMIN_PEOPLE,
}


def permissions_of(role: str) -> frozenset[Permission]:
    """What a role gives; a role that this release does not know gives nothing."""
    return PERMISSIONS.get(role, frozenset())


def markdown_table() -> str:
    """The table as Markdown: a row a permission, a column a role."""
    head = f"| Permission | {' | '.join(Role)} | May |"
    rows = [
        f"| `{permission}` | {' | '.join(_mark(role, permission) for role in Role)} "
        f"| {MEANINGS[permission]} |"
        for permission in Permission
    ]
    return "\n".join([head, f"| --- |{' :-: |' * len(Role)} --- |", *rows])


def _mark(role: Role, permission: Permission) -> str:
    return "●" if permission in PERMISSIONS[role] else ""
