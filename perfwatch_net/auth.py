"""Who may ask: passwords by bcrypt, tokens by JWT, and the secret they are signed with."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import bcrypt
import jwt

TOKEN_SECONDS = 24 * 3600
SECRET_BYTES = 32
LONGEST_PASSWORD = 72  # bytes; bcrypt ignores what follows, so more is refused
SHORTEST_PASSWORD = 8  # characters; NIST SP 800-63B section 5.1.1.2
_NAME = "perfwatch"
_ALGORITHM = "HS256"
# Checked when the user does not exist, so that an unknown name takes as long as a wrong password.
NOBODY = "$2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZbmrXeWbEGBVm9LUxQ6SSIsoUEXpMq"


class PasswordRefused(ValueError):
    """A new password that cannot be taken; the message says why."""


class TokenRefused(Exception):
    """A token that is not valid (any more); the message says why without repeating the token."""


class SecretUnusable(Exception):
    """The signing secret cannot be used; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The holder of a valid token; `expires` is UTC seconds since 1970."""

    username: str
    expires: float


def new_password(password: str) -> str:
    """The bcrypt hash of a password that is accepted, about 0.2 s of CPU: never on an event loop."""
    size = len(_bytes(password))
    if size > LONGEST_PASSWORD:
        raise PasswordRefused(f"the password has {size} bytes; at most {LONGEST_PASSWORD} are accepted")
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordRefused(f"the password is too short; at least {SHORTEST_PASSWORD} characters are accepted")
    if "\0" in password:
        raise PasswordRefused("the password holds a NUL character, which is not accepted")
    return bcrypt.hashpw(_bytes(password), bcrypt.gensalt()).decode()


def password_fits(password: str, password_hash: str | None) -> bool:
    """Whether the password is the hashed one; None for a user who does not exist costs the same time."""
    given = _bytes(password)
    fits = len(given) <= LONGEST_PASSWORD and b"\0" not in given
    # the check runs whatever is known already: the answer's time must tell nothing
    matches = bcrypt.checkpw(given if fits else b"-", (password_hash or NOBODY).encode())
    return fits and matches and password_hash is not None


def _bytes(password: str) -> bytes:
    # JSON can carry half a surrogate pair, which plain UTF-8 refuses with an exception
    return password.encode("utf-8", "surrogatepass")


def signing_secret(directory: Path, given: str = "") -> bytes:
    """The secret from `JWT_SECRET`, else from a file made at the first start that only its owner can read.

    OSError where the file can neither be read nor made, as on a read-only file system.
    """
    if given:
        secret = given.encode()
        if len(secret) < SECRET_BYTES:
            said = f"JWT_SECRET has {len(secret)} bytes; it takes at least {SECRET_BYTES} (RFC 7518, 3.2)"
            raise SecretUnusable(said)
        return secret
    path = directory / "jwt-secret"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        kept = path.read_bytes()
    except FileNotFoundError:
        return _make_secret(path)
    if path.stat().st_mode & 0o077:
        raise SecretUnusable(
            f"{path} can be read by others; mend it with 'chmod 600 {path}', or remove it for a new one"
        )
    if len(kept) < SECRET_BYTES:
        raise SecretUnusable(f"{path} is cut short; remove it and a new secret is made at the next start")
    return kept


def _make_secret(path: Path) -> bytes:
    """Write a new secret; two processes at once end with the same one."""
    # mkstemp makes it mode 0600 under a name of its own; the link then settles who was first
    fd, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(fd, "wb") as file:
        file.write(secrets.token_bytes(SECRET_BYTES))
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    Path(draft).unlink()
    return path.read_bytes()


class Tokens:
    """Makes and checks tokens. Each is bound to its user's password hash: a new password ends it."""

    def __init__(self, secret: bytes, wall: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._wall = wall

    def issue(self, username: str, password_hash: str, epoch: int = 0) -> str:
        """A token good for `TOKEN_SECONDS`; `epoch` counts how often everyone was signed out."""
        now = int(self._wall())
        claims = {
            "iss": _NAME,
            "aud": _NAME,
            "sub": username,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "pwd": self._mark(password_hash, epoch),
        }
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    def check(self, token: str, hash_of: Callable[[str], str | None], epoch: int = 0) -> Identity:
        """Who holds the token; `hash_of` gives the present password hash of a user, None for nobody."""
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=_NAME,
                issuer=_NAME,
                options={
                    "require": ["exp", "iat", "iss", "aud", "sub", "pwd"],
                    # both are checked below against the injected clock
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            username, expires, mark = str(claims["sub"]), float(claims["exp"]), str(claims["pwd"])
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise TokenRefused("the token is not valid; log in again") from error
        now = self._wall()
        if expires <= now:
            raise TokenRefused("the token has expired; log in again")
        # a clock set back by an hour signs nobody out; one that was years ahead made a token for years
        if expires > now + 2 * TOKEN_SECONDS:
            raise TokenRefused("the token was made when the clock was far ahead; log in again")
        password_hash = hash_of(username)
        if password_hash is None or not hmac.compare_digest(mark, self._mark(password_hash, epoch)):
            raise TokenRefused("the password was changed or everyone was signed out; log in again")
        return Identity(username, expires)

    def _mark(self, password_hash: str, epoch: int) -> str:
        """Says which password a token was made under without telling anything of it."""
        return hmac.new(self._secret, f"{epoch}:{password_hash}".encode(), hashlib.sha256).hexdigest()[:32]
