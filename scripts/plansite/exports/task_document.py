"""This module writes task sheets for Word, the same bytes for the same text."""

import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from plansite.errors import Lang

if TYPE_CHECKING:
    from plansite.exports.task_sheet import SheetText

LOCALES: dict[Lang, str] = {"zh": "zh-CN", "en": "en-US"}
COLUMNS = {"task_number": 794, "task_sentence": 6917, "task_progress": 3175, "task_date": 1417, "task_remarks": 2835}
"""The labels of the columns, and how wide they are in twentieths of a point: together 267 mm, between the margins."""
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
FONTS = 'w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="宋体" w:cs="Calibri"'
FIELD = '<w:fldSimple w:instr="{}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
PAGE_NUMBER = (
    f'<w:p><w:pPr><w:pStyle w:val="Footer"/><w:jc w:val="right"/></w:pPr>{FIELD.format("PAGE")}'
    f'<w:r><w:t xml:space="preserve"> / </w:t></w:r>{FIELD.format("NUMPAGES")}</w:p>'
)
KEPT_STYLES = {"Normal", "Heading 1", "Heading 1 Char", "Footer", "Footer Char"}
KEPT_STYLES |= {"Default Paragraph Font", "Normal Table", "No List", "Table Grid"}
KEPT_PARTS = {"styles", "settings", "footer", "officeDocument", "core-properties", "extended-properties"}
"""What a document needs of python-docx's template, most of which it does not."""


def document(said: "SheetText", blank: Callable[[], bytes]) -> bytes:
    """Return a task sheet as a DOCX document; `blank` makes one without text."""
    from docx import Document  # noqa: PLC0415 - slow to load, and not needed to read a plan
    from docx.oxml import parse_xml  # noqa: PLC0415

    made = Document(io.BytesIO(blank()))
    made.core_properties.title = said.title[:255]  # as many as the format allows
    made.core_properties.created = made.core_properties.modified = said.made
    body, head = made.element.body, [_paragraph(said.title, style="Heading1"), *map(_paragraph, said.lines)]
    for part in parse_xml(f"<w:body {WORD}>{''.join(head)}{_table(said)}{_paragraph('')}</w:body>"):
        body.insert(len(body) - 1, part)  # before the properties of the section
    foot = "".join(_paragraph(line, style="Footer") for line in said.foot)
    for part in parse_xml(f"<w:ftr {WORD}>{foot}{PAGE_NUMBER}</w:ftr>"):
        made.sections[0].footer._element.append(part)  # noqa: SLF001 - its only way to XML
    return _saved(made)


def _table(said: "SheetText") -> str:
    """Return the table: a row for each title with its units, and one for each of its sentences."""
    words = said.words
    rows = [_row("".join(_cell(words[name], shade=True) for name in COLUMNS), "<w:tblHeader/>")]
    for task in said.tasks:
        role, others = words[task.role], said.others(task)
        who = words["task_who"].format(title=role, units=others) if others else words["task_alone"].format(title=role)
        rows.append(_row(_cell(said.heading(task), who, shade=True, span=len(COLUMNS))))
        for place, sentence in enumerate(task.clause.sentences, start=1):
            number = f"{task.number}.{place}" if task.measure else str(place)
            cells = _cell(number) + _cell(sentence.shown(said.lang)) + _cell("") * (len(COLUMNS) - 2)
            rows.append(_row(cells, '<w:trHeight w:val="680" w:hRule="atLeast"/>'))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in COLUMNS.values())
    layout = '<w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="fixed"/>'
    look = '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0"/>'
    return f"<w:tbl><w:tblPr>{layout}{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _row(cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{properties}</w:trPr>{cells}</w:tr>"


def _cell(*texts: str, shade: bool = False, span: int = 1) -> str:
    """Return a cell with a paragraph for each text; a shaded one begins bold and stays with the row below it."""
    kept = "".join(_paragraph(text, bold=shade and not at, keep=shade) for at, text in enumerate(texts))
    fill = '<w:shd w:val="clear" w:color="auto" w:fill="E8EDF3"/>' if shade else ""
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{fill}</w:tcPr>{kept}</w:tc>'


def _paragraph(text: str, *, style: str = "", bold: bool = False, keep: bool = False) -> str:
    properties = (f'<w:pStyle w:val="{style}"/>' if style else "") + ("<w:keepNext/>" if keep else "")
    run = f'<w:r>{"<w:rPr><w:b/></w:rPr>" if bold else ""}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{run if text else ''}</w:p>"


def blank_document(lang: Lang) -> bytes:
    """Return a DOCX document without text: A4 across, its language and fonts, little else of python-docx's template."""
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
    for fonts in list(made.styles.element.iter(qn("w:rFonts"))):
        fonts.getparent().remove(fonts)
    defaults = made.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    defaults.insert(0, parse_xml(f"<w:rFonts {WORD} {FONTS}/>"))
    for language in (defaults.find(qn("w:lang")), made.settings.element.find(qn("w:themeFontLang"))):
        language.set(qn("w:eastAsia"), "zh-CN")
    heading, plain = made.styles["Heading 1"], made.styles["Normal"]
    plain.font.size, plain.paragraph_format.space_after = Pt(10.5), Pt(3)
    heading.font.size, heading.font.color.rgb = Pt(16), RGBColor(0, 0, 0)
    made.styles["Footer"].font.size = heading.paragraph_format.space_before = Pt(8)
    section, about = made.sections[0], made.core_properties
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    section.footer.is_linked_to_previous = False
    foot = section.footer.paragraphs[0]._p  # noqa: SLF001 - an empty one of the template
    foot.getparent().remove(foot)
    about.author = about.comments = about.last_modified_by = ""
    about.language = LOCALES[lang]
    return _saved(made)


def _saved(made: Any) -> bytes:
    """Return a document as the bytes of a file that says nothing of when it was written."""
    written, target = io.BytesIO(), io.BytesIO()
    made.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(target, "w") as kept:
        for part in parts.infolist():
            kept.writestr(zipfile.ZipInfo(part.filename), parts.read(part), zipfile.ZIP_DEFLATED)
    return target.getvalue()
