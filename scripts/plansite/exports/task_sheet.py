"""This module writes task sheets as workbooks and for Word, the same bytes for the same plan."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from functools import cache, partial
from typing import Any
from xml.sax.saxutils import escape

from plansite.errors import Lang
from plansite.site.graph import PlanView, SafeguardView
from plansite.site.pages import FOLDER, absolute_url
from plansite.site.tables import neutral
from plansite.site.tasks import Task, TaskSheet, task_sheets
from plansite.site.templates import Phrases, format_date, measure_title
from plansite.source.schema import Labels

SUFFIXES = ".xlsx", ".docx"
"""What the address of a task sheet ends with in those of its files."""
LOCALES: dict[Lang, str] = {"zh": "zh-CN", "en": "en-US"}
SHEET_NAMES: dict[Lang, str] = {"zh": "任务清单", "en": "Tasks"}
"""Names of the sheet of a workbook, in which Excel forbids some characters."""
WIDTHS_MM = {"task_number": 14, "task_sentence": 122, "task_progress": 56, "task_date": 25, "task_remarks": 50}
"""The labels of the columns of a document, and how wide they are: A4 has 297 mm, less two margins of 15 mm."""
WIDTHS_CHARS = {
    **{"task_number": 6, "task_clause": 26, "task_place": 6, "task_sentence": 52, "task_role": 12, "task_others": 24},
    **{"task_progress": 24, "task_date": 12, "task_remarks": 20},
}
"""The same of a workbook, in which each row says all and can be sorted."""
TWIPS = 1440 / 25.4
"""How many of Word's units a millimeter has."""
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
FONTS = 'w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="宋体" w:cs="Calibri"'
FIELD = '<w:fldSimple w:instr="{}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
PAGE_NUMBER = (
    f'<w:p><w:pPr><w:jc w:val="right"/></w:pPr>{FIELD.format("PAGE")}'
    f'<w:r><w:t xml:space="preserve"> / </w:t></w:r>{FIELD.format("NUMPAGES")}</w:p>'
)
KEPT_STYLES = {"Normal", "Heading 1", "Footer", "Default Paragraph Font", "Normal Table", "No List", "Table Grid"}
KEPT_PARTS = {"styles", "settings", "footer", "officeDocument", "core-properties", "extended-properties"}
"""What a document needs of python-docx's template, most of which it does not."""


def sheet_files(plan: PlanView, labels: Labels, lang: Lang, site_url: str) -> dict[str, Callable[[], bytes]]:
    """Return {address of a file: what makes it} for the task sheets of all units in one language."""
    blank = cache(partial(_blank_document, lang))
    files: dict[str, Callable[[], bytes]] = {}
    for sheet in task_sheets(plan):
        said = SheetText(sheet, plan, labels, lang, site_url)
        makers = partial(workbook, said), partial(document, said, blank)
        files |= {f"{FOLDER[lang]}{sheet.address}{suffix}": make for suffix, make in zip(SUFFIXES, makers, strict=True)}
    return files


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
        if isinstance(task.clause, SafeguardView):
            number = self.words["safeguard_numbered"].format(n=task.number, numeral=task.clause.numeral)
            title = f"{number}{task.clause.title[self.lang]}"
        else:
            title = measure_title(self._labels, self.lang, task.clause)
        translation, words = task.clause.translation, self.words
        if self.lang != "en" or translation.state == "current":
            return title
        if translation.state == "missing":
            return f"{title} [{words['untranslated']}]"
        day = translation.confirmed
        return f"{title} [{words['stale'].format(date=format_date(day, 'en')) if day else words['unconfirmed']}]"

    def others(self, task: Task) -> str:
        """Return the other units that the notice names, or that it names no other."""
        words = self.words
        return task.others(self.lang, words["unit_comma"], words["clause_comma"]) or words["alone_mark"]


