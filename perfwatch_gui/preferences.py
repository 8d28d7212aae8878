"""What the window remembers between runs: geometry, page, theme, byte style, switched-off lines."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from perfwatch_core.units import ByteStyle


def preferences_file(environ: Mapping[str, str] = os.environ) -> Path:
    """`$XDG_CONFIG_HOME/perfwatch/window.ini`, by default below `~/.config` (XDG Base Directory 0.8)."""
    base = environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".config") / "perfwatch" / "window.ini"


class Preferences:
    """Reads and writes the file; what is missing or spoilt there counts as never set."""

    def __init__(self, path: Path | None = None) -> None:
        self._file = QSettings(str(path or preferences_file()), QSettings.Format.IniFormat)
        if self._file.status() is not QSettings.Status.NoError:
            # nothing in a file that cannot be read is worth a word to the person: begin anew
            self._file.clear()

    @property
    def geometry(self) -> QByteArray:
        """The window's place and size as Qt saves them; empty where there is none."""
        return QByteArray.fromBase64(self._text("window/geometry").encode("ascii", "ignore"))

    @geometry.setter
    def geometry(self, saved: QByteArray) -> None:
        self._set("window/geometry", bytes(saved.toBase64().data()).decode())

    @property
    def page(self) -> str:
        """The key of the page that was open."""
        return self._text("window/page")

    @page.setter
    def page(self, key: str) -> None:
        self._set("window/page", key)

    @property
    def theme(self) -> str:
        """`dark`, `light` or `system`; dark until it is chosen."""
        kept = self._text("look/theme")
        return kept if kept in ("dark", "light", "system") else "dark"

    @theme.setter
    def theme(self, name: str) -> None:
        self._set("look/theme", name)

    @property
    def byte_style(self) -> ByteStyle:
        """Which multiples bytes are shown in."""
        try:
            return ByteStyle(self._text("look/bytes"))
        except ValueError:
            return ByteStyle.AUTO

    @byte_style.setter
    def byte_style(self, style: ByteStyle) -> None:
        self._set("look/bytes", style.value)

    @property
    def hidden_lines(self) -> frozenset[str]:
        """Addresses of the chart lines that were switched off."""
        return frozenset(filter(None, self._text("charts/hidden").split(" ")))

    @hidden_lines.setter
    def hidden_lines(self, addresses: Iterable[str]) -> None:
        self._set("charts/hidden", " ".join(sorted(addresses)))

    @property
    def close_to_tray(self) -> bool:
        """Whether closing the window leaves PerfWatch in the tray; no, until it is chosen."""
        return self._text("window/tray") == "on"

    @close_to_tray.setter
    def close_to_tray(self, on: bool) -> None:
        self._set("window/tray", "on" if on else "")

    @property
    def serving(self) -> bool:
        """Whether browsers are served while the window is open; no, until it is switched on."""
        return self._text("server/on") == "on"

    @serving.setter
    def serving(self, on: bool) -> None:
        self._set("server/on", "on" if on else "")

    @property
    def port(self) -> int | None:
        """The port they come to; None where it was not chosen."""
        kept = self._text("server/port")
        return int(kept) if kept.isascii() and kept.isdecimal() and 0 < int(kept) < 65536 else None

    @port.setter
    def port(self, number: int) -> None:
        self._set("server/port", str(number))

    def save(self) -> None:
        """Write to the disk now; Qt would else do so a while later."""
        self._file.sync()

    def _text(self, key: str) -> str:
        value = self._file.value(key, "")
        return value if isinstance(value, str) else ""

    def _set(self, key: str, value: str) -> None:
        if self._text(key) != value:
            self._file.setValue(key, value)
