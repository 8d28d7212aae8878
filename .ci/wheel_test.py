"""Builds the wheel, installs it with pip where nothing else is, and runs every command of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bundle_test import answers_and_ends, opens_a_window, serves_and_keeps
from bundle_worlds import World


def main() -> None:
    """All of it, in a directory that goes away again."""
    with tempfile.TemporaryDirectory(prefix="perfwatch-wheel-") as name:
        place = Path(name)
        pip = ("-m", "pip", "--quiet", "--disable-pip-version-check")
        build = [sys.executable, *pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", name, "."]
        subprocess.run(build, check=True)
        (wheel,) = place.glob("perfwatch-*.whl")
        subprocess.run([sys.executable, "-m", "venv", place / "clean"], check=True)
        subprocess.run([place / "clean/bin/python", *pip, "install", wheel], check=True)
        home = place / "home"
        home.mkdir(mode=0o700)
        environment = {"HOME": str(home), "PATH": os.defpath}
        world = World("the installed wheel", str(place / "clean/bin/perfwatch"), home, environment=environment)
        answers_and_ends(world)
        serves_and_keeps(world, place / "served")
        opens_a_window(world, place / "opened")
        print(f"wheel-test: every command of {wheel.name} runs; it holds {wheel.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
