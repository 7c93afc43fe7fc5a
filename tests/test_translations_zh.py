"""The Chinese texts say all that the English ones say: the same keys and placeholders, and nothing left in English."""

from collections.abc import Iterator
import json
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.hikvision_ivm.const import DOMAIN
from scripts.validate.project import leaves, placeholders

from .documents import COMPONENT, ENGLISH

PATH = COMPONENT / "translations/zh-Hans.json"
CHINESE: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))

HAN = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"`[^`]*`")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?().]|[,;:!?()][\u4e00-\u9fff]")
CLINGING = re.compile(r"[\u4e00-\u9fff](?:[A-Za-z0-9`]|\{(?!part\}))|[A-Za-z0-9`}][\u4e00-\u9fff]")
LINK = re.compile(r"\{(?:address|callback|portal|url|\w+_url|url_\w+)\}(?!\s|$)")
"""A web address with something at its end: a link that is made of it would take in all signs up to the next blank."""

NAMES = {
    "AppKey", "AppSecret", "Contact ID", "FLV", "HLS", "Hik IP Receiver Pro", "HikCentral Professional", "ID",
    "IP Receiver Pro", "RTMP", "TCP", "UDP", "Wi-Fi",
}  # fmt: skip
"""What is called the same in Chinese."""


def texts(section: str) -> list[tuple[str, str, str]]:
    """Return place, English text and Chinese text of every text that has both."""
    chinese = dict(leaves(CHINESE.get(section, {}), section))
    english = leaves(ENGLISH[section], section)
    return [(place, str(text), str(chinese[place])) for place, text in english if place in chinese]


def choices(
    english: dict[str, Any], chinese: dict[str, Any], place: str
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Return the texts that are offered, or told, beside each other."""
    both = [(key, text, chinese[key]) for key, text in english.items() if key in chinese]
    yield place, [(one, other) for _, one, other in both if isinstance(one, str)]
    for key, one, other in both:
        if isinstance(one, dict):
            yield from choices(one, other, f"{place}.{key}")


def keys(content: Any) -> Any:
    """Return the keys on all levels, in their order."""
    return [(key, keys(below)) for key, below in content.items()] if isinstance(content, dict) else None


def test_form() -> None:
    """The file is written as the English one is: the same sections in the same order, two blanks a level, real signs."""
    assert list(CHINESE) == list(ENGLISH)
    assert PATH.read_text(encoding="utf-8") == json.dumps(CHINESE, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("section", ENGLISH)
def test_keys(section: str) -> None:
    """No text is missing, none belongs to nothing, and they stand in the same order."""
    english, chinese = (dict(leaves(content.get(section, {}), "")) for content in (ENGLISH, CHINESE))
    assert sorted(set(english) - set(chinese)) == []
    assert sorted(set(chinese) - set(english)) == []
    assert keys(CHINESE[section]) == keys(ENGLISH[section])


@pytest.mark.parametrize("section", ENGLISH)
def test_placeholders(section: str) -> None:
    """Every text has the placeholders and the code of the English one, and braces that Home Assistant understands."""
    for place, english, chinese in texts(section):
        assert placeholders(chinese) == placeholders(english), place
        assert sorted(CODE.findall(chinese)) == sorted(CODE.findall(english)), place
        assert not set(chinese) & {"\uff5b", "\uff5d"}, place
        # The part brings its own blank.
        assert " {part}" not in chinese, place


@pytest.mark.parametrize("section", ENGLISH)
async def test_shown(hass: HomeAssistant, section: str) -> None:
    """Home Assistant takes every Chinese text: it shows the English one instead of one that has other placeholders."""
    shown = await async_get_translations(hass, "zh-Hans", section, [DOMAIN])
    texts = leaves(CHINESE[section], f"component.{DOMAIN}.{section}")
    assert shown == {place: str(text) for place, text in texts}


@pytest.mark.parametrize("section", ENGLISH)
def test_typography(section: str) -> None:
    """Signs are wide, Latin words stand apart, and lines and sentences end where the English ones do."""
    for place, english, chinese in texts(section):
        prose = CODE.sub("``", chinese)
        for fault in (HALF_WIDTH, CLINGING, LINK):
            assert not fault.search(prose), place
        assert chinese.endswith("\u3002") == english.endswith("."), place
        assert chinese.count("\n") == english.count("\n"), place
        assert re.findall(r"(?m)^\d+\.", chinese) == re.findall(r"(?m)^\d+\.", english), place


@pytest.mark.parametrize("section", ENGLISH)
def test_translated(section: str) -> None:
    """No text is empty, and none is English, except names."""
    for place, _, chinese in texts(section):
        assert chinese.strip(), place
        assert HAN.search(chinese) or chinese.removesuffix("{part}") in NAMES, place


@pytest.mark.parametrize("section", ENGLISH)
def test_told_apart(section: str) -> None:
    """Choices that differ in English do not become the same in Chinese."""
    for place, pairs in choices(ENGLISH[section], CHINESE.get(section, {}), section):
        if place.rpartition(".")[2] in {"state", "options", "data", "menu_options"}:
            assert len({chinese for _, chinese in pairs}) == len({english for english, _ in pairs}), place


@pytest.mark.parametrize("platform", ENGLISH["entity"])
def test_names_told_apart(platform: str) -> None:
    """Entities of a platform that have different names in English have different ones in Chinese."""
    chinese = CHINESE["entity"][platform]
    named = {key: row["name"] for key, row in ENGLISH["entity"][platform].items() if "name" in row and key in chinese}
    pairs = {(name, chinese[key]["name"]) for key, name in named.items()}
    assert len({name for _, name in pairs}) == len(pairs) == len({name for name, _ in pairs})
