"""This module tests that every field of the plan and its glossary is explained to editors in both languages."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import pytest
import yaml

import plansite
from conftest import REAL_PLAN, SMALL_PLAN
from plansite.exports.files import schema
from plansite.source.field_help import field_help
from plansite.source.identity import Identity
from plansite.source.schema import Firmness, Glossary, Kind, Plan, Record, Unit
from plansite.source.texts import CHINESE_CHARACTER, CHINESE_SCRIPT, HALF_WIDTH
from plansite.source.unanswered import Unanswered
from plansite.source.updates import Updates

WRITTEN = yaml.safe_load(Path(plansite.__file__).with_name("source").joinpath("fields.yaml").read_text("utf-8"))
QUOTED = re.compile(r'[\[{"][^\]}"]*[\]}"]|\*')
"""What is shown as it is to be typed."""


def records(model: type[Record] = Record) -> Iterator[type[Record]]:
    for inner in model.__subclasses__():
        yield inner
        yield from records(inner)


FIELDS = {
    (record.__name__, field.alias or name): record
    for record in records()
    if record.__module__ in {model.__module__ for model in (Plan, Identity, Updates, Unanswered)}
    and record.__name__ != "Label"
    for name, field in record.model_fields.items()
}


@pytest.mark.parametrize(("record", "name"), FIELDS, ids="-".join)
def test_every_field_has_a_name_and_a_help_in_both_languages(record: str, name: str) -> None:
    field = field_help(FIELDS[record, name], name)
    for text in (field.name, field.help, *field.values.values()):
        assert set(text) == {"zh", "en"}
        assert CHINESE_CHARACTER.search(text["zh"])
        assert not HALF_WIDTH.search(QUOTED.sub("", text["zh"]))
        assert not CHINESE_SCRIPT.search(text["en"])
    assert len(field.name["zh"]) <= 12
    assert len(field.name["en"]) <= 40
    assert field.described("zh")[-1] in "。？”"
    assert field.described("en")[-1] in '.?"'


def test_nothing_is_explained_that_no_record_has() -> None:
    used = {
        next(base.__name__ for base in record.__mro__ if name in WRITTEN.get(base.__name__, {})) + f".{name}"
        for (_, name), record in FIELDS.items()
    }
    assert used == {f"{record}.{name}" for record, names in WRITTEN.items() for name in names}


def test_every_choice_is_explained() -> None:
    annotations = {
        place: next(iter(get_args(field.annotation)), None)
        if NoneType in get_args(field.annotation)
        else field.annotation
        for place, model in FIELDS.items()
        if (field := model.model_fields.get(place[1]))
    }
    choices = {place: get_args(of) for place, of in annotations.items() if get_origin(of) is Literal}
    assert choices["Unit", "kind"] == get_args(Kind)
    choices["Sentence", "firmness"] = get_args(Firmness)  # a list of choices
    explained = {(record, name): field_help(model, name).values for (record, name), model in FIELDS.items()}
    assert {place: tuple(values) for place, values in explained.items() if values} == choices
    assert field_help(Unit, "kind").described("en").endswith("collective (collective wording, not a single body).")


def described(part: dict[str, Any], root: dict[str, Any], data: object, steps: tuple[object, ...]) -> Iterator[str]:
    """Yield the place of each key of the data of which a schema has no title or no description."""
    parts = [part, *part.get("anyOf", [])]
    parts += [root["$defs"][each["$ref"].rpartition("/")[2]] for each in parts if "$ref" in each]
    if isinstance(data, list):
        items = next(each["items"] for each in parts if "items" in each)
        for index, entry in enumerate(data):
            yield from described(items, root, entry, (*steps, index))
    elif isinstance(data, dict):
        free = any(
            {"additionalProperties", "patternProperties"} & each.keys() and "properties" not in each for each in parts
        )
        properties: dict[str, Any] = next((each["properties"] for each in parts if "properties" in each), {})
        # The keys of a mapping such as {探索: 2} are words of the plan.
        for key, value in () if free else data.items():
            if not all(CHINESE_CHARACTER.search(properties[key].get(word, "")) for word in ("title", "description")):
                yield ".".join(map(str, (*steps, key)))
            yield from described(properties[key], root, value, (*steps, key))


@pytest.mark.parametrize("plan", [REAL_PLAN, SMALL_PLAN], ids=["real", "small"])
@pytest.mark.parametrize("model", [Plan, Glossary, Identity, Updates])
def test_the_schema_explains_every_key_that_is_written(model: type[Record], plan: Path) -> None:
    root = json.loads(schema(model))
    name = "site" if model is Identity else model.__name__.lower()
    data = yaml.safe_load(plan.with_name(f"{name}.yaml").read_text("utf-8"))
    assert list(described(root, root, data, ())) == []


def test_editors_are_never_told_to_write_nothing() -> None:
    assert not re.search(r'"default"|\bnull\b', schema(Plan) + schema(Glossary) + schema(Identity) + schema(Updates))
