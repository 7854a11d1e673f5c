"""This module lists the files of all task sheets and writes workbooks; task_document.py writes those for Word."""

import io
from collections.abc import Callable
from datetime import datetime, time
from functools import cache, partial
from pathlib import Path

from plansite.errors import Lang
from plansite.exports import task_document
from plansite.site.graph import PlanView, SafeguardView
from plansite.site.pages import FOLDER, absolute_url
from plansite.site.tables import neutral
from plansite.site.tasks import Task, TaskSheet, task_sheets
from plansite.site.templates import Phrases, format_date, measure_title
from plansite.source.schema import Labels

SUFFIXES = ".xlsx", ".docx"
"""What the address of a task sheet ends with in those of its files."""
SHEET_NAMES: dict[Lang, str] = {"zh": "任务清单", "en": "Tasks"}
"""Names of the sheet of a workbook, in which Excel forbids some characters."""
COLUMNS = "number clause place sentence role others progress date remarks".split()
"""The columns of a workbook, in labels.yaml after "task_"; each row says all, so that it can be sorted."""
WIDTHS = 5, 20, 5, 46, 10, 18, 22, 11, 16
"""How many characters wide they are."""


def sheet_files(plan: PlanView, labels: Labels, lang: Lang, site_url: str) -> dict[str, Callable[[], bytes]]:
    """Return {address of a file: what makes it} for the task sheets of all units in one language."""
    blank = cache(partial(task_document.blank_document, lang))
    files: dict[str, Callable[[], bytes]] = {}
    for sheet in task_sheets(plan):
        said = SheetText(sheet, plan, labels, lang, site_url)
        makers = partial(workbook, said), partial(task_document.document, said, blank)
        files |= {f"{FOLDER[lang]}{sheet.address}{suffix}": make for suffix, make in zip(SUFFIXES, makers, strict=True)}
    return files


def write_sheets(plan: PlanView, labels: Labels, folder: Path) -> int:
    """Write the files of all task sheets beside their pages; return how many."""
    files = sheet_files(plan, labels, "zh", "") | sheet_files(plan, labels, "en", "")
    for address, make in files.items():
        path = folder / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make())
    return len(files)


class SheetText:
    """What a task sheet says in one language; macros/tasks.html.j2 says the same."""

    def __init__(self, sheet: TaskSheet, plan: PlanView, labels: Labels, lang: Lang, site_url: str) -> None:
        self.tasks, self.lang, self._labels = sheet.tasks, lang, labels
        self.made = datetime.combine(plan.confirmed, time())
        words, unit = Phrases(labels, lang), sheet.unit.name[lang]
        self.words, self.title = words, words["tasks_title"].format(text=unit)
        dated = words["dated_on"].format(date=format_date(plan.notice.date, lang))
        lead = words["tasks_lead"].format(text=unit)
        self.lines = [
            f"{words['source']}{words['colon']}{plan.notice.announcement[lang]}{words['clause_comma']}{dated}",
            f"{lead}{words['space']}{words['undivided']}" if sheet.undivided else lead,
            words["tasks_blank"],
        ]
        self.foot = [words["not_official"]] + ([absolute_url(sheet.address, lang, site_url)] if site_url else [])

    def heading(self, task: Task) -> str:
        """Return the number and title of a measure or safeguard, with what to know before relying on its English."""
        words, translation = self.words, task.clause.translation
        if isinstance(task.clause, SafeguardView):
            number = words["safeguard_numbered"].format(n=task.number, numeral=task.clause.numeral)
            title = f"{number}{task.clause.title[self.lang]}"
        else:
            title = measure_title(self._labels, self.lang, task.clause)
        if self.lang != "en" or translation.state == "current":
            return title
        day = translation.confirmed
        caution = words["stale"].format(date=format_date(day, "en")) if day else words["unconfirmed"]
        return f"{title} [{words['untranslated'] if translation.state == 'missing' else caution}]"

    def others(self, task: Task) -> str:
        """Return the other units that the notice names."""
        return task.others(self.lang, self.words["unit_comma"], self.words["clause_comma"])


def workbook(said: SheetText) -> bytes:
    """Return a task sheet as an XLSX workbook without formulas, the same bytes for the same text."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - slow to load, and not needed to read a plan

    target, words = io.BytesIO(), said.words
    book = Workbook(target, {"in_memory": True})
    book.set_properties({"title": said.title, "created": said.made})
    sheet, wrapped = book.add_worksheet(SHEET_NAMES[said.lang]), {"valign": "top", "text_wrap": True, "border": 1}
    text, quoted = book.add_format(wrapped), book.add_format(wrapped | {"quote_prefix": True})
    day = book.add_format(wrapped | {"num_format": "yyyy-mm-dd"})
    title, heading = book.add_format({"bold": True, "font_size": 14}), book.add_format(wrapped | {"bold": True})
    for row, line in enumerate((said.title, *said.lines)):
        sheet.write_string(row, 0, line, None if row else title)
    row = first = len(said.lines) + 1
    for column, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(first, column, words[f"task_{name}"], heading)
    for task in said.tasks:
        role, others = words[task.role], said.others(task) or words["alone_mark"]
        for place, sentence in enumerate(task.clause.sentences, start=1):
            row += 1
            texts = {
                "clause": said.heading(task),
                "sentence": sentence.shown(said.lang),
                "role": role,
                "others": others,
            }
            numbers = {"number": task.number if task.measure else None, "place": place}
            for column, name in enumerate(COLUMNS):
                if value := texts.get(name):
                    # Text is never to be taken for a formula, a number or an address.
                    sheet.write_string(row, column, value, text if neutral(value) == value else quoted)
                else:
                    sheet.write(row, column, numbers.get(name), day if name == "date" else text)
    sheet.freeze_panes(first + 1, 0)
    sheet.autofilter(first, 0, row, len(COLUMNS) - 1)
    sheet.repeat_rows(first)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    foot = "\n".join(said.foot).replace("&", "&&")[:220].rstrip("&")  # Excel takes 255 characters
    sheet.set_footer(f"&L&8{foot}&R&8&P / &N")
    book.close()
    return target.getvalue()
