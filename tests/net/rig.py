"""A whole server on loopback with a real database, and clients of it that are not ours."""

from __future__ import annotations

import base64
import contextlib
import http.client
import itertools
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import bcrypt
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.engine import Engine
from perfwatch_core.metric import Value
from perfwatch_core.sample import Sample
from perfwatch_core.settings import Settings
from perfwatch_core.store.batch import Column, batches, record
from perfwatch_core.store.link import Link
from perfwatch_core.store.state import StoreProblem
from perfwatch_core.store.writer import insert
from perfwatch_net import auth
from perfwatch_net.background import Background
from perfwatch_net.limits import Limits
from tests.core.store.waiting import until

# What a browser sends to open a socket (RFC 6455, 1.2).
OPENING = (
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Version", "13"),
)
# Longer than any test.
INTERVAL = 86_400.0
USER, PASSWORD = "admin", "correct horse battery"
_numbers = itertools.count(1)


def with_quick_passwords(patch: pytest.MonkeyPatch) -> None:
    """The fewest rounds bcrypt has, for known and unknown users alike; what its own are worth is in test_auth."""
    salt = bcrypt.gensalt
    patch.setattr(bcrypt, "gensalt", lambda *_: salt(4))
    patch.setattr(auth, "NOBODY", bcrypt.hashpw(b"nobody", salt(4)).decode())


def url_of(params: Mapping[str, str]) -> str:
    """The parameters of libpq as the address that `DATABASE_URL` takes."""
    place = {name: value for name, value in params.items() if name not in ("dbname", "user")}
    return f"postgresql://{quote(params['user'])}@/{params['dbname']}?{urlencode(place)}"


def sample(time: float, values: Mapping[str, Value], interval: float = 5.0) -> Sample:
    """A sample with values by their addresses."""
    known = {CATALOGUE.series(address): value for address, value in values.items()}
    return Sample(next(_numbers), time, interval, known)


def keep(link: Link, machine_id: int, samples: list[Sample]) -> None:
    """Put samples into the database as the store does; all with the same series."""
    columns = tuple(Column.of(series) for series in samples[0].values)
    numbered = [record(one, one.number, columns) for one in samples]
    insert(link, machine_id, list(batches(4711, numbered)))


@dataclass
class Answer:
    """What HTTP answered; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def detail(self) -> str:
        """The one sentence of an error."""
        found = self.json
        assert list(found) == ["detail"]
        return str(found["detail"])


@dataclass
class Rig:
    """A running server; `said` is what it told the person who started it."""

    engine: Engine
    background: Background
    said: list[str]
    url: str = ""
    port: int = 0
    token: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """What a browser sends as Host."""
        return f"localhost:{self.port}"

    def publish(self, values: Mapping[str, Value], time: float = 1_800_000_000.0) -> Sample:
        """Let a sample be taken now."""
        one = sample(time, values)
        self.engine.bus.publish(one)
        return one

    def ask(
        self, path: str, method: str = "GET", token: str | None = None, source: str = "127.0.0.1", **headers: str
    ) -> Answer:
        """One HTTP request; header names with `_` for `-`. Logged in unless `token` is empty."""
        sent = {"Host": self.host} | {name.replace("_", "-"): value for name, value in headers.items()}
        if (token := self.token if token is None else token) and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(source, 0))
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            body = response.read()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
        finally:
            connection.close()

    def knock(self, *headers: tuple[str, str], socket: bool, path: str = "", method: str = "GET") -> Answer:
        """One request with just these headers, as HTTP or as the opening of a socket (101 is its success)."""
        path = path or ("/api/ws" if socket else "/health")
        sent = [*headers, *(OPENING if socket else ())]
        head = "".join(f"{name}: {value}\r\n" for name, value in sent)
        return self.raw(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())

    def raw(self, request: bytes, half_close: bool = False) -> Answer:
        """Whatever is answered to these bytes; status 0 where the connection closes without a word."""
        with socket_to(self.port) as connection:
            connection.sendall(request)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            response = http.client.HTTPResponse(connection, method=request.split()[0].decode())
            try:
                response.begin()
            except (http.client.BadStatusLine, ConnectionError):
                return Answer(0, {}, b"")
            body = b"" if response.status == 101 else response.read()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

    def login(self, name: str = USER, password: str = PASSWORD, **headers: str) -> Answer:
        """`POST /api/auth/login` with HTTP Basic."""
        basic = base64.b64encode(f"{name}:{password}".encode()).decode()
        return self.ask("/api/auth/login", "POST", "", Authorization=f"Basic {basic}", **headers)

    def socket(self, path: str = "/api/ws", **options: Any) -> ClientConnection:
        """An open socket, to be closed by a `with`."""
        opened: ClientConnection = connect(f"ws://{self.host}{path}", proxy=None, max_size=None, **options)
        return opened

    def rpc(self, method: str, params: Mapping[str, Any] | None = None, token: str | None = None) -> dict[str, Any]:
        """One JSON-RPC call on a socket of its own, which is logged in first: the whole response."""
        with self.socket() as socket:
            if token := self.token if token is None else token:
                assert "result" in call(socket, "auth.token", {"token": token})
            return call(socket, method, params)


def end_of(socket: ClientConnection) -> tuple[int | None, str]:
    """Why the other end closes the socket, whatever comes before that: code and reason."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            socket.recv(timeout=30)
    return socket.close_code, socket.close_reason or ""


