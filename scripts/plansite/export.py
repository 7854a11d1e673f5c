"""The plan as data for other programs: plan.json and the JSON Schema of plan.yaml."""

import json
from typing import Any
from urllib.parse import urljoin

from plansite.model import Plan, Text
from plansite.views import MeasureView, PlanView, SafeguardView, UnitView


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
        },
        "themes": [
            {
                "id": theme.id,
                "name": _text(theme.name),
                "title": _text(theme.title),
                "sections": [section.number for section in theme.sections],
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
        "topics": [{"id": topic.id, "name": _text(topic.name)} for topic in plan.topics],
        "measures": [_measure(measure) | {"url": url(measure.address)} for measure in plan.measures],
        "safeguards": [{"id": safeguard.id, **_answered(safeguard)} for safeguard in plan.safeguards],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _answered(item: MeasureView | SafeguardView) -> dict[str, Any]:
    return {
        "title": _text(item.title),
        "sentences": [{"zh": sentence.zh, "en": sentence.en} for sentence in item.sentences],
        "responsibility": {
            "role": item.role,
            "units": [{"id": mention.unit.id, "as_written": mention.wording.zh} for mention in item.mentions],
        },
        "translation": item.translation,
    }


def _measure(measure: MeasureView) -> dict[str, Any]:
    return {
        "number": measure.number,
        "theme": measure.theme.id,
        "section": measure.section.number,
        **_answered(measure),
        "topics": list(measure.topics),
        "keywords": measure.keywords.model_dump(mode="json"),
        "targets": [],
    }


def _unit(unit: UnitView) -> dict[str, Any]:
    return {
        "id": unit.id,
        "name": _text(unit.name),
        "official_name": _text(unit.official_name),
        "kind": unit.kind,
        "aliases": [alias.zh for alias in unit.aliases],
        "note": _text(unit.note) if unit.note else None,
        "measures": [measure.number for measure in unit.measures],
        "safeguards": [safeguard.id for safeguard in unit.safeguards],
    }


def plan_schema() -> str:
    """Return the JSON Schema of plan.yaml, for completion and hints in editors."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Plan.model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
