"""`perfwatch --serve` as a browser meets it: the first login, live numbers, history, a goodbye at the end."""

from __future__ import annotations

import base64
import json
import re
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from prometheus_client.openmetrics import parser
from websockets.sync.client import ClientConnection, connect

from tests.core.store.waiting import until
from tests.net.rig import call, end_of
from tests.whole.program import Running, gone, run

NEW = "a password of my own"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its data directory."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def served(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One at its most talkative, sampling twice a second."""
    said = tmp_path_factory.mktemp("said") / "said"
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        words = ("--serve", "--interval", "0.5", "--port", "0", "--data-dir", str(place), "--log-level", "debug")
        with Running(said, *words) as one:
            assert one.says("first login: "), one.said
            yield one
            one.stop()
    assert gone(place, 10)


def url(served: Running) -> str:
    found = re.search(r"the page is at (\S+)", served.said)
    assert found is not None, served.said
    return found[1]


def asked(served: Running, path: str, authorization: str = "", method: str = "GET") -> Any:
    headers = {"Authorization": authorization} if authorization else {}
    with urlopen(Request(f"{url(served)}{path}", headers=headers, method=method), timeout=30) as answer:
        return answer.read().decode() if path == "metrics" else json.load(answer)


def logged_in(served: Running, password: str) -> Mapping[str, Any]:
    basic = base64.b64encode(f"admin:{password}".encode()).decode()
    found: Mapping[str, Any] = asked(served, "api/auth/login", f"Basic {basic}", "POST")
    return found


@pytest.fixture(scope="module")
def token(served: Running) -> str:
    """That of the admin, who changed the printed password as he must."""
    printed = re.search(r"first login: user 'admin', password '(\S+)', to be changed at once", served.said)
    assert printed is not None, served.said
    first = logged_in(served, printed[1])
    assert first["must_change_password"] is True
    with pytest.raises(HTTPError, match="403"):
        asked(served, "api/config", f"Bearer {first['access_token']}")
    with opened(served) as socket:
        call(socket, "auth.token", {"token": first["access_token"]})
        changed = call(socket, "auth.password", {"old_password": printed[1], "new_password": NEW})["result"]
    return str(changed["access_token"])


def opened(served: Running, path: str = "api/ws") -> ClientConnection:
    socket: ClientConnection = connect(f"{url(served).replace('http', 'ws')}{path}", proxy=None)
    return socket


def test_live_numbers_are_those_of_this_machine_and_move(served: Running, token: str) -> None:
    with opened(served, f"api/ws/metrics?token={token}") as socket:
        messages = [json.loads(socket.recv(timeout=30)) for _ in range(3)]
    assert len({one["timestamp"] for one in messages}) == 3
    total = int(Path("/proc/meminfo").read_text().split()[1]) * 1024
    assert messages[-1]["data"]["memory"]["total_bytes"] == total
    assert 0 <= messages[-1]["data"]["cpu"]["usage_percent"] <= 100
    assert messages[-1]["data"]["self"]["clients"] >= 0


def test_what_was_sampled_is_history_and_scrape(served: Running, token: str) -> None:
    bearer = f"Bearer {token}"
    assert asked(served, "health")["status"] == "ok"
    assert asked(served, "api/db-status")["ok"] is True
    read: Any = parser.text_string_to_metric_families
    families = {family.name for family in read(asked(served, "metrics", bearer))}
    assert {"perfwatch_cpu_usage_percent", "perfwatch_memory_size_bytes"} <= families
    # what is not committed yet comes with the next batch
    path = "api/history/metrics?metric_type=memory&start_time=-10m&interval=raw"
    # asked seldom enough for the limit of requests
    until(lambda: asked(served, path, bearer)["count"] > 0, 60, pause=0.5)
    point = asked(served, path, bearer)["data_points"][0]
    assert point["data"]["total_bytes"] > 0
    types = asked(served, "api/history/metrics/types", bearer)["metric_types"]
    assert {"cpu", "memory", "network", "disk", "self"} <= set(types)


@pytest.fixture(scope="module")
def shell_password(served: Running, place: Path, token: str) -> str:
    """Set from the shell while the server runs, after the page's own."""
    del served, token
    done = run("passwd", "--data-dir", str(place), typed="set in the shell\n")
    assert (done.returncode, done.stderr) == (0, "")
    return "set in the shell"


def test_the_password_can_be_set_from_the_shell(served: Running, shell_password: str) -> None:
    assert logged_in(served, shell_password)["must_change_password"] is False
    with pytest.raises(HTTPError, match="401"):
        logged_in(served, NEW)


def test_stopping_says_goodbye_and_nothing_secret_was_said(served: Running, token: str, shell_password: str) -> None:
    granted = logged_in(served, shell_password)["access_token"]
    with opened(served, f"api/ws/metrics?token={granted}") as socket:
        socket.recv(timeout=30)
        served.process.send_signal(signal.SIGTERM)
        assert end_of(socket) == (1001, "PerfWatch is stopping")
    assert served.process.wait(20) == 0
    for secret in (token, granted, NEW, shell_password, "Basic "):
        assert secret not in served.said
    assert served.said.count("first login") == 1


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (("--host", "0.0.0.0"), "--insecure", 2),
        (("--host", "192.0.2.1", "--insecure"), "cannot listen on 192.0.2.1", 1),
        (("--tls-cert", "nothing.pem"), "nothing.pem", 2),
    ],
)
def test_what_cannot_be_served_is_one_sentence(tmp_path: Path, words: tuple[str, ...], said: str, status: int) -> None:
    done = run("--serve", "--port", "0", "--data-dir", str(tmp_path / "data"), *words)
    assert (done.returncode, done.stderr.count("\n")) == (status, 1), done.stderr
    assert said in done.stderr
    # what is asked wrongly is told before anything is made
    assert (tmp_path / "data").exists() is (status == 1)
    assert gone(tmp_path / "data", 10)
