"""Puts YAML into its one form: one sentence a line, the same indentation and quotes everywhere, every comment kept."""

import re
import shutil
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

import yaml

from plansite.document import BREAK, Document, read
from plansite.problems import PlanError

DOUBLE = {"en_for", "value"}
"""Fields whose text may look like a number: always in double quotes. Other text is plain, or in single quotes."""
IN_LINES = re.compile(r"""^$|^[\s,\[\]{}#&*!|>'"%@`]|^[-?:](?=\s|$)|:(?=\s|$)|\s#|\s$""")
IN_BRACKETS = re.compile(rf"{IN_LINES.pattern}|[,?:\[\]{{}}]")
"""What text may not have to stand without quotes, by itself and within brackets (YAML 1.1, 7.3.3 of YAML 1.2)."""
ESCAPED = re.compile("[\t\n\r\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
"""What only double quotes can hold."""
MOST = 10
"""How many lines of one file are reported; who has more lets the command mend them."""
WINDOW = 500
"""Among how many lines from the first that differs on."""
CODES = {"line_ends", "not_in_form", "needless_line"}
"""The problems that only concern the form."""
PATTERNS = yaml.SafeLoader.yaml_implicit_resolvers
"""What is no text without quotes but a number, a date, truth or nothing: by first character, (what it is, pattern)."""


def formed(document: Document) -> str:
    """Return the text of a document that has been read without a problem in its one form.

    UTF-8, line ends LF, two spaces a level, lists below their key one level further in, a value on one line, no blank
    line next to another. Fields stay in their order, and what is in brackets stays there. Each comment keeps its place;
    one within a value that now takes one line moves above it.
    """
    writer = _Writer(document.text)
    if document.node:
        writer.write(document.node, "", 0)
    writer.pass_over(len(document.text), 0)
    text = "\n".join(writer.lines).strip("\n")
    return f"{text}\n" if text else ""


def look(document: Document) -> None:
    """Report the lines of a document that are not in its one form, with what they should be."""
    if document.reported or document.data is None:
        return
    form = formed(document)
    if document.raw == form.encode():
        return
    found, wanted = BREAK.split(document.text), form.split("\n")
    if document.raw.startswith(b"\xef\xbb\xbf") or b"\r" in document.raw or found[-1]:
        document.report("line_ends", (1, 1), blocks=False)
        found += [""] if found[-1] else []
    for line, instead in islice(_differences(found, wanted), MOST):
        place = (line + 1, 1)
        above = [(at, steps) for steps, at in document.values.items() if at <= (line + 1, len(found[line]))]
        _, steps = max(above, default=(place, ()))
        code = "not_in_form" if instead else "needless_line"
        document.report(code, place, steps, blocks=False, instead=" ↵ ".join(instead))


def _differences(found: list[str], wanted: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (index of a line, the lines to write instead) for each line that differs, from the first on for WINDOW."""
    same = next((at for at, (one, other) in enumerate(zip(found, wanted, strict=False)) if one != other), None)
    skip = min(len(found), len(wanted)) if same is None else same
    # Within all lines of a long file, the search for those that are alike would take too long.
    there, instead = found[skip : skip + WINDOW], wanted[skip : skip + WINDOW]
    for kind, start, end, first, last in SequenceMatcher(None, there, instead, autojunk=False).get_opcodes():
        if kind == "insert":
            yield skip + min(start, len(there) - 1), instead[first : last + 1]
        elif kind != "equal":
            for line in range(start, end):
                at = first + line - start
                yield skip + line, instead[at : last if line == end - 1 else min(at + 1, last)]


def reform(paths: Sequence[Path]) -> list[Path]:
    """Put files into their one form; return those that have changed.

    Raises PlanError with what is wrong where a file is not valid YAML; then none is changed.
    """
    documents = {path: read(path) for path in paths}
    if problems := [problem for document in documents.values() for problem in document.problems]:
        raise PlanError(problems)
    changed = {path: formed(document).encode() for path, document in documents.items()}
    changed = {path: text for path, text in changed.items() if text != documents[path].raw}
    for path, text in changed.items():
        side = path.with_name(f".{path.name}.new")
        side.write_bytes(text)
        if read(side).data != documents[path].data:
            side.unlink()
            raise RuntimeError(f"the form of {path} would hold other data than the file, which was left as it is")
        shutil.copymode(path, side)
        side.replace(path)
    return list(changed)


class _Writer:
    """Writes nodes a line at a time, and the comments and blank lines between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[str] = []
        self.passed = 0
        """How much of the text has been written."""
        self.columns: dict[int, int] = {}
        """In which column of the text the blocks stand that have been written at each indentation."""

    def write(self, node: yaml.Node, head: str, indent: int) -> None:
        """Write a value behind or below the head of its line: a key, a dash, or nothing."""
        if not isinstance(node, yaml.CollectionNode) or node.flow_style:
            key = head.rpartition(" ")[2].removesuffix(":")
            text = self.inline(node, len(head) - len(head.lstrip()), IN_LINES, key)
            self.lines.append(f"{head} {text}".rstrip() if head else text)
            return
        if head.endswith(":"):
            self.lines.append(head)
            head = ""
        for child in node.value:
            first, value = child if isinstance(node, yaml.MappingNode) else (child, child)
            left = len(head) - len(head.lstrip()) if head else indent
            self.pass_over(first.start_mark.index, left, above=bool(head))
            self.columns[indent] = node.start_mark.column
            lead = f"{head} " if head else " " * indent
            entry = f"{self.inline(first, indent, IN_LINES)}:" if first is not value else "-"
            self.write(value, lead + entry, indent + 2)
            head = ""

    def inline(self, node: yaml.Node, indent: int, quoted: re.Pattern[str], key: str = "") -> str:
        """Return a value on one line; comments within it are written above."""
        self.pass_over(node.start_mark.index, indent, above=True)
        if isinstance(node, yaml.ScalarNode):
            source = self.text[node.start_mark.index : node.end_mark.index].rstrip()
            self.passed = node.start_mark.index + len(source)
            if node.style in {"|", ">"} and (comment := re.match(r".*?\s(#.*)", source)):
                self.lines.append(" " * indent + comment[1].rstrip())
            return _scalar(node, quoted, key)
        if isinstance(node, yaml.MappingNode):
            parts = [": ".join(self.inline(part, indent, IN_BRACKETS) for part in pair) for pair in node.value]
        else:
            parts = [self.inline(child, indent, IN_BRACKETS) for child in node.value]
        self.pass_over(node.end_mark.index, indent, above=True)
        return f"{{{', '.join(parts)}}}" if isinstance(node, yaml.MappingNode) else f"[{', '.join(parts)}]"

    def pass_over(self, index: int, indent: int, *, above: bool = False) -> None:
        """Write the comments and blank lines up to a place where something stands at this indentation."""
        gap = BREAK.split(self.text[self.passed : index])
        self.passed = max(index, self.passed)
        for number, piece in enumerate(gap):
            at = piece.find("#")
            if at >= 0 and above:
                self.lines.append(" " * indent + piece[at:].rstrip())
            elif at >= 0 and number == 0 and self.lines:
                self.lines[-1] += f"  {piece[at:].rstrip()}"
            elif at >= 0:
                # A comment that stands as far in as a block that ends above it belongs to that block.
                blocks = [
                    (column, -level) for level, column in self.columns.items() if level >= indent and column <= at
                ]
                level = -max(blocks, default=(0, -indent))[1]
                self.lines.append(" " * level + piece[at:].rstrip())
            elif 0 < number < len(gap) - 1 and not piece.strip() and not above and any(self.lines[-1:]):
                self.lines.append("")
        if not above:
            self.columns = {level: column for level, column in self.columns.items() if level <= indent}


def _scalar(node: yaml.ScalarNode, quoted: re.Pattern[str], key: str) -> str:
    text: str = node.value
    if node.tag != "tag:yaml.org,2002:str":
        return text
    if key in DOUBLE or ESCAPED.search(text):
        return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**9).rstrip("\n")
    if quoted.search(text) or any(pattern.match(text) for _, pattern in PATTERNS.get(text[0], ())):
        return "'" + text.replace("'", "''") + "'"
    return text
