"""What belongs to the desktop and where it lies for one user, by the XDG Base Directory Specification 0.8."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

# Pixels; those that desktops look for (Icon Theme Specification 0.13).
ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)

_NEEDS_QUOTES = set(" \t\n\"'\\><~|&;$*?#()`")


def data_home(environ: Mapping[str, str] = os.environ) -> Path:
    """`$XDG_DATA_HOME`, by default `~/.local/share`."""
    base = environ.get("XDG_DATA_HOME", "")
    return Path(base) if base.startswith("/") else Path.home() / ".local/share"


def program() -> list[str]:
    """The words that start this PerfWatch from anywhere: of the bundle, of an environment, of a checkout."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    beside = Path(sys.executable).with_name("perfwatch")
    if beside.exists():
        return [str(beside)]
    installed = shutil.which("perfwatch")
    return [installed] if installed else [sys.executable, "-m", "perfwatch_gui"]


def quoted(word: str) -> str:
    """One word of an `Exec` line (Desktop Entry Specification 1.5, "The Exec key")."""
    escaped = word.replace("%", "%%")
    if not _NEEDS_QUOTES.intersection(escaped):
        return escaped
    for special in ("\\", '"', "`", "$"):
        escaped = escaped.replace(special, "\\" + special)
    # the value of a key is unescaped once more before its words are
    return '"{}"'.format(escaped.replace("\\", "\\\\"))


def entry(words: list[str]) -> str:
    """The menu entry that starts these words."""
    lines = []
    for line in resources.files("resources").joinpath("desktop/perfwatch.desktop").read_text().splitlines():
        key = line.partition("=")[0]
        if key == "Exec":
            lines.append(f"Exec={' '.join(map(quoted, words))}")
        elif key == "TryExec":
            lines.append("TryExec={}".format(words[0].replace("\\", "\\\\")))
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def files(home: Path, words: list[str]) -> Iterator[tuple[Path, bytes]]:
    """Each file below the data home `home` with what is in it, all but the icons that have to be drawn."""
    source = resources.files("resources")
    yield home / "applications/perfwatch.desktop", entry(words).encode()
    for inside, place in (
        ("desktop/perfwatch.metainfo.xml", "metainfo/local.perfwatch.PerfWatch.metainfo.xml"),
        ("icons/perfwatch.svg", "icons/hicolor/scalable/apps/perfwatch.svg"),
        ("man/perfwatch.1", "man/man1/perfwatch.1"),
        ("completions/perfwatch.bash", "bash-completion/completions/perfwatch"),
        ("completions/perfwatch.zsh", "zsh/site-functions/_perfwatch"),
        ("completions/perfwatch.fish", "fish/vendor_completions.d/perfwatch.fish"),
    ):
        yield home / place, source.joinpath(inside).read_bytes()


def icon_file(home: Path, size: int) -> Path:
    """Where the icon of `size` pixels lies."""
    return home / f"icons/hicolor/{size}x{size}/apps/perfwatch.png"
