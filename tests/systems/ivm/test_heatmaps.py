"""Heat maps become pictures."""

from io import BytesIO

from PIL import Image
import pytest

from custom_components.hikvision_ivm.systems.errors import ProtocolError, UnsupportedError
from custom_components.hikvision_ivm.systems.ivm.heatmaps import BOUNDS, CLASSES, COLOURS, PNG, WIDTH, HeatMaps, draw
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import ImageFeature, Phase
from simulators.ivm.calls.statistics import HEIGHT as CLOUD_HEIGHT, WIDTH as CLOUD_WIDTH

from .settings_bench import NOON, bench


def opened(content: bytes) -> Image.Image:
    """Return a picture with its transparency."""
    return Image.open(BytesIO(content)).convert("RGBA")


def test_the_classes() -> None:
    """Twenty-two, each with a colour; the bounds belong to the class above."""
    assert len(BOUNDS) == len(COLOURS) == 22
    assert [CLASSES[value] for value in (0, 11, 12, 23, 24, 139, 140, 243, 244, 255)] == [
        0,
        0,
        1,
        1,
        2,
        11,
        12,
        20,
        21,
        21,
    ]


def test_a_drawing() -> None:
    """Nobody is transparent, few are blue, many are red; small maps are enlarged in whole steps."""
    picture = opened(draw(3, 1, bytes([0, 20, 255])))
    times = WIDTH // 3
    assert picture.size == (3 * times, times)
    assert picture.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert picture.getpixel((times, 0)) == (0, 0, 255, 255)
    assert picture.getpixel((3 * times - 1, times - 1)) == (255, 0, 0, 255)
    assert opened(draw(WIDTH, 2, bytes(2 * WIDTH))).size == (WIDTH, 2)


@pytest.mark.usefixtures("socket_enabled")
async def test_the_map_of_a_camera() -> None:
    """Of today, as a picture that can be opened."""
    async with bench() as made:
        feature = made.feature(ImageFeature, Kind.HEAT_MAP)
        picture = await HeatMaps(made.context).image(feature)
        assert picture is not None
        assert (picture.content_type, picture.taken) == (PNG, NOON)
        times = WIDTH // CLOUD_WIDTH
        assert opened(picture.content).size == (CLOUD_WIDTH * times, CLOUD_HEIGHT * times)
        assert made.cloud.requests[-1].query["start_time"] == "2026-11-25 12:00:00"
        report = await HeatMaps(made.context).renew(feature)
        assert [(one.features, one.phase) for one in report.occurrences] == [((feature.id,), Phase.PULSE)]


@pytest.mark.usefixtures("socket_enabled")
async def test_maps_that_are_none() -> None:
    """Nothing yet is no failure; half a map, one without a size and no base64 are."""
    async with bench() as made:
        feature, maps = made.feature(ImageFeature, Kind.HEAT_MAP), HeatMaps(made.context)
        made.cloud.fault("space-heatmap", raw=b'{"width": 2, "height": 2}', times=1)
        assert await maps.image(feature) is None
        made.cloud.fault("space-heatmap", code="IVM.10020019", times=1)
        assert await maps.image(feature) is None
        for raw in (
            b'{"width": 2, "height": 2, "rawbase64": "AAA="}',
            b'{"width": 0, "height": 2, "rawbase64": "AAA="}',
            b'{"width": -1, "height": -1, "rawbase64": "AAA="}',
            b'{"width": 99999, "height": 99999, "rawbase64": "AAA="}',
            b'{"rawbase64": "AAA="}',
            b'{"width": 1, "height": 1, "rawbase64": "A"}',
        ):
            made.cloud.fault("space-heatmap", raw=raw, times=1)
            with pytest.raises(ProtocolError):
                await maps.image(feature)
        with pytest.raises(UnsupportedError):
            await maps.image(made.feature(ImageFeature, Kind.EVENT_PICTURE))
