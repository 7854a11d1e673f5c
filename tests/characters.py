"""This module makes scripts/plansite/site/characters.yaml from OpenCC and pypinyin, which a build then need not ask.

Run by `make characters` after either has been updated.
"""

from textwrap import wrap

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin, pinyin

from conftest import PROJECT
from plansite.site.search_index import COMMON

FILE = PROJECT / "scripts" / "plansite" / "site" / "characters.yaml"
CJK = "".join(map(chr, range(0x4E00, 0xA000)))
"""The characters of everyday Chinese (Unicode: CJK Unified Ideographs); rarer ones have hardly a traditional form."""
TEXT = """\
# Characters for the search. Written by `make characters`; a test compares it with OpenCC and pypinyin.

# Each traditional character followed by its simplified one (OpenCC, t2s).
simplified: |
{simplified}
# How many of the commonest characters one after the other share a reading (GB/T 2312-1980, level 1; pypinyin).
common: |
{common}
"""


def characters_yaml() -> str:
    """Return the content of characters.yaml."""
    pairs = zip(CJK, OpenCC("t2s").convert(CJK), strict=True)
    simplified = "".join(old + new for old, new in pairs if old != new)
    return TEXT.format(simplified=_block(wrap(simplified, 100)), common=_block(wrap(" ".join(common_runs()), 110)))


def common_runs() -> list[str]:
    """Return the runs of COMMON, which is in the order of its pinyin, by one reading: ["a2", "ai13", ...]."""
    runs: list[tuple[str, int]] = []
    readings = pinyin(list(COMMON), style=Style.NORMAL, heteronym=True)
    for character, possible in zip(COMMON, readings, strict=True):
        if runs and runs[-1][0] in possible:
            runs[-1] = runs[-1][0], runs[-1][1] + 1
        else:
            runs.append((lazy_pinyin(character)[0], 1))
    return [f"{sound}{count}" for sound, count in runs]


def _block(lines: list[str]) -> str:
    return "".join(f"  {line}\n" for line in lines)


if __name__ == "__main__":
    FILE.write_text(characters_yaml(), "utf-8")
