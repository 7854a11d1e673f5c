"""This module turns a plan into the search index of each language, which overrides/assets/search.js reads."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from html.parser import HTMLParser
from itertools import takewhile
from pathlib import Path
from string import ascii_lowercase, digits
from typing import Any, Literal

import yaml

from plansite.errors import Lang
from plansite.site.graph import MeasureView, PlanView, UnitView
from plansite.site.pages import pages
from plansite.site.templates import Phrases, count_label, lead_unit_label, measure_title
from plansite.source.chinese import chinese_numeral, pinyin_readings
from plansite.source.schema import Labels, Sentence, Text
from plansite.source.texts import HAN
from plansite.source.yaml_reader import read_text
from plansite.translation.glossary import strip_glosses
from plansite.translation.numbers import COUNT_WORDS

FieldName = Literal["title", "section", "keyword", "sentence", "phrase"]
"""The part of a document that a text belongs to, by which the worker weighs a match."""
HAN_RUN = re.compile(f"[{HAN}]+")
BLOCKS = {"h1", "h2", "h3", "h4", "p", "li", "td", "th", "dd", "dt"}
"""The elements that hold a text of their own on a page written by hand."""
LEVEL_1 = ((high, low) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
COMMON = b"".join(map(bytes, LEVEL_1)).decode("gb2312", "ignore")
"""The 3,755 commonest characters in the order of their pinyin (GB/T 2312-1980, level 1), which browsers know too."""


@dataclass(frozen=True)
class SearchDocument:
    """A page, or a place on one, that the search can find."""

    kind: Literal["measure", "unit", "theme", "topic", "section", "term", "page", "answer", "unanswered"]
    location: str
    title: str
    about: str
    """What the list of results shows beside the title."""
    texts: Mapping[FieldName, Sequence[str]]
    """The searched texts; `title` may be left out where it is only the document's own."""
    names: tuple[str, ...] = ()
    """Queries that mean this document alone, as normalized by `_queries`; of an answer, the words of its question.

    The search adds the names and keywords of a unit.
    """
    measures: tuple[str, ...] = ()
    """The locations of a unit's measures."""


def search_script(plan: PlanView, labels: Labels, lang: Lang, static_pages: Iterable[SearchDocument]) -> str:
    """Return search/LANG.js, which the worker loads when the search box is used first."""
    found = [*documents(plan, labels, lang), *static_pages]
    site = plan.site
    titles = [text[lang].replace("|", "") for text in (plan.notice.title, site.name, site.short_name)]
    names = [str(site.date.year), *titles]
    index = index_of(found, labels, lang, site.place_names(lang), names)
    # People leave out with what the names of units begin: 税务局 is 区税务局, 组织部 is 区委组织部.
    level = site.level(lang)
    return index_script(index | {"levels": [level, f"{level}委"] if lang == "zh" else [level]}, lang)


def index_script(index: dict[str, Any], lang: Lang) -> str:
    """Return an index as a script: browsers refuse to fetch data from a folder, and parse JSON faster than a script."""
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"self.indexes.{lang} = JSON.parse('{quoted}');\n"


