"""Composes a server as files: 128 processors, 30 interfaces, many disks with dm, md and multipath above them."""

from __future__ import annotations

from collections.abc import Iterable

from tests.machines.files import Files

CORES = 128
INTERFACES = [*(f"eno{n}" for n in range(1, 5)), "bond0", *(f"veth{n:04x}" for n in range(25))]
DISKS = [*(f"sd{chr(97 + n)}" for n in range(16)), "nvme0n1", "nvme1n1"]
# device above: the devices it stands on
ABOVE = {"dm-0": ["sda", "sdb"], "dm-1": ["dm-0"], "md0": ["nvme0n1", "nvme1n1"]}
SECONDS = 5
_ODD = "  sl  local_address rem_address   st\n"


def moment(late: bool) -> Files:
    """The machine at the first moment, or 5 s later."""
    t = SECONDS if late else 0
    return {
        "proc/stat": _stat(t),
        "proc/loadavg": f"{61 + t}.25 60.10 58.44 70/4012 991200\n",
        "proc/meminfo": _meminfo(t),
        "proc/vmstat": f"nr_free_pages 7\npgpgin {10**9 + 2048 * t}\npgpgout {2 * 10**9 + 4096 * t}\npswpin 0\n"
        f"pswpout 0\npgfault {7 * 10**10 + 10**5 * t}\npgmajfault {90210 + 2 * t}\n",
        "proc/diskstats": _diskstats(t),
        "proc/filesystems": "nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\nnodev\tnfs4\n\txfs\n\text4\n",
        "proc/self/mountinfo": _mounts(),
        "statvfs": "\n".join(f"{point}\t4096\t4096\t1000\t{free}\t{free}\t0\t0\t0\t0\t255" for point, free in _SPACE),
        "proc/net/dev": _dev(t),
        "proc/net/tcp": _ODD + _sockets("01", 900) + _sockets("06", 40) + _sockets("08", 3) + _sockets("0A", 22),
        "proc/net/tcp6": _ODD + _sockets("01", 100) + _sockets("0A", 8),
        "proc/net/sockstat": "UDP: inuse 31 mem 2\n",
        "proc/net/sockstat6": "UDP6: inuse 9\n",
        **_sensors(t),
        **_links(),
        **_blocks(),
        **{
            f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq": f"{2_000_000 + 10_000 * core}\n"
            for core in range(CORES)
        },
    }


_SPACE = (("/", 500), ("/srv/data", 100), ("/mnt/nfs share", 900))


def _stat(t: int) -> str:
    # the first node works, the second rests
    rows = [
        [5000 + (90 if core < 64 else 10) * t, 0, 900, 8000 + (10 if core < 64 else 90) * t] for core in range(CORES)
    ]
    whole = " ".join(str(sum(column)) for column in zip(*rows, strict=True))
    lines = "".join(f"cpu{core} {' '.join(map(str, row))} 0 0 0 0 0 0\n" for core, row in enumerate(rows))
    return f"cpu  {whole} 0 0 0 0 0 0\n{lines}intr {10**10 + 250_000 * t} 0\nctxt {10**11 + 900_000 * t}\nbtime 1\n"


def _meminfo(t: int) -> str:
    numbers = {
        "MemTotal": 1_056_000_000, "MemFree": 200_000_000 - t, "MemAvailable": 600_000_000 - t, "Buffers": 1000,
        "Cached": 390_000_000, "Shmem": 5000, "SReclaimable": 9_000_000, "SwapTotal": 0, "SwapFree": 0,
    }  # fmt: skip
    pages = "HugePages_Total:   65536\nHugePages_Free:    1024\nHugePages_Rsvd:      12\n"
    return "".join(f"{name}: {number} kB\n" for name, number in numbers.items()) + pages


def _diskstats(t: int) -> str:
    names = [*DISKS, *(f"{name}1" for name in DISKS if name.startswith("sd")), *ABOVE, "loop0"]
    if t:
        # pulled between the two moments
        names.remove("sdp")
    rows = []
    for number, name in enumerate(names):
        milliseconds = 9000 + 10 * t if name != "sdc" else (2**32 - 5 + 10 * t) % 2**32
        rows.append(
            f"8 {number} {name} {1000 + 20 * t} 0 {8000 + 160 * t} {milliseconds} {500 + 10 * t} 0 {4000 + 80 * t} "
            f"{700 + 5 * t} 0 {600 + 100 * t} {1600 + 150 * t} 0 0 0 0 0 0\n"
        )
    return "".join(rows)


def _dev(t: int) -> str:
    head = "Inter-|   Receive |  Transmit\n face |bytes packets errs drop |bytes packets\n"
    # brought up between the two moments
    names = ["lo", *INTERFACES, *(["veth9999"] if t else [])]
    rows = []
    for name in names:
        # taken down and up again between the two moments
        since = 10 if t and name == "veth0000" else 10**6
        rows.append(
            f"{name}: {since + 1000 * t} {since + 10 * t} 1 2 0 0 0 0 {since + 500 * t} {since + 5 * t} 3 4 0 0 0 0\n"
        )
    return head + "".join(rows)


def _links() -> Files:
    files = {}
    for name in (*INTERFACES, "veth9999"):
        files[f"sys/class/net/{name}/operstate"] = "up\n"
        files[f"sys/class/net/{name}/speed"] = "25000\n" if name.startswith("eno") else "10000\n"
    return files


def _sockets(state: str, count: int) -> str:
    return "".join(f"{n}: 0100007F:1F90 0100007F:C3D2 {state} 0:0\n" for n in range(count))


def _sensors(t: int) -> Files:
    files = {}
    for package in (0, 1):
        folder = f"sys/class/hwmon/hwmon{package}"
        files[f"{folder}/name"] = "coretemp\n"
        files[f"{folder}/temp1_label"] = f"Package id {package}\n"
        files[f"{folder}/temp1_input"] = f"{60_000 + 1000 * t}\n"
        # both packages have a core of this name
        files[f"{folder}/temp2_label"] = "Core 0\n"
        files[f"{folder}/temp2_input"] = f"{58_000 + 1000 * package}\n"
    return files


def _blocks() -> Files:
    def slaves(name: str, below: Iterable[str]) -> Files:
        return {f"sys/block/{name}/slaves/{one}": "" for one in below}

    files = {f"sys/block/{name}/size": "7814037168\n" for name in (*DISKS, *ABOVE, "loop0")}
    for name, below in ABOVE.items():
        files.update(slaves(name, below))
    return files


def _mounts() -> str:
    return (
        "20 1 253:1 / / rw - xfs /dev/mapper/mpatha-root rw\n"
        "21 20 0:5 / /proc rw - proc proc rw\n"
        "22 20 9:0 / /srv/data rw - ext4 /dev/md0 rw\n"
        "23 20 9:0 /exports /srv/exports rw - ext4 /dev/md0 rw\n"
        "24 20 0:44 / /mnt/nfs\\040share rw - nfs4 filer:/vol rw\n"
        "25 20 0:90 / /var/lib/containers/merged rw - overlay overlay rw\n"
    )
