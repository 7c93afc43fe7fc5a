"""Bypass, deactivation and relays at a simulated receiver: what comes at once goes at once (ip-receiver §3.7, §3.8, §3.11)."""

import asyncio

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    ConnectionFailedError,
    DeviceFailureError,
    NotConfirmedError,
    NotFoundError,
    RejectedError,
    SystemFailure,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ip_receiver.refresh import What
from custom_components.hikvision_ivm.systems.model import SelectFeature, SwitchFeature
from simulators.ip_receiver.plans import PanelPlan

from .command_bench import CommandBench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

ZONES = ("Q00000001", frozenset({What.ZONES}))
PERIPHERALS = ("Q00000001", frozenset({What.PERIPHERALS}))


def bypassed(house: CommandBench) -> list[int]:
    """Return the zones that are bypassed at the panel."""
    return [zone.number for zone in house.receiver.panel("House").zones.values() if zone.fields.get("bypassed")]


async def gather(*commands: object) -> list[SystemFailure | None]:
    """Give commands at once and return what each raised."""
    return await asyncio.gather(*commands, return_exceptions=True)  # type: ignore[call-overload,no-any-return]


async def test_32_bypass_switches_at_once() -> None:
    """Two requests: one list, one look at all of them."""
    async with bench(PanelPlan(zones=32)) as house:
        switches = house.of(SwitchFeature, "zone_bypass")
        assert len(switches) == 32
        await asyncio.gather(*(house.commands.switch(one, on=True) for one in switches))
        assert house.receiver.count("control/bypass") == 1
        assert house.receiver.count() <= 3  # the list of zones may have two pages
        assert house.receiver.bodies("control/bypass") == [{"List": [{"id": number} for number in range(32)]}]
        assert house.looked == [ZONES]
        assert bypassed(house) == list(range(32))
        assert all((zone := house.panel.zone(number)) and zone.bypassed for number in range(32))
        await house.commands.switch(switches[3], on=False)
        assert house.receiver.bodies("bypassRecover") == [{"List": [{"id": 3}]}]
        assert bypassed(house) == [number for number in range(32) if number != 3]


async def test_on_and_off_at_once() -> None:
    """Two lists, one look; the same order twice is one item."""
    async with bench() as house:
        switches = house.of(SwitchFeature, "zone_bypass")
        await house.commands.switch(switches[0], on=True)
        house.receiver.requests.clear()
        house.looked.clear()
        await asyncio.gather(
            house.commands.switch(switches[0], on=False),
            house.commands.switch(switches[1], on=True),
            house.commands.switch(switches[1], on=True),
        )
        assert house.receiver.bodies("bypassRecover") == [{"List": [{"id": 0}]}]
        assert house.receiver.bodies("control/bypass")[-1] in ({"List": [{"id": 1}]}, {"List": [{"id": 0}]})
        assert house.receiver.count("control/") == 2
        assert house.looked == [ZONES]
        assert bypassed(house) == [1]


async def test_two_users_want_opposites() -> None:
    """The last one gets it, the other one learns so."""
    async with bench() as house:
        switch = house.of(SwitchFeature, "zone_bypass")[0]
        outcomes = await gather(house.commands.switch(switch, on=True), house.commands.switch(switch, on=False))
        assert [type(outcome) for outcome in outcomes] == [NotConfirmedError, type(None)]
        assert house.sent == ["bypassRecover"]


async def test_who_goes_away_costs_the_others_nothing() -> None:
    """All orders are sent, for everybody; one that was given stays given."""
    async with bench() as house:
        switches = house.of(SwitchFeature, "zone_bypass")[:3]
        given = [asyncio.ensure_future(house.commands.switch(one, on=True)) for one in switches]
        await asyncio.sleep(0)
        given[0].cancel()  # the one that began to gather
        assert await asyncio.gather(*given[1:]) == [None, None]
        assert given[0].cancelled()
        assert bypassed(house) == [0, 1, 2]
        assert house.receiver.count("control/bypass") == 1


async def test_a_panel_that_does_not_obey() -> None:
    """It is asked three times in all; each caller learns about its own order only."""
    async with bench() as house:
        switches = house.of(SwitchFeature, "zone_bypass")
        await house.commands.switch(switches[0], on=True)
        house.looked.clear()
        house.receiver.deaf = True
        outcomes = await gather(*(house.commands.switch(one, on=True) for one in switches[:2]))
        assert outcomes[0] is None
        assert isinstance(outcomes[1], NotConfirmedError)
        assert outcomes[1].placeholders == {"wanted": "on", "found": "off"}
        assert house.looked == [ZONES] * 3
        assert house.receiver.count("control/bypass") == 2


async def test_a_panel_that_obeys_late() -> None:
    """A second look finds it done."""
    async with bench() as house:
        house.receiver.deaf = True
        command = asyncio.ensure_future(house.commands.switch(house.of(SwitchFeature, "zone_bypass")[0], on=True))
        async with asyncio.timeout(5):
            while house.receiver.count("status/zones") < 1:
                await asyncio.sleep(0.001)
        house.receiver.panel("House").zones[0].fields["bypassed"] = True
        await command


