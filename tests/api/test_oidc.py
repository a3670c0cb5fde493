"""Logging in through an identity provider: what is verified, and what an account gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fake_provider
import pytest
from fake_provider import CLIENT, NOW, REDIRECT, SECRET, FakeProvider, provider, signed

from api.oidc import MAX_BYTES, Provider
from rag.accounts.administration import Administration
from rag.accounts.authority import Accounts
from rag.accounts.errors import LinkSpent, LoginRefused, NameTaken, NotAdmitted, ProviderFailure
from rag.accounts.external import ExternalLogins
from rag.accounts.identity import Identity
from rag.accounts.mapping import group_mapping
from rag.accounts.roles import Permission, Role
from rag.errors import SettingsError, UsageError
from rag.registry.engine import open_registry, sqlite_url
from rag.settings import Settings


class Clock:
    now = float(NOW)

    def __call__(self) -> float:
        return self.now


@dataclass
class House:
    """A server of ours, beside a provider."""

    fake: FakeProvider
    clock: Clock
    provider: Provider
    accounts: Accounts
    administration: Administration
    external: ExternalLogins

    def log_in(self) -> Identity:
        """All that happens, from the first click to the session."""
        pending = self.external.begin()
        code, state = self.fake.authorize(self.provider.address(pending, REDIRECT))
        back = self.external.take(state, pending.state)
        opened = self.external.sign_in(self.provider.claims(back, code, REDIRECT))
        identity = self.accounts.caller_of_session(opened.token)
        assert identity is not None
        return identity


@pytest.fixture(scope="module")
def running() -> Iterator[FakeProvider]:
    with provider() as fake:
        yield fake


@pytest.fixture
def fake(running: FakeProvider) -> FakeProvider:
    """The provider as it should be."""
    running.__init__(running.url)  # type: ignore[misc]
    return running


def settled(fake: FakeProvider, **more: Any) -> Settings:
    return Settings(
        **{
            "oidc_issuer": fake.url,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_groups": "grp-rh=RH, grp-voirie=voirie, grp-rh=paie",
            "oidc_roles": "grp-juristes=legal, grp-dsi=maintainer",
            **more,
        }
    )


@pytest.fixture
def build(fake: FakeProvider, tmp_path: Path) -> Iterator[Callable[..., House]]:
    engine = open_registry(sqlite_url(tmp_path), "le registre")

    def built(**more: Any) -> House:
        clock, settings = Clock(), settled(fake, **more)
        accounts = Accounts(engine, settings, clock)
        external = ExternalLogins(accounts, group_mapping(settings))
        desk = Administration(accounts.store)
        return House(fake, clock, Provider(settings, clock), accounts, desk, external)

    yield built
    engine.dispose()


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    return build()


def test_someone_the_provider_knows_logs_in(house: House) -> None:
    identity = house.log_in()
    assert identity.caller.name == "zoé" and identity.name == "Zoé D."
    assert identity.caller.services == {"rh", "paie"} and identity.caller.role == Role.AGENT
    assert not identity.caller.unrestricted
    again = house.log_in()
    assert again.person_id == identity.person_id and again.session_id != identity.session_id


def test_who_came_in_so_has_no_password(house: House) -> None:
    house.log_in()
    for password in ("", "None", "cheval agrafe pile juste"):
        with pytest.raises(LoginRefused):
            house.accounts.login("zoé", password, "192.0.2.1")


@pytest.mark.parametrize(
    ("groups", "role", "services"),
    [
        (["grp-rh", "grp-voirie", "unknown"], "agent", {"rh", "paie", "voirie"}),
        (["grp-juristes"], "legal", set()),
        (["grp-juristes", "grp-dsi", "grp-voirie"], "maintainer", {"voirie"}),
        ("grp-rh", "agent", {"rh", "paie"}),
    ],
)
def test_groups_give_services_and_a_role(
    house: House, groups: Any, role: str, services: set[str]
) -> None:
    house.fake.claims["groups"] = groups
    caller = house.log_in().caller
    assert (caller.role, caller.services) == (role, services)


def test_groups_under_another_claim(build: Callable[..., House]) -> None:
    house = build(oidc_groups_claim="rôles")
    house.fake.claims |= {"rôles": ["grp-voirie"]}
    assert house.log_in().caller.services == {"voirie"}


def test_groups_are_read_again_at_each_login(house: House) -> None:
    house.log_in()
    house.fake.claims["groups"] = ["grp-dsi"]
    caller = house.log_in().caller
    assert (caller.role, caller.services) == ("maintainer", frozenset())


@pytest.mark.parametrize("groups", [None, [], ["unknown"], ["GRP-RH"]])
def test_no_group_of_ours_no_account(house: House, groups: Any) -> None:
    house.fake.claims["groups"] = groups
    with pytest.raises(NotAdmitted):
        house.log_in()
    assert house.administration.people() == []


def test_unless_a_setting_lets_everyone_in(build: Callable[..., House]) -> None:
    house = build(oidc_everyone=True)
    house.fake.claims["groups"] = None
    caller = house.log_in().caller
    assert (caller.role, caller.services) == ("agent", frozenset())


def test_who_has_lost_their_groups_keeps_nothing(house: House) -> None:
    house.fake.claims["groups"] = ["grp-juristes", "grp-rh"]
    house.log_in()
    pending = house.external.begin()
    code, state = house.fake.authorize(house.provider.address(pending, REDIRECT))
    claims = house.provider.claims(house.external.take(state, state), code, REDIRECT)
    open_ = house.external.sign_in(claims).token
    key, _ = house.administration.create_key("zoé", "essai", {Permission.VERIFY}, 30)
    house.fake.claims["groups"] = []
    with pytest.raises(NotAdmitted):
        house.log_in()
    assert house.accounts.caller_of_session(open_) is None
    assert house.accounts.caller_of_key(key) is None
    person = house.administration.person("zoé")
    assert (person.role, person.services) == ("agent", frozenset())


def test_a_disabled_account_stays_so(house: House) -> None:
    house.log_in()
    house.administration.disable("zoé")
    with pytest.raises(NotAdmitted):
        house.log_in()


def test_an_account_made_here_is_not_taken_over(house: House) -> None:
    house.administration.add("zoé", "", Role.ADMINISTRATOR, ())
    with pytest.raises(NameTaken):
        house.log_in()
    house.fake.claims["sub"] = "other"
    with pytest.raises(NameTaken):
        house.log_in()


def test_a_name_that_cannot_be_used(house: House) -> None:
    house.fake.claims["preferred_username"] = "<script>"
    with pytest.raises(UsageError):
        house.log_in()


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"iss": "https://other.example"}, id="another issuer"),
        pytest.param({"iss": None}, id="no issuer"),
        pytest.param({"aud": "other"}, id="for another client"),
        pytest.param({"aud": ["other"]}, id="for other clients"),
        pytest.param({"aud": [CLIENT, "other"], "azp": "other"}, id="given to another"),
        pytest.param({"aud": None}, id="for nobody"),
        pytest.param({"exp": NOW - 61}, id="expired"),
        pytest.param({"exp": None}, id="never expires"),
        pytest.param({"exp": "demain"}, id="expires no one knows when"),
        pytest.param({"iat": NOW + 3600}, id="of the future"),
        pytest.param({"nbf": NOW + 3600}, id="not yet valid"),
        pytest.param({"iat": None}, id="of no time"),
        pytest.param({"nonce": "replayed"}, id="of another login"),
        pytest.param({"nonce": None}, id="of no login"),
        pytest.param({"sub": None}, id="nobody"),
        pytest.param({"sub": ""}, id="an empty subject"),
        pytest.param({"sub": 7}, id="a number for a subject"),
        pytest.param({"sub": "x" * 256}, id="too long a subject"),
        pytest.param({"sub": "a\0b"}, id="control characters"),
        pytest.param({"preferred_username": ["zoé"]}, id="a list for a name"),
        pytest.param({"groups": {"grp-rh": True}}, id="groups as an object"),
        pytest.param({"groups": [["grp-rh"]]}, id="groups in groups"),
    ],
)
def test_an_id_token_that_is_not_for_this_login(house: House, claims: dict[str, Any]) -> None:
    house.fake.claims = claims
    with pytest.raises(ProviderFailure) as refused:
        house.log_in()
    assert refused.value.why.startswith(("ID token: ", "claims of", "a subject")), refused.value.why
    assert house.administration.people() == []


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param(lambda claims: signed(claims, by="other"), id="another's key"),
        pytest.param(lambda claims: signed(claims, by="other", kid="other"), id="unknown key"),
        pytest.param(fake_provider.unsigned, id="not signed"),
        pytest.param(fake_provider.confused, id="signed with the public key"),
        pytest.param(lambda claims: signed(claims)[:-8] + "AAAAAAAA", id="altered signature"),
        pytest.param(lambda claims: "a.b.c", id="no token"),
        pytest.param(lambda claims: "", id="empty"),
        pytest.param(lambda claims: 7, id="a number"),
    ],
)
def test_a_signature_that_is_not_the_providers(
    house: House, sign: Callable[[dict[str, Any]], str]
) -> None:
    house.fake.sign = sign
    with pytest.raises(ProviderFailure) as refused:
        house.log_in()
    assert refused.value.why.lower().startswith(("id token: ", "no id token")), refused.value.why


def test_keys_change(house: House) -> None:
    house.log_in()
    house.fake.published = ["other", "one"]
    house.fake.sign = lambda claims: signed(claims, by="other", kid="other")
    house.log_in()
    house.fake.published = ["one"]
    with pytest.raises(ProviderFailure):
        house.log_in()


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"token_endpoint": "http://192.0.2.1/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": "http://127.0.0.1:1/token"},
        {"token_endpoint": "http://127.0.0.1:bad/token"},
        {"jwks_uri": "https://other.example/keys"},
        {"jwks_uri": None},
        {"jwks_uri": "http://127.0.0.1@other.example/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": ["x"]},
    ],
)
def test_only_the_issuers_host_is_ever_asked(house: House, document: dict[str, Any]) -> None:
    house.fake.document = document
    with pytest.raises(ProviderFailure):
        house.log_in()
    assert house.fake.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(302, b"", id="redirect"),
        pytest.param(500, b"{}", id="error"),
        pytest.param(200, b"<html>", id="no JSON"),
        pytest.param(200, b"[]", id="no object"),
        pytest.param(200, b"{}", id="empty"),
        pytest.param(200, b"\xff\xfe", id="no text"),
        pytest.param(200, b'{"x": "' + b"y" * MAX_BYTES + b'"}', id="too large"),
    ],
)
def test_a_provider_that_does_not_answer_as_it_should(
    house: House, path: str, status: int, body: bytes
) -> None:
    elsewhere = {"Location": f"{house.fake.url}/elsewhere"}
    house.fake.answers[path] = (status, body, elsewhere if status == 302 else {})
    with pytest.raises(ProviderFailure) as refused:
        house.log_in()
    assert "/elsewhere" not in house.fake.asked
    assert house.fake.url not in str(refused.value) and SECRET not in str(refused.value)


def test_a_provider_that_is_down(build: Callable[..., House]) -> None:
    house = build(oidc_issuer="http://127.0.0.1:9")
    with pytest.raises(ProviderFailure):
        house.provider.address(house.external.begin(), REDIRECT)


def test_a_code_serves_once_and_for_this_browser(house: House) -> None:
    pending = house.external.begin()
    code, state = house.fake.authorize(house.provider.address(pending, REDIRECT))
    for given, cookie in (("forged", "forged"), (state, ""), (state, "another browser's")):
        with pytest.raises(LinkSpent):
            house.external.take(given, cookie)
    back = house.external.take(state, pending.state)
    assert back == pending
    with pytest.raises(LinkSpent):
        house.external.take(state, pending.state)
    house.provider.claims(back, code, REDIRECT)
    with pytest.raises(ProviderFailure):
        house.provider.claims(back, code, REDIRECT)


def test_a_stolen_code_is_worth_nothing_without_the_verifier(house: House) -> None:
    """PKCE: the thief began a login of their own, and brings the victim's code."""
    victim, thief = house.external.begin(), house.external.begin()
    code, _ = house.fake.authorize(house.provider.address(victim, REDIRECT))
    with pytest.raises(ProviderFailure):
        house.provider.claims(thief, code, REDIRECT)


def test_a_login_must_not_take_long(house: House) -> None:
    pending = house.external.begin()
    house.clock.now += 600
    with pytest.raises(LinkSpent):
        house.external.take(pending.state, pending.state)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://sso.example",
        "ftp://sso",
        "sso.example",
        "https://",
        "https://u:p@sso",
        "https://s?x=1",
    ],
)
def test_an_unsafe_issuer_is_refused(fake: FakeProvider, issuer: str) -> None:
    with pytest.raises(SettingsError, match="ISSUER"):
        Provider(settled(fake, oidc_issuer=issuer))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("oidc_groups", "grp-rh"),
        ("oidc_groups", "=rh"),
        ("oidc_groups", "grp-rh="),
        ("oidc_roles", "grp=king"),
        ("oidc_roles", "legal"),
    ],
)
def test_a_mapping_that_cannot_be_read(fake: FakeProvider, setting: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        group_mapping(settled(fake, **{setting: value}))
    assert refused.value.where == setting and refused.value.remedy


def test_a_client_without_a_name(fake: FakeProvider) -> None:
    with pytest.raises(SettingsError, match="CLIENT_ID"):
        Provider(settled(fake, oidc_client_id=""))
