"""The page's files: found by path, tagged, packed once, nothing else let out."""

import gzip
import re
from pathlib import Path

from perfwatch_net.site import Site


def folder(tmp_path: Path) -> Path:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>" + "x" * 2000)
    (tmp_path / "vendor/a.js").write_text("1;")
    (tmp_path / "notes.txt").write_text("not for the world")
    return tmp_path


def test_files_are_found_by_their_path_and_the_root_is_the_page(tmp_path: Path) -> None:
    site = Site(folder(tmp_path))
    page = site.asset("/")
    assert page is not None
    assert page is site.asset("/index.html")
    assert page.type == "text/html; charset=utf-8"
    script = site.asset("/vendor/a.js")
    assert script is not None
    assert (script.body, script.type) == (b"1;", "text/javascript; charset=utf-8")


def test_what_is_no_page_file_or_lies_outside_cannot_be_named(tmp_path: Path) -> None:
    site = Site(folder(tmp_path))
    for path in ("/notes.txt", "/../etc/passwd", "/vendor", "/vendor/", "", "/vendor/../index.html"):
        assert site.asset(path) is None


def test_a_file_is_packed_once_where_that_makes_it_smaller(tmp_path: Path) -> None:
    site = Site(folder(tmp_path))
    page, script = site.asset("/"), site.asset("/vendor/a.js")
    assert page is not None
    assert script is not None
    assert gzip.decompress(page.packed) == page.body
    assert len(page.packed) < len(page.body)
    assert script.packed == b""


def test_the_tag_follows_the_content(tmp_path: Path) -> None:
    before = Site(folder(tmp_path)).asset("/index.html")
    (tmp_path / "index.html").write_text("changed")
    after = Site(tmp_path).asset("/index.html")
    assert before is not None
    assert after is not None
    assert before.tag != after.tag


def test_a_missing_folder_is_an_empty_site(tmp_path: Path) -> None:
    assert len(Site(tmp_path / "nothing")) == 0


def test_the_page_has_every_file_that_it_names() -> None:
    """Also the library from npm, which `.ci/page` brings: without it there would be no chart, and nobody told."""
    site = Site()
    page = site.asset("/")
    assert page is not None
    named = re.findall(r'(?:src|href)="([^"]+)"', page.body.decode())
    first = list(named)
    seen = set[str]()
    while named:
        path = named.pop()
        asset = site.asset(path)
        assert asset is not None, path
        seen.add(path)
        if path.endswith(".js") and "/vendor/" not in path:
            named += [f"/{name}" for name in re.findall(r'from "\./([^"]+)"', asset.body.decode())]
            named = [name for name in named if name not in seen]
    assert {"/vendor/uplot.js", "/past_chart.js", "/units.js"} <= seen
    assert set(first) == seen, "index.html names all files, so that none is waited for until another has come"
