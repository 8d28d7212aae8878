"""Writes the parts of the documents that follow from the code: `make docs`; a test holds them to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from perfwatch_core.collectors.perf.metrics import EVENT_METRICS, RATIO_METRICS
from perfwatch_core.settings import declared
from tests.api_document import api_document
from tests.manual import SHELLS, completion, manual

ROOT = Path(__file__).parents[1]


def settings_table() -> str:
    """Every setting as a Markdown row: environment name, flag, what it accepts, help with its default."""
    rows = ["| setting | flag | accepts | what it does |", "| --- | --- | --- | --- |"]
    for setting in declared().values():
        flag = f"`{setting.flag}`" if setting.flag else ""
        rows.append(f"| `{setting.env}` | {flag} | {setting.accepts.words} | {setting.help} |".replace("|  |", "| |"))
    return "\n".join(rows)


def counters_table() -> str:
    """Every event and derived number of perf as a Markdown row: its name, and what its declaration says."""
    rows = ["| `perf_events.` | what it means |", "| --- | --- |"]
    rows += [f"| `{field}` | {metric.help} |" for field, metric in {**RATIO_METRICS, **EVENT_METRICS}.items()]
    return "\n".join(rows)


def with_part(document: str, name: str, text: str) -> str:
    """The document with `text` between `<!-- name -->` and `<!-- end -->`; ValueError where it has no such place."""
    pattern = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not pattern.search(document):
        raise ValueError(f"there is no part '{name}'")
    return pattern.sub(lambda match: f"{match[1]}{text}\n{match[2]}", document)


def generated() -> Iterator[tuple[Path, str]]:
    """Each document with generated parts, as it shall be."""
    readme = ROOT / "README.md"
    yield readme, with_part(readme.read_text(), "settings", settings_table())
    counters = ROOT / "docs" / "counters.md"
    yield counters, with_part(counters.read_text(), "counters", counters_table())
    yield ROOT / "resources/man/perfwatch.1", manual()
    for shell in SHELLS:
        yield ROOT / f"resources/completions/perfwatch.{shell}", completion(shell)
    yield ROOT / "docs" / "api.md", api_document()


if __name__ == "__main__":
    for path, shall in generated():
        if not path.exists() or path.read_text() != shall:
            path.parent.mkdir(exist_ok=True)
            path.write_text(shall)
            print(f"docs: wrote {path.relative_to(ROOT)}")
