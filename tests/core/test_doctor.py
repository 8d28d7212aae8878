"""The doctor's report: each type, what is missing and why, the machine, and whether samples can be kept."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from perfwatch_core import doctor
from perfwatch_core.collector import Shortfall
from perfwatch_core.doctor import Finding, Verdict
from perfwatch_core.rates import NOTHING
from perfwatch_core.sample import Fault, Sample
from perfwatch_core.settings import Settings
from tests.core.store.residents import Town
from tests.core.store.samples import BEGIN, CATALOGUE, FSTYPE, HEAT, IS_UP, PER_CORE, RECEIVED, TOTAL, USAGE

SAMPLE = Sample(
    2,
    BEGIN,
    1.0,
    {USAGE.of(): 1.0, PER_CORE.of("0"): 1.0, TOTAL.of(): 5, FSTYPE.of("/"): "ext4"},
    {
        HEAT.of(): "there is no sensor",
        FSTYPE.of("/x"): "a text is no measurement",
        **{RECEIVED.of(name): "it is down" for name in ("a", "b", "c", "d", "e")},
        IS_UP.of("f"): "nobody knows",
        RECEIVED.of("idle"): NOTHING,
    },
    {"disk": Fault("no disk at all", here=False, remedy="apt install disk")},
)


def test_each_type_has_its_findings() -> None:
    """How much is known, what is not and why, the remedy where there is one."""
    shortfalls = {"network": [Shortfall("nobody knows", "ask somebody"), Shortfall("it could be faster", "pay more")]}
    assert list(doctor.examine(SAMPLE, CATALOGUE, shortfalls)) == [
        Finding("cpu", Verdict.GOOD, "2 values"),
        Finding("cpu", Verdict.PARTLY, "temperature_celsius: there is no sensor"),
        Finding("network", Verdict.GOOD, "0 values"),
        Finding(
            "network",
            Verdict.PARTLY,
            "bytes_recv_per_sec[a], bytes_recv_per_sec[b], bytes_recv_per_sec[c] and 2 more: it is down",
        ),
        Finding("network", Verdict.PARTLY, "is_up[f]: nobody knows", "ask somebody"),
        Finding("network", Verdict.PARTLY, "it could be faster", "pay more"),
        Finding("disk", Verdict.NOT, "no disk at all", "apt install disk"),
        Finding("memory", Verdict.GOOD, "1 values"),
    ]


def test_the_report_is_aligned_and_names_the_one_command() -> None:
    findings = [Finding("a", Verdict.GOOD, "well"), Finding("longer", Verdict.NOT, "ill", "apt install health")]
    assert doctor.report(findings) == (
        "ok      a       well\nno      longer  ill\n                mend it with: apt install health"
    )


def test_a_private_database_is_not_made_for_the_question(tmp_path: Path) -> None:
    finding = doctor.store(Settings(data_dir=tmp_path / "not" / "yet"))
    assert finding == Finding("store", Verdict.GOOD, f"the first start makes a private database in {tmp_path}/not/yet")
    assert list(tmp_path.iterdir()) == []
    off = doctor.store(Settings(data_dir=tmp_path, background_collection=False))
    assert (off.verdict, off.says) == (Verdict.NOT, "BACKGROUND_COLLECTION_ENABLED is off: nothing is kept")


def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    """For root every place can, but for one on a read-only file system."""
    place = tmp_path / "here"
    place.mkdir()
    if os.geteuid() == 0:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "none", str(place)], check=True)
    else:
        place.chmod(0o500)
    try:
        finding = doctor.store(Settings(data_dir=place / "data"))
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", str(place)], check=True)
    assert finding.verdict is Verdict.NOT
    assert finding.says == f"{place} cannot be written to; name another directory with --data-dir"


def test_a_database_of_the_users_own(town: Town, tmp_path: Path) -> None:
    """It is asked; what is wrong with it is its sentence."""
    url = f"postgresql:///{town.params['dbname']}?host={town.params['host']}&user={town.params['user']}"
    good = doctor.store(Settings(data_dir=tmp_path, database_url=url))
    assert good.verdict is Verdict.GOOD
    assert good.says.endswith(", which is the newest")
    bad = doctor.store(Settings(data_dir=tmp_path, database_url=url.replace(town.params["dbname"], "missing")))
    assert bad.verdict is Verdict.NOT
    assert bad.says.endswith("make it with: createdb missing")
