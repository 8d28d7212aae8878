"""The endpoints of logging in and out."""

from __future__ import annotations

from typing import Any

import msgspec

from perfwatch_net.accounts import Accounts, NotReady
from perfwatch_net.auth import TokenRefused
from perfwatch_net.endpoints import Access, Caller, Endpoints, NoParams


class Login(msgspec.Struct, forbid_unknown_fields=True):
    """A name and a password."""

    username: str
    password: str


class Token(msgspec.Struct, forbid_unknown_fields=True):
    """A token from an earlier login."""

    token: str


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    """The present password and the one to come."""

    old_password: str
    new_password: str


class AuthEndpoints:
    """Who asks, and with what right."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def declare(self, endpoints: Endpoints) -> None:
        """Add all of them."""
        endpoints.add("auth.login", Access.OPEN, Login, self.login)
        endpoints.add("auth.token", Access.OPEN, Token, self.token)
        endpoints.add("auth.me", Access.TOKEN, NoParams, self.me, "/api/auth/me")
        endpoints.add("auth.password", Access.TOKEN, NewPassword, self.password)
        endpoints.add("auth.logout", Access.TOKEN, NoParams, self.logout)
        endpoints.add("auth.sign_everyone_out", Access.FULL, NoParams, self.sign_everyone_out)

    async def login(self, caller: Caller, params: Login) -> dict[str, Any]:
        """Give a token for a name and password; the connection is logged in with it."""
        granted = await self._accounts.login(params.username, params.password, caller.address)
        self._sign_in(caller, granted["access_token"])
        return granted

    async def token(self, caller: Caller, params: Token) -> dict[str, Any]:
        """Log the connection in with a token from an earlier login."""
        if not self._accounts.ready:
            # a good token refused now would log out every page after a restart of the server
            raise NotReady("the database is not there yet, so nobody can be let in; try again soon")
        self._sign_in(caller, params.token)
        return await self.me(caller, NoParams())

    async def me(self, caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Say who is logged in."""
        if caller.identity is None:
            raise TokenRefused("log in first")
        account = self._accounts.account(caller.identity.username)
        return {
            "id": account.id,
            "username": account.username,
            "created_at": account.created_at,
            "last_login": account.last_login,
            "must_change_password": account.must_change,
        }

    async def password(self, caller: Caller, params: NewPassword) -> dict[str, Any]:
        """Change the password; every earlier token and every other connection ends, and a new token is given."""
        assert caller.identity is not None  # Access.TOKEN let the caller in
        name = caller.identity.username
        granted = await self._accounts.change_password(name, params.old_password, params.new_password, caller.address)
        self._sign_in(caller, granted["access_token"])
        return granted

    async def logout(self, caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Log the connection out; the token itself stays good until it expires or the password changes."""
        self._sign_in(caller, "")
        return {}

    async def sign_everyone_out(self, _caller: Caller, _params: NoParams) -> dict[str, Any]:
        """End every token and every connection, this one too."""
        await self._accounts.sign_everyone_out()
        return {}

    def _sign_in(self, caller: Caller, token: str) -> None:
        if token:
            caller.identity = self._accounts.check(token)
            caller.must_change = self._accounts.account(caller.identity.username).must_change
        else:
            caller.identity, caller.must_change = None, False
        if caller.signed_in is not None:
            caller.signed_in(token)
