"""Writes the tables as an Excel workbook, in which nothing is a formula."""

import io
from datetime import date, datetime, time

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from plansite.tables import Package, Table, Value, both, neutral

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
