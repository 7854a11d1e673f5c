"""This module says in both languages what each field of the files in data/ is called and holds, from fields.yaml."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from plansite.errors import LANGUAGES, Lang
from plansite.source.schema import Glossary, Plan, Record, fields_of, record_at
from plansite.source.yaml_reader import YamlPath, read_text


@dataclass(frozen=True)
class FieldHelp:
    """The everyday word for a field, what it holds, and what each value means where there is a choice."""

    name: dict[Lang, str]
    help: dict[Lang, str] = field(default_factory=dict)
    values: dict[str, dict[Lang, str]] = field(default_factory=dict)

    def described(self, lang: Lang) -> str:
        """Return the help followed by the choices."""
        form, comma, stop = ("{}（{}）", "；", "。") if lang == "zh" else (" {} ({})", ";", ".")
        choices = comma.join(form.format(value, text[lang]) for value, text in self.values.items())
        return self.help[lang] + choices + (stop if choices else "")


def field_help(model: type[BaseModel], name: str) -> FieldHelp:
    """Return the words of fields.yaml for a field, named as in the plan, of a record or of one that it extends."""
    fields = _fields()
    return FieldHelp(**next(fields[b.__name__][name] for b in model.__mro__ if name in fields.get(b.__name__, ())))


@cache
def field_help_at(path: YamlPath) -> FieldHelp:
    """Return the words for the field at a path of the plan or glossary, or of an older version; else only its name."""
    record, name = record_at(Glossary if path[0] == "terms" else Plan, path[:-1]), str(path[-1])
    known = name in fields_of(record) or name in _fields()[Record.__name__]
    return field_help(record or Record, name) if known else FieldHelp(dict.fromkeys(LANGUAGES, name))


@cache
def _fields() -> dict[str, dict[str, Any]]:
    """Return {record: {field: {name, help, values}}}."""
    return dict(yaml.load(read_text(Path(__file__).with_name("fields.yaml")), yaml.CSafeLoader))
