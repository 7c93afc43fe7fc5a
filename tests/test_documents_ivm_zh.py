"""docs/huawei_ivm.zh-Hans.md says all that docs/huawei_ivm.md says, in the words that the integration has in Chinese."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
import re
from typing import Any, NamedTuple

import pytest
import yaml

from scripts.validate.project import leaves
from tests.documents import ENGLISH, FENCE, SEPARATOR, TEXTS, anchor, prose, quoted
from tests.test_documents_ivm import HEADINGS
from tests.test_translations_zh import CHINESE, CLINGING, CODE, HALF_WIDTH

PAGES = ("docs/huawei_ivm.md", "docs/huawei_ivm.zh-Hans.md")
ELSEWHERE = {
    "huawei_ivm.zh-Hans.md": "huawei_ivm.md",
    "https://www.huaweicloud.com/intl/": "https://www.huaweicloud.com/",
}
"""Links that lead elsewhere in Chinese: to the other page, and to the site for China."""

START = re.compile(r"(?P<heading>#+) |(?P<bullet>- )|(?P<number>\d+\. )|(?P<row>\|)")
"""How a heading, an item of a list or the row of a table begins."""

EMPHASIS = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")
BOLD = re.compile(r"\*\*[^*\n]+\*\*")
LINK = re.compile(r"\]\(([^)\s]+)\)")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
BROKEN = re.compile(r"[^\w\s*]\*+\w")
"""Emphasis that ends with a sign and goes on with a word is none: Markdown shows its stars."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "所属": {"account": "账户", "organisation": "设备组织", "device": "设备", "channel": "通道"},
    "方式": {"push": "推送", "poll": "轮询", "here": "本地"},
    "默认": {"on": "启用", "off": "禁用", "known": "按能力"},
    "默认值": {"on": "开启", "off": "关闭", "all": "全部", "nothing": "无", "empty": "空"},
    "类别": {
        "connectivity": "连接", "data rate": "数据速率", "diagnostic": "诊断", "heat": "过热", "motion": "运动",
        "moving": "移动", "occupancy": "存在", "problem": "异常", "safety": "安全", "tamper": "防拆检测", "timestamp": "时间戳",
    },
    "来源": {
        "counts of people": "人数统计", "customer flow alarm": "客流报警", "device messages": "设备消息", "traffic": "车流",
    },
    "可录像": {"yes": "是"},
    "管理员": {"yes": "是"},
    "HOLO": {"yes": "是"},
    "GB28181": {"yes": "是"},
}  # fmt: skip
"""Head of a column in the Chinese page → English word → Chinese word. Classes are called as Home Assistant calls them."""

TRANSLATIONS = {
    place: (str(text), str(chinese))
    for chinese_texts in [dict(leaves(CHINESE, ""))]
    for place, text in leaves(ENGLISH, "")
    for chinese in [chinese_texts.get(place)]
    if chinese is not None
}
"""Place → English and Chinese text, of everything that has both."""

PLATFORMS = {
    **{heading: platform for platform, heading in HEADINGS.items()},
    "Binary sensors that appear with their first alarm": "binary_sensor",
    "Sensors that appear with their first message": "sensor",
    "Alarm types": "binary_sensor",
}
"""Heading of the English page → platform of the entities that its table names."""

TRANSLATED = {"alias", "message", "preset"}
"""Keys of examples whose texts are for people."""


