"""Whole machines as files: many small ones kept in one text, and laid out below a directory for a test."""

from __future__ import annotations

from pathlib import Path

Files = dict[str, str]
HERE = Path(__file__).parent
_BEFORE, _AFTER = "==> ", " <=="


def packed(files: Files) -> str:
    """All files in one text, each below a line with its path, as head(1) prints several."""
    return "".join(f"{_BEFORE}{path}{_AFTER}\n{text.rstrip(chr(10))}\n" for path, text in files.items())


def unpacked(text: str) -> Files:
    """The inverse of `packed`."""
    files: Files = {}
    path = ""
    for line in text.splitlines(keepends=True):
        if line.startswith(_BEFORE) and line.rstrip().endswith(_AFTER):
            path = line.strip()[len(_BEFORE) : -len(_AFTER)]
            files[path] = ""
        else:
            files[path] += line
    return files


def lay_out(files: Files, root: Path) -> Path:
    """Write the files below `root`, which need not exist; returns it. Surrogates stand for bytes that are no UTF-8."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode(errors="surrogateescape"))
    return root


def kept(name: str) -> tuple[Files, Files]:
    """A machine at two moments; the second file holds only what had changed."""
    first = unpacked((HERE / name / "t0.txt").read_text())
    return first, {**first, **unpacked((HERE / name / "t1.txt").read_text())}
