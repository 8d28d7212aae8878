"""Each trouble between PerfWatch and its database: made, looked at, and ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

import psycopg

from tests.torture.foreign import PASSWORD, USER, Foreign
from tests.torture.full import Trial
from tests.torture.proxy import Proxy
from tests.torture.serving import INTERVAL, Serving

# So many looks at the age of the newest sample, which is to be below so many intervals.
_LOOKS, _LATE = 100, 4

Case = Callable[[Serving, Proxy, Foreign, Trial], None]


def refused(_serving: Serving, proxy: Proxy, _server: Foreign, trial: Trial) -> None:
    proxy.refuse()
    trial.says("cannot be reached")
    trial.goes_on()
    proxy.accept()
    trial.mends_itself()


def _eaten(_serving: Serving, proxy: Proxy, _server: Foreign, trial: Trial) -> None:
    proxy.eat(3)
    trial.expect(lambda: proxy.eaten == 3, 90, "no commit was answered too late")
    trial.goes_on()
    trial.mends_itself()


def _slow(latency: float) -> Case:
    def case(serving: Serving, proxy: Proxy, _server: Foreign, trial: Trial) -> None:
        proxy.latency = latency / 2
        trial.goes_on()
        oldest = max(_age(serving) for _ in range(_LOOKS))
        trial.in_time(oldest, _LATE * INTERVAL, "the newest sample was old")
        # the whole way to a connection as well
        proxy.cut()
        trial.expect(lambda: serving.ask("/api/db-status").get("ok") is False, 30, "it did not notice")
        trial.expect(lambda: serving.ask("/api/db-status").get("ok") is True, 120, "it never connected")
        trial.goes_on()

    return case


def _age(serving: Serving) -> float:
    """Seconds since the newest sample, as it tells a moment from now."""
    time.sleep(INTERVAL / 10)
    return float(serving.ask("/health").get("last_sample_seconds") or 0.0)


def _narrow(serving: Serving, proxy: Proxy, _server: Foreign, trial: Trial) -> None:
    proxy.refuse()
    trial.expect(lambda: serving.ask("/api/db-status").get("queued", 0) > 240, 150, "it did not keep its samples")
    proxy.bandwidth = 50_000.0
    proxy.accept()
    trial.mends_itself()


def _silent(_serving: Serving, proxy: Proxy, _server: Foreign, trial: Trial) -> None:
    proxy.silent = True
    trial.says("does not answer")
    trial.goes_on()
    proxy.silent = False
    proxy.cut()
    trial.mends_itself()


def _restarted(_serving: Serving, _proxy: Proxy, server: Foreign, trial: Trial) -> None:
    for mode in ("fast", "immediate"):
        server.control("-m", mode, "restart")
        trial.mends_itself()
        # the next one is to meet a connection that lives
        trial.goes_on()
    trial.says("shut down", "closed the connection")


def _password(_serving: Serving, proxy: Proxy, server: Foreign, trial: Trial) -> None:
    with psycopg.connect(server.params("postgres"), autocommit=True) as admin:
        admin.execute(f"ALTER ROLE {USER} PASSWORD 'another'".encode())
        proxy.cut()
        trial.says(f"the password for user {USER} is wrong; correct it in DATABASE_URL")
        trial.goes_on()
        admin.execute(f"ALTER ROLE {USER} PASSWORD '{PASSWORD}'".encode())
    trial.mends_itself()


def _crowded(_serving: Serving, proxy: Proxy, server: Foreign, trial: Trial) -> None:
    proxy.refuse()
    with ExitStack() as crowd:
        try:
            while True:
                crowd.enter_context(psycopg.connect(server.params("postgres")))
        except psycopg.OperationalError:
            # no place is left, as wanted
            pass
        proxy.accept()
        trial.says("has no connection left; raise max_connections")
        trial.goes_on()
    trial.mends_itself()


def _newer(serving: Serving, _proxy: Proxy, server: Foreign, trial: Trial) -> None:
    database = serving.data.parent.name
    before = server.tell("SELECT version_num FROM alembic_version", database=database)[0][0]
    server.tell("UPDATE alembic_version SET version_num = '9999'", database=database)
    held = server.tell("SELECT count(*) FROM metrics_batch", database=database)
    trial.says("upgrade PerfWatch; nothing is written there until then")
    trial.goes_on()
    if server.tell("SELECT count(*) FROM metrics_batch", database=database) != held:
        trial.wrong.append("it wrote to a database of a newer schema")
    server.tell(f"UPDATE alembic_version SET version_num = '{before}'", database=database)
    trial.mends_itself()


def _closed_down(serving: Serving, proxy: Proxy, server: Foreign, trial: Trial) -> None:
    database = serving.data.parent.name
    server.tell(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    proxy.cut()
    trial.says("is read-only; name its primary")
    trial.goes_on()
    server.tell(f"ALTER DATABASE {database} SET default_transaction_read_only = off")
    proxy.cut()
    trial.mends_itself()


# What concerns one line or one database: it can be tried beside others. The first are tried in the short form too.
SHORT: dict[str, Case] = {
    "refusing connections": refused,
    "200 ms away": _slow(0.2),
}
LINE: dict[str, Case] = {
    "2 s away": _slow(2.0),
    "50 kB a second, a minute's samples waiting and more": _narrow,
    "accepting and never answering": _silent,
    "three commits whose answer is lost": _eaten,
    "read-only for a while": _closed_down,
    "a schema newer than the program, for a while": _newer,
}
# What all who use the server feel.
SERVER: dict[str, Case] = {
    "restarted, fast and immediate": _restarted,
    "its password changed, for a while": _password,
    "no connection left, for a while": _crowded,
}
