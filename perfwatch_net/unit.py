"""`perfwatch install-service` and `uninstall-service`: a systemd unit for `--serve`, shut off from all else."""

from __future__ import annotations

import contextlib
import os
import pwd
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

NAME = "perfwatch.service"

# systemd.exec(5). What is left open: the data directory, the runtime directory, the sockets of browsers and of the
# database, netlink to count connections, perf_event_open, and chown, which initdb asks for. Everything in /proc and
# /sys can be read, not written.
_HARDENED = """NoNewPrivileges=yes
UMask=0077
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={data_dir} {runtime}
PrivateTmp=yes
PrivateDevices=yes
PrivateMounts=yes
DevicePolicy=closed
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service perf_event_open
SystemCallFilter=~@privileged
SystemCallFilter=@chown
SystemCallErrorNumber=EPERM"""

_UNIT = """# Written by 'perfwatch {command}'; docs/service.md explains each line.
[Unit]
Description=PerfWatch: keeps what this machine does, and shows it to browsers
Documentation=man:perfwatch(1)
{after}
[Service]
Type=exec
ExecStart={start} --serve
# its private PostgreSQL ends after it and by itself
KillMode=mixed
ExecStopPost=-flock --timeout 10 {server} true
TimeoutStopSec=20
Restart=on-failure
RestartSec=10
# a share of the processors of its own, whatever runs beside it: samples come in time on a busy machine
CPUWeight=200
{identity}
{hardened}

[Install]
WantedBy={target}
"""


def directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Where a user's own units lie (systemd.unit(5))."""
    base = environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".config") / "systemd/user"


def quoted(word: str) -> str:
    """One word of a unit's command line (systemd.service(5), "Command lines")."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if any(letter in escaped for letter in " \t;'\"\\") else escaped


def user_unit(words: Sequence[str], data_dir: Path) -> str:
    """A unit of the user's own manager.

    It cannot raise capabilities, so hardware counters are those that kernel.perf_event_paranoid allows; nor a priority.
    """
    return _unit(
        words, data_dir, command="install-service", after="", runtime="%t", target="default.target",
        # what a user's manager needs to be allowed the rest: a user namespace
        identity="PrivateUsers=yes\nCapabilityBoundingSet=",
    )  # fmt: skip


def system_unit(words: Sequence[str], data_dir: Path, user: str) -> str:
    """A unit of the system's manager that runs as `user`, with a raised priority and CAP_PERFMON, to count events."""
    identity = f"User={user}\nRuntimeDirectory=perfwatch\nEnvironment=XDG_RUNTIME_DIR=%t/perfwatch"
    capability = "Nice=-10\nCapabilityBoundingSet=CAP_PERFMON\nAmbientCapabilities=CAP_PERFMON"
    return _unit(
        words, data_dir, command="install-service --system", after="After=network.target\n", runtime="%t/perfwatch",
        target="multi-user.target", identity=f"{identity}\n{capability}\nProtectProc=invisible\nRemoveIPC=yes",
    )  # fmt: skip


def _unit(words: Sequence[str], data_dir: Path, **parts: str) -> str:
    place = quoted(str(data_dir))
    start = " ".join(map(quoted, [*words, "--data-dir", str(data_dir)]))
    server = quoted(str(data_dir / "postgresql/server.lock"))
    hardened = _HARDENED.format(data_dir=place, runtime=parts.pop("runtime"))
    return _UNIT.format(start=start, server=server, hardened=hardened, **parts)


def install(words: Sequence[str], data_dir: Path, system: bool) -> int:
    """Write the user's unit and say what starts it, or print the system's; 1 with a sentence where that fails."""
    if system:
        print(system_unit(words, data_dir, pwd.getpwuid(os.getuid()).pw_name), end="")
        return 0
    path = directory() / NAME
    try:
        # it may write nowhere else, and systemd wants the directory to be there
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(user_unit(words, data_dir))
    except OSError as error:
        print(f"perfwatch: {error.filename} cannot be written ({error.strerror}); make it writable", file=sys.stderr)
        return 1
    print(f"wrote {path}")
    print("start it, now and at each login:  systemctl --user enable --now perfwatch")
    print("and also while you are logged out: loginctl enable-linger")
    print("what it says, the first password: journalctl --user -u perfwatch")
    return 0


def uninstall(data_dir: Path) -> int:
    """Remove the user's unit and the directories that are empty then; the data stays."""
    path = directory() / NAME
    links = list(directory().glob(f"*.wants/{NAME}"))
    if not path.exists() and not links:
        print(f"there is no {path}")
        return 0
    for found in (*links, path):
        found.unlink(missing_ok=True)
        print(f"removed {found}")
    with contextlib.suppress(OSError):
        data_dir.rmdir()
    for folder in (*(link.parent for link in links), directory(), directory().parent):
        with contextlib.suppress(OSError):
            folder.rmdir()
    print("if it runs, end it with: systemctl --user daemon-reload && systemctl --user stop perfwatch")
    return 0
