"""Logging in and out by HTTP and on the socket: tokens, limits on tries, and what ends a session."""

from __future__ import annotations

import threading
from datetime import datetime

import bcrypt
import pytest

from perfwatch_net.auth import TOKEN_SECONDS
from tests.core.store.waiting import until
from tests.net.rig import PASSWORD, USER, Rig, call, end_of

NOT_LOGGED_IN, INVALID, TOO_MANY = -32001, -32602, -32029


def test_a_login_gives_a_token_that_says_who_one_is(rig: Rig) -> None:
    granted = rig.login().json
    assert (granted["token_type"], granted["expires_in"]) == ("bearer", TOKEN_SECONDS)
    assert granted["must_change_password"] is False
    me = rig.ask("/api/auth/me", token=granted["access_token"]).json
    assert me["username"] == USER
    assert set(me) == {"id", "username", "created_at", "last_login", "must_change_password"}
    assert datetime.fromisoformat(me["last_login"]) >= datetime.fromisoformat(me["created_at"])


def test_the_socket_is_logged_in_by_password_or_token_and_out_again(rig: Rig) -> None:
    with rig.socket() as socket:
        assert call(socket, "auth.me")["error"]["code"] == NOT_LOGGED_IN
        granted = call(socket, "auth.login", {"username": USER, "password": PASSWORD})["result"]
        assert call(socket, "auth.me")["result"]["username"] == USER
        assert call(socket, "auth.logout")["result"] == {}
        assert call(socket, "auth.me")["error"]["code"] == NOT_LOGGED_IN
        assert call(socket, "auth.token", {"token": granted["access_token"]})["result"]["username"] == USER
        assert call(socket, "config.get")["result"]["settings"]


@pytest.mark.parametrize("name", [USER, "nobody", "", "admin\0", "x" * 1000, "' OR 1=1 --"])
def test_a_wrong_login_is_refused_and_does_not_say_what_was_wrong(rig: Rig, name: str) -> None:
    source = f"127.0.1.{abs(hash(name)) % 200 + 1}"
    answer = rig.login(name, "wrong", source=source)
    assert (answer.status, answer.detail) == (401, "wrong user name or password")
    assert answer.headers["www-authenticate"]
    with rig.socket(source_address=(source, 0)) as socket:
        told = call(socket, "auth.login", {"username": name, "password": "wrong"})["error"]
        assert (told["code"], told["message"]) == (NOT_LOGGED_IN, "wrong user name or password")
        assert call(socket, "auth.me")["error"]["code"] == NOT_LOGGED_IN


@pytest.mark.parametrize(
    "authorization", ["", "Basic", "Basic !!!", "Basic YWRtaW4=", "Basic /////w==", "Bearer x", "Digest a=b"]
)
def test_what_is_no_login_is_refused_in_words(rig: Rig, authorization: str) -> None:
    answer = rig.ask("/api/auth/login", "POST", "", Authorization=authorization)
    assert (answer.status, "HTTP Basic" in answer.detail) == (400, True)


@pytest.mark.parametrize(
    "authorization", ["Bearer", "Bearer ", "Bearer x.y.z", "Basic YWRtaW46eA==", "bearer {token}x", "{token}"]
)
def test_a_wrong_token_is_refused_even_where_none_is_needed(rig: Rig, authorization: str) -> None:
    for path in ("/api/auth/me", "/health", "/metrics"):
        answer = rig.ask(path, Authorization=authorization.format(token=rig.token))
        assert answer.status == 401
        assert rig.token not in answer.detail