def call(socket: ClientConnection, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One JSON-RPC call on an open socket: the whole response, notifications passed over."""
    number = next(_numbers)
    socket.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": dict(params or {})}))
    while True:
        told: dict[str, Any] = json.loads(socket.recv(timeout=30))
        if told.get("id") == number or ("id" in told and told["id"] is None):
            return told


def socket_to(port: int, source: str = "127.0.0.1") -> socket.socket:
    """A plain TCP connection to the server, from one of loopback's many addresses."""
    return socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(source, 0))


def started(data_dir: Path, database: Mapping[str, str], limits: Limits | None = None, **more: Any) -> Rig:
    """A server that has its first user and answers; samples nothing by itself."""
    settings = Settings(
        database_url=url_of(database),
        data_dir=data_dir,
        interval=INTERVAL,
        port=0,
        **{"admin_password": PASSWORD, "perf_events": False, **more},
    )
    engine = Engine(settings, lambda *_: ())
    said: list[str] = []
    rig = Rig(engine, Background(engine, said.append, limits=limits), said)
    engine.start()
    try:
        rig.url = rig.background.start().result(30)
        rig.port = int(rig.url.rstrip("/").rpartition(":")[2])
        until(lambda: rig.ask("/api/db-status", token="").json["ok"], 30)
        until(lambda: rig.login().status != 503, 30)
    except BaseException:
        stopped(rig)
        raise
    return rig


@contextlib.contextmanager
def doorway(data_dir: Path, limits: Limits | None = None, **more: Any) -> Iterator[Rig]:
    """A server without samples, database or users: what needs no login is answered."""
    engine = Engine(Settings(data_dir=data_dir, port=0, **more), lambda *_: ())
    said: list[str] = []
    rig = Rig(engine, Background(engine, said.append, limits=limits), said)
    rig.url = rig.background.start().result(30)
    rig.port = int(rig.url.rstrip("/").rpartition(":")[2])
    try:
        # the store's thread comes with the first question, and is not left behind by whichever test is first
        with contextlib.suppress(StoreProblem):
            engine.store.run(lambda _: None).result(30)
        yield rig
    finally:
        stopped(rig)


def stopped(rig: Rig) -> None:
    """End it, as the window does: the server first."""
    assert rig.background.stop(10)
    assert rig.engine.stop() == []
