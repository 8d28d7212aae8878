"""The house rules that a linter cannot hold: what headless loads, how long things are, what no file may contain."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("perfwatch_core", "perfwatch_net", "perfwatch_gui")
FILE_LINES = 250
FUNCTION_LINES = 40
# What is written by a program, or not by us.
NOT_OURS = {"node_modules", "__pycache__", ".venv", ".git", "build", "dist"}
WRITTEN = {".py", ".md", ".toml", ".lock", ".js", ".css", ".html", ".json", ".mako", ".spec", ".svg", ""}


def _files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            inside = path.relative_to(ROOT).parts
            if path.is_file() and not any(part in NOT_OURS or part.startswith(".") for part in inside[:-1]):
                yield path


def _modules(*folders: str) -> list[Path]:
    return [path for path in _files(*folders) if path.suffix == ".py"]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


SOURCES = _modules(*PACKAGES, "alembic", "resources")
TESTS = _modules("tests")


def test_files_are_short() -> None:
    lengths = {_name(path): len(path.read_text().splitlines()) for path in [*SOURCES, *TESTS]}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{_name(path)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in [*SOURCES, *TESTS]
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def _undocumented(tree: ast.Module) -> Iterator[str]:
    """The module, public classes, functions and methods of public classes that have no docstring."""
    if not ast.get_docstring(tree):
        yield "the module"
    queue: list[ast.Module | ast.ClassDef] = [tree]
    while queue:
        for node in queue.pop().body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name[0] == "_":
                continue
            if not ast.get_docstring(node) and not _is_explained_elsewhere(node):
                yield node.name
            if isinstance(node, ast.ClassDef):
                queue.append(node)


def _is_explained_elsewhere(node: ast.AST) -> bool:
    """Whether it overrides something, such as Qt's events in camelCase, where the docstring is."""
    decorators = [ast.unparse(decorator) for decorator in getattr(node, "decorator_list", [])]
    name = str(getattr(node, "name", ""))
    is_qt = isinstance(node, ast.FunctionDef) and re.fullmatch(r"[a-z]+([A-Z][a-z]*)+", name) is not None
    return is_qt or any(word in {"override", "overload"} or word.endswith(".setter") for word in decorators)


def test_what_is_public_says_what_it_is_for() -> None:
    assert [f"{_name(path)}: {what}" for path in SOURCES for what in _undocumented(_tree(path))] == []


def test_every_test_file_says_what_it_is_for() -> None:
    assert [_name(path) for path in TESTS if path.read_text() and not ast.get_docstring(_tree(path))] == []


def _attributes(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_tests_neither_sleep_nor_skip() -> None:
    """Except for what measures, torments or portrays a program that goes on meanwhile."""
    forbidden = re.compile(r"(time\.sleep|pytest\.(skip|xfail|importorskip|mark\.(skip|skipif|xfail)))")
    tests = [path for path in TESTS if not {"bench", "torture", "screenshots"}.intersection(path.parts)]
    found = [
        f"{_name(path)}: {name}" for path in tests for name in _attributes(_tree(path)) if forbidden.fullmatch(name)
    ]
    assert found == []


# Each with a group in its midst, so that this file is not found itself.
_FORBIDDEN = {
    "a package registry": re.compile(r"pypi(\.)(org|python)|files(\.)pythonhosted|registry(\.)npm|index-(url) ="),
    "a place on one machine": re.compile(r"/(work|root|opt/pypi)/|/home/[a-z]+/(?!perfwatch)"),
    "an exception from the rules": re.compile(r"# (noqa|type: ignore|pragma: no cover)|mypy: (ignore-errors)"),
}


@pytest.mark.parametrize("what", _FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    top = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in WRITTEN and path.name[0] != "."]
    ours = [path for path in _files(*PACKAGES, "alembic", "resources", "tests", "docs") if path.suffix in WRITTEN]
    assert ours
    found = [
        f"{_name(path)}: {match[0]}"
        for path in [*top, *ours, *(path for path in (ROOT / ".ci").iterdir() if path.is_file())]
        if "machines" not in path.parts and "golden" not in path.parts
        if (match := _FORBIDDEN[what].search(path.read_text()))
    ]
    assert found == []


def test_the_migrations_do_not_shadow_alembic() -> None:
    assert (ROOT / "alembic/versions").is_dir()
    assert list((ROOT / "alembic").rglob("__init__.py")) == []


# What a headless process must never pay for; alembic is loaded by a child, and only to migrate.
_TOO_MUCH = ("PySide6", "shiboken6", "pyqtgraph", "numpy", "alembic", "sqlalchemy.orm")


@pytest.mark.parametrize(
    "imports",
    ["perfwatch_gui.__main__, perfwatch_net.__main__", "perfwatch_core.__main__", "perfwatch_core.engine"],
)
def test_headless_loads_neither_qt_nor_numpy(imports: str) -> None:
    program = f"import sys, {imports}; print(*sys.modules, sep=chr(10))"
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)
    loaded = set(answer.stdout.split())
    assert "perfwatch_core.settings" in loaded
    assert loaded.isdisjoint(_TOO_MUCH)


def test_every_room_of_the_core_is_in_the_layers() -> None:
    """`make lint` holds the layers; this says in words which room nobody knows."""
    layers = (ROOT / "pyproject.toml").read_text().partition('containers = ["perfwatch_core"]')[2]
    known = set(re.findall(r"\w+", layers.partition("]\n\n")[0]))
    rooms = {path.stem for path in (ROOT / "perfwatch_core").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert rooms - {"__init__", "__pycache__"} <= known
