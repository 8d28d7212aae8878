"""A process that packs one machine's hours until it is killed: PARAMS (JSON) MACHINE NOW on its command line."""

from __future__ import annotations

import json
import sys
from datetime import datetime

from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.packer import pack

if __name__ == "__main__":
    with Link.open(json.loads(sys.argv[1]), Halt()) as link:
        print("ready", flush=True)
        pack(link, int(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
        print("done", flush=True)
