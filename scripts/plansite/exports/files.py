"""Writes the plan as data for other programs: JSON, CSV, a workbook, a data package, and the JSON Schemas."""

import csv
import hashlib
import io
import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

import plansite.source.schema
from plansite.errors import LANGUAGES
from plansite.exports.plan_json import PlanData, plan_data
from plansite.site.graph import PlanView
from plansite.site.tables import LICENCE, MEDIA, Package, Table, Value, both, neutral
from plansite.source.schema import Plan, field_help

WIDEST = 420
"""Pixels that a column may take before its text is wrapped."""


class _Sheets:
    """A workbook being written, with the looks of its cells."""

    def __init__(self, package: Package) -> None:
        self.package, self.target = package, io.BytesIO()
        self.book = Workbook(self.target, {"in_memory": True})
        # Without a date of its own every run would give other bytes.
        self.book.set_properties(
            {"title": both(package.words.title), "created": datetime.combine(package.confirmed, time())}
        )
        top = {"valign": "top", "text_wrap": True}
        self.text, self.date = self.book.add_format(top), self.book.add_format(top | {"num_format": "yyyy-mm-dd"})
        # Says the same in every row: on one line, so that no row grows by it.
        self.origin = self.book.add_format({"valign": "top"})
        # Keeps the text a text where somebody edits the cell.
        self.quoted = self.book.add_format(top | {"quote_prefix": True})
        self.head = self.book.add_format(top | {"bold": True, "bg_color": "#E8EDF3", "bottom": 1})
        self.link = self.book.add_format({"valign": "top", "font_color": "#0B5394", "underline": 1})

    def write(self, sheet: Worksheet, row: int, place: int, value: Value, look: Format | None = None) -> None:
        """Write a value as what it is; text is never looked at for formulas, numbers or addresses."""
        if isinstance(value, bool):
            sheet.write_boolean(row, place, value, self.text)
        elif isinstance(value, int):
            sheet.write_number(row, place, value, self.text)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, datetime.combine(value, time()), self.date)
        elif value:
            sheet.write_string(row, place, value, (look or self.text) if neutral(value) == value else self.quoted)

    def table(self, table: Table) -> None:
        """Add a sheet with a table; addresses lead to their pages where the address of the site is known."""
        sheet = self.book.add_worksheet(_sheet_name(table))
        own = len(table.description.columns)
        for place, name in enumerate(table.columns):
            self.write(sheet, 0, place, name, self.head)
            for number, row in enumerate(table.rows, start=1):
                if self.package.site_url and name.startswith("url_"):
                    sheet.write_url(number, place, str(row[place]), self.link)
                else:
                    self.write(sheet, number, place, row[place], self.origin if place >= own else None)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        sheet.autofit(WIDEST)
        sheet.set_column(own, len(table.columns) - 1, 24)

    def about(self) -> None:
        """Add the sheet that says what this is and what each sheet and column holds."""
        sheet = self.book.add_worksheet("about 说明")
        package = self.package
        rows: list[tuple[Value, ...]] = [
            ("", "中文", "English"),
            ("title", package.words.title.zh, package.words.title.en),
            ("source", package.source.zh, package.source.en),
            ("date", package.date, package.date),
            ("licence", package.words.licence.zh, package.words.licence.en),
            ("version", package.version, package.version),
        ]
        for table in package.tables:
            described = table.description
            rows += [(), (_sheet_name(table), f"{described.title.zh}：{described.zh}", described.en)]
            rows += [(name, column.zh, column.en) for name, column in table.columns.items()]
        headings = {_sheet_name(table) for table in package.tables} | {""}
        for number, values in enumerate(rows):
            for place, value in enumerate(values):
                self.write(sheet, number, place, value, self.head if values[0] in headings else None)
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, 2, 60)
        sheet.freeze_panes(1, 1)

    def bytes(self) -> bytes:
        """Return the finished workbook."""
        self.about()
        for table in self.package.tables:
            self.table(table)
        self.book.close()
        return self.target.getvalue()


def _sheet_name(table: Table) -> str:
    return f"{table.name} {table.description.title.zh}"


def workbook(package: Package) -> bytes:
    """Return the tables as a workbook without any formula, the same bytes for the same package."""
    return _Sheets(package).bytes()


DIALECT = "https://json-schema.org/draft/2020-12/schema"


