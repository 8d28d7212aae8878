"""The browser page's files: read once, compressed once, served from memory with cache validation."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
# Smaller files do not become smaller by it.
_LEAST_TO_PACK = 512


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, the same gzipped (empty where that is no smaller), media type, entity tag."""

    body: bytes
    packed: bytes
    type: str
    tag: str


class Site:
    """All files of the page by their path."""

    def __init__(self, root: Traversable | None = None) -> None:
        folder = root if root is not None else files("resources") / "web"
        self._assets = {path: _asset(path, file.read_bytes()) for path, file in _below(folder, "")}
        if "/index.html" in self._assets:
            self._assets["/"] = self._assets["/index.html"]

    def __len__(self) -> int:
        return len(self._assets)

    def asset(self, path: str) -> Asset | None:
        """The file at a path of the URL, None where there is none; nothing outside the folder can be named."""
        return self._assets.get(path)


def _below(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        path = f"{prefix}/{entry.name}"
        if entry.is_dir():
            yield from _below(entry, path)
        elif "." + entry.name.rpartition(".")[2] in _TYPES:
            yield path, entry


def _asset(path: str, body: bytes) -> Asset:
    packed = gzip.compress(body, 9, mtime=0) if len(body) >= _LEAST_TO_PACK else b""
    if len(packed) >= len(body):
        packed = b""
    tag = hashlib.sha256(body).hexdigest()[:20]
    return Asset(body, packed, _TYPES["." + path.rpartition(".")[2]], f'"{tag}"')