async def test_a_list_that_is_refused() -> None:
    """One zone of it cannot be bypassed: who got what was wanted is content all the same."""
    async with bench(PanelPlan(zones=3)) as house:
        switches = house.of(SwitchFeature, "zone_bypass")
        await house.commands.switch(switches[0], on=True)
        house.receiver.panel("House").zones[2].fields["isBypassedAvailable"] = False
        outcomes = await gather(*(house.commands.switch(one, on=True) for one in switches))
        assert [type(outcome) for outcome in outcomes] == [type(None), RejectedError, RejectedError]
        assert house.receiver.count("control/bypass") == 2


async def test_an_answer_that_got_lost() -> None:
    """It is not sent again; the look shows that it was carried out, or not."""
    async with bench() as house:
        switch = house.of(SwitchFeature, "zone_bypass")[0]
        house.receiver.fault("control/bypass", drop="after", times=1)
        await house.commands.switch(switch, on=True)
        house.receiver.fault("bypassRecover", drop=True, times=1)
        with pytest.raises(ConnectionFailedError):
            await house.commands.switch(switch, on=False)
        assert sum("bypass" in request.path for request in house.receiver.requests) == 2


async def test_a_look_that_fails() -> None:
    """Accepted, but nobody can say what came of it."""
    async with bench() as house:
        switch = house.of(SwitchFeature, "zone_bypass")[0]
        house.receiver.fault("status/zones", sub="internalError")
        with pytest.raises(NotConfirmedError) as failure:
            await house.commands.switch(switch, on=True)
        assert failure.value.placeholders["found"] == "unknown"


async def test_a_login_that_is_refused_at_the_look() -> None:
    """It is not looked again."""
    async with bench() as house:
        switch = house.of(SwitchFeature, "zone_bypass")[0]
        house.receiver.fault("status/zones", sub="badAuthorization")
        with pytest.raises(NotConfirmedError):
            await house.commands.switch(switch, on=True)
        assert house.looked == [ZONES]


async def test_a_zone_that_vanishes_meanwhile() -> None:
    """What became of the order cannot be told."""
    async with bench(PanelPlan(zones=2)) as house:
        switch = house.of(SwitchFeature, "zone_bypass")[1]
        empty = (
            '{"ZoneSearch": {"searchID": "s", "responseStatusStrg": "NO MATCH", "numOfMatches": 0, "totalMatches": 0}}'
        )
        house.receiver.fault("status/zones", raw=empty)
        with pytest.raises(NotConfirmedError) as failure:
            await house.commands.switch(switch, on=True)
        assert failure.value.placeholders["found"] == "unknown"


async def test_a_panel_that_does_not_bypass() -> None:
    """It is asked once, then no more; nothing is read because of it."""
    async with bench() as house:
        switch = house.of(SwitchFeature, "zone_bypass")[0]
        house.receiver.fault("control/bypass", sub="notSupport")
        for _ in range(2):
            with pytest.raises(UnsupportedError):
                await house.commands.switch(switch, on=True)
        assert house.receiver.count("control/bypass") == 1
        assert not house.looked
        assert house.commands.is_bypass_refused("Q00000001")
        assert not house.of(SwitchFeature, "zone_bypass")


async def test_deactivation() -> None:
    """Only what is changed is sent; both fields of a zone are one item."""
    async with bench(PanelPlan(otap=True, zones=3)) as house:
        once = house.of(SelectFeature, "deactivation_once")
        good = house.of(SelectFeature, "deactivation")
        await house.commands.select(once[0], "lid_only")
        assert house.receiver.bodies("deactivation") == [{"List": [{"id": 0, "oneTimeDeactivationMode": "lidOnly"}]}]
        await asyncio.gather(
            house.commands.select(once[1], "entirely"),
            house.commands.select(good[1], "lid_only"),
            house.commands.select(good[2], "entirely"),
        )
        assert house.receiver.bodies("deactivation")[1:] == [
            {
                "List": [
                    {"id": 1, "oneTimeDeactivationMode": "entirely", "deactivationMode": "lidOnly"},
                    {"id": 2, "deactivationMode": "entirely"},
                ]
            }
        ]
        assert house.looked == [ZONES, ZONES]
        await house.commands.select(once[0], "off")
        zone = house.panel.zone(0)
        assert zone is not None
        assert zone.deactivated_once == "off"


