"""Which machine this is, without giving away the identity it keeps for itself."""

from __future__ import annotations

import hashlib
import hmac
import socket
import uuid
from dataclasses import dataclass
from pathlib import Path

# machine-id(5): never to be shown; an application derives its own with a keyed hash,
# as sd_id128_get_machine_app_specific does
_APPLICATION = uuid.UUID("6f0d6e0c-52b7-4d7e-9a55-3c1b8f6e7a21").bytes


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine among those that share a database: `key` is 32 hex digits, `name` is for people."""

    key: str
    name: str


def this_machine(root: Path = Path("/")) -> Machine:
    """Name this machine by /etc/machine-id; where there is none by D-Bus' copy or the host name."""
    name = socket.gethostname() or "localhost"
    for path in ("etc/machine-id", "var/lib/dbus/machine-id"):
        try:
            own = (root / path).read_text().strip()
        except OSError:
            continue
        if len(own) == 32:
            break
    else:
        own = name
    return Machine(hmac.new(_APPLICATION, own.encode(), hashlib.sha256).hexdigest()[:32], name)
