"""`make screenshots`: writes docs/images/*.png."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.screenshots.page import render
from tests.screenshots.pictures import SHOTS, NoSuchFont, rendered, use_the_font

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def main() -> int:
    """Render all pictures; 1 when the font they are set in is missing."""
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--into", type=Path, default=IMAGES, help="the folder (default: docs/images)")
    folder: Path = parser.parse_args().into
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication(["perfwatch", "-style", "fusion"])
    try:
        use_the_font(application)
    except NoSuchFont as problem:
        print(f"screenshots: {problem}", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    for shot in SHOTS:
        path = folder / f"{shot.name}.png"
        rendered(application, shot).save(str(path))
        print(path)
    for path in render(folder):
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