async def test_relays() -> None:
    """Opened is on; number and serial are repeated as they were listed; on and off cannot share a request."""
    async with bench() as house:
        relays = house.of(SwitchFeature, "relay")
        outcomes = await gather(*(house.commands.switch(one, on=True) for one in relays))
        assert outcomes == [None] * 3
        assert house.receiver.bodies("control/outputs") == [
            {
                "OutputsCtrl": {
                    "switch": "open",
                    "List": [{"id": 0, "seq": "R00000001"}, {"id": 1, "seq": "R00000002"}, {"seq": "R00000003"}],
                }
            }
        ]
        assert house.looked == [PERIPHERALS]
        assert [relay.fields["status"] for relay in house.receiver.panel("House").outputs] == ["on"] * 3
        await asyncio.gather(
            house.commands.switch(relays[0], on=False),
            house.commands.switch(relays[1], on=True),
            house.commands.switch(relays[2], on=False),
        )
        sent = [body["OutputsCtrl"] for body in house.receiver.bodies("control/outputs")[1:]]
        assert sorted((body["switch"], len(body["List"])) for body in sent) == [("close", 2), ("open", 1)]
        assert [relay.fields["status"] for relay in house.receiver.panel("House").outputs] == ["off", "on", "off"]


@pytest.mark.parametrize("all_listed", [False, True])
@pytest.mark.parametrize("http_errors", [False, True])
async def test_relays_that_fail(all_listed: bool, http_errors: bool) -> None:
    """The list of failures names them, by number or serial; the others were switched."""
    async with bench(all_listed=all_listed, http_errors=http_errors) as house:
        relays = house.of(SwitchFeature, "relay")
        outputs = house.receiver.panel("House").outputs
        outputs[1].fields["status"] = "offline"
        outputs[2].fields["status"] = "notRelated"
        outcomes = await gather(*(house.commands.switch(one, on=True) for one in relays))
        assert [type(outcome) for outcome in outcomes] == [type(None), DeviceFailureError, DeviceFailureError]
        assert outputs[0].fields["status"] == "on"


async def test_a_list_of_failures_that_names_nobody() -> None:
    """Then the look decides who failed."""
    async with bench() as house:
        relays = house.of(SwitchFeature, "relay")
        await house.commands.switch(relays[0], on=True)
        failed = '{"ErrorList": [{"id": "77", "statusCode": 3, "statusString": "x", "subStatusCode": "deviceError"}]}'
        house.receiver.fault("control/outputs", raw=failed, times=1)
        outcomes = await gather(*(house.commands.switch(one, on=True) for one in relays[:2]))
        assert outcomes[0] is None
        assert isinstance(outcomes[1], RejectedError)


async def test_a_relay_that_tells_no_state() -> None:
    """Accepted is all that can be known; one that vanished is not confirmed."""
    async with bench() as house:
        relay, other, _ = house.of(SwitchFeature, "relay")
        house.receiver.missing_keys = ("status",)
        await house.commands.switch(relay, on=True)
        house.receiver.missing_keys = ()
        house.receiver.fault("exDevStatus", raw='{"ExDevStatus": {}}')
        with pytest.raises(NotConfirmedError):
            await house.commands.switch(other, on=True)


async def test_a_relay_and_a_bypass_do_not_wait_for_each_other_s_look() -> None:
    """One after the other at the panel, each with its own look."""
    async with bench() as house:
        await asyncio.gather(
            house.commands.switch(house.of(SwitchFeature, "relay")[0], on=True),
            house.commands.switch(house.of(SwitchFeature, "zone_bypass")[0], on=True),
        )
        assert set(house.looked) == {ZONES, PERIPHERALS}
        assert len(house.looked) == 2
        assert sorted(house.sent) == ["bypass", "outputs"]


async def test_a_panel_that_is_gone() -> None:
    """Removed before it was sent."""
    async with bench() as house:
        switch = house.of(SwitchFeature, "zone_bypass")[0]
        house.panels.clear()
        with pytest.raises(NotFoundError):
            await house.commands.switch(switch, on=True)


async def test_the_end_of_everything_ends_the_waiting() -> None:
    """Whoever waits is cancelled, and nothing is left behind."""
    async with bench() as house:
        house.receiver.fault("control/bypass", delay=5.0)
        command = asyncio.ensure_future(house.commands.switch(house.of(SwitchFeature, "zone_bypass")[0], on=True))
        await asyncio.sleep(0.05)
        await house.background.cancel()
        with pytest.raises(asyncio.CancelledError):
            await command


async def test_the_end_of_everything_before_anything_was_sent() -> None:
    """The same while orders are gathered; the next order begins anew."""
    async with bench() as house:
        switch = house.of(SwitchFeature, "zone_bypass")[0]
        command = asyncio.ensure_future(house.commands.switch(switch, on=True))
        await asyncio.sleep(0)
        await house.background.cancel()
        with pytest.raises(asyncio.CancelledError):
            await command
        assert not house.sent
        await house.commands.switch(switch, on=True)
        assert bypassed(house) == [0]


async def test_a_fault_of_ours_reaches_who_waits(caplog: pytest.LogCaptureFixture) -> None:
    """It is no cancellation."""
    async with bench() as house:
        switch = house.of(SwitchFeature, "zone_bypass")[0]

        def broken(number: int) -> None:
            raise ZeroDivisionError(number)

        house.panel.zone = broken  # type: ignore[method-assign]
        with pytest.raises(ZeroDivisionError):
            await house.commands.switch(switch, on=True)
    assert "Work in the background broke" in caplog.text
