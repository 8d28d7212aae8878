"""`perfwatch install-desktop` and `uninstall-desktop`: what belongs to the desktop, for one user and without root."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from perfwatch_gui.desktop.places import ICON_SIZES, data_home, files, icon_file, program


def install() -> int:
    """Write what is not there yet or differs, and say what; 1 with a sentence where that cannot be done."""
    home = data_home()
    try:
        changed = [path for path, content in _wanted(home) if _write(path, content)]
    except OSError as error:
        print(f"perfwatch: {error.filename} cannot be written ({error.strerror}); make it writable", file=sys.stderr)
        return 1
    _tell_themes(home)
    for path in changed:
        print(f"wrote {path}")
    print("PerfWatch is in the menu; 'perfwatch uninstall-desktop' takes all of it away again.")
    return 0


def uninstall() -> int:
    """Remove all that `install` writes, and directories that are empty then; say what."""
    home = data_home()
    for path in _places(home):
        if path.exists():
            path.unlink()
            print(f"removed {path}")
        _remove_empty(path.parent, home)
    _tell_themes(home)
    print("Nothing of PerfWatch is in the menu. Your data and settings are as they were; docs/uninstall.md names them.")
    return 0


def _wanted(home: Path) -> Iterator[tuple[Path, bytes]]:
    # the only part that loads Qt
    from perfwatch_gui.desktop.icons import png

    yield from files(home, program())
    svg = resources.files("resources").joinpath("icons/perfwatch.svg").read_bytes()
    for size in ICON_SIZES:
        yield icon_file(home, size), png(svg, size)


def _places(home: Path) -> Iterator[Path]:
    yield from (path for path, _ in files(home, program()))
    yield from (icon_file(home, size) for size in ICON_SIZES)


def _write(path: Path, content: bytes) -> bool:
    """Put the content there unless it is; whole or not at all."""
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    new.replace(path)
    return True


def _remove_empty(folder: Path, home: Path) -> None:
    with contextlib.suppress(OSError):
        while folder != home and home in folder.parents:
            folder.rmdir()
            folder = folder.parent


def _tell_themes(home: Path) -> None:
    """Make a cache of the icon theme look older than the theme, so that desktops read the theme anew."""
    theme = home / "icons/hicolor"
    if theme.exists():
        os.utime(theme)