class Block(NamedTuple):
    """A heading, a paragraph, an item of a list or the row of a table."""

    kind: str
    text: str
    heading: str
    """Below which it stands."""


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page without its code."""
    found: list[Block] = []
    heading, open_ = "", False
    for line in prose(TEXTS[page]).splitlines():
        start = START.match(line)
        if start is not None:
            kind = start[0] if start["heading"] else str(start.lastgroup)
            heading = line.lstrip("# ") if start["heading"] else heading
            found.append(Block(kind, line, heading))
        elif line and open_:
            found[-1] = found[-1]._replace(text=f"{found[-1].text} {line.strip()}")
        elif line:
            found.append(Block("paragraph", line, heading))
        open_ = bool(line)
    return found


BLOCKS = tuple(blocks_of(page) for page in PAGES)
PAIRS = [*zip(*BLOCKS, strict=False)]


def cells(row: str) -> list[str]:
    """Return the cells of a row."""
    return [cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split(" | ")]


class Cell(NamedTuple):
    """A cell in both languages."""

    platform: str
    heads: tuple[str, str]
    texts: tuple[str, str]


def both_cells() -> Iterator[Cell]:
    """Iterate over the cells of all tables, without their heads."""
    heads: list[tuple[str, str]] = []
    for (english, chinese), (following, _) in pairwise([*PAIRS, PAIRS[0]]):
        if english.kind == "row" and not SEPARATOR.fullmatch(english.text):
            both = [*zip(cells(english.text), cells(chinese.text), strict=True)]
            if SEPARATOR.fullmatch(following.text):
                heads = both
                continue
            for head, texts in zip(heads, both, strict=True):
                yield Cell(PLATFORMS.get(english.heading, ""), head, texts)


def names() -> dict[str, set[str]]:
    """Return the Chinese names of all fields, options, choices and entities by the English ones, and their first words."""
    named = re.compile(
        r"\.entity\.\w+\.\w+\.name|\.(config|options)\.step\.(ivm|selection)\.(sections\.\w+\.)?(data\.\w+|name)"
        r"|\.selector\.\w+\.options\.\w+"
    )
    found: dict[str, set[str]] = defaultdict(set)
    for place, text in leaves(ENGLISH, ""):
        if named.fullmatch(place):
            english, chinese = (words.replace("{part}", "") for words in TRANSLATIONS.get(place, (str(text), "")))
            found[english.casefold()].add(chinese)
            found[re.split(r"[:,] ", english)[0].casefold()].add(re.split(r"[：，、（]", chinese)[0])
    # What has no Chinese text is told by test_translations_zh.py.
    return {english: chinese for english, chinese in found.items() if "" not in chinese}


NAMES = names()


def label(platform: str, name: str) -> set[str]:
    """Return what an entity of a platform is called in Chinese."""
    return {
        CHINESE["entity"][platform][key]["name"].replace("{part}", "")
        for key, row in ENGLISH["entity"][platform].items()
        if row.get("name", "").replace("{part}", "") == name
    }


def target(link: str) -> str:
    """Return where a link of the English page leads in the Chinese one."""
    headings = [[block for block in found if block.kind.startswith("#")] for found in BLOCKS]
    anchors = [[anchor(block.heading) for block in found] for found in headings]
    assert len(anchors[1]) == len({*anchors[1]})
    page, mark, place = link.partition("#")
    if mark and not page:
        return f"#{anchors[1][anchors[0].index(place)]}"
    return ELSEWHERE.get(link, link)


def test_same_form() -> None:
    """Both pages have the same headings, paragraphs, lists and tables in the same order."""
    for english, chinese in PAIRS:
        assert english.kind == chinese.kind, (english.text, chinese.text)
    assert len(BLOCKS[0]) == len(BLOCKS[1]) > 300
    assert sum(block.kind.startswith("#") for block in BLOCKS[0]) > 40


@pytest.mark.parametrize("heading", dict.fromkeys(block.heading for block in BLOCKS[0]))
def test_same_facts(heading: str) -> None:
    """Every block has the numbers, links, code and emphasised words of the English one; rows have them cell by cell."""
    for english, chinese in PAIRS:
        if english.heading == heading:
            texts = (english.text, chinese.text)
            plain = [CODE.sub("", LINK.sub("]", re.sub(r"(?<=\d),(?=\d)", "", text))) for text in texts]
            numbers = [sorted(NUMBER.findall(text)) for text in plain]
            assert numbers[0] == numbers[1], texts
            assert sorted(map(target, LINK.findall(texts[0]))) == sorted(LINK.findall(texts[1])), texts
            for pattern in (CODE, BOLD, EMPHASIS):
                assert len(pattern.findall(texts[0])) == len(pattern.findall(texts[1])), texts
            assert sorted(quoted(texts[0])) == sorted(quoted(texts[1])), texts


def test_same_rows() -> None:
    """Tables have the same columns, the same code in every cell, and a dash where the English ones have it."""
    for english, chinese in PAIRS:
        if english.kind == "row":
            assert len(cells(english.text)) == len(cells(chinese.text)), chinese.text
            for one, other in zip(cells(english.text), cells(chinese.text), strict=True):
                assert quoted(one) == quoted(other), chinese.text
                assert (one == "–") is (other == "–"), chinese.text
                assert bool(one) is bool(other), chinese.text


def test_words_of_tables() -> None:
    """Columns that hold one of few words hold the same one in both languages."""
    seen = set()
    for _, (_, head), (english, chinese) in both_cells():
        if head in WORDS:
            seen.add(head)
            words = [WORDS[head].get(word, word) for word in english.split(", ")]
            if head != "默认值" or english in WORDS[head]:
                assert re.split(r"[，、]", chinese) == words, (head, english, chinese)
    assert seen == WORDS.keys()


def test_entities() -> None:
    """Entities are called as the interface calls them."""
    count = 0
    for platform, (head, _), (english, chinese) in both_cells():
        if platform and head in {"Entity", "Entities", "Binary sensor"} and not {english, *english} & {"–", "*"}:
            for one, other in zip(english.split(", "), chinese.split("、"), strict=True):
                assert {other} == label(platform, one), one
                count += 1
    assert count > 120


def test_fields_and_options() -> None:
    """Fields, options, their choices and defaults are called as the interface calls them."""
    count = 0
    for _, (head, _), (english, chinese) in both_cells():
        if head in {"Field", "Option", "Choice", "Default"} and english.casefold() in NAMES:
            if head != "Default" or english not in {*WORDS["默认值"], *WORDS["默认"]}:
                assert chinese in NAMES[english.casefold()], english
                count += 1
    assert count > 15


def test_names_in_texts() -> None:
    """Names of the interface that a text mentions are the Chinese ones."""
    count = 0
    for english, chinese in PAIRS:
        mentioned = set(EMPHASIS.findall(chinese.text)) | {word.strip("*") for word in BOLD.findall(chinese.text)}
        for word in [*EMPHASIS.findall(english.text), *(word.strip("*") for word in BOLD.findall(english.text))]:
            if word.casefold() in NAMES:
                assert NAMES[word.casefold()] & mentioned, (word, chinese.text)
                count += 1
    assert count > 20


def test_repairs() -> None:
    """Repairs are named by words of their Chinese titles."""
    for _, (head, _), (_, chinese) in both_cells():
        if head == "Repair" and (place := f".issues.{quoted(chinese)[-1]}.title") in TRANSLATIONS:
            (words,) = EMPHASIS.findall(chinese)
            assert words in TRANSLATIONS[place][1], chinese


def test_errors() -> None:
    """Errors are quoted by the beginning of their Chinese texts."""
    texts = [text for place, text in TRANSLATIONS.items() if place.startswith((".config.error.", ".exceptions."))]
    for _, (head, _), (english, chinese) in both_cells():
        if head == "Symptom" and english.startswith('"'):
            assert re.fullmatch("“.+”", chinese), chinese
            begun = [other for one, other in texts if one.startswith(english.strip('"'))]
            assert not begun or any(text.startswith(chinese.strip("“”")) for text in begun), chinese


# examples and typography


def skeleton(content: Any, key: str = "") -> Any:
    """Return an example without its texts for people; the templates in these stay."""
    match content:
        case dict():
            return {name: skeleton(value, name) for name, value in content.items()}
        case list():
            return [skeleton(value, key) for value in content]
        case str() if key in TRANSLATED:
            return re.findall(r"\{\{.*?\}\}", content)
    return content


def test_same_examples() -> None:
    """Both pages have the same examples, and Chinese texts for people in the Chinese one."""
    english, chinese = ([(match[1], match[2]) for match in FENCE.finditer(TEXTS[page])] for page in PAGES)
    assert len(english) == len(chinese) >= 5
    for (one_language, one), (other_language, other) in zip(english, chinese, strict=True):
        assert one_language == other_language == "yaml"
        assert skeleton(yaml.safe_load(one)) == skeleton(yaml.safe_load(other))
    assert not [text for _, text in chinese if re.search(r"^alias: [\x00-\x7f]+$|#.*[a-z]", text, re.MULTILINE)]


def test_typography() -> None:
    """Signs are wide, Latin words stand apart, and no emphasis is broken."""
    for block in BLOCKS[1]:
        plain = re.sub(r"[*\[\]]", "", CODE.sub("``", LINK.sub("]", block.text)))
        for fault in (HALF_WIDTH, CLINGING):
            assert not fault.search(plain), block.text
        marks = EMPHASIS.sub(lambda found: f"_{found[1][-1]}*", BOLD.sub(lambda found: f"_{found[0][-3:]}", block.text))
        assert not BROKEN.search(marks), block.text