def index_of(
    found: list[SearchDocument],
    labels: Labels,
    lang: Lang,
    place_names: Sequence[str] = (),
    plan_names: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the index of documents, with the tables by which the worker understands a query.

    Names of the place say nothing about what is sought, since all documents are about it; nor do those of the plan.
    """
    # An answer is found by the words of its question alone.
    texts = [text for document in found if document.kind != "answer" for text in all_texts(document)]
    every = "\n".join(texts).lower()
    stops = {word: [*words, *(place_names if word == lang else ())] for word, words in stopwords().items()}
    # Of words for the same thing at least one has to be found.
    synonyms = [group for group in table("synonyms")[lang] if any(word in every for word in group)]
    names = (name for document in found for name in document.names)
    searched = [*texts, *names, *stops["zh"], *(word for group in synonyms for word in group)]
    return {
        "documents": [{name: value for name, value in asdict(document).items() if value} for document in found],
        "synonyms": synonyms,
        "stops": stops,
        "subject": [*table("stopwords")["subject"][lang].split(), *place_names, *plan_names],
        "simplified": simplified("".join(searched)),
        "readings": readings(texts) if lang == "zh" else {},
        "groups": {
            "measure": labels["search_measures"][lang],
            "unit": labels["units"][lang],
            "other": labels["search_other"][lang],
            "possible": labels["search_possibly"][lang],
        },
        "sentence": labels["sentence_numbered"][lang],
        "answer": labels["answer"][lang],
        "reason": labels["found_under"][lang],
    }


def all_texts(document: SearchDocument) -> list[str]:
    """Return every searched text of a document, its title first."""
    return [document.title, *(text for texts in document.texts.values() for text in texts)]


@cache
def table(name: str) -> Any:
    """Return the content of stopwords.yaml, synonyms.yaml or characters.yaml beside this module."""
    return yaml.load(read_text(Path(__file__).with_name(f"{name}.yaml")), yaml.CSafeLoader)


def stopwords() -> dict[Lang, list[str]]:
    """Return the stop words of each language, the longest Chinese first: {"zh": ["怎么办", ...], "en": ["how"]}."""
    words = table("stopwords")
    return {"zh": sorted(words["zh"], key=len, reverse=True), "en": words["en"].split()}


def simplified(text: str) -> str:
    """Return each traditional character whose simplified one occurs in a text, followed by it: 營营環环."""
    characters = set(text)
    pairs: list[str] = re.findall("..", table("characters")["simplified"])
    return "".join(pair for pair in pairs if pair[1] in characters)


def readings(texts: Iterable[str]) -> dict[str, Any]:
    """Return the pinyin of characters: {"common": "a2 ai13 ...", "others": {"hang": "行"}}.

    `common` gives the number of neighbors in COMMON that are read alike; `others` the characters of `texts` that are
    read otherwise in their words.
    """
    common = table("characters")["common"].split()
    sounds = (sound for run in common for sound in [run.rstrip(digits)] * int(run.lstrip(ascii_lowercase)))
    usual = dict(zip(COMMON, sounds, strict=True))
    others: dict[str, set[str]] = defaultdict(set)
    for run, spoken in pinyin_readings(run for text in texts for run in HAN_RUN.findall(text)).items():
        for character, sound in zip(run, spoken, strict=True):
            if usual.get(character) != sound:
                others[sound].add(character)
    sorted_others = {sound: "".join(sorted(characters)) for sound, characters in sorted(others.items())}
    return {"common": " ".join(common), "others": sorted_others}


def documents(plan: PlanView, labels: Labels, lang: Lang) -> Iterator[SearchDocument]:
    """Yield the document of each record, page and part of a plan, in one language."""
    words = Phrases(labels, lang)
    yield from (_measure(measure, labels, lang) for measure in plan.measures)
    yield from (_unit(unit, labels, lang) for unit in plan.units)
    for theme in plan.themes:
        titles = [theme.name[lang], theme.title[lang]]
        yield SearchDocument("theme", f"{theme.address}/", titles[0], words["themes"], {"title": titles})
    for topic in plan.topics if "topics" in plan.site.ways else ():
        names, asked = [topic.name[lang], topic.question[lang]], getattr(topic.keywords, lang)
        yield SearchDocument(
            "topic", f"{topic.address}/", names[0], words["topics"], {"title": names, "keyword": asked}
        )
    for section in plan.sections:
        location = f"{section.theme.address}/#{section.anchor}"
        yield SearchDocument("section", location, section.title[lang], section.theme.name[lang], {})
    # The search makes the location of a term from its title.
    for term in plan.terms if "glossary" in plan.site.ways else ():
        yield SearchDocument("term", "", getattr(term, lang), words["glossary"], {})
    yield from _pages(plan, labels, lang)
    general = plan.notice.general_requirements
    parts: list[tuple[str, Text, Sequence[Sentence]]] = [
        ("general", general.title, (*plan.notice.preamble, *general.sentences)),
        *((safeguard.anchor, safeguard.title, safeguard.sentences) for safeguard in plan.safeguards),
    ]
    for anchor, title, sentences in parts:
        texts = _sentences(sentences, lang)
        yield SearchDocument("page", f"text/#{anchor}", title[lang], words["text"], {"sentence": texts})
    yield from _unanswered(plan, lang)


def _measure(measure: MeasureView, labels: Labels, lang: Lang) -> SearchDocument:
    texts: dict[FieldName, Sequence[str]] = {
        "section": [measure.section.title[lang]],
        "keyword": getattr(measure.keywords, lang),
        "sentence": _sentences(measure.sentences, lang),
    }
    about = f"{measure.theme.name[lang]} · {lead_unit_label(labels, lang, measure)}"
    title = measure_title(labels, lang, measure)
    return SearchDocument("measure", f"{measure.address}/", title, about, texts, number_names(measure.number))


def _unit(unit: UnitView, labels: Labels, lang: Lang) -> SearchDocument:
    kind, records = ("measures", unit.measures) if unit.measures else ("safeguards", unit.safeguards)
    about = f"{labels['units'][lang]} · {count_label(labels, lang, kind, len(records))}"
    titles = list(dict.fromkeys(name[lang] for name in (unit.name, unit.official_name, *unit.aliases)))
    keywords: Sequence[str] = getattr(unit.keywords, lang)
    measures = tuple(f"{measure.address}/" for measure in unit.measures)
    texts: dict[FieldName, Sequence[str]] = {"title": titles, "keyword": keywords}
    return SearchDocument("unit", f"{unit.address}/", unit.name[lang], about, texts, measures=measures)


def _pages(plan: PlanView, labels: Labels, lang: Lang) -> Iterator[SearchDocument]:
    """Yield the pages of no single record, found by their title and by their name in the navigation."""
    words = Phrases(labels, lang)
    more: dict[str, dict[FieldName, Sequence[str]]] = {
        "invest": {"keyword": getattr(plan.invest.keywords, lang)},
        "data": {"sentence": [words["data_lead"]]},
    }
    for page in pages(plan):
        if page.lang == lang and isinstance(page.subject, PlanView):
            name = page.address or "home"
            title = words[f"{name}_title" if f"{name}_title" in labels else name]
            titles = list(dict.fromkeys((title, words[name])))
            # People may call a page by what it lists, or as its address does.
            called = [title, *titles, page.address, *(words[one] for one in [name.removesuffix("s")] if one in labels)]
            texts: dict[FieldName, Sequence[str]] = {"title": titles, **more.get(name, {})}
            yield SearchDocument("page", f"{page.address or '.'}/", title, "", texts, _queries(filter(None, called)))


def _unanswered(plan: PlanView, lang: Lang) -> Iterator[SearchDocument]:
    """Yield what the plan says nothing about, found by the phrases alone and shown as no result."""
    for matter in plan.unanswered.matters:
        texts: dict[FieldName, Sequence[str]] = {"title": (), "phrase": getattr(matter.phrases, lang)}
        yield SearchDocument("unanswered", "", matter.name[lang], matter.where[lang] if matter.where else "", texts)


def _queries(names: Iterable[str]) -> tuple[str, ...]:
    """Return names as the worker normalizes a query: in small letters and digits alone."""
    return tuple(dict.fromkeys(re.sub(r"[\W_]", "", name.lower()) for name in names))


def _sentences(sentences: Iterable[Sentence], lang: Lang) -> list[str]:
    return [strip_glosses(sentence.shown(lang)) for sentence in sentences]


def number_names(number: int) -> tuple[str, ...]:
    """Return a measure's number as people write it, in letters and digits alone: 39, 三十九, thirtynine."""
    if number >= 100:  # noqa: PLR2004 - headings count in words up to 99 only
        return (str(number),)
    words = (word.replace("-", "") for word, value in COUNT_WORDS.items() if value == number)
    return (str(number), chinese_numeral(number), *words)


class _Blocks(HTMLParser):
    """Reads HTML as blocks, each its id and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[list[str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self.found.append([dict(attrs).get("id") or "", ""])

    def handle_data(self, data: str) -> None:
        if self.found:
            self.found[-1][1] += data


def static_page_documents(
    location: str, title: str, html: str, answers: Mapping[str, Sequence[object]]
) -> Iterator[SearchDocument]:
    """Yield a page of docs/ with a text for each of its blocks, and each question that it answers.

    `answers` are the words of each question by the id of its heading; its answer is what stands below, up to the next
    block with an id. What stands before the first of them is the page's own.
    """
    blocks = [(anchor, " ".join(text.split())) for anchor, text in _Blocks(html).found]
    own = takewhile(lambda block: block[0] not in answers, blocks)
    sentences = [text for _, text in own if text not in {"", title}]
    yield SearchDocument("page", location, title, "", {"sentence": sentences}, _queries([title]))
    for at, (anchor, question) in enumerate(blocks, start=1):
        if anchor in answers:
            texts = [text for _, text in takewhile(lambda block: not block[0], blocks[at:])]
            words = tuple(str(word).lower() for word in answers[anchor])
            yield SearchDocument("answer", f"{location}#{anchor}", question, "", {"sentence": texts}, words)
