"""Describes each page to other programs: JSON-LD in the terms of schema.org."""

import json
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Any

from plansite.errors import LANGUAGES, Lang
from plansite.site.graph import MeasureView, PlanView, ThemeView, TopicView, UnitView
from plansite.site.pages import Page
from plansite.site.tables import LICENCE, MEDIA, description
from plansite.site.templates import measure_title
from plansite.source.schema import Labels
from plansite.translation.glossary import strip_glosses

Locate = Callable[[str, Lang], str]
"""Gives the address on the web of a page of the site."""
LOCALE: dict[Lang, str] = {"zh": "zh-Hans", "en": "en"}
STATE_BODIES = {"government", "judicial", "vertical", "zone"}
"""The kinds of units that are bodies of the state."""


def json_ld(page: Page, title: str, plan: PlanView, labels: Labels, locate: Locate) -> str:
    """Return what stands in a page's <script type="application/ld+json">: the way to it, and what it is about.

    `title` is that of the page.
    """
    subject = page.subject
    if isinstance(subject, MeasureView):
        about = _measure(subject, page.lang, labels, locate)
    elif isinstance(subject, UnitView):
        about = _unit(subject, page.lang, locate)
    elif isinstance(subject, ThemeView):
        about = _collection(page, title, subject.measures, locate)
    elif isinstance(subject, TopicView):
        about = _collection(page, title, [answer.measure for answer in subject.answers], locate)
    elif page.address in {"", "text"}:
        about = _notice(plan, page.lang, locate)
    elif page.address == "data":
        about = _dataset(page, labels, locate)
    elif page.address == "measures":
        about = _collection(page, title, plan.measures, locate)
    else:
        about = {"@type": "WebPage", "name": title, "url": locate(page.address, page.lang)}
    if not about["@type"].endswith("Organization"):
        about["inLanguage"] = LOCALE[page.lang]
    data = {"@context": "https://schema.org", "@graph": [about, _breadcrumb(page, title, labels, locate)]}
    # A "<" could end the element that this stands in.
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _notice(plan: PlanView, lang: Lang, locate: Locate) -> dict[str, Any]:
    notice = plan.notice
    other = next(other for other in LANGUAGES if other != lang)
    return {
        "@type": "Legislation",
        "@id": f"{locate('text', lang)}#notice",
        "url": locate("text", lang),
        "name": notice.title[lang],
        "alternateName": notice.title[other],
        "legislationDate": notice.date.isoformat(),
        "legislationPassedBy": [{"@type": "Organization", "name": issuer[lang]} for issuer in notice.issuers],
        # What this site shows is an edited republication, whatever the notice itself is.
        "encoding": {
            "@type": "LegislationObject",
            "legislationLegalValue": "https://schema.org/UnofficialLegalValue",
            "inLanguage": LOCALE[lang],
        },
        "hasPart": [{"@id": f"{locate(measure.address, lang)}#measure"} for measure in plan.measures],
    } | ({"translationOfWork": {"@id": f"{locate('text', 'zh')}#notice"}} if lang == "en" else {})


def _measure(measure: MeasureView, lang: Lang, labels: Labels, locate: Locate) -> dict[str, Any]:
    return {
        "@type": "CreativeWork",
        "@id": f"{locate(measure.address, lang)}#measure",
        "url": locate(measure.address, lang),
        "name": measure_title(labels, lang, measure),
        "position": measure.number,
        "text": (" " if lang == "en" else "").join(
            strip_glosses(sentence.shown(lang)) for sentence in measure.sentences
        ),
        "isPartOf": {"@id": f"{locate('text', lang)}#notice"},
        "mentions": [
            {"@id": f"{locate(unit.address, lang)}#unit", "name": unit.official_name[lang]}
            for unit in measure.units
            if unit.kind != "collective"
        ],
    } | ({"translationOfWork": {"@id": f"{locate(measure.address, 'zh')}#measure"}} if lang == "en" else {})


def _unit(unit: UnitView, lang: Lang, locate: Locate) -> dict[str, Any]:
    if unit.kind == "collective":
        return {"@type": "WebPage", "name": unit.name[lang], "url": locate(unit.address, lang)}
    names = [
        unit.name[lang],
        *(text[lang] for text in unit.aliases),
        *(unit.official_name[other] for other in LANGUAGES),
    ]
    official = unit.official_name[lang]
    return {
        "@type": "GovernmentOrganization" if unit.kind in STATE_BODIES else "Organization",
        "@id": f"{locate(unit.address, lang)}#unit",
        "url": locate(unit.address, lang),
        "name": official,
        "alternateName": [name for name in dict.fromkeys(names) if name != official],
        "subjectOf": [{"@id": f"{locate(measure.address, lang)}#measure"} for measure in unit.measures],
    }


def _collection(page: Page, title: str, measures: Iterable[MeasureView], locate: Locate) -> dict[str, Any]:
    items = [
        {"@type": "ListItem", "position": place, "url": locate(measure.address, page.lang)}
        for place, measure in enumerate(measures, start=1)
    ]
    return {
        "@type": "CollectionPage",
        "name": title,
        "url": locate(page.address, page.lang),
        "mainEntity": {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": items},
    }


def _dataset(page: Page, labels: Labels, locate: Locate) -> dict[str, Any]:
    return {
        "@type": "Dataset",
        "name": description().title[page.lang],
        "description": labels["data_lead"][page.lang],
        "url": locate("data", page.lang),
        "license": LICENCE,
        "isBasedOn": {"@id": f"{locate('text', page.lang)}#notice"},
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "name": name,
                "encodingFormat": MEDIA[PurePath(name).suffix],
                "contentUrl": locate("", "zh") + name,
            }
            for name in description().files
        ],
    }


def _breadcrumb(page: Page, title: str, labels: Labels, locate: Locate) -> dict[str, Any]:
    above, _, below = page.address.partition("/")
    steps = [("", labels["home"][page.lang])]
    # The label of an index page has the name of its folder.
    if below and above in labels:
        steps.append((above, labels[above][page.lang]))
    if page.address:
        steps.append((page.address, title))
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": locate(address, page.lang)}
        for place, (address, name) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}
