"""The one table of roles."""

from __future__ import annotations

import pytest

from rag.accounts.roles import (
    KEY_PERMISSIONS,
    MEANINGS,
    PERMISSIONS,
    Permission,
    Role,
    markdown_table,
    permissions_of,
)


def test_every_role_and_permission_is_described() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert set(MEANINGS) == set(Permission)
    assert frozenset().union(*PERMISSIONS.values()) == frozenset(Permission)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.ASK, set(Role)),
        (Permission.VERIFY, {Role.LEGAL, Role.MAINTAINER}),
        (Permission.UPDATE_TEXTS, {Role.MAINTAINER}),
        (Permission.REMOVE_TEXTS, {Role.MAINTAINER}),
        (Permission.READ_JOURNAL, {Role.ADMINISTRATOR}),
        (Permission.READ_QUESTIONS, {Role.ADMINISTRATOR}),
        (Permission.ADMIN_PEOPLE, {Role.ADMINISTRATOR}),
    ],
)
def test_who_may(permission: Permission, roles: set[Role]) -> None:
    assert {role for role in Role if permission in permissions_of(role)} == roles


@pytest.mark.parametrize("role", ["", "root", "Administrator", "agent "])
def test_an_unknown_role_may_nothing(role: str) -> None:
    assert permissions_of(role) == frozenset()


def test_a_key_never_gives_rights() -> None:
    giving = {Permission.OWN_KEYS, Permission.ADMIN_KEYS, Permission.ADMIN_PEOPLE}
    assert frozenset(Permission) - giving == KEY_PERMISSIONS


def test_the_table_shows_each_mark() -> None:
    head, _, *rows = markdown_table().splitlines()
    assert [cell.strip() for cell in head.split("|")[2:6]] == list(Role)
    for row in rows:
        cells = [cell.strip() for cell in row.split("|")]
        shown = {role for role, mark in zip(Role, cells[2:6], strict=True) if mark}
        permission = Permission(cells[1].strip("`"))
        assert shown == {role for role in Role if permission in PERMISSIONS[role]}
    assert len(rows) == len(Permission)
