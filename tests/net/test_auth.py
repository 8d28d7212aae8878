"""Passwords, tokens and the secret: what is accepted, and what each refusal says."""

import base64
import json
import threading
from pathlib import Path

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_net import auth
from perfwatch_net.auth import (
    TOKEN_SECONDS,
    PasswordRefused,
    SecretUnusable,
    TokenRefused,
    Tokens,
    new_password,
    password_fits,
    signing_secret,
)

SECRET = b"s" * 32
HASH = "$2b$04$some-hash"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def only_admin(username: str) -> str | None:
    return HASH if username == "admin" else None


def test_a_password_fits_its_own_hash_only() -> None:
    hashed = new_password("correct horse")
    assert password_fits("correct horse", hashed)
    assert not password_fits("correct horsf", hashed)


def test_nobody_has_no_password() -> None:
    assert not password_fits("-", None)
    assert not password_fits("x" * 100, None)


def test_who_does_not_exist_costs_as_many_rounds_as_who_does() -> None:
    assert auth.NOBODY[:7] == new_password("correct horse")[:7] == "$2b$12$"


def test_more_than_72_bytes_are_refused_and_never_cut() -> None:
    with pytest.raises(PasswordRefused, match="has 74 bytes; at most 72"):
        new_password("ä" * 37)
    hashed = new_password("a" * 72)
    assert password_fits("a" * 72, hashed)
    assert not password_fits("a" * 73, hashed)


@pytest.mark.parametrize("password", ["", "short", "nul\0inside it"])
def test_bad_new_passwords_are_refused_in_words(password: str) -> None:
    with pytest.raises(PasswordRefused, match="the password"):
        new_password(password)


def test_a_token_tells_who_holds_it_until_it_expires() -> None:
    clock = Clock()
    tokens = Tokens(SECRET, clock)
    token = tokens.issue("admin", HASH)
    assert tokens.check(token, only_admin).username == "admin"
    clock.now += TOKEN_SECONDS
    with pytest.raises(TokenRefused, match="expired"):
        tokens.check(token, only_admin)


def test_a_clock_that_was_ahead_makes_no_token_for_years() -> None:
    clock = Clock()
    tokens = Tokens(SECRET, clock)
    token = tokens.issue("admin", HASH)
    clock.now -= TOKEN_SECONDS
    assert tokens.check(token, only_admin).username == "admin"
    clock.now -= 1
    with pytest.raises(TokenRefused, match="far ahead"):
        tokens.check(token, only_admin)


def test_a_new_password_or_signing_out_ends_earlier_tokens() -> None:
    tokens = Tokens(SECRET, Clock())
    token = tokens.issue("admin", HASH)
    with pytest.raises(TokenRefused, match="changed"):
        tokens.check(token, lambda _: "another hash")
    with pytest.raises(TokenRefused, match="signed out"):
        tokens.check(token, only_admin, epoch=1)
    with pytest.raises(TokenRefused):
        tokens.check(token, lambda _: None)


def forged(**changes: object) -> str:
    claims = jwt.decode(Tokens(SECRET, Clock()).issue("admin", HASH), options={"verify_signature": False})
    claims.update(changes)
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, SECRET, algorithm="HS256")


@pytest.mark.parametrize(
    "token",
    [
        forged(iss="other"),
        forged(aud="other"),
        forged(exp=None),
        forged(iss=None),
        forged(sub=None),
        forged(pwd=None),
        forged(pwd="0" * 32),
        jwt.encode({"sub": "admin"}, b"t" * 32, algorithm="HS256"),
        jwt.encode({"sub": "admin"}, "s" * 64, algorithm="HS512"),
        "",
        "a.b.c",
    ],
)
def test_forged_tokens_are_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        Tokens(SECRET, Clock()).check(token, only_admin)


def test_a_token_without_a_signature_is_refused() -> None:
    payload = Tokens(SECRET, Clock()).issue("admin", HASH).split(".")[1]
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode()
    with pytest.raises(TokenRefused):
        Tokens(SECRET, Clock()).check(f"{head.rstrip('=')}.{payload}.", only_admin)


@given(st.text(max_size=200))
def test_any_text_is_a_refused_token_and_never_an_error(token: str) -> None:
    with pytest.raises(TokenRefused):
        Tokens(SECRET, Clock()).check(token, only_admin)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = signing_secret(tmp_path)
    assert len(first) == 32
    assert signing_secret(tmp_path) == first
    assert (tmp_path / "jwt-secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["jwt-secret"]


def test_two_that_make_the_secret_at_once_share_it(tmp_path: Path) -> None:
    made: list[bytes] = []
    threads = [threading.Thread(target=lambda: made.append(signing_secret(tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1


def test_a_secret_that_others_can_read_or_that_is_short_is_not_used(tmp_path: Path) -> None:
    signing_secret(tmp_path)
    (tmp_path / "jwt-secret").chmod(0o640)
    with pytest.raises(SecretUnusable, match="chmod 600"):
        signing_secret(tmp_path)
    (tmp_path / "jwt-secret").chmod(0o600)
    (tmp_path / "jwt-secret").write_bytes(b"short")
    with pytest.raises(SecretUnusable, match="remove it"):
        signing_secret(tmp_path)
    with pytest.raises(SecretUnusable, match="at least 32"):
        signing_secret(tmp_path, "too short")
    assert signing_secret(tmp_path, "g" * 32) == b"g" * 32
