"""Settings: where a value comes from, which wins, and what a bad one is told."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.accepted import CPU_LIST, TYPE_LIST
from perfwatch_core.setting import BadSetting
from perfwatch_core.settings import Settings, declared, default_data_dir
from perfwatch_core.sources import changed, load


def nothing(directory: Path, **flags: str) -> Settings:
    return load(flags, {}, directory)


def test_defaults_are_those_of_the_contract(tmp_path: Path) -> None:
    settings = nothing(tmp_path)
    assert (settings.interval, settings.database_url, settings.perf_cpus) == (5.0, "", "all")
    assert settings.background_collection
    assert settings.perf_events
    assert settings.sources == {}


def test_flags_win_over_environment_over_dotenv_over_stored(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SAMPLING_INTERVAL_SECONDS=4\n")
    environ = {"SAMPLING_INTERVAL_SECONDS": "3"}
    stored = {"interval": 9.0}
    assert load({"interval": "2"}, environ, tmp_path).with_stored(stored).interval == 2
    assert load({}, environ, tmp_path).with_stored(stored).interval == 3
    assert load({}, {}, tmp_path).with_stored(stored).interval == 4
    (tmp_path / ".env").unlink()
    settings = load({}, {}, tmp_path).with_stored(stored)
    assert settings.interval == 9
    assert settings.sources == {"interval": "stored"}
    assert settings.with_stored({"interval": 8.0}).interval == 8


def test_what_was_changed_here_gives_way_to_a_newer_change_only(tmp_path: Path) -> None:
    here = changed(load({}, {}, tmp_path), "interval", "2")
    assert here.with_stored({"interval": 7.0}).interval == 2
    assert here.with_stored({"interval": 7.0}, newest="perf_cpus").interval == 2
    assert here.with_stored({"interval": 7.0}, newest="interval").interval == 7
    assert load({"interval": "3"}, {}, tmp_path).with_stored({"interval": 7.0}, newest="interval").interval == 3


def test_the_prefixed_name_is_the_stronger(tmp_path: Path) -> None:
    environ = {"PERFWATCH_PERF_EVENTS_CPU_CORES": "0", "PERF_EVENTS_CPU_CORES": "1"}
    assert load({}, environ, tmp_path).perf_cpus == "0"
    assert load({}, {"PERF_EVENTS_CPU_CORES": "1"}, tmp_path).perf_cpus == "1"


@pytest.mark.parametrize(
    ("env", "value", "accepted"),
    [
        ("SAMPLING_INTERVAL_SECONDS", "0.49", "from 0.5 to 60"),
        ("SAMPLING_INTERVAL_SECONDS", "nan", "from 0.5 to 60"),
        ("SAMPLING_INTERVAL_SECONDS", "soon", "from 0.5 to 60"),
        ("PERF_EVENTS_ENABLED", "maybe", "on or off"),
        ("PERF_EVENTS_CPU_CORES", "3-1", "a list like 0-3,6"),
        ("PERF_EVENTS_INTERVAL_MS", "1.5", "milliseconds from 100 to 60000"),
        ("PERFWATCH_LOG_LEVEL", "loud", "one of debug, info"),
        ("DATABASE_URL", "mysql://there", "postgresql://"),
        ("DATABASE_URL", "postgresql://there:http/db", "user@host:5432/name"),
        ("DATABASE_URL", "postgresql://one:5432,other:0/db", "user@host:5432/name"),
        ("DATABASE_URL", "postgresql://there/my db", "user@host:5432/name"),
        ("PERFWATCH_DATA_DIR", __file__, "a directory that"),
        ("PERFWATCH_DATA_DIR", f"{__file__}/below", "a directory that"),
    ],
)
def test_a_bad_value_names_setting_value_and_what_is_accepted(
    tmp_path: Path, env: str, value: str, accepted: str
) -> None:
    with pytest.raises(BadSetting) as raised:
        load({}, {env: value}, tmp_path)
    assert env in str(raised.value)
    assert repr(value) in str(raised.value)
    assert accepted in str(raised.value)


def test_a_bad_address_is_shown_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as raised:
        load({}, {"DATABASE_URL": "mysql://me:s3cret@there/db"}, tmp_path)
    assert "s3cret" not in str(raised.value)
    assert "mysql://me@there/db" in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgres:///db?host=/run/postgresql",
        "postgresql+psycopg://me:what?@[::1]:5432/db?sslmode=require",
        "postgresql://me@one:5432,other,[fe80::1]/db",
        "postgresql://localhost?user=me",
    ],
)
def test_addresses_that_libpq_takes_are_accepted(tmp_path: Path, url: str) -> None:
    assert nothing(tmp_path, database_url=url).database_url == url


def test_a_dotenv_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    with pytest.raises(BadSetting, match=r"/\.env cannot be read \(it is no text in UTF-8\); it takes"):
        nothing(tmp_path)


def test_in_a_directory_that_is_gone_there_is_no_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert load({}, {}).interval == 5.0


def test_a_stored_value_that_is_not_accepted_is_left_aside(tmp_path: Path) -> None:
    assert nothing(tmp_path).with_stored({"interval": "never", "perf_events": False}).interval == 5.0
    assert nothing(tmp_path).with_stored({"perf_events": False}).perf_events is False


def test_a_setting_that_is_not_live_is_never_taken_from_the_database(tmp_path: Path) -> None:
    assert nothing(tmp_path).with_stored({"database_url": "postgresql://x"}).database_url == ""


def test_data_directory_follows_xdg_and_ignores_a_relative_one() -> None:
    assert default_data_dir({"XDG_DATA_HOME": "/data"}) == Path("/data/perfwatch")
    assert default_data_dir({"XDG_DATA_HOME": "data"}) == Path.home() / ".local/share/perfwatch"


def test_every_setting_says_what_it_accepts_and_means() -> None:
    for name, setting in declared().items():
        assert setting.accepts.words, name
        assert setting.help, name
        assert setting.env == setting.env.upper()


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 50)), min_size=1))
def test_cpu_lists_in_the_kernels_notation_are_accepted(pairs: list[tuple[int, int]]) -> None:
    words = ",".join(f"{first}-{first + more}" if more else str(first) for first, more in pairs)
    assert CPU_LIST.parse(words) == words


@given(st.text(alphabet="0123456789,-x ", max_size=8))
def test_a_cpu_list_is_either_well_formed_or_refused(words: str) -> None:
    try:
        accepted = CPU_LIST.parse(words)
    except ValueError:
        return
    for part in accepted.split(","):
        assert part.replace("-", "", 1).isdecimal()


def test_a_type_list_is_put_in_order_and_strangers_are_refused() -> None:
    assert TYPE_LIST.parse(" pressure, cpu,cpu ") == "cpu,pressure"
    with pytest.raises(ValueError, match="gpu"):
        TYPE_LIST.parse("cpu,gpu")


def test_only_live_settings_change_while_running(tmp_path: Path) -> None:
    settings = nothing(tmp_path)
    assert changed(settings, "interval", "2").interval == 2
    with pytest.raises(BadSetting, match=r"takes a number of seconds from 0\.5 to 60"):
        changed(settings, "interval", "0")
    with pytest.raises(BadSetting, match="set PERFWATCH_DATA_DIR and start it again"):
        changed(settings, "data_dir", "/elsewhere")
