"""The plan as data for other programs: plan.json, sentences.csv and the JSON Schemas of what editors write."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from pydantic import BaseModel

import plansite.model
from plansite.fields import field_of
from plansite.model import Plan, Sentence, Text
from plansite.problems import LANGUAGES
from plansite.views import (
    MeasureView,
    PlanView,
    SafeguardView,
    StageView,
    TermView,
    TopicView,
    TranslationView,
    UnitView,
)


def plan_json(plan: PlanView, site_url: str = "") -> str:
    """Return plan.json: every record with its references, addresses and translation state.

    Addresses are absolute where the address of the site is known, otherwise they start at its root.
    """

    def url(address: str) -> dict[str, str]:
        base = site_url or "/"
        return {"zh": urljoin(base, f"{address}/"), "en": urljoin(base, f"en/{address}/")}

    notice = plan.notice
    data = {
        "notice": {
            "title": _text(notice.title),
            "issuers": [_text(issuer) for issuer in notice.issuers],
            "date": notice.date.isoformat(),
            "preamble": [_sentence(sentence) for sentence in notice.preamble],
            "general_requirements": [_sentence(sentence) for sentence in notice.general_requirements.sentences],
            **_translation(plan.translation),
        },
        "themes": [
            {
                "id": theme.id,
                "name": _text(theme.name),
                "title": _text(theme.title),
                "sections": [section.number for section in theme.sections],
                **_translation(theme.translation),
                "url": url(theme.address),
            }
            for theme in plan.themes
        ],
        "sections": [
            {
                "number": section.number,
                "theme": section.theme.id,
                "title": _text(section.title),
                "measures": [measure.number for measure in section.measures],
            }
            for section in plan.sections
        ],
        "units": [_unit(unit) | {"url": url(unit.address)} for unit in plan.units],
        "topics": [_topic(topic) | {"url": url(topic.address)} for topic in plan.topics],
        "audiences": [{"id": audience.id, "name": _text(audience.name)} for audience in plan.audiences],
        "invest": {
            "guide": [_text(text) for text in plan.invest.guide],
            "stages": [_stage(stage) for stage in plan.invest.stages],
            **_translation(plan.invest.translation),
        },
        "measures": [_measure(measure) | {"url": url(measure.address)} for measure in plan.measures],
        "safeguards": [{"id": safeguard.id, **_answered(safeguard)} for safeguard in plan.safeguards],
        "terms": [_term(term) for term in plan.terms],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _answered(item: MeasureView | SafeguardView) -> dict[str, Any]:
    return {
        "title": _text(item.title),
        "sentences": [_sentence(sentence) for sentence in item.sentences],
        "responsibility": {
            "role": item.role,
            "units": [{"id": mention.unit.id, "as_written": mention.wording.zh} for mention in item.mentions],
        },
        **_translation(item.translation),
    }


def _sentence(sentence: Sentence) -> dict[str, str | None]:
    return {"zh": sentence.zh, "en": sentence.en, "note": sentence.note.en if sentence.note else None}


def _translation(translation: TranslationView) -> dict[str, str | None]:
    confirmed = translation.confirmed.isoformat() if translation.confirmed else None
    return {"translation": translation.state, "en_confirmed": confirmed}


def _term(term: TermView) -> dict[str, Any]:
    measures = [measure.number for measure in term.measures]
    return {"id": term.id, "zh": term.zh, "en": term.en, "note": _text(term.note), "measures": measures}


def _measure(measure: MeasureView) -> dict[str, Any]:
    return {
        "number": measure.number,
        "theme": measure.theme.id,
        "section": measure.section.number,
        **_answered(measure),
        "topics": [topic.id for topic in measure.topics],
        "audiences": [audience.id for audience in measure.audiences],
        "keywords": measure.keywords.model_dump(mode="json"),
        "targets": [
            {"sentence": promise.number, **target.model_dump(mode="json")}
            for promise in measure.promises
            for target in promise.sentence.targets
        ],
    }


def _stage(stage: StageView) -> dict[str, Any]:
    return {
        "id": stage.id,
        "name": _text(stage.name),
        "guide": _text(stage.guide),
        "measures": [
            {"number": answer.measure.number, "sentences": [number for number, _ in answer.sentences]}
            for answer in stage.answers
        ],
        "topics": [topic.id for topic in stage.topics],
    }


def _topic(topic: TopicView) -> dict[str, Any]:
    return {
        "id": topic.id,
        "name": _text(topic.name),
        "question": _text(topic.question),
        "guide": [_text(text) for text in topic.guide],
        "measures": [
            {"number": answer.measure.number, "sentence": number}
            for answer in topic.answers
            for number, _ in answer.sentences
        ],
        **_translation(topic.translation),
    }


def _unit(unit: UnitView) -> dict[str, Any]:
    return {
        "id": unit.id,
        "name": _text(unit.name),
        "official_name": _text(unit.official_name),
        "kind": unit.kind,
        "aliases": [alias.zh for alias in unit.aliases],
        "keywords": unit.keywords.model_dump(mode="json"),
        "unverified": unit.unverified,
        "note": _text(unit.note) if unit.note else None,
        "measures": [measure.number for measure in unit.measures],
        "safeguards": [safeguard.id for safeguard in unit.safeguards],
        **_translation(unit.translation),
    }


def sentences_csv(plan: PlanView) -> str:
    """Return the whole notice in both languages as CSV (RFC 4180), a text a row, in reading order.

    Begins with a byte order mark, without which Excel takes UTF-8 for another encoding. Columns: place (an address on
    the site, with its anchor), kind (title or sentence), zh, en, note, translation, en_confirmed.
    """
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["place", "kind", "zh", "en", "note", "translation", "en_confirmed"])
    for place, text, translation in _texts(plan):
        state = _translation(translation)
        kind, note = ("sentence", _sentence(text)["note"]) if isinstance(text, Sentence) else ("title", None)
        writer.writerow([place, kind, text.zh, text.en, note, state["translation"], state["en_confirmed"]])
    return "\ufeff" + target.getvalue()


def _texts(plan: PlanView) -> Iterator[tuple[str, Text | Sentence, TranslationView]]:
    """Yield (place, text, state of its translation) for every text of the notice."""
    notice, general = plan.notice, plan.notice.general_requirements
    opening: dict[str, Sequence[Text | Sentence]] = {
        "text#notice": (notice.announcement, notice.addressees, notice.approval, *notice.issuers),
        "text#plan": (notice.title, *notice.preamble),
        "text#general": (general.title, *general.sentences),
    }
    for place, texts in opening.items():
        yield from ((place, text, plan.translation) for text in texts)
    for theme in plan.themes:
        yield theme.address, theme.title, theme.translation
        for section in theme.sections:
            yield f"{theme.address}#{section.anchor}", section.title, theme.translation
            for measure in section.measures:
                yield measure.address, measure.title, measure.translation
                for number, sentence in enumerate(measure.sentences, start=1):
                    yield f"{measure.address}#s{number}", sentence, measure.translation
    yield "text#safeguards", notice.safeguards_title, plan.translation
    for safeguard in plan.safeguards:
        place = f"text#{safeguard.anchor}"
        yield place, safeguard.title, safeguard.translation
        yield from ((place, sentence, safeguard.translation) for sentence in safeguard.sentences)
    yield "text#notice", notice.imprint.office, plan.translation


def schema(model: type[BaseModel]) -> str:
    """Return the JSON Schema of plan.yaml or glossary.yaml, for completion and hints in editors in both languages."""
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    _describe(described)
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def _describe(part: Any) -> None:
    """Put the words of fields.yaml into a JSON Schema, in place of what pydantic takes from names and docstrings."""
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _describe(inner)
    if isinstance(part, dict) and isinstance(properties := part.get("properties"), dict):
        part.pop("description", None)
        for name, described in properties.items():
            # A field that may be left out is left out; editors would offer to write null or the default.
            described.pop("default", None)
            if {"type": "null"} in described.get("anyOf", []):
                described.update(described.pop("anyOf")[0])
            field = field_of(getattr(plansite.model, part["title"]), name)
            described["title"] = f"{field.name['zh']} {field.name['en']}"
            described["description"] = "\n\n".join(field.said(lang) for lang in LANGUAGES)
            if field.values:
                described["enumDescriptions"] = [f"{text['zh']} {text['en']}" for text in field.values.values()]


def write_data(plan: PlanView, folder: Path, site_url: str = "") -> list[str]:
    """Write all data files into a folder; return their names."""
    files = {
        "plan.json": plan_json(plan, site_url),
        "plan.schema.json": schema(Plan),
        "sentences.csv": sentences_csv(plan),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        # newline="": the line ends of CSV are part of its format.
        (folder / name).write_text(text, "utf-8", newline="")
    return list(files)
