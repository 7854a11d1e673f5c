"""This module finds what is left over from another plan: places, issuers and years that the notice does not name."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from plansite.errors import Problem, display_path
from plansite.source.identity import Identity
from plansite.source.schema import Plan
from plansite.source.yaml_reader import read_text

HAN = "[\u4e00-\u9fff]"
ENDING = "(?<![本各全该])[省市区县州旗]"
"""The last character of a place with a name, unlike 本区 or 全市."""
INSIDE = rf"{ENDING}(?=人民|委员会)|(?<![各全])[省市州](?=(?!市){HAN}{{2,3}}[市区县])"
CHINESE_NAME = rf"(?:(?<!{HAN}){HAN}{{2,4}}?|{HAN}{{2}})(?:{INSIDE})"
"""A place before the name of a body or of a place within it: 某某区 in 某某区人民政府, 某某市 in 某某市某某区."""
ENGLISH_NAME = r"[A-Z][\w'-]+ (?:District|City|County|Province|Municipality)\b"
ENGLISH_ISSUER = r"People'+s Government of [A-Z][\w-]+(?: [A-Z][\w-]+)*"
NAME = re.compile(f"{CHINESE_NAME}|{ENGLISH_ISSUER}|{ENGLISH_NAME}")
NAME_AT_START = re.compile(rf"(?<!{HAN}){HAN}{{2,4}}?{ENDING}|{NAME.pattern}")
"""The same, and a place with which a text begins, as names of sites do: 某某区 in 某某区优化营商环境行动."""
YEAR = re.compile(r"(?<![0-9A-Za-z])20[0-9]{2}(?![0-9A-Za-z]|-[0-9])")
"""A year that is no part of a date like 2025-01-31."""
SHORTEST = 3
"""The characters of the shortest Chinese name of a place."""
TEXT = {"title": True, "sentences": {"__all__": {"zh", "en"}}}
OF_NOTICE: dict[str, Any] = {
    "notice": True,
    "themes": {"__all__": {"title", "sections"}},
    "units": {"__all__": {"name", "aliases"}},
    "measures": {"__all__": TEXT},
    "safeguards": {"__all__": TEXT},
}
"""The fields of a plan that hold the text of the notice."""


class Known:
    """Names of places and issuers, and years, that a site may state: those in its notice and in its site.yaml."""

    def __init__(self, plan: Plan, identity: Identity) -> None:
        notice = json.dumps(plan.model_dump(mode="json", include=OF_NOTICE), ensure_ascii=False)
        added = [identity.place and identity.place.within, identity.publisher and identity.publisher.name]
        texts = [text[lang] for text in added if text for lang in ("zh", "en")]
        self._names = "\n".join((notice, *texts, *identity.also_names))
        self.years = sorted(set(YEAR.findall(f"{self._names} {plan.notice.date.year} {plan.notice.imprint.date.year}")))
        self.issuers = [f"{issuer.zh} / {issuer.en}" for issuer in plan.notice.issuers]

    def has(self, name: str) -> bool:
        """Return whether a name, or the part of it that is the name of a place, is known: 总局某某市, 某某市."""
        ends = range(len(name) - SHORTEST + 1) if re.match(HAN, name) else range(1)
        return any(name[start:] in self._names for start in ends)


def leftovers(text: str, known: Known, name: re.Pattern[str], *, years: bool) -> Iterator[tuple[int, int, str]]:
    """Yield (line, column, what it says) for every name, and every year if wanted, that is not known."""
    for number, line in enumerate(text.splitlines(), start=1):
        for match in name.finditer(line):
            # In YAML an apostrophe within single quotes is written twice.
            if not known.has(found := match[0].replace("''", "'")):
                yield number, match.start() + 1, found
        for match in YEAR.finditer(line) if years else ():
            if match[0] not in known.years:
                yield number, match.start() + 1, match[0]


def check_leftovers(plan: Plan, identity: Identity, file: Path, texts: Sequence[Path]) -> Iterator[Problem]:
    """Yield what is left over from another plan in the `file` of this one, in those beside it and in other `texts`.

    The plan and its glossary may explain something by any year. updates.yaml is about others and is not read.
    """
    known = Known(plan, identity)
    files = [(file, NAME, False), (file.with_name("glossary.yaml"), NAME, False)]
    files += [(file.with_name("site.yaml"), NAME_AT_START, True), *((path, NAME, True) for path in texts)]
    for path, name, years in files:
        for line, column, found in leftovers(read_text(path), known, name, years=years) if path.exists() else ():
            code, right = ("year_left_over", known.years) if YEAR.fullmatch(found) else ("left_over", known.issuers)
            details: dict[str, object] = {"value": found, "allowed": right}
            yield Problem(display_path(path), line, column, path.name, code, details, blocks=False)
