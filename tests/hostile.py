"""This module holds texts that would act if taken for more than text, and finds every field they can be put into."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel
from selectolax.lexbor import LexborHTMLParser

from conftest import PROJECT, SMALL_PLAN
from plansite.source.schema import Glossary, Label, Plan, _bare
from plansite.source.yaml_reader import YamlPath

MODELS: dict[str, Any] = {"plan": Plan, "glossary": Glossary, "labels": dict[str, Label]}
"""What each file holds that people edit."""

CHINESE = [
    "#汉", "-汉", "+1+汉", "=1+汉", "@汉", "＝汉", "1汉", "|汉|汉|", "***汉***", "__汉__", "~~汉~~", "^汉^", "`汉`",
    "```汉", "---", "***", "===", "\\汉", "{{7*7}}汉", "{%汉%}", "{#汉#}", "{汉}", "$汉$", "&lt汉",
    "&amp汉", "&copy汉", "%3Cscript%3E汉", "\\u003cscript\\u003e汉", "［汉］（汉）", "＜script＞汉",
    "javascript：汉", "／／evil．invalid／汉", "X" * 120 + "汉",
]  # fmt: skip
"""Without a half-width mark, which no Chinese text may have."""
LATIN = [
    "<b onclick=alert(1)>x</b>",
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title></textarea></style><script src=//evil.invalid/x.js></script>",
    "<img src=//evil.invalid/x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<meta http-equiv=refresh content=0;url=//evil.invalid/>",
    "<base href=//evil.invalid/>",
    "<form action=//evil.invalid/><input autofocus onfocus=alert(1)>",
    '" onmouseover="alert(1)" style="background:url(//evil.invalid/)',
    "' autofocus onfocus='alert(1)",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">x</a>',
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](//evil.invalid/x.png)",
    "[x]: javascript:alert(1)",
    "[x][x]",
    "<javascript:alert(1)>",
    "<https://evil.invalid/>",
    "{: onclick=alert(1) #evil .evil style=color:red }",
    "*x*{: onclick=alert(1) }",
    "# x {: onclick=alert(1) }",
    "x {#evil}",
    "- x",
    "> x",
    "1. x",
    "| x | x |",
    "!!! note",
    "--8<-- 'mkdocs.yml'",
    "<!-- x",
    "--> x",
    "<![CDATA[ x",
    "]]> x",
    "<?php x",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "{{ 7*7 }}",
    "{{ config.site_dir }}",
    "{% raw %}",
    "{# x",
    "{0.__class__} {n}",
    "%(x)s %s",
    "!!python/object/apply:os.system [id]",
    "*alias",
    "&anchor x",
    "---",
    "${alert(1)} `alert(1)`",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e \\",
    "'); alert(1); ('",
    '=HYPERLINK("https://evil.invalid/";"x")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "x;=1+1",
    "https://evil.invalid/" + "x" * 120,
]
UNSEEN = [
    "\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\n", "\t", "\r", "\u00ad", "\u200b", "\u200d", "\u200e", "\u2028",
    "\u2029", "\u202e", "\u2060", "\u2066", "\ufeff", "\U000e0041", "\ue000", "\ufff9",
]  # fmt: skip


def patterns(model: Any) -> Iterator[tuple[str, ...]]:
    """Yield the way to every field of a model that holds text, "*" for each entry of a list or a mapping."""
    kind = _bare(model)
    if kind is str:
        yield ()
    elif get_origin(kind) in {tuple, dict}:
        inner = next(part for part in reversed(get_args(kind)) if part is not ...)
        yield from (("*", *pattern) for pattern in patterns(inner))
    elif hasattr(kind, "model_fields"):
        for name, field in kind.model_fields.items():
            yield from ((field.alias or name, *pattern) for pattern in patterns(field.annotation))


def slots(data: Any, steps: YamlPath = ()) -> Iterator[tuple[YamlPath, str]]:
    """Yield (path, text) for every text of plain data."""
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from slots(value, (*steps, key))
    elif isinstance(data, str):
        yield steps, data


def pattern(steps: YamlPath, model: str) -> tuple[str, ...]:
    """Return the way to a text with every place in a list, and the names of labels, alike."""
    named = 1 if model == "labels" else 0
    return tuple("*" if isinstance(step, int) or at < named else step for at, step in enumerate(steps))


EXAMPLES: dict[str, Any] = {
    "Waivers": {
        "figures": "No figures.",
        "firmness": "None.",
        "terms": "No terms.",
        "lists": "No lists.",
        "length": "No end.",
    },
    "Note": {"en": "A note."},
    "Target": {
        "kind": "cadence",
        "value": "0.5",
        "unit": {"zh": "个工作日", "en": "working day"},
        "what": {"zh": "办结", "en": "to settle"},
        "words": {"zh": "0.5个工作日", "en": "half a working day"},
    },
    "Keywords": {"zh": ["投资"], "en": ["investing"]},
    "Text": {"zh": "说明", "en": "Explanation"},
    "Redirect": {"from": "measures/old", "to": "measures/1"},
    "Source": {"url": "https://www.example.org/notice", "by": {"zh": "某网", "en": "Some Site"}},
    "UnitContact": {
        "telephone": "0123 456-789",
        "address": {"zh": "大街一号", "en": "1 High Street"},
        "website": "https://www.example.org/",
        "hours": {"zh": "周一至周五", "en": "Monday to Friday"},
        "source": {"url": "https://www.example.org/contact", "by": {"zh": "某网", "en": "Some Site"}},
        "checked": date(2026, 11, 20),
    },
}
"""Records that the plan of three measures has not in every place where they may stand."""


@cache
def whole(name: str) -> Any:
    """Return a file as plain data in which every field stands somewhere; no English of the plan is up to date."""
    path = PROJECT / "macros" / "labels.yaml" if name == "labels" else SMALL_PLAN.with_name(f"{name}.yaml")
    data = yaml.safe_load(path.read_text("utf-8"))
    if name == "labels":
        return data
    if name == "glossary":
        data["terms"][0]["except"] = ["准入许可证"]
        data["wordings"][0]["except"] = ["推广费"]
        return data
    data["safeguards"][0]["responsibility"] |= {
        "units": [{"unit": "tax-service", "as": "区税务局"}],
        "printed": "（责任单位，区税务局）",
    }
    for sentence in sentences(data):
        english = sentence.get("en", [])
        sentence["en"] = [english] if isinstance(english, str) else english
    _complete(Plan, data)
    for record in (data["notice"], data["invest"], *(one for kind in CONFIRMED for one in data[kind])):
        record["en_for"] = "00000000"
    return consistent(data)


CONFIRMED = ("themes", "units", "topics", "measures", "safeguards")


def consistent(plan: Any) -> Any:
    """Return a plan whose sentences hold the words of their targets, as they must whatever those are."""
    for sentence in sentences({"measures": plan["measures"]}):
        for target in sentence.get("targets", ()):
            words = target["words"]
            sentence["zh"] += "" if words["zh"] in sentence["zh"] else words["zh"]
            sentence["en"][0] += "" if words["en"] in " ".join(sentence["en"]) else words["en"]
    return plan


def sentences(plan: Any) -> Iterator[dict[str, Any]]:
    """Yield every sentence of the notice in plain data, which may have only some of its records."""
    notice = plan.get("notice")
    clauses = [*plan["measures"], *plan.get("safeguards", ()), *([notice["general_requirements"]] if notice else ())]
    yield from (sentence for clause in clauses for sentence in clause["sentences"])
    yield from notice["preamble"] if notice else ()


def _complete(model: type[BaseModel], data: dict[str, Any]) -> None:
    """Give the first record of each list, and every other record, the texts and records that it may have."""
    for name, field in model.model_fields.items():
        key, kind = field.alias or name, _bare(field.annotation)
        many = get_origin(kind) is tuple
        inner = _bare(get_args(kind)[0]) if many else kind
        if not hasattr(inner, "model_fields"):
            continue
        if not data.get(key):
            example = yaml.safe_load(yaml.safe_dump(EXAMPLES[inner.__name__]))
            data[key] = [example] if many else example
        for record in data[key][:1] if many else [data[key]]:
            if isinstance(record, dict):
                _complete(inner, record)


def changed(data: Any, texts: Mapping[YamlPath, str], steps: YamlPath = ()) -> Any:
    """Return plain data with other texts in some places."""
    if isinstance(data, dict):
        return {key: changed(value, texts, (*steps, key)) for key, value in data.items()}
    if isinstance(data, list):
        return [changed(value, texts, (*steps, at)) for at, value in enumerate(data)]
    return texts.get(steps, data)


def written(data: Any, path: Path) -> None:
    """Write plain data, each text on a line of its own, with escapes for whatever nobody sees."""
    path.write_text(yaml.dump(data, Dumper=yaml.CSafeDumper, width=10**9, sort_keys=False), "utf-8")


def shape(html: str) -> Iterator[tuple[str, ...]]:
    """Yield what of a page, or of a part of one, acts: elements with attributes and addresses, scripts, comments."""
    page = LexborHTMLParser(html, is_fragment=not html.lstrip().lower().startswith("<!doctype"))
    for element in page.css("*"):
        given = element.attributes
        # A language acts on nothing, and where a translation is missing an element is in another one.
        yield from ((str(element.tag), name) for name in ("", *given) if name != "lang")
        # What a <meta> says acts only where it stands for a header.
        acting = {"href", "src", "srcset", "action", "style", "cite", "data"}
        for name in (acting | ({"content"} if "http-equiv" in given else set())) & set(given):
            address = urlsplit(given[name] or "")
            yield str(element.tag), name, address.scheme, address.netloc
        if element.tag in {"script", "style"} and given.get("type") not in {"application/json", "application/ld+json"}:
            yield str(element.tag), "holds", re.sub(r"content: .*? }", "", element.text())
    # What stands after the last element of a page belongs to none.
    top = page.root and (page.root.parent or page.root)
    nodes = top.traverse(include_text=True) if top else ()
    yield from (("comment", node.comment_content or "") for node in nodes if node.is_comment_node)