def plan_json(plan: PlanView, package: Package) -> str:
    """Return plan.json: every record with its references, addresses and translation state."""
    return plan_data(plan, package).model_dump_json(indent=1) + "\n"


def table_csv(table: Table) -> bytes:
    """Return a table as CSV (RFC 4180) in UTF-8.

    Begins with a byte order mark, without which Excel takes UTF-8 for another encoding. What is not there is blank;
    text is `neutral`.
    """
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(table.columns)
    writer.writerows([_plain(value) for value in row] for row in table.rows)
    return target.getvalue().encode("utf-8-sig")


def _plain(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    return neutral(value) if isinstance(value, str) else value


def data_package(package: Package, files: dict[str, bytes]) -> dict[str, Any]:
    """Return datapackage.json (Frictionless Data Package 1) for files: the tables with their columns, and the others.

    https://specs.frictionlessdata.io/data-package/, .../tabular-data-resource/ and .../table-schema/.
    """
    tables = {f"{table.name}.csv": table for table in package.tables}

    def resource(name: str, content: bytes) -> dict[str, Any]:
        about: dict[str, Any] = {
            "name": name.removesuffix(".csv").replace(".", "-"),
            "path": name,
            "description": both(package.words.files[name]),
            "mediatype": MEDIA[Path(name).suffix],
            "bytes": len(content),
            "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        }
        if name in tables:
            return about | {"profile": "tabular-data-resource", "encoding": "utf-8", "schema": _columns(tables[name])}
        # `type` is Frictionless's own word; without it a reader would look for tables in here.
        return about | {"profile": "data-resource", "type": "file"}

    return {
        "profile": "data-package",
        "name": "xiangcheng-business-environment-2022",
        "title": both(package.words.title),
        "description": "\n\n".join(f"{package.source[lang]}. {package.words.licence[lang]}" for lang in LANGUAGES),
        "version": package.version,
        "created": f"{package.confirmed.isoformat()}T00:00:00Z",
        "sources": [{"title": both(package.source), "date": package.date.isoformat()}],
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": LICENCE,
                "title": both(package.words.licence),
            }
        ],
        "resources": [resource(name, content) for name, content in files.items()],
    }


def _columns(table: Table) -> dict[str, Any]:
    refers = table.description.refers.items()
    return {
        "fields": [{"name": name, "type": c.type, "description": both(c)} for name, c in table.columns.items()],
        "primaryKey": table.description.key,
        "foreignKeys": [{"fields": c, "reference": {"resource": name, "fields": key}} for c, (name, key) in refers],
    }


def schema(model: type[BaseModel]) -> str:
    """Return the JSON Schema of plan.yaml or glossary.yaml, for completion and hints in editors in both languages."""
    described = {"$schema": DIALECT, **model.model_json_schema()}
    _describe(described)
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def data_schema() -> str:
    """Return the JSON Schema of plan.json."""
    described = {"$schema": DIALECT, **PlanData.model_json_schema(mode="serialization")}
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
            field = field_help(getattr(plansite.source.schema, part["title"]), name)
            described["title"] = f"{field.name['zh']} {field.name['en']}"
            described["description"] = "\n\n".join(field.said(lang) for lang in LANGUAGES)
            if field.values:
                described["enumDescriptions"] = [f"{text['zh']} {text['en']}" for text in field.values.values()]


def data_files(plan: PlanView, site_url: str = "") -> dict[str, bytes]:
    """Return {name: content} of all data files; addresses in them are absolute where that of the site is known."""
    from plansite.exports.files import workbook  # noqa: PLC0415 - the writer of workbooks takes long to load

    contents = Package(plan, site_url)
    files = {
        **{f"{table.name}.csv": table_csv(table) for table in contents.tables},
        "plan.xlsx": workbook(contents),
        "plan.json": plan_json(plan, contents).encode(),
        "plan.json.schema.json": data_schema().encode(),
    }
    described = json.dumps(data_package(contents, files), ensure_ascii=False, indent=1) + "\n"
    return files | {"datapackage.json": described.encode(), "plan.schema.json": schema(Plan).encode()}


def write_exports(plan: PlanView, folder: Path, site_url: str = "") -> list[str]:
    """Write all data files into a folder; return their names."""
    files = data_files(plan, site_url)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return list(files)
