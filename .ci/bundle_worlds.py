"""Where a bundle is tried: in an empty environment, as another user, in a root with nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# Nobody and nogroup of every distribution.
NOBODY = 65534
# Of glibc and zlib, with which the program starts; every Linux that the bundle is for has these.
_LIBC = re.compile(r"/(ld-linux[\w.-]*|lib(c|m|z|dl|rt|pthread|resolv|util|nss_\w+))\.so")


@dataclass
class World:
    """How a program is started there, and where its home is seen from outside."""

    name: str
    program: str
    home: Path
    before: Sequence[str] = ()
    environment: dict[str, str] = field(default_factory=dict)
    inside: str = ""

    def words(self, *words: str) -> list[str]:
        """The command line of `perfwatch words` there."""
        return [*self.before, self.program, *words]

    def run(self, *words: str, given: str = "", status: int = 0, seconds: float = 90) -> str:
        """What a command prints; SystemExit where it ends otherwise than with `status`."""
        done = subprocess.run(
            self.words(*words), env=self.environment, cwd=self.home if not self.inside else "/", input=given, text=True,
            capture_output=True, timeout=seconds, check=False,
        )  # fmt: skip
        if done.returncode != status:
            said = f"{done.stdout}{done.stderr}"
            raise SystemExit(f"bundle-test: {self.name}: '{' '.join(words)}' ended with {done.returncode}: {said}")
        return done.stdout + (done.stderr if status else "")

    @contextmanager
    def running(self, said: Path, *words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """A command that goes on; what it says is in the file `said`. It has to end by SIGTERM with 0."""
        with said.open("wb") as out:
            process = subprocess.Popen(
                self.words(*words), env={**self.environment, **environment}, stdout=out, stderr=subprocess.STDOUT,
                cwd=self.home if not self.inside else "/",
            )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            status = process.wait(30)
        if status != 0:
            raise SystemExit(f"bundle-test: {self.name}: '{' '.join(words)}' ended with {status}: {said.read_text()}")


def await_words(said: Path, pattern: str, seconds: float = 60) -> re.Match[str]:
    """The first match in what a program says; SystemExit where it never comes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := re.search(pattern, said.read_text()):
            return found
        time.sleep(0.1)
    raise SystemExit(f"bundle-test: nothing like {pattern!r} was said: {said.read_text()}")


def _home(place: Path, name: str, owner: int) -> Path:
    home = place / name
    home.mkdir(mode=0o700, parents=True)
    os.chown(home, owner, owner or os.getgid())
    return home


def here(place: Path, program: Path) -> World:
    """Who runs the test, with nothing in the environment but a home."""
    home = _home(place, "home", os.getuid())
    return World("an empty environment", str(program), home, environment={"HOME": str(home)})


def somebody_else(place: Path, program: Path) -> World:
    """Another user, who may read the bundle and no more."""
    home = _home(place, "nobody", NOBODY)
    before = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    return World("another user", str(program), home, before, {"HOME": str(home)})


def _closure(files: Sequence[Path]) -> set[Path]:
    """The libraries that these files load from this machine (ldd(1))."""
    done = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, check=False)
    return {Path(path) for path in re.findall(r"(?:=> |^\s)(/\S+) \(0x", done.stdout, re.MULTILINE)}


def _copy(root: Path, files: set[Path]) -> None:
    for file in files:
        target = root / str(file).lstrip("/")
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)


def bare(place: Path, bundle: Path) -> World:
    """A root with the bundle, glibc, zlib, a shell, flock, true, /proc and /dev, and no library or program more."""
    root = place / "root"
    for name in ("proc", "dev", "tmp", "etc", "lib", "lib64", "usr/lib", "bin", "usr/bin"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    (root / "etc/passwd").write_text(f"nobody:x:{NOBODY}:{NOBODY}::/home:/bin/sh\n")
    (root / "etc/group").write_text(f"nogroup:x:{NOBODY}:\n")
    _home(root, "home", NOBODY)
    programs = [Path(found) for found in map(shutil.which, ("sh", "flock", "true")) if found]
    for program in programs:
        shutil.copy(program, root / "bin" / program.name)
    _copy(root, {path for path in _closure([*programs, bundle / "perfwatch"]) if _LIBC.search(str(path))})
    resolver = {path for path in _closure(list(bundle.rglob("*.so*"))) if _LIBC.search(str(path))}
    _copy(root, resolver)
    shutil.copytree(bundle, root / "opt/perfwatch", symlinks=True)
    # mounts of its own, which end with it; no command outlives them
    enter = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot --userspec="$1" "$0" "${@:2}"'
    before = ("unshare", "--mount", "bash", "-c", enter, str(root), f"{NOBODY}:{NOBODY}")
    return World(
        "a bare root",
        "/opt/perfwatch/perfwatch",
        root / "home",
        before,
        {"HOME": "/home", "PATH": "/usr/sbin:/usr/bin:/bin"},
        "/home",
    )


def add_window_libraries(world: World, bundle: Path) -> list[str]:
    """Copy into a bare root what a window needs of the machine; the names, for the documents."""
    root = world.home.parent
    carried = {path.name for path in bundle.rglob("*.so*")}
    found = {path for path in _closure(list((bundle / "_internal/PySide6").rglob("*.so*"))) if path.name not in carried}
    _copy(root, found)
    return sorted(path.name for path in found if not _LIBC.search(str(path)))