def test_a_wrong_user_costs_as_much_work_as_a_wrong_password_and_none_on_the_loop(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, bytes]] = []
    check = bcrypt.checkpw

    def checked(password: bytes, hashed: bytes) -> bool:
        done.append((threading.current_thread().name, hashed))
        return check(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", checked)
    for name, password in ((USER, "wrong"), ("nobody", "wrong"), ("nobody", "x" * 100), (USER, "nul\0")):
        assert rig.login(name, password, source="127.0.2.1").status == 401
    assert len(done) == 4
    assert {thread for thread, _ in done} == {"passwords_0"}
    # the same number of rounds for all
    assert len({hashed[:7] for _, hashed in done}) == 1


def test_tries_from_an_address_are_limited_over_http_and_socket_alike(rig: Rig) -> None:
    source = "127.0.3.1"
    with rig.socket(source_address=(source, 0)) as socket:
        for number in range(5):
            if number % 2:
                assert rig.login("nobody", f"guess {number}", source=source).status == 401
            else:
                wish = {"username": "someone", "password": f"guess {number}"}
                assert call(socket, "auth.login", wish)["error"]["code"] == NOT_LOGGED_IN
        # now even the right password is not looked at
        answer = rig.login(source=source)
        assert (answer.status, "try again in" in answer.detail) == (429, True)
        assert 1 <= int(answer.headers["retry-after"]) <= 12
        told = call(socket, "auth.login", {"username": USER, "password": PASSWORD})["error"]
        assert (told["code"], 1 <= told["data"]["retry_after"] <= 12) == (TOO_MANY, True)
    assert rig.login(source="127.0.3.2").status == 200


def test_a_new_password_ends_every_other_session_and_earlier_token(rig: Rig) -> None:
    earlier = rig.token
    with rig.socket() as mine, rig.socket() as other, rig.socket("/api/ws/metrics", subprotocols=None) as stream:
        assert "result" in call(mine, "auth.token", {"token": earlier})
        assert "result" in call(other, "auth.token", {"token": earlier})
        stream.send(f'{{"type":"token","token":"{earlier}"}}')
        until(lambda: rig.background.viewers >= 1)
        change = {"old_password": PASSWORD, "new_password": "another long one"}
        rig.token = call(mine, "auth.password", change)["result"]["access_token"]
        for ended in (other, stream):
            code, reason = end_of(ended)
            assert (code, "password was changed" in reason) == (4001, True)
        assert call(mine, "auth.me")["result"]["username"] == USER
    assert rig.ask("/api/auth/me", token=earlier).status == 401
    assert rig.login(password=PASSWORD, source="127.0.5.1").status == 401
    back = rig.rpc("auth.password", {"old_password": "another long one", "new_password": PASSWORD})
    rig.token = back["result"]["access_token"]


@pytest.mark.parametrize(
    ("new", "words"),
    [("short", "too short"), ("x" * 73, "73 bytes; at most 72"), ("ü" * 37, "74 bytes"), ("nul\0 in it", "NUL")],
)
def test_a_password_that_is_not_accepted_is_refused_in_words(rig: Rig, new: str, words: str) -> None:
    error = rig.rpc("auth.password", {"old_password": PASSWORD, "new_password": new})["error"]
    assert (error["code"], words in error["message"]) == (INVALID, True)


def test_the_present_password_is_needed_to_change_it_and_cannot_be_guessed_at_will(rig: Rig) -> None:
    wish = {"old_password": "guess", "new_password": "a long enough one"}
    with rig.socket(source_address=("127.0.6.1", 0)) as socket:
        call(socket, "auth.token", {"token": rig.token})
        for _ in range(5):
            error = call(socket, "auth.password", wish)["error"]
            assert (error["code"], error["message"]) == (NOT_LOGGED_IN, "the present password is wrong")
        assert call(socket, "auth.password", wish)["error"]["code"] == TOO_MANY


def test_signing_everyone_out_ends_this_session_too(rig: Rig) -> None:
    with rig.socket() as socket:
        assert "result" in call(socket, "auth.token", {"token": rig.token})
        assert call(socket, "auth.sign_everyone_out")["result"] == {}
        assert end_of(socket)[0] == 4001
    assert rig.ask("/api/auth/me").status == 401
    rig.token = rig.login().json["access_token"]
