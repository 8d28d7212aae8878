"""What belongs to the desktop: it is written once, accepted by the desktop's own checkers, and gone without a trace."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from perfwatch_gui.desktop.install import install, uninstall
from perfwatch_gui.desktop.places import ICON_SIZES, data_home, entry, icon_file, quoted

RESOURCES = Path(__file__).parents[2] / "resources"


def tree(folder: Path) -> list[Path]:
    """All below a folder."""
    return sorted(folder.rglob("*"))


def checked(*words: str | Path) -> str:
    """What a checker says; it has to be content."""
    answer = subprocess.run(words, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout + answer.stderr


def test_installing_says_each_file_and_again_writes_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert install() == 0
    said = capsys.readouterr().out
    files = [path for path in tree(data_home()) if path.is_file()]
    assert {f"wrote {path}" for path in files} == set(said.splitlines()[:-1])
    assert len(files) == 7 + len(ICON_SIZES)
    times = [path.stat().st_mtime_ns for path in files]
    assert install() == 0
    assert "wrote" not in capsys.readouterr().out
    assert [path.stat().st_mtime_ns for path in files] == times


def test_uninstalling_leaves_no_trace_and_what_is_of_others(capsys: pytest.CaptureFixture[str]) -> None:
    other = data_home() / "applications/other.desktop"
    other.parent.mkdir(parents=True)
    other.write_text("of another program")
    before = tree(data_home())
    install()
    capsys.readouterr()
    assert uninstall() == 0
    assert tree(data_home()) == before
    assert capsys.readouterr().out.count("removed ") == 7 + len(ICON_SIZES)
    assert uninstall() == 0
    assert "removed" not in capsys.readouterr().out


def test_a_directory_that_is_not_writable_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert install() == 1
    assert "cannot be written" in capsys.readouterr().err


def test_the_entry_is_what_desktops_accept(tmp_path: Path) -> None:
    path = tmp_path / "perfwatch.desktop"
    path.write_text(entry(["/opt/my programs/perf%watch", "--interval", "1"]))
    assert checked("desktop-file-validate", path) == ""
    assert 'Exec="/opt/my programs/perf%%watch" --interval 1\n' in path.read_text()
    assert "TryExec=/opt/my programs/perf%watch\n" in path.read_text()


@pytest.mark.parametrize(
    ("word", "shall"),
    [("plain", "plain"), ("two words", '"two words"'), ("a$b", '"a\\\\$b"'), ('a"b', '"a\\\\"b"'), ("100%", "100%%")],
)
def test_words_of_an_entry_are_quoted(word: str, shall: str) -> None:
    assert quoted(word) == shall


def test_software_centres_accept_the_metainfo() -> None:
    # the name under which it is installed has to be its id
    path = RESOURCES / "desktop/perfwatch.metainfo.xml"
    assert "successful" in checked("appstreamcli", "validate", "--no-net", "--no-color", path)


def test_the_icon_is_drawn_at_every_size() -> None:
    install()
    for size in ICON_SIZES:
        picture = QImage(str(icon_file(data_home(), size)))
        assert (picture.width(), picture.height()) == (size, size)
        colours = {picture.pixelColor(x, y).name() for x in range(size) for y in range(size)}
        assert len(colours) > 4


def test_the_manual_has_nothing_that_man_complains_about() -> None:
    page = RESOURCES / "man/perfwatch.1"
    assert checked("man", "--warnings", "--encoding=UTF-8", "--local-file", "--troff-device=utf8", "--ditroff", page)
    answer = subprocess.run(
        ["man", "--warnings", "--encoding=UTF-8", "--local-file", "--troff-device=utf8", "--ditroff", str(page)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True,
    )  # fmt: skip
    assert answer.stderr == b""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("in", {"install-desktop", "install-service"}),
        ("db ", {"status", "upgrade", "downgrade"}),
        ("once --j", {"--json"}),
    ],
)
def test_bash_completes(words: str, found: set[str]) -> None:
    script = f"""
        source {RESOURCES / "completions/perfwatch.bash"}
        COMP_WORDS=(perfwatch {words} {"''" if words.endswith(" ") else ""})
        COMP_CWORD=$(({"${#COMP_WORDS[@]}"} - 1))
        $(complete -p perfwatch | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
        echo "${{COMPREPLY[@]}}"
    """
    assert found <= set(checked("bash", "-c", script).split())
