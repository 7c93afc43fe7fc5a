"""The access token in time that tests own (ivm §1.3)."""

import asyncio
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    ConnectionFailedError,
    CredentialsBlockedError,
    ProtocolError,
)
from custom_components.hikvision_ivm.systems.ivm.token import TokenManager
from custom_components.hikvision_ivm.systems.transport.json import Fields
from tests.systems.transport.clock import Clock

DAY = 86_400.0


class Cloud:
    """Gives tokens. `lives`: what is said of their rest of life, one after the other; the last one again and again."""

    def __init__(self, *lives: Any) -> None:
        """Begin with the first."""
        self.lives = list(lives)
        self.asked: list[bool] = []
        self.wait: asyncio.Event | None = None
        self.error: Exception | None = None
        self.same = False

    async def fetch(self, renew: bool) -> Fields:
        """Give a token."""
        self.asked.append(renew)
        if self.wait is not None:
            await self.wait.wait()
        if self.error is not None:
            raise self.error
        life = self.lives.pop(0) if len(self.lives) > 1 else self.lives[0]
        name = "same" if self.same else f"token {len(self.asked)}"
        return Fields({"access_token": name, **({} if life is None else {"expire_time": life})})


async def test_one_request_in_a_day() -> None:
    """However many ask, and however often."""
    clock = Clock()
    cloud = Cloud("604800")
    tokens = TokenManager(clock.runtime, cloud.fetch)
    for _ in range(24):
        found = await asyncio.gather(*(tokens.get() for _ in range(50)))
        assert set(found) == {"token 1"}
        clock.passes(3600)
    assert cloud.asked == [False]


async def test_renewed_ahead_of_its_end() -> None:
    """Within the last two days; if that brings no other one, it is tried again hours later."""
    clock = Clock()
    cloud = Cloud("604800", "172000", "604800")
    tokens = TokenManager(clock.runtime, cloud.fetch)
    await tokens.get()
    clock.passes(4.9 * DAY)
    assert await tokens.get() == "token 1"
    clock.passes(0.2 * DAY)
    assert await tokens.get() == "token 2"
    assert cloud.asked == [False, True]
    clock.passes(5 * 3600)
    await tokens.get()
    assert cloud.asked == [False, True]
    clock.passes(2 * 3600)
    assert await tokens.get() == "token 3"
    assert cloud.asked == [False, True, True]


@pytest.mark.parametrize(
    ("life", "lasts"), [("20", 20), ("0", 5), ("-3", 3300), (None, 3300), ("soon", 3300), (700.0, 400)]
)
async def test_rest_of_life(life: Any, lasts: float) -> None:
    """It is used to its end if that is near, and never asked for in a loop."""
    clock = Clock()
    cloud = Cloud(life)
    tokens = TokenManager(clock.runtime, cloud.fetch)
    await tokens.get()
    tokens._renew_at = float("inf")  # noqa: SLF001 - what is looked at is the end
    clock.passes(lasts - 1)
    assert await tokens.get() == "token 1"
    clock.passes(2)
    assert await tokens.get() == "token 2"


async def test_refused_tokens_are_replaced_once() -> None:
    """All who come with the same one share one request, also those who come later."""
    clock = Clock()
    cloud = Cloud("604800")
    tokens = TokenManager(clock.runtime, cloud.fetch)
    old = await tokens.get()
    cloud.wait = asyncio.Event()
    waiting = [asyncio.create_task(tokens.replace(old)) for _ in range(20)]
    await asyncio.sleep(0)
    cloud.wait.set()
    assert set(await asyncio.gather(*waiting)) == {"token 2"}
    assert await tokens.replace(old) == "token 2"
    assert len(cloud.asked) == 2


async def test_a_failure_goes_to_all_who_wait() -> None:
    """One request, one failure; later another one is made."""
    clock = Clock()
    cloud = Cloud("604800")
    tokens = TokenManager(clock.runtime, cloud.fetch)
    old = await tokens.get()
    cloud.wait, cloud.error = asyncio.Event(), ConnectionFailedError(reason="away")
    waiting = [asyncio.create_task(tokens.replace(old)) for _ in range(10)]
    await asyncio.sleep(0)
    cloud.wait.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, ConnectionFailedError) for one in results)
    assert len(cloud.asked) == 2
    cloud.wait = asyncio.Event()
    waiting = [asyncio.create_task(tokens.get()) for _ in range(10)]
    await asyncio.sleep(0)
    cloud.wait.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, ConnectionFailedError) for one in results)
    assert len(cloud.asked) == 3
    cloud.error = None
    assert await tokens.get() == "token 4"


async def test_refused_keys_are_not_tried_again() -> None:
    """Only the user can help."""
    clock = Clock()
    cloud = Cloud("604800")
    cloud.error = AuthenticationError("no")
    tokens = TokenManager(clock.runtime, cloud.fetch)
    with pytest.raises(AuthenticationError):
        await tokens.get()
    for _ in range(3):
        with pytest.raises(CredentialsBlockedError):
            await tokens.get()
    assert len(cloud.asked) == 1


async def test_a_renewal_that_fails() -> None:
    """The token lives on meanwhile, and it is tried again soon; only keys that are refused end that."""
    clock = Clock()
    cloud = Cloud("604800")
    tokens = TokenManager(clock.runtime, cloud.fetch)
    await tokens.get()
    clock.passes(5 * DAY + 10)
    cloud.error = ConnectionFailedError(reason="away")
    assert await tokens.get() == "token 1"
    assert await tokens.get() == "token 1"
    assert cloud.asked == [False, True]
    cloud.error = None
    clock.passes(301)
    assert await tokens.get() == "token 3"
    clock.passes(5 * DAY)
    cloud.error = AuthenticationError("no")
    with pytest.raises(AuthenticationError):
        await tokens.get()


async def test_renewed_not_before_the_cloud_does_it() -> None:
    """Earlier it would ignore the wish, and the next would be hours later."""
    clock = Clock()
    cloud = Cloud("604800")
    tokens = TokenManager(clock.runtime, cloud.fetch)
    await tokens.get()
    clock.passes(5 * DAY - 1)
    await tokens.get()
    assert cloud.asked == [False]
    clock.passes(1)
    await tokens.get()
    assert cloud.asked == [False, True]


async def test_an_answer_without_a_token() -> None:
    """It is told as that."""

    async def fetch(renew: bool) -> Fields:
        return Fields({"expire_time": "1"})

    with pytest.raises(ProtocolError):
        await TokenManager(Clock().runtime, fetch).get()
