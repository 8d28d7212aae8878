"""What the documents show to be typed: shell blocks, and `perfwatch` commands in them and in the text."""

from __future__ import annotations

import re
from pathlib import Path

from tests.documents import ROOT

DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("**/*.md"))]


def blocks(path: Path) -> list[str]:
    """The document's shell blocks."""
    return re.findall(r"```sh\n(.*?)```", path.read_text(), re.DOTALL)


def inline(path: Path) -> list[str]:
    """The `perfwatch …` commands set as code in its text; those with an ellipsis, a choice or a pipe are none."""
    return re.findall(r"`(perfwatch [^`…\[|]*)`", path.read_text())


def commands(path: Path) -> list[str]:
    """All of its `perfwatch …` commands, without comments."""
    return re.findall(r"^perfwatch[^\n#|>]*", "\n".join(blocks(path)), re.MULTILINE) + inline(path)
