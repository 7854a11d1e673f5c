"""What the fields of the plan and its glossary are called and hold, in words for those who edit them."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from plansite.document import read_text
from plansite.model import Glossary, Plan, fields_of, record_at
from plansite.problems import LANGUAGES, Lang


@dataclass(frozen=True)
class FieldHelp:
    """The everyday word for a field, what it holds, and what each value means where there is a choice."""

    name: dict[Lang, str]
    help: dict[Lang, str]
    values: dict[str, dict[Lang, str]] = field(default_factory=dict)

    def said(self, lang: Lang) -> str:
        """Return the help with the choices that there are."""
        form, comma, stop = ("{}（{}）", "；", "。") if lang == "zh" else (" {} ({})", ";", ".")
        choices = comma.join(form.format(value, text[lang]) for value, text in self.values.items())
        return self.help[lang] + choices + (stop if choices else "")


def field_of(model: type[BaseModel], name: str) -> FieldHelp:
    """Return the words for a field of a record, named as in the file; a record may have them from its bases."""
    records = (_all().get(base.__name__, {}) for base in model.__mro__)
    return FieldHelp(**next(fields[name] for fields in records if name in fields))


@cache
def field_at(path: tuple[int | str, ...]) -> FieldHelp:
    """Return the words for the field at a path of the plan or its glossary; of a field of former days only its name."""
    record = record_at(Glossary if path[0] == "terms" else Plan, path[:-1])
    name = str(path[-1])
    return field_of(record, name) if record and name in fields_of(record) else FieldHelp(dict.fromkeys(LANGUAGES, name), {})


@cache
def _all() -> dict[str, dict[str, Any]]:
    """Return fields.yaml: {record: {field: {name, help, values}}}."""
    text = read_text(Path(__file__).with_name("fields.yaml"))
    described: dict[str, dict[str, Any]] = yaml.load(text, yaml.CSafeLoader)
    return described
