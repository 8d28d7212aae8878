"""What the window remembers, through the file it is kept in."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from perfwatch_core.units import ByteStyle
from perfwatch_gui.preferences import Preferences, preferences_file


def test_everything_comes_back_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "window.ini"
    one = Preferences(path)
    one.geometry = QByteArray(b"\x00\x01where it was\xff")
    one.page, one.theme, one.byte_style = "hardware", "light", ByteStyle.BINARY
    one.hidden_lines = {"cpu.user", "disk.usage_percent[/home]"}
    one.save()
    other = Preferences(path)
    assert bytes(other.geometry.data()) == b"\x00\x01where it was\xff"
    assert (other.page, other.theme, other.byte_style) == ("hardware", "light", ByteStyle.BINARY)
    assert other.hidden_lines == {"cpu.user", "disk.usage_percent[/home]"}


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    fresh = Preferences(tmp_path / "none" / "window.ini")
    assert (fresh.page, fresh.theme, fresh.byte_style, fresh.hidden_lines) == ("", "dark", ByteStyle.AUTO, frozenset())
    assert fresh.geometry.isEmpty()


@pytest.mark.parametrize(
    "spoilt",
    [b"\x00\xff\xfe[[[", b"[look\ntheme=", b"[look]\ntheme=@Variant(\x00)\nbytes=7\n", b"[window]\ngeometry=@@@\n"],
)
def test_a_spoilt_file_counts_as_never_set(tmp_path: Path, spoilt: bytes) -> None:
    path = tmp_path / "window.ini"
    path.write_bytes(spoilt)
    kept = Preferences(path)
    assert (kept.theme, kept.byte_style) == ("dark", ByteStyle.AUTO)
    kept.theme = "light"
    kept.save()
    assert Preferences(path).theme == "light"


def test_a_theme_nobody_knows_is_the_dark_one(tmp_path: Path) -> None:
    path = tmp_path / "window.ini"
    path.write_text("[look]\ntheme=plaid\nbytes=octal\n")
    assert (Preferences(path).theme, Preferences(path).byte_style) == ("dark", ByteStyle.AUTO)


def test_the_file_lies_where_the_xdg_specification_says() -> None:
    assert preferences_file({"XDG_CONFIG_HOME": "/etc/me"}) == Path("/etc/me/perfwatch/window.ini")
    # a relative path is invalid by the specification
    assert preferences_file({"XDG_CONFIG_HOME": "me"}) == Path.home() / ".config/perfwatch/window.ini"
    assert preferences_file({}) == Path.home() / ".config/perfwatch/window.ini"
