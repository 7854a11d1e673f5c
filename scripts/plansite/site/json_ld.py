"""This module describes each page to other programs: JSON-LD in the terms of schema.org."""

import json
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Any

from plansite.errors import LANGUAGES, Lang
from plansite.site.graph import MeasureView, PlanView, ThemeView, TopicView, UnitView
from plansite.site.pages import Page
from plansite.site.tables import MEDIA, Package
from plansite.site.tasks import TaskSheet
from plansite.site.templates import measure_title
from plansite.source.schema import Labels
from plansite.translation.glossary import strip_glosses

LOCALE: dict[Lang, str] = {"zh": "zh-Hans", "en": "en"}
STATE_BODIES = {"government", "judicial", "vertical", "zone"}
"""The kinds of units that are bodies of the state."""


def json_ld(page: Page, title: str, plan: PlanView, labels: Labels, locate: Callable[[str, Lang], str]) -> str:
    """Return the JSON-LD of a page with this title: its subject and its breadcrumb.

    `locate` gives the URL of an address ("measures/7#measure") in a language.
    """
    lang, subject = page.lang, page.subject

    def url(address: str) -> str:
        return locate(address, lang)

    about: dict[str, Any] = {"@type": "WebPage", "name": title, "url": url(page.address)}
    if isinstance(subject, MeasureView):
        about = _measure(subject, lang, labels, url) | _translation_of(f"{subject.address}#measure", lang, locate)
    elif isinstance(subject, UnitView):
        about = _unit(subject, lang, url)
    elif isinstance(subject, TaskSheet):
        about["about"] = {"@id": url(f"{subject.unit.address}#unit")}
    elif isinstance(subject, ThemeView | TopicView):
        about |= _list(subject.measures, url)
    elif page.address in {"", "text"}:
        about = _notice(plan, lang, url) | _translation_of("text#notice", lang, locate)
    elif page.address == "data":
        about = _dataset(plan, labels, lang, url, locate("", "zh"))
    elif page.address == "measures":
        about |= _list(plan.measures, url)
    if not about["@type"].endswith("Organization"):
        # Who publishes the page is not who publishes the notice.
        about |= {"inLanguage": LOCALE[lang]} | (_publisher(plan, lang) if about["@type"] != "Legislation" else {})
    steps = _steps(page, title, labels)
    breadcrumb = _items({"name": name, "item": url(address)} for address, name in steps)
    graph = [about, {"@type": "BreadcrumbList", "itemListElement": breadcrumb}]
    data = {"@context": "https://schema.org", "@graph": graph}
    # A "<" could end the element that holds this.
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _list(measures: Iterable[MeasureView], url: Callable[[str], str]) -> dict[str, Any]:
    items = _items({"url": url(measure.address)} for measure in measures)
    entity = {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": items}
    return {"@type": "CollectionPage", "mainEntity": entity}


def _steps(page: Page, title: str, labels: Labels) -> list[tuple[str, str]]:
    """Return the pages that lead to a page and the page itself, [(address, name), ...]."""
    lang, subject = page.lang, page.subject
    above, _, below = page.address.partition("/")
    steps = [("", labels["home"][lang])]
    # The label of an index page has the name of its folder.
    steps += [(above, labels[above][lang])] if below and above in labels else []
    steps += [(subject.unit.address, subject.unit.name[lang])] if isinstance(subject, TaskSheet) else []
    steps += [(page.address, title)] if page.address else []
    return steps


def _items(items: Iterable[dict[str, str]]) -> list[dict[str, Any]]:
    return [{"@type": "ListItem", "position": position, **item} for position, item in enumerate(items, start=1)]


def _translation_of(address: str, lang: Lang, locate: Callable[[str, Lang], str]) -> dict[str, Any]:
    return {"translationOfWork": {"@id": locate(address, "zh")}} if lang == "en" else {}


def _is_official(plan: PlanView, lang: Lang) -> bool:
    """Return whether the issuers publish this text; else the site is an edited republication, or a translation."""
    return plan.site.official and (lang == "zh" or plan.site.is_translated_by_issuer)


def _publisher(plan: PlanView, lang: Lang) -> dict[str, Any]:
    if not (named := plan.site.publisher):
        return {}
    address = {"url": named.website} if named.website else {}
    return {"publisher": {"@type": "Organization", "name": named.name[lang], **address}}


def _notice(plan: PlanView, lang: Lang, url: Callable[[str], str]) -> dict[str, Any]:
    notice, other = plan.notice, LANGUAGES[1 - LANGUAGES.index(lang)]
    return {
        "@type": "Legislation",
        "@id": url("text#notice"),
        "url": url("text"),
        "name": notice.title[lang],
        "alternateName": notice.title[other],
        "legislationDate": notice.date.isoformat(),
        "legislationPassedBy": [{"@type": "Organization", "name": issuer[lang]} for issuer in notice.issuers],
        "encoding": {
            "@type": "LegislationObject",
            **(
                {} if _is_official(plan, lang) else {"legislationLegalValue": "https://schema.org/UnofficialLegalValue"}
            ),
            "inLanguage": LOCALE[lang],
            **_publisher(plan, lang),
        },
        "hasPart": [{"@id": url(f"{measure.address}#measure")} for measure in plan.measures],
    }


def _measure(measure: MeasureView, lang: Lang, labels: Labels, url: Callable[[str], str]) -> dict[str, Any]:
    named = [unit for unit in measure.units if unit.kind != "collective"]
    sentences = [strip_glosses(sentence.shown(lang)) for sentence in measure.sentences]
    return {
        "@type": "CreativeWork",
        "@id": url(f"{measure.address}#measure"),
        "url": url(measure.address),
        "name": measure_title(labels, lang, measure),
        "position": measure.number,
        "text": (" " if lang == "en" else "").join(sentences),
        "isPartOf": {"@id": url("text#notice")},
        "mentions": [{"@id": url(f"{unit.address}#unit"), "name": unit.official_name[lang]} for unit in named],
    }


def _unit(unit: UnitView, lang: Lang, url: Callable[[str], str]) -> dict[str, Any]:
    if unit.kind == "collective":
        return {"@type": "WebPage", "name": unit.name[lang], "url": url(unit.address)}
    official = unit.official_name[lang]
    names = [unit.name[lang], *(alias[lang] for alias in unit.aliases), unit.official_name.zh, unit.official_name.en]
    return {
        "@type": "GovernmentOrganization" if unit.kind in STATE_BODIES else "Organization",
        "@id": url(f"{unit.address}#unit"),
        "url": url(unit.address),
        "name": official,
        "alternateName": [name for name in dict.fromkeys(names) if name != official],
        **_reached(unit, lang),
        "subjectOf": [{"@id": url(f"{measure.address}#measure")} for measure in unit.measures],
    }


def _reached(unit: UnitView, lang: Lang) -> dict[str, str]:
    if unit.contact is None:
        return {}
    address = unit.contact.address[lang] if unit.contact.address else None
    known = {"telephone": unit.contact.telephone, "address": address, "sameAs": unit.contact.website}
    return {name: value for name, value in known.items() if value}


def _dataset(plan: PlanView, labels: Labels, lang: Lang, url: Callable[[str], str], root: str) -> dict[str, Any]:
    media = {name: MEDIA[PurePath(name).suffix] for name in Package(plan).files}
    return {
        "@type": "Dataset",
        "name": plan.site.name[lang] + labels["colon"][lang] + labels["data"][lang],
        "description": labels["data_lead"][lang],
        "url": url("data"),
        **({"license": licence.url} if (licence := plan.site.licence) and licence.url else {}),
        "isBasedOn": {"@id": url("text#notice")},
        "isAccessibleForFree": True,
        "distribution": [
            {"@type": "DataDownload", "name": n, "encodingFormat": m, "contentUrl": root + n} for n, m in media.items()
        ],
    }
