"""Makes the search index of each language: all there is to find, and what it takes to understand a query.

The worker overrides/assets/search.js reads the texts through for every query; what needs a library is done here.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal

import yaml
from opencc import OpenCC
from snowballstemmer import stemmer

from plansite.errors import Lang
from plansite.site.graph import MeasureView, PlanView, UnitView
from plansite.site.pages import pages
from plansite.site.tables import Package
from plansite.site.templates import Phrases, count_label, lead_unit_label, measure_title
from plansite.source.chinese import all_readings, chinese_numeral, pinyin_readings
from plansite.source.schema import HAN, Labels, Sentence, Text
from plansite.source.yaml_reader import read_text
from plansite.translation.checks import COUNT_WORDS
from plansite.translation.glossary import strip_glosses

FieldName = Literal["title", "section", "keyword", "sentence"]
"""Where in a document a text stands, which decides how much a match in it counts; below all, the names of its units."""
HAN_RUN = re.compile(f"[{HAN}]+")
WORD = re.compile("[a-z]+")
# The characters of everyday Chinese; rarer ones have hardly any traditional form of their own.
CJK = "".join(map(chr, range(0x4E00, 0xA000)))
# The 3,755 commonest characters in the order of their pinyin (GB/T 2312-1980, level 1): those that somebody may type
# for another of the same sound. The browser knows them too.
LEVEL_1 = ((high, low) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
COMMON = b"".join(map(bytes, LEVEL_1)).decode("gb2312", "ignore")


@dataclass(frozen=True)
class SearchDocument:
    """Something to find: a page, or a place on one that is looked for by itself."""

    kind: Literal["measure", "unit", "theme", "topic", "section", "term", "page"]
    location: str
    title: str
    about: str
    texts: Mapping[FieldName, Sequence[str]]
    """What it is found by; without a `title` here, its own."""
    names: tuple[str, ...] = ()
    """Queries that can mean nothing else, in small letters and figures alone."""
    measures: tuple[str, ...] = ()
    """The places of the measures that a unit answers for."""


def search_script(plan: PlanView, labels: Labels, lang: Lang, static_page_document: Iterable[SearchDocument]) -> str:
    """Return search/LANG.js, which the worker loads when somebody turns to the search box."""
    return index_script(index_of([*documents(plan, labels, lang), *static_page_document], labels, lang), lang)


def index_script(index: dict[str, Any], lang: Lang) -> str:
    """Return an index as a script: browsers refuse to fetch data from a folder, and parse JSON faster than a script."""
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"self.indexes.{lang} = JSON.parse('{quoted}');\n"


def index_of(found: list[SearchDocument], labels: Labels, lang: Lang) -> dict[str, Any]:
    """Return the index: documents, words that belong together, stop words, characters, the name of a sentence."""
    texts = [text for document in found for text in all_texts(document)]
    stops, synonyms = stopwords(), table("synonyms")[lang]
    said = [*texts, *stops["zh"], *(word for group in synonyms for word in group)]
    return {
        "documents": [{name: value for name, value in asdict(document).items() if value} for document in found],
        "families": stem_families(texts),
        "synonyms": synonyms,
        "stops": stops,
        "vague": table("stopwords")["vague"][lang].split(),
        "simplified": simplified("".join(said)),
        "readings": readings(texts) if lang == "zh" else {},
        "sentence": labels["sentence_numbered"][lang],
    }


def all_texts(document: SearchDocument) -> list[str]:
    """Return everything that a document is found by, its title included."""
    return [document.title, *(text for texts in document.texts.values() for text in texts)]


@cache
def table(name: str) -> Any:
    """Return a table of words beside this module: stopwords or synonyms, by language."""
    return yaml.load(read_text(Path(__file__).with_name(f"{name}.yaml")), yaml.CSafeLoader)


def stopwords() -> dict[Lang, list[str]]:
    """Return the stop words of each language, {"zh": ["怎么办", ...], "en": ["how", ...]}, the longest first."""
    words = table("stopwords")
    return {"zh": sorted(words["zh"], key=len, reverse=True), "en": words["en"].split()}


def stem_families(texts: Iterable[str]) -> list[str]:
    """Return the Latin words of texts that share a stem: ["bankrupt bankruptcy", ...] (Snowball English)."""
    words = sorted({word for text in texts for word in WORD.findall(text.lower())})
    stems = dict(zip(words, stemmer("english").stemWords(words), strict=True))
    found: dict[str, list[str]] = defaultdict(list)
    for word in words:
        found[stems[word]].append(word)
    return [" ".join(forms) for forms in found.values() if len(forms) > 1]


def simplified(text: str) -> str:
    """Return each traditional character whose simplified one occurs in a text, followed by it: 營营環环 (OpenCC)."""
    known = set(text)
    pairs = dict(zip(CJK, OpenCC("t2s").convert(CJK), strict=True))
    return "".join(old + pairs[old] for old in CJK if pairs[old] != old and pairs[old] in known)


def readings(texts: Iterable[str]) -> dict[str, Any]:
    """Return the pinyin of characters: {"common": "a2 ai13 ...", "others": {"hang": "行"}}.

    `common` tells how many of the commonest characters, which are in the order of their pinyin, are read alike;
    `others` are those of Chinese texts as read in their words, where that is another reading.
    """
    runs: list[tuple[str, int]] = [("", 0)]
    found: dict[str, set[str]] = defaultdict(set)
    said = [run for text in texts for run in HAN_RUN.findall(text)]
    read = pinyin_readings([*said, *COMMON])
    heteronyms = all_readings(COMMON)
    for character in COMMON:
        sound, count = runs[-1]
        if sound in heteronyms[character]:
            runs[-1] = sound, count + 1
        else:
            runs.append((read[character][0], 1))
        found[runs[-1][0]].add(character)
    others: dict[str, set[str]] = defaultdict(set)
    for run in said:
        for character, sound in zip(run, read[run], strict=True):
            if character not in found[sound]:
                others[sound].add(character)
    return {
        "common": " ".join(f"{sound}{count}" for sound, count in runs[1:]),
        "others": {sound: "".join(sorted(characters)) for sound, characters in sorted(others.items())},
    }


def documents(plan: PlanView, labels: Labels, lang: Lang) -> Iterator[SearchDocument]:
    """Yield everything that the plan gives to find, in one language."""
    words = Phrases(labels, lang)
    for measure in plan.measures:
        yield _measure(measure, labels, lang)
    for unit in plan.units:
        kind, answered = ("measures", unit.measures) if unit.measures else ("safeguards", unit.safeguards)
        about = f"{words['units']} · {count_label(labels, lang, kind, len(answered))}"
        texts: dict[FieldName, Sequence[str]] = {
            "title": _names(unit, lang),
            "keyword": getattr(unit.keywords, lang),
        }
        measures = tuple(f"{measure.address}/" for measure in unit.measures)
        yield SearchDocument(
            "unit", f"{unit.address}/", unit.name[lang], about, texts, unit_names(unit, lang), measures
        )
    for theme in plan.themes:
        titles = [theme.name[lang], theme.title[lang]]
        yield SearchDocument("theme", f"{theme.address}/", theme.name[lang], words["themes"], {"title": titles})
    for topic in plan.topics:
        names = [topic.name[lang], topic.question[lang]]
        yield SearchDocument("topic", f"{topic.address}/", topic.name[lang], words["topics"], {"title": names})
    for section in plan.sections:
        place = f"{section.theme.address}/#{section.anchor}"
        yield SearchDocument("section", place, section.title[lang], section.theme.name[lang], {})
    for term in plan.terms:
        yield SearchDocument("term", term.address.replace("#", "/#"), getattr(term, lang), words["glossary"], {})
    yield from _pages(plan, labels, lang)
    yield from _frame(plan, words, lang)


def _measure(measure: MeasureView, labels: Labels, lang: Lang) -> SearchDocument:
    texts: dict[FieldName, Sequence[str]] = {
        "title": [measure.title[lang]],
        "section": [measure.section.title[lang]],
        "keyword": getattr(measure.keywords, lang),
        "sentence": _sentences(measure.sentences, lang),
    }
    about = f"{measure.theme.name[lang]} · {lead_unit_label(labels, lang, measure)}"
    title = measure_title(labels, lang, measure)
    return SearchDocument("measure", f"{measure.address}/", title, about, texts, number_names(measure.number))


def _pages(plan: PlanView, labels: Labels, lang: Lang) -> Iterator[SearchDocument]:
    """Yield the pages of no single record, found first by their title and by their name in the navigation."""
    words = Phrases(labels, lang)
    more: dict[str, dict[FieldName, Sequence[str]]] = {
        "invest": {"keyword": getattr(plan.invest.keywords, lang)},
        "data": {"sentence": [words["data_lead"]]},
    }
    for page in pages(plan):
        if page.lang == lang and isinstance(page.subject, PlanView | Package):
            name = page.address or "home"
            title = words[f"{name}_title" if f"{name}_title" in labels else name]
            titles = list(dict.fromkeys((title, words[name])))
            texts: dict[FieldName, Sequence[str]] = {"title": titles, **more.get(name, {})}
            yield SearchDocument("page", f"{page.address or '.'}/", title, "", texts, _queries(titles))


def _frame(plan: PlanView, words: Phrases, lang: Lang) -> Iterator[SearchDocument]:
    """Yield what the notice says before and after its measures."""
    general = plan.notice.general_requirements
    frame: list[tuple[str, Text, Sequence[Sentence]]] = [
        ("general", general.title, (*plan.notice.preamble, *general.sentences)),
        *((safeguard.anchor, safeguard.title, safeguard.sentences) for safeguard in plan.safeguards),
    ]
    for anchor, title, sentences in frame:
        texts = _sentences(sentences, lang)
        yield SearchDocument("page", f"text/#{anchor}", title[lang], words["text"], {"sentence": texts})


def unit_names(unit: UnitView, lang: Lang) -> tuple[str, ...]:
    """Return a unit's names as people write them, in letters alone: 区税务局, 税务局, 国税局, 国家税务总局…."""
    names = _names(unit, lang)
    place = {"zh": "^区委?", "en": "^District "}[lang]
    return _queries(names + [re.sub(place, "", name) for name in names] + list(getattr(unit.keywords, lang)))


