"""What the wheel needs besides the sources: the page's libraries, brought by `.ci/page` before it is packed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Page(BuildHookInterface):
    """Runs before the files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring them; an editable install looks into the checkout, where `.ci/environment` brings them."""
        if version != "editable":
            environment = {"PYTHON": sys.executable}
            subprocess.run([Path(self.root) / ".ci" / "page"], check=True, env=os.environ | environment)
        build_data["artifacts"].append("resources/web/vendor/")
