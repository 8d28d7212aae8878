"""Logs in as a browser would."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request

# A password costs 0.2 s of processor: on a machine at load 60 that takes some time.
ANSWERED = 60.0


def token(url: str, password: str, patience: float = 30.0) -> str:
    """A token of user `admin`, as soon as there is that user."""
    word = base64.b64encode(f"admin:{password}".encode()).decode()
    wish = urllib.request.Request(f"{url}/api/auth/login", method="POST", headers={"Authorization": f"Basic {word}"})
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(wish, timeout=ANSWERED) as answer:
                return str(json.load(answer)["access_token"])
        except urllib.error.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
