"""A page and a JSON interface to make things happen by hand on simulated systems.

`GET /` is the page. `GET /api` lists members with their actions; `POST /api/<member>/<action>` with a JSON object of
fields carries one out: 404 for an unknown member or action, 400 with a reason for a wrong field.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Protocol, Self

from aiohttp import web

BODY_LIMIT = 64 * 1024


class UnknownValueError(ValueError):
    """A field was missing or had a value the action does not take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that can be done to a member: `fields` names each field with the values it takes."""

    name: str
    title: str
    run: Callable[[Mapping[str, str]], Awaitable[None] | None]
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def check(self, given: object) -> Mapping[str, str]:
        """Return the fields as text. Raises UnknownValueError naming the one that is wrong."""
        if not isinstance(given, dict):
            raise UnknownValueError("the body is no JSON object")
        if surplus := set(given) - set(self.fields):
            raise UnknownValueError(f"{self.name} has no field {min(surplus)}")
        for name, values in self.fields.items():
            if str(given.get(name)) not in values:
                raise UnknownValueError(f"{name} is one of {', '.join(values)}")
        return {name: str(value) for name, value in given.items()}


class Member(Protocol):
    """A simulated device or platform, running."""

    name: str
    system: str
    profile: str

    @property
    def login(self) -> Mapping[str, str | bool]:
        """What a user would type to add it."""

    @property
    def actions(self) -> Sequence[Action]:
        """What can be done to it by hand."""

    async def start(self) -> None:
        """Bind and live."""

    async def stop(self) -> None:
        """End everything it started."""


class ControlServer:
    """Serves the page and the interface for some members."""

    def __init__(self, members: Sequence[Member], *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Port 0 takes a free one."""
        self.members = {member.name: member for member in members}
        self.host = host
        self.port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://{self.host}:{self.port}"

    async def start(self) -> None:
        """Bind."""
        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_get("/", self._page)
        app.router.add_get("/api", self._list)
        app.router.add_post("/api/{member}/{action}", self._act)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Give the port back."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Stop."""
        await self.stop()

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response([describe(member) for member in self.members.values()])

    async def _act(self, request: web.Request) -> web.Response:
        member = self.members.get(request.match_info["member"])
        wanted = request.match_info["action"]
        action = next((a for a in member.actions if a.name == wanted), None) if member else None
        if action is None:
            return web.json_response({"error": "no such member or action"}, status=404)
        try:
            result = action.run(action.check(await request.json()))
            if result is not None:
                await result
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"done": wanted})

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(text=page(list(self.members.values())), content_type="text/html")


def describe(member: Member) -> dict[str, object]:
    """Tell what a member is, how to log in, and what can be done to it."""
    return {
        "name": member.name,
        "system": member.system,
        "profile": member.profile,
        **member.login,
        "actions": [{"name": a.name, "title": a.title, "fields": dict(a.fields)} for a in member.actions],
    }


def page(members: Sequence[Member]) -> str:
    """Return the page: a box for each member, a row for each action."""
    return PAGE.replace("@members@", "".join(map(_box, members)))


def _box(member: Member) -> str:
    rows = "".join(_row(member, action) for action in member.actions)
    title, profile = escape(member.name), escape(f"{member.system} · {member.profile}")
    return f"<section><h2>{title}</h2><p>{profile}</p>{rows}</section>"


def _row(member: Member, action: Action) -> str:
    choices = "".join(
        f"<select name='{escape(name)}'>{''.join(f'<option>{escape(value)}</option>' for value in values)}</select>"
        for name, values in action.fields.items()
    )
    path = escape(f"/api/{member.name}/{action.name}")
    return f"<form data-path='{path}'><button>{escape(action.title)}</button>{choices}<output></output></form>"


PAGE = """<!doctype html><meta charset="utf-8"><title>Simulated systems</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; background: #f4f5f7; color: #1c2430 }
main { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(26rem, 1fr)) }
section { background: #fff; border-radius: 12px; padding: 1rem 1.25rem; box-shadow: 0 1px 3px #0002 }
h2 { margin: 0 } p { margin: 0 0 .5rem; color: #667 }
form { display: flex; gap: .4rem; align-items: center; margin: .3rem 0; flex-wrap: wrap }
button { border: 0; border-radius: 8px; background: #2456a6; color: #fff; padding: .35rem .7rem; cursor: pointer }
select { border: 1px solid #ccd; border-radius: 8px; padding: .3rem } output { color: #387a3c }
</style><h1>Simulated systems</h1><main>@members@</main>
<script>
for (const form of document.forms) form.onsubmit = async event => {
  event.preventDefault();
  const fields = JSON.stringify(Object.fromEntries(new FormData(form)));
  const answer = await (await fetch(form.dataset.path, {method: "POST", body: fields})).json();
  const told = form.querySelector("output");
  told.textContent = answer.error ?? "done";
  setTimeout(() => told.textContent = "", 1500);
};
</script>"""
