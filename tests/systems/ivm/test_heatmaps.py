"""Heat maps become pictures."""

from io import BytesIO

from PIL import Image
import pytest

from custom_components.hikvision_ivm.systems.errors import ProtocolError, UnsupportedError
from custom_components.hikvision_ivm.systems.ivm.heatmaps import (
    BOUNDS,
    CLASSES,
    COLOURS,
    HEIGHT,
    LABEL_HEIGHT,
    PNG,
    WIDTH,
    HeatMaps,
    draw,
    draw_bars,
)
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


def column(picture: Image.Image, place: int, count: int) -> list[tuple[int, ...]]:
    """Return the colours of a bar from its top, without what is transparent."""
    left = place * (WIDTH // count) + 2
    rows = [picture.getpixel((left, row)) for row in range(HEIGHT)]
    return [row for row in rows if isinstance(row, tuple) and row[3]]


def test_bars() -> None:
    """As tall as there were people; the busiest hour is red, and an hour without anybody has no bar."""
    counts = [0.0] * 24
    counts[9], counts[17], counts[20] = 40.0, 80.0, 0.5
    picture = opened(draw_bars(counts))
    assert picture.size == (WIDTH // 24 * 24, HEIGHT + LABEL_HEIGHT)
    assert column(picture, 0, 24) == []
    assert column(picture, 17, 24) == [(255, 0, 0, 255)] * HEIGHT
    assert column(picture, 9, 24) == [(*COLOURS[CLASSES[127]], 255)] * (HEIGHT // 2)
    assert 0 < len(column(picture, 20, 24)) < 5
    labels = picture.crop((0, HEIGHT + 1, picture.width, HEIGHT + LABEL_HEIGHT)).getbbox()
    assert labels is not None
    assert labels[2] > picture.width * 0.8


def test_a_day_without_anybody() -> None:
    """No bar, and no division by nothing."""
    picture = opened(draw_bars([0.0] * 24))
    assert picture.crop((0, 0, picture.width, HEIGHT)).getbbox() is None


@pytest.mark.usefixtures("socket_enabled")
async def test_the_hours_of_a_camera() -> None:
    """Of today; nothing told is no failure, and what is no number is one."""
    async with bench() as made:
        feature, maps = made.feature(ImageFeature, Kind.HOURLY_HEAT_MAP), HeatMaps(made.context)
        picture = await maps.image(feature)
        assert picture is not None
        assert picture.content_type == PNG
        assert opened(picture.content).height == HEIGHT + LABEL_HEIGHT
        query = made.cloud.requests[-1].query
        assert (query["type"], query["start_time"]) == ("DAY", "2026-11-25 12:00:00")
        report = await maps.renew(feature)
        assert [(one.features, one.kind) for one in report.occurrences] == [((feature.id,), Kind.HOURLY_HEAT_MAP)]
        for raw in (b'{"data": []}', b'{"data": null}', b"{}"):
            made.cloud.fault("time-heatmap", raw=raw, times=1)
            assert await maps.image(feature) is None
        made.cloud.fault("time-heatmap", code="IVM.10020019", times=1)
        assert await maps.image(feature) is None
        made.cloud.fault("time-heatmap", raw=b'{"data": ["3", -1, 2.5]}', times=1)
        assert await maps.image(feature) is not None
        for raw in (b'{"data": [1, "x"]}', b'{"data": [1, null]}', b'{"data": [' + b"1," * 40 + b"1]}"):
            made.cloud.fault("time-heatmap", raw=raw, times=1)
            with pytest.raises(ProtocolError):
                await maps.image(feature)
