"""This module turns a plan into the data files of the site: JSON, CSV, a workbook, a data package and JSON Schemas."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from plansite.errors import LANGUAGES
from plansite.exports.plan_json import PlanData, plan_json
from plansite.site.graph import PlanView
from plansite.site.tables import MEDIA, NOTICE_FILE, Package, Table, Value, both, neutral
from plansite.source import identity, unanswered, updates
from plansite.source import schema as plan_schema
from plansite.source.field_help import field_help
from plansite.source.schema import Plan

MODELS = plan_schema, identity, unanswered, updates
"""The modules with the models of the files in data/."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def write_exports(plan: PlanView, folder: Path, site_url: str = "") -> list[str]:
    """Write all data files into a folder; return their names."""
    files = data_files(plan, site_url)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return list(files)


def data_files(plan: PlanView, site_url: str = "") -> dict[str, bytes]:
    """Return {name: content} of all data files; their URLs begin at the root of the site where `site_url` is ""."""
    package = Package(plan, site_url)
    files = {
        **{f"{table.name}.csv": table_csv(table) for table in package.tables},
        "plan.xlsx": workbook(package),
        "plan.json": plan_json(plan, package).encode(),
        "plan.json.schema.json": data_schema().encode(),
    }
    if plan.source:
        files[NOTICE_FILE] = plan.source
    files["datapackage.json"] = _json(data_package(package, files)).encode()
    return files | {"plan.schema.json": schema(Plan).encode()}


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def table_csv(table: Table) -> bytes:
    """Return a table as CSV (RFC 4180) in UTF-8 with the byte order mark by which Excel knows it."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(table.columns)
    for row in table.rows:
        cells = [str(value).lower() if isinstance(value, bool) else value for value in row]
        writer.writerow([neutral(value) if isinstance(value, str) else value for value in cells])
    return target.getvalue().encode("utf-8-sig")


def workbook(package: Package) -> bytes:
    """Return the tables as an XLSX workbook without formulas, the same bytes for the same package."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - slow to load, and not needed by the English build

    target = io.BytesIO()
    book = Workbook(target, {"in_memory": True})
    # Without a date of its own every run would give other bytes.
    book.set_properties({"title": both(package.title), "created": datetime.combine(package.confirmed, time())})
    wrapped = {"valign": "top", "text_wrap": True}
    text, day = book.add_format(wrapped), book.add_format(wrapped | {"num_format": "yyyy-mm-dd"})
    one_line = book.add_format({"valign": "top"})  # for what is the same in every row, and is to make none higher
    # The prefix keeps text a text where somebody edits the cell.
    quoted = book.add_format(wrapped | {"quote_prefix": True})
    heading = book.add_format(wrapped | {"bold": True, "bg_color": "#E8EDF3", "bottom": 1})
    link = book.add_format({"valign": "top", "font_color": "#0B5394", "underline": 1})

    def write(sheet: Any, row: int, column: int, value: Value, style: Any = text) -> None:
        if isinstance(value, str) and value:
            # Text is never to be taken for a formula, a number or an address.
            sheet.write_string(row, column, value, style if neutral(value) == value else quoted)
        elif value is not None and value != "":
            sheet.write(row, column, value, day if isinstance(value, date) else text)

    sheet = book.add_worksheet("about 说明")
    headings = {"", *map(_sheet_name, package.tables)}
    for row, described in enumerate(_about(package)):
        for column, value in enumerate(described):
            write(sheet, row, column, value, heading if described[0] in headings else text)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 2, 60)
    sheet.freeze_panes(1, 1)
    for table in package.tables:
        sheet = book.add_worksheet(_sheet_name(table))
        own, last = len(table.description.columns), len(table.columns) - 1
        for column, name in enumerate(table.columns):
            write(sheet, 0, column, name, heading)
            for row, values in enumerate(table.rows, start=1):
                if package.site_url and name.startswith("url_"):
                    sheet.write_url(row, column, str(values[column]), link)
                else:
                    write(sheet, row, column, values[column], text if column < own else one_line)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(table.rows), last)
        sheet.autofit(420)  # pixels at most; beyond that text is wrapped
        sheet.set_column(own, last, 24)
    book.close()
    return target.getvalue()


