"""The endpoints of the retention policy: what is kept, for how long, and how much that is."""

from __future__ import annotations

from typing import Any

import msgspec

from perfwatch_core.engine import Engine
from perfwatch_core.store.policy import BadPolicy, Retention
from perfwatch_net.asked import asked
from perfwatch_net.endpoints import Access, Caller, Endpoints, NoParams
from perfwatch_net.wire import INVALID_PARAMS, RpcError


class PolicyChange(msgspec.Struct, forbid_unknown_fields=True):
    """The parts of the policy to change; `size_limit_bytes` is null for no limit."""

    retention_days: int | msgspec.UnsetType = msgspec.UNSET
    archive_enabled: bool | msgspec.UnsetType = msgspec.UNSET
    downsample_after_days: int | msgspec.UnsetType = msgspec.UNSET
    downsample_interval: str | msgspec.UnsetType = msgspec.UNSET
    size_limit_bytes: int | msgspec.UnsetType | None = msgspec.UNSET


class RetentionEndpoints:
    """What the store keeps."""

    def __init__(self, engine: Engine) -> None:
        self._archive = engine.store.archive

    def declare(self, endpoints: Endpoints) -> None:
        """Add all of them."""
        endpoints.add("retention.get", Access.FULL, NoParams, self.get, "/api/retention")
        endpoints.add("retention.update", Access.FULL, PolicyChange, self.update)
        endpoints.add("retention.cleanup", Access.FULL, NoParams, self.cleanup)

    async def get(self, _caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Give the policy, the bytes that all history takes, and this machine's oldest and newest sample."""
        return _told(await asked(self._archive.retention()))

    async def update(self, _caller: Caller, change: PolicyChange) -> dict[str, Any]:
        """Change the policy, and give it as it is then; what does not fit it goes at the next round."""
        changes = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not msgspec.UNSET}
        try:
            answer = self._archive.set_policy(changes)
        except BadPolicy as bad:
            raise RpcError(INVALID_PARAMS, str(bad)) from None
        return _told(await asked(answer))

    async def cleanup(self, _caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Apply the policy now; says how many days were made coarser, how many went, and the bytes that are left."""
        kept = await asked(self._archive.clean())
        if kept is None:
            raise RpcError(INVALID_PARAMS, "the policy is switched off; set archive_enabled to true first")
        return {"downsampled_days": kept.downsampled, "dropped_days": kept.dropped, "size_bytes": kept.size}


def _told(retention: Retention) -> dict[str, Any]:
    policy = msgspec.to_builtins(retention.policy)
    return {
        **policy,
        "size_bytes": retention.size_bytes,
        "oldest": retention.oldest,
        "newest": retention.newest,
    }