def _queries(names: Iterable[str]) -> tuple[str, ...]:
    """Return names as queries of nothing else, in small letters and figures alone."""
    return tuple(dict.fromkeys(re.sub(r"[\W_]", "", name.lower()) for name in names))


def _names(unit: UnitView, lang: Lang) -> list[str]:
    return list(dict.fromkeys(name[lang] for name in (unit.name, unit.official_name, *unit.aliases)))


def _sentences(sentences: Iterable[Sentence], lang: Lang) -> list[str]:
    return [strip_glosses(sentence.shown(lang)) for sentence in sentences]


def number_names(number: int) -> tuple[str, ...]:
    """Return a measure's number as people write it, in letters alone: 39, 三十九, thirtynine."""
    if number >= 100:  # noqa: PLR2004 - headings count in words up to 99 only
        return (str(number),)
    words = (word.replace("-", "") for word, value in COUNT_WORDS.items() if value == number)
    return (str(number), chinese_numeral(number), *words)


def static_page_document(location: str, title: str, html: str) -> SearchDocument:
    """Return a page written by hand, with a text for each of its headings and paragraphs."""
    reader = _Reader()
    reader.feed(html)
    texts = [" ".join(text.split()) for text in reader.texts]
    sentences = [text for text in texts if text not in {"", title}]
    return SearchDocument("page", location, title, "", {"sentence": sentences}, _queries([title]))


class _Reader(HTMLParser):
    """Collects the text of each block of a page."""

    BLOCKS = ("h1", "h2", "h3", "h4", "p", "li", "td", "th", "dt", "dd")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's form
        if tag in self.BLOCKS:
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self.texts:
            self.texts[-1] += data
