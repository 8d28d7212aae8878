"""A machine larger than most as files: 512 processors, 2,000 interfaces, 500 disks, and names made to do harm."""

from __future__ import annotations

from collections.abc import Sequence

from tests.machines.files import Files

CORES, INTERFACES, DISKS = 512, 2000, 500
SECONDS = 5


def interface_names() -> list[str]:
    """As a host of containers has them."""
    return [f"veth{number:07x}" for number in range(INTERFACES)]


def disk_names() -> list[str]:
    """As a storage server has them."""
    return [f"nvme{number}n1" for number in range(DISKS)]


def at_step(step: int, interfaces: Sequence[str], disks: Sequence[str]) -> Files:
    """What moves: the bytes of the n-th interface by n + 1 hundreds a second, the n-th disk's as much."""
    t = step * SECONDS
    cores = "".join(f"cpu{core} {core % 50 * t} 0 {40 * t} {50 * t} 0 0 0 0 0 0\n" for core in range(CORES))
    dev = "".join(
        f"{name}: {100 * (place + 1) * t} {t} 0 0 0 0 0 0 {50 * (place + 1) * t} {t} 0 0 0 0 0 0\n"
        for place, name in enumerate(interfaces)
    )
    disk = "".join(
        f" 259 {place} {name} {t} 0 {10 * (place + 1) * t} {t} {t} 0 {t} {t} 0 {t} {t}\n"
        for place, name in enumerate(disks)
    )
    return {
        "proc/stat": f"cpu  {50 * t} 0 {40 * t} {90 * t} 0 0 0 0 0 0\n{cores}intr {900 * t} 1 2\nctxt {800 * t}\n",
        "proc/net/dev": f"Inter-| Receive\n face |bytes\n    lo: {t} 0 0 0 0 0 0 0 {t} 0 0 0 0 0 0 0\n{dev}",
        "proc/diskstats": disk,
    }


def composed(interfaces: Sequence[str], disks: Sequence[str], mounts: Sequence[str], sensors: Sequence[str]) -> Files:
    """What rests; with `at_step` it is a whole machine."""
    points = "".join(f"{n} 1 8:{n} / {escaped(point)} rw - ext4 /dev/sd{n} rw\n" for n, point in enumerate(mounts))
    files: Files = {
        "proc/loadavg": "311.25 305.10 299.00 70/9012 991200\n",
        "proc/meminfo": "MemTotal: 1056000000 kB\nMemFree: 7 kB\nMemAvailable: 600000000 kB\nBuffers: 1 kB\n"
        "Cached: 1 kB\nSReclaimable: 1 kB\nShmem: 1 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n",
        "proc/vmstat": "pgpgin 1\npgpgout 1\npswpin 0\npswpout 0\npgfault 1\npgmajfault 1\n",
        "proc/filesystems": "nodev\tproc\n\text4\n",
        "proc/self/mountinfo": points,
        "proc/net/tcp": "  sl  local_address\n",
        "proc/net/sockstat": "TCP: inuse 1\nUDP: inuse 31 mem 2\n",
        "proc/pressure/cpu": "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n",
        # a line for each, so only names without a new line have their size
        "statvfs": "".join(f"{point}\t4096\t4096\t1000\t500\t400\t0\t0\t0\t0\t255\n" for point in mounts),
    }
    for name in interfaces:
        files[f"sys/class/net/{name}/operstate"] = "up\n"
        files[f"sys/class/net/{name}/speed"] = "10000\n"
    for name in disks:
        files[f"sys/block/{name.replace('/', '!')}/size"] = "1000000\n"
    for core in range(CORES):
        files[f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq"] = f"{2_000_000 + 1000 * core}\n"
    for number, name in enumerate(sensors):
        files[f"sys/class/hwmon/hwmon{number}/name"] = f"{name}\n"
        files[f"sys/class/hwmon/hwmon{number}/temp1_input"] = "41000\n"
    return files


def escaped(path: str) -> str:
    """As the kernel writes it in its lists (fs/proc_namespace.c)."""
    return "".join(f"\\{ord(char):03o}" if char in " \t\n\\#" else char for char in path)
