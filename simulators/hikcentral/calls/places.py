"""Sites and areas (§3.1)."""

from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import LARGEST_PAGE, PAGE, Call, Refuse, endpoint, number, text
from simulators.hikcentral.state import NO_PARENT, Region, Site

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

CURRENT_SITE = "0"
SITE = text("siteIndexCode", longest=64)


def site_of(platform: HikCentralSimulator, call: Call) -> str:
    """Return the site asked for, the current one unless named. Raises Refuse for one that does not exist."""
    site = call.text("siteIndexCode") or CURRENT_SITE
    if site not in platform.state.sites:
        raise Refuse("0x00072202", f"site {site} does not exist")
    return site


def _site(site: Site) -> dict[str, Any]:
    return {
        "siteIndexCode": site.id,
        "siteName": site.name,
        "siteIp": site.ip,
        "sitePort": site.port,
        "description": site.description,
    }


def _region(region: Region) -> dict[str, Any]:
    return {
        "indexCode": region.id,
        "name": region.name,
        "parentIndexCode": region.parent,
        "siteIndexCode": region.site,
    }


@endpoint(
    "resource/v1/site/siteList", number("pageNo", 1, 2147483647), number("pageSize", 1, LARGEST_PAGE), cached=True
)
def sites(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the sites, the current one too (L3469)."""
    return paged(platform, call, list(platform.state.sites.values()), _site)


@endpoint("resource/v1/regions", *PAGE, SITE, cached=True)
def regions(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List all areas of one site (L3624)."""
    site = site_of(platform, call)
    rows = [region for region in platform.state.regions.values() if region.site == site]
    return paged(platform, call, rows, _region)


@endpoint("resource/v1/regions/subRegions", text("parentIndexCode", longest=64), SITE, cached=True)
def children(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the areas right below one, the roots unless it is named; without pages (L3824)."""
    site, parent = site_of(platform, call), call.text("parentIndexCode")
    if parent in ("", "0", NO_PARENT):
        parent = NO_PARENT
    elif (site, parent) not in platform.state.regions:
        raise Refuse("0x00072202", f"area {parent} does not exist")
    found = [region for region in platform.state.regions.values() if (region.site, region.parent) == (site, parent)]
    return {"list": [_region(region) for region in found]}


@endpoint("resource/v1/region/indexCode/regionInfo", text("regionIndexCode", required=True, longest=64), SITE)
def region(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell one area of a site (L3559)."""
    found = platform.state.regions.get((site_of(platform, call), call.text("regionIndexCode")))
    if found is None:
        raise Refuse("0x00072202")
    return _region(found)
