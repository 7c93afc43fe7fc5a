"""What only the owner of an account can change: it is told, and goes with its cause."""

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.errors import BusyError, QuotaError, SystemFailure
from custom_components.hikvision_ivm.systems.ivm.codes import failure
from custom_components.hikvision_ivm.systems.ivm.problems import LISTS, MOST_NAMED, left_out, state_problems
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Problem

from .system_bench import RECORDER, running
from .told import channel, device, facts, listed

sockets = pytest.mark.usefixtures("socket_enabled")
FROZEN = "UNAVAILABLE_FROZEN"


def told(problems: list[Problem]) -> dict[str, str]:
    """Return the names of each problem."""
    return {one.key: one.placeholders["names"] for one in problems}


def test_nothing_is_wrong() -> None:
    """Nor where nothing is told."""
    assert not state_problems(facts(listed(device("D1"), channel("D1", system_state="NORMAL"))))
    assert not state_problems(facts(listed(device("D1"), channel("D1", state=None))))
    assert not left_out({})


def test_frozen() -> None:
    """A device counts for its channels; one channel of several is named with its device."""
    whole = listed(device("D1", system_state=FROZEN), channel("D1", system_state=FROZEN))
    part = listed(
        device("D2", ("0", "1"), type="NVR", name="Recorder"),
        channel("D2", "0", system_state=FROZEN, name="Yard"),
        channel("D2", "1"),
    )
    assert told(state_problems(facts(whole, part))) == {"ivm_frozen": "D1, Recorder: Yard"}


def test_unpaid_and_without_service() -> None:
    """One that was not paid counts once."""
    rows = [
        listed(device("D1"), channel("D1", packages=frozenset({"MANAGEMENT_ARREAR"}))),
        listed(device("D2"), channel("D2", packages=frozenset({"MANAGEMENT_CLOSED", "FULL_RECORD_ARREAR"}))),
        listed(device("D3"), channel("D3", packages=frozenset({"MANAGEMENT_CLOSED"}))),
        listed(device("D4"), channel("D4", packages=frozenset({"MANAGEMENT_GRANT"}))),
    ]
    assert told(state_problems(facts(*rows))) == {"ivm_unpaid": "D1, D2", "ivm_no_service": "D3"}


def test_many_names() -> None:
    """Some are named, the rest is counted."""
    rows = [listed(device(f"D{number:02}", system_state=FROZEN)) for number in range(25)]
    names = told(state_problems(facts(*rows)))["ivm_frozen"]
    assert names.startswith("D00, D01")
    assert names.endswith(f"(+{25 - MOST_NAMED})")


def test_names_that_nobody_gave() -> None:
    """Ids stand in."""
    row = listed(
        device("D1", ("0", "1"), type="NVR", name=""),
        channel("D1", "0", name="", system_state=FROZEN),
        channel("D1", "1"),
    )
    assert told(state_problems(facts(row))) == {"ivm_frozen": "D1: 0"}


@pytest.mark.parametrize("name", sorted(LISTS))
@pytest.mark.parametrize(
    ("error", "word"),
    [(failure("IVM.90000010", 500, "x"), "IVM.90000010"), (BusyError("x"), "busy"), (QuotaError("x"), "")],
)
def test_what_could_not_be_read(name: str, error: SystemFailure, word: str) -> None:
    """In words, with the code of the cloud or the kind of failure."""
    (problem,) = left_out({name: error})
    assert problem.placeholders["parts"].startswith(LISTS[name][0])
    assert problem.placeholders["parts_zh"].startswith(LISTS[name][1])
    assert (word or error.key) in problem.placeholders["parts"]
    assert problem.fixable


def test_one_list_by_two_ways() -> None:
    """It is named once."""
    (problem,) = left_out({"device_orgs": BusyError("x"), "walk": BusyError("y")})
    assert ";" not in problem.placeholders["parts"]


@sockets
async def test_they_come_and_go() -> None:
    """With the polls."""
    async with running() as run:
        assert not run.problems()
        run.cloud.device("Gate").system_state = FROZEN
        run.cloud.channel("Recorder", "Yard").set_package("EVENT_RECORD", "ARREAR")
        run.cloud.channel("Recorder", "Door").set_package("MANAGEMENT", "CLOSED")
        await run.poll(Tier.STATUS)
        assert told(list(run.problems("states").values())) == {
            "ivm_frozen": "Gate", "ivm_unpaid": "Recorder: Yard", "ivm_no_service": "Recorder: Door",
        }  # fmt: skip
        assert run.value(Kind.FROZEN) is True
        assert run.value(Kind.UNPAID, f"{RECORDER}_0") is True
        assert not run.some(Kind.MAIN_STREAM, f"{RECORDER}_1")
        run.cloud.device("Gate").system_state = "NORMAL"
        await run.poll(Tier.STATUS)
        assert set(run.problems()) == {"ivm_unpaid", "ivm_no_service"}
        run.cloud.channel("Recorder", "Yard").set_package("EVENT_RECORD", "GRANT")
        run.cloud.channel("Recorder", "Door").set_package("MANAGEMENT", "GRANT")
        await run.poll(Tier.STATUS)
        assert not run.problems()
        assert run.some(Kind.MAIN_STREAM, f"{RECORDER}_1")


@sockets
async def test_a_frozen_device_that_goes() -> None:
    """Its problem goes with it."""
    async with running(push=True) as run:
        run.cloud.device("Gate").system_state = FROZEN
        await run.poll(Tier.STATUS)
        assert "ivm_frozen" in run.problems()
        await run.cloud.unbind("Gate")
        await run.wait(3)
        assert not run.problems()


@sockets
async def test_lists_that_stay_away() -> None:
    """Each is named as long as it is missing, also by polls that do not ask for it."""
    async with running(prime=False) as run:
        run.clock.move(run.clock.passed + 8 * 3600)
        run.cloud.fault("/resources", code="IVM.90000010")
        await run.poll(Tier.INVENTORY)
        assert "what is booked (IVM.90000010)" in run.problems()["left_out_ivm"].placeholders["parts"]
        await run.poll(Tier.STATUS, Tier.INVENTORY)
        assert "left_out_ivm" in run.problems()
        run.cloud.heal()
        run.clock.move(run.clock.passed + 8 * 3600)
        await run.poll(Tier.INVENTORY)
        assert not run.problems()