def workbook(said: SheetText) -> bytes:
    """Return a task sheet as an XLSX workbook without formulas."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - slow to load, and not needed to read a plan

    target = io.BytesIO()
    book = Workbook(target, {"in_memory": True})
    book.set_properties({"title": said.title, "created": said.made})
    wrapped = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#767F8C"}
    text, quoted = book.add_format(wrapped), book.add_format(wrapped | {"quote_prefix": True})
    bold, day = book.add_format({"bold": True, "font_size": 14}), book.add_format(wrapped | {"num_format": "yyyy-mm-dd"})
    heading = book.add_format(wrapped | {"bold": True, "bg_color": "#E8EDF3"})
    sheet = book.add_worksheet(SHEET_NAMES[said.lang])
    for row, line in enumerate((said.title, *said.lines)):
        sheet.write_string(row, 0, line, None if row else bold)
    first = len(said.lines) + 2
    for column, (name, width) in enumerate(WIDTHS_CHARS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(first - 1, column, said.words[name], heading)
    row = first
    for task in said.tasks:
        for place, sentence in enumerate(task.clause.sentences, start=1):
            number = task.measure.number if task.measure else None
            role, others = said.words[task.role], said.others(task)
            values = number, said.heading(task), place, sentence.shown(said.lang), role, others, None, None, None
            for column, value in enumerate(values):
                if isinstance(value, str):
                    # Text is never to be taken for a formula, a number or an address.
                    sheet.write_string(row, column, value, text if neutral(value) == value else quoted)
                else:
                    sheet.write(row, column, value, day if column == list(WIDTHS_CHARS).index("task_date") else text)
            row += 1
    sheet.freeze_panes(first, 0)
    sheet.autofilter(first - 1, 0, row - 1, len(WIDTHS_CHARS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first - 1)
    foot = "\n".join(said.foot).replace("&", "&&")[:220].rstrip("&")  # Excel takes 255 characters
    sheet.set_footer(f"&L&8{foot}&R&8&P / &N")
    book.close()
    return target.getvalue()


def document(said: SheetText, blank: Callable[[], bytes]) -> bytes:
    """Return a task sheet as a DOCX document; `blank` makes one without text."""
    from docx import Document  # noqa: PLC0415 - slow to load, and not needed to read a plan
    from docx.oxml import parse_xml  # noqa: PLC0415

    made = Document(io.BytesIO(blank()))
    made.core_properties.title = said.title
    made.core_properties.created = made.core_properties.modified = said.made
    body, sheet = made.element.body, [_paragraph(said.title, style="Heading1"), *map(_paragraph, said.lines)]
    for part in parse_xml(f"<w:body {WORD}>{''.join(sheet)}{_table(said)}{_paragraph('')}</w:body>"):
        body.insert(len(body) - 1, part)  # before the properties of the section
    foot = made.sections[0].footer
    for part in parse_xml(f"<w:ftr {WORD}>{''.join(map(_paragraph, said.foot))}{PAGE_NUMBER}</w:ftr>"):
        foot._element.append(part)  # noqa: SLF001 - its only way to XML
    return _saved(made)


def _table(said: SheetText) -> str:
    """Return the table of a document: a row for each title with its units, and one for each of its sentences."""
    words = said.words
    rows = [_row("".join(_cell(words[name], shade=True) for name in WIDTHS_MM), "<w:tblHeader/>")]
    for task in said.tasks:
        roles = ((words["task_role"], words[task.role]), (words["task_others"], said.others(task)))
        who = words["clause_comma"].join(f"{name}{words['colon']}{value}" for name, value in roles)
        rows.append(_row(_cell(said.heading(task), who, shade=True, span=len(WIDTHS_MM))))
        for place, sentence in enumerate(task.clause.sentences, start=1):
            number = f"{task.measure.number}.{place}" if task.measure else str(place)
            cells = _cell(number) + _cell(sentence.shown(said.lang)) + _cell("") * (len(WIDTHS_MM) - 2)
            rows.append(_row(cells, '<w:trHeight w:val="680" w:hRule="atLeast"/>'))
    grid = "".join(f'<w:gridCol w:w="{round(mm * TWIPS)}"/>' for mm in WIDTHS_MM.values())
    layout = '<w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="fixed"/>'
    look = '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0"/>'
    return f"<w:tbl><w:tblPr>{layout}{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _row(cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{properties}</w:trPr>{cells}</w:tr>"


def _cell(*texts: str, shade: bool = False, span: int = 1) -> str:
    """Return a cell with a paragraph for each text; a shaded one is bold and stays with the row below it."""
    kept = "".join(_paragraph(text, bold=shade and not at, keep=shade) for at, text in enumerate(texts))
    fill = '<w:shd w:val="clear" w:color="auto" w:fill="E8EDF3"/>' if shade else ""
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{fill}</w:tcPr>{kept}</w:tc>'


def _paragraph(text: str, *, style: str = "", bold: bool = False, keep: bool = False) -> str:
    properties = (f'<w:pStyle w:val="{style}"/>' if style else "") + ("<w:keepNext/>" if keep else "")
    run = f'<w:r>{"<w:rPr><w:b/></w:rPr>" if bold else ""}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{run if text else ''}</w:p>"


def _blank_document(lang: Lang) -> bytes:
    """Return a document without text: A4 across, its language and fonts, and nothing else of python-docx's template."""
    from docx import Document  # noqa: PLC0415
    from docx.enum.section import WD_ORIENT  # noqa: PLC0415
    from docx.oxml import parse_xml  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Mm, Pt, RGBColor  # noqa: PLC0415

    made = Document()
    for owner in (made.part.package, made.part):
        for key, relation in list(owner.rels.items()):
            if relation.reltype.rpartition("/")[2] not in KEPT_PARTS:
                del owner.rels[key]
    for style in list(made.styles):
        if style.name not in KEPT_STYLES:
            style.delete()
    styles = made.styles.element
    for fonts in list(styles.iter(qn("w:rFonts"))):
        fonts.getparent().remove(fonts)
    defaults = styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    defaults.insert(0, parse_xml(f"<w:rFonts {WORD} {FONTS}/>"))
    defaults.find(qn("w:lang")).set(qn("w:eastAsia"), "zh-CN")
    made.settings.element.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    made.styles["Normal"].font.size, heading = Pt(10.5), made.styles["Heading 1"]
    made.styles["Normal"].paragraph_format.space_after = Pt(3)
    heading.font.size, heading.font.color.rgb = Pt(16), RGBColor(0, 0, 0)
    section, about = made.sections[0], made.core_properties
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    section.footer.is_linked_to_previous = False
    foot = section.footer.paragraphs[0]._p  # noqa: SLF001
    foot.getparent().remove(foot)
    about.author = about.comments = about.last_modified_by = ""
    about.language = LOCALES[lang]
    return _saved(made)


def _saved(made: Any) -> bytes:
    """Return a document as the bytes of a file that says nothing of when it was written."""
    written, target = io.BytesIO(), io.BytesIO()
    made.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as kept:
        for part in parts.infolist():
            kept.writestr(zipfile.ZipInfo(part.filename), parts.read(part), zipfile.ZIP_DEFLATED)
    return target.getvalue()