def _about(package: Package) -> Iterator[tuple[Value, ...]]:
    """Yield the rows of the sheet that describes the data and each table with its columns."""
    yield "", "中文", "English"
    yield "title", package.title.zh, package.title.en
    yield "source", package.source.zh, package.source.en
    yield "date", package.date, package.date
    if package.licence:
        yield "licence", package.licence.zh, package.licence.en
    yield "version", package.version, package.version
    for table in package.tables:
        yield ()
        yield _sheet_name(table), f"{table.description.title.zh}：{table.description.zh}", table.description.en
        yield from ((name, column.zh, column.en) for name, column in table.columns.items())


def _sheet_name(table: Table) -> str:
    return f"{table.name} {table.description.title.zh}"


def data_package(package: Package, files: dict[str, bytes]) -> dict[str, Any]:
    """Return datapackage.json for files (Frictionless Data Package 1): https://specs.frictionlessdata.io/data-package/."""
    tables = {f"{table.name}.csv": table for table in package.tables}
    site, licence = package.plan.site, package.licence
    terms = {"name": licence.code, "path": licence.url, "title": both(licence)} if licence and licence.code else {}
    publisher = {"title": both(site.publisher.name), "path": site.publisher.website} if site.publisher else {}
    return {
        "profile": "data-package",
        "name": site.id,
        "title": both(package.title),
        "description": "\n\n".join(
            f"{package.source[lang]}. {licence[lang] if licence else ''}".strip() for lang in LANGUAGES
        ),
        "version": package.version,
        "created": f"{package.confirmed.isoformat()}T00:00:00Z",
        "sources": [{"title": both(package.source), "date": package.date.isoformat()}],
        **({"licenses": [_filled(terms)]} if terms else {}),
        **({"contributors": [_filled(publisher) | {"role": "publisher"}]} if publisher else {}),
        "resources": [
            {
                "name": name.removesuffix(".csv").replace(".", "-"),
                "path": name,
                "description": both(package.words.files[name]),
                "mediatype": MEDIA[Path(name).suffix],
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
                # `type` is Frictionless's own word, without which a reader would look for a table in the file.
                **(_table_schema(tables[name]) if name in tables else {"profile": "data-resource", "type": "file"}),
            }
            for name, content in files.items()
        ],
    }


def _filled(values: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _table_schema(table: Table) -> dict[str, Any]:
    """Return the properties of a Tabular Data Resource with its Table Schema."""
    references = table.description.refers.items()
    fields = [{"name": name, "type": c.type, "description": both(c)} for name, c in table.columns.items()]
    foreign = [{"fields": c, "reference": {"resource": name, "fields": key}} for c, (name, key) in references]
    schema = {"fields": fields, "primaryKey": table.description.key, "foreignKeys": foreign}
    return {"profile": "tabular-data-resource", "encoding": "utf-8", "schema": schema}


def schema(model: type[BaseModel]) -> str:
    """Return the JSON Schema of a file in data/, for completion and hints in editors in both languages."""
    text = json.dumps({"$schema": DIALECT, **model.model_json_schema()})
    return _json(json.loads(text, object_hook=_describe))


def data_schema() -> str:
    """Return the JSON Schema of plan.json."""
    return _json({"$schema": DIALECT, **PlanData.model_json_schema(mode="serialization")})


def _describe(part: dict[str, Any]) -> dict[str, Any]:
    """Return an object of a JSON Schema with the words of fields.yaml in place of pydantic's names and docstrings."""
    if "properties" in part:
        part.pop("description", None)
        for name, described in part["properties"].items():
            # Editors would offer to write null or the default of a field that may be left out.
            described.pop("default", None)
            if {"type": "null"} in described.get("anyOf", []):
                described.update(described.pop("anyOf")[0])
            model = next(getattr(m, part["title"]) for m in MODELS if hasattr(m, part["title"]))
            field = field_help(model, name)
            described["title"] = f"{field.name['zh']} {field.name['en']}"
            described["description"] = "\n\n".join(field.described(lang) for lang in LANGUAGES)
            if field.values:
                described["enumDescriptions"] = [f"{text['zh']} {text['en']}" for text in field.values.values()]
    return part
