"""Lookups of visitors and their groups, wrapped as nowhere else (hikcentral §3.17, T28)."""

from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import LARGEST_PAGE, PAGE, Call, Refuse, endpoint, number, text
from simulators.hikcentral.shaping import renamed

from .checks import NO_SUCH, contains, inner, nested, whole, words
from .visitors import Visitor, visitor_row, visitor_sample

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

ANY = -1
CUSTOM_FIELDS = (
    {
        "indexCode": 1,
        "customFieldType": 3,
        "customFieldName": "Badge colour",
        "PresetValueList": {"PresetValue": [{"indexCode": 1, "value": "red"}, {"indexCode": 2, "value": "green"}]},
    },
)


def _list_sample(data: Any) -> Any:
    return {**data, "list": [visitor_sample(row) for row in data["list"]]}


@endpoint(
    "visitor/v1/visitor/visitorInfo",
    *PAGE,
    nested(
        "searchCriteria",
        words("visitorGroupID", longest=64),
        text("identifiyCode", longest=64),
        text("personName", longest=128),
        text("phoneNum", longest=128),
        text("companyName", longest=128),
        text("identificationType", longest=128),
    ),
    named=False,
    sample=_list_sample,
    since=(2, 2, 0),
)
def search(platform: HikCentralSimulator, call: Call) -> Any:
    """Visitors by group, name, phone, company or document."""
    asked = inner(call, "searchCriteria")
    groups, kind = asked.words("visitorGroupID"), asked.text("identificationType")
    found = [
        visitor
        for visitor in platform.state.visitors.values()
        if (not groups or visitor.group in groups)
        and (not kind or kind == str(visitor.certificate_type))
        and _fits(asked, visitor)
    ]
    return paged(platform, call, found, visitor_row)


def _fits(asked: Call, visitor: Visitor) -> bool:
    """Tell whether a visitor has the name, phone, company and document number that are asked for."""
    return (
        contains(asked.text("personName"), visitor.name)
        and contains(asked.text("phoneNum"), visitor.phone)
        and contains(asked.text("companyName"), visitor.company)
        and contains(asked.text("identifiyCode"), visitor.certificate)
    )


@endpoint(
    "visitor/v1/visitor/single/visitorinfo",
    text("visitorId", required=True, longest=64),
    named=False,
    sample=visitor_sample,
    since=(2, 2, 0),
)
def info(platform: HikCentralSimulator, call: Call) -> Any:
    """One visitor."""
    visitor = platform.state.visitors.get(call.text("visitorId"))
    if visitor is None:
        raise Refuse(NO_SUCH)
    return visitor_row(visitor)


@endpoint(
    "visitor/v1/visitorgroups",
    nested("SearchCriteria", text("visitorGroupName", longest=128)),
    text("visitorGroupName", longest=128),
    sample=renamed(indexCode=" indexCode"),
    since=(2, 2, 0),
)
def groups(platform: HikCentralSimulator, call: Call) -> Any:
    """Groups of visitors by name; the sample wraps the condition."""
    name = inner(call, "SearchCriteria").text("visitorGroupName") or call.text("visitorGroupName")
    rows = [
        {"indexCode": group.id, "baseInfo": {"name": group.name}}
        for group in platform.state.visitor_groups.values()
        if contains(name, group.name)
    ]
    return {"VisitorGroupList": {"VisitorGroup": rows}}


CONDITIONS = (
    text("identifiyCode", longest=128),
    text("personName", longest=128),
    text("phoneNum", longest=128),
    text("companyName", longest=128),
    number("temperatureStatus", among=(ANY, 0, 1, 2)),
    number("remperatureStatus", among=(ANY, 0, 1, 2)),
    number("blackLisitStatus", among=(ANY, 0, 1)),
)
PAGE_FROM_ZERO = (number("pageIndex", 0), number("pageSize", 0, LARGEST_PAGE))
"""The sample asks for page 0 of size 0."""


@endpoint(
    "visitor/v1/visitorgroups/groupinfo",
    nested(
        "VisitorListRequest",
        text("indexCode", required=True, longest=32),
        *PAGE_FROM_ZERO,
        nested("searchCriteria", *CONDITIONS),
        required=True,
    ),
    sample=renamed(pageIndex="pageIndex "),
    since=(2, 2, 0),
)
def group_info(platform: HikCentralSimulator, call: Call) -> Any:
    """Visitors of a group. Temperatures: 0 exception, 1 normal, 2 unknown (T15); nobody has been measured."""
    request = inner(call, "VisitorListRequest")
    asked = inner(request, "searchCriteria")
    if request.text("indexCode") not in platform.state.visitor_groups:
        raise Refuse(NO_SUCH)
    warm = whole(asked, "temperatureStatus", ANY)
    found = [
        visitor
        for visitor in platform.state.visitors.values()
        if visitor.group == request.text("indexCode")
        and warm in (ANY, 2)
        and whole(asked, "blackLisitStatus", ANY) in (ANY, 0)
        and _fits(asked, visitor)
    ]

    def row(visitor: Visitor) -> dict[str, Any]:
        return {"ID": int(visitor.id), "BaseInfo": {"fullName": visitor.name}}

    answer = paged(platform, request, found, row, index="pageIndex")
    answer["VisitorList"] = {"Visitor": answer.pop("list")}
    return answer


@endpoint(
    "visitor/v1/visitorconfig/customfields",
    *PAGE_FROM_ZERO,
    text("customFieldName"),
    since=(2, 2, 0),
)
def custom_fields(platform: HikCentralSimulator, call: Call) -> Any:
    """Fields that visitors have on this platform; the total is `TotalNum`."""
    found = [row for row in CUSTOM_FIELDS if contains(call.text("customFieldName"), str(row["customFieldName"]))]
    answer = paged(platform, call, found, lambda row: row, index="pageIndex")
    return {
        "CustomFieldList": {
            "TotalNum": answer["total"],
            "pageIndex": answer["pageIndex"],
            "pageSize": answer["pageSize"],
            "CustomField": answer["list"],
        }
    }
