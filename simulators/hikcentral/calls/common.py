"""The product and its version (§3.1)."""

from typing import TYPE_CHECKING, Any

from simulators.hikcentral.registry import Call, endpoint

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator


@endpoint("common/v1/version", cached=True)
def version(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell what this is (L17888)."""
    return {"produceName": platform.plan.product, "softVersion": platform.plan.version}
