"""Reads a YAML file into plain data that knows on which line each value stands."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from operator import getitem
from pathlib import Path
from typing import Any

import yaml

from plansite.errors import PlanError, Problem, display_path, escape_unprintable

OPENING = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
Position = tuple[int, int]
"""Line and column, both counted from 1."""
YamlHint = tuple[Position, str, dict[str, Any]]
"""Where something is to be mended, its code in messages.yaml, and what the message names."""

MARKER = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)
"""What git leaves around the two versions of lines that it could not merge."""
TAB = re.compile(r"^ *\t[ \t]*(?=\S)", re.MULTILINE)
FIELD = re.compile(r"(?P<before>^ *(?:- +)*|[{,] *)(?P<key>[a-z_]+)(?:： *|:(?=[^\s,}\]]))")
"""The name of a field with a colon that is none for YAML: a full-width one, or one without a space after it."""
HEAD = re.compile(r" *(?:- +)*(?:[\w-]+:(?: +|$))?")
"""What stands on a line before a value: dashes and the name of the field."""
ENTRY = re.compile(r" *(?:-|[\w-]+:)(?: |$)")
"""The beginning of a line that is a field or a list entry."""
COMMENT = re.compile(r"[ \t]*#")
"""The beginning of a comment behind a value."""
INDENT = 2
"""How many spaces each level is indented."""
MAX_HINTS = 20
"""How many slips are looked for in one file."""
MAX_SCANNED = 5_000_000
"""How many characters are read for that: of a very long file, only one slip is looked for."""
MAX_LINES_BACK = 1_000
"""How many lines up from where YAML gives up a slip may be."""
MAX_CANDIDATES = 5
"""How many lines are tried for each slip."""
MAX_DEPTH = 20
"""How many levels a file may be nested; a plan has nine."""
MAX_NODES = 1_200_000
"""How many values, keys and brackets a file may have; a plan of 5,000 measures has 870,000."""


class ExcessError(yaml.MarkedYAMLError):
    """A file is nested more deeply, or holds more, than is read; its problem is a code in messages.yaml."""


@dataclass(frozen=True)
class Candidate:
    """A line that may be the cause: what is wrong with it, and it mended, or with a value that cannot be wrong."""

    column: int
    code: str
    mended: Sequence[str]
    details: dict[str, Any]


def find_markers(text: str) -> Iterator[YamlHint]:
    """Yield what is no YAML wherever it stands: the first marker of each merge conflict, tabs that indent."""
    within = False
    for marker in MARKER.finditer(text):
        if marker[0][0] == "<" or not within:
            yield position_of(text, marker.start()), "merge_conflict", {}
        within = marker[0][0] != ">"
    for tab in TAB.finditer(text):
        yield position_of(text, tab.start() + tab[0].index("\t")), "yaml_tab", {}


def parse_error(text: str) -> yaml.MarkedYAMLError | None:
    """Return what keeps YAML from reading a text.

    It is told by the events: nodes within nodes are made by recursion in C, which ends the process where they are many.
    """
    depth = 0
    try:
        for number, event in enumerate(yaml.parse(text, yaml.CSafeLoader)):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH or number > MAX_NODES:
                excess = "yaml_deep" if depth > MAX_DEPTH else "yaml_big"
                # The C loader's marks are of another type.
                return ExcessError(problem=excess, problem_mark=event.start_mark)  # type: ignore[arg-type]
    except yaml.MarkedYAMLError as error:
        return error
    return None


def find_hints(text: str) -> Iterator[YamlHint]:
    """Yield what keeps YAML from reading a text, one slip after the other, each as if those before it were mended."""
    lines = text.split("\n")
    for number in range(min(MAX_HINTS, 1 + MAX_SCANNED // (len(text) + 1))):
        error = parse_error("\n".join(lines))
        if error is None or (isinstance(error, ExcessError) and number):
            return
        cause = _cause(lines, _line(error))
        if cause is None:
            # After another slip it may only follow from how that was mended here.
            if number == 0:
                # A field without a colon is noticed on the line below.
                mark = error.context_mark if error.context == "while scanning a simple key" else error.problem_mark
                yield mark_position(mark), "yaml", {}
            return
        at, suspect, best = cause
        details = {"expected": [_indent(line) for line in best]} if suspect.code == "yaml_indent" else {}
        yield (at + 1, suspect.column + 1), suspect.code, suspect.details | details
        lines[at] = best[0]


def _cause(lines: Sequence[str], stop: int) -> tuple[int, Candidate, list[str]] | None:
    """Return the nearest line up from where YAML gives up that, mended, lets it read on, and what mends it best.

    YAML may give up far below: a quote that is not closed reaches to the next one.
    """
    last = min(stop, len(lines) - 1)
    suspects = (
        (at, suspect) for at in range(last, max(last - MAX_LINES_BACK, -1), -1) for suspect in _suspects(lines[at])
    )
    for at, suspect in islice(suspects, MAX_CANDIDATES):
        reach = {line: _line(parse_error("\n".join([*lines[:at], line, *lines[at + 1 :]]))) for line in suspect.mended}
        farthest = max(reach.values())
        if farthest > stop:
            return at, suspect, [line for line in reach if reach[line] == farthest]
    return None


def absorbed_lines(lines: Sequence[str], node: yaml.Node) -> YamlHint | None:
    """Return what is wrong with a text over several lines that takes in what was to be fields or entries, or None."""
    first, last = node.start_mark.line, node.end_mark.line
    if first == last or not isinstance(node, yaml.ScalarNode) or node.style in {"|", ">"}:
        return None
    taken = [at for at in range(first + 1, min(last, len(lines) - 1) + 1) if ENTRY.match(lines[at])]
    if not taken:
        return None
    if node.style:
        return (first + 1, node.start_mark.column + 1), "yaml_quote", {"mark": node.style}
    off = next((at for at in (first, *taken) if _indent(lines[at]) % INDENT), taken[0])
    beside = [_indent(lines[at]) for at in (first, *taken) if at != off]
    return (off + 1, _indent(lines[off]) + 1), "yaml_indent", {"found": _indent(lines[off]), "expected": beside[:1]}


def mark_position(mark: yaml.Mark | None) -> Position:
    """Return the line and column of one of YAML's marks."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def position_of(text: str, at: int) -> Position:
    """Return the line and column of a character."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _line(error: yaml.MarkedYAMLError | None) -> int:
    """Return the line (from 0) on which YAML gave up, one beyond all where it did not."""
    mark = error and (error.problem_mark or error.context_mark)
    return mark.line if mark else sys.maxsize


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _suspects(line: str) -> Iterator[Candidate]:
    """Yield what may be wrong with a line, judged by itself."""
    if field := FIELD.search(line):
        mended = FIELD.sub(r"\g<before>\g<key>: ", line, count=1)
        yield Candidate(field.start("key"), "field_colon", [mended], {"key": field["key"]})
    if (comment := _comment(line)) is not None:
        yield Candidate(comment, "yaml_comment", [f"{line[:comment]}x{line[comment + 1 :]}"], {})
    indent = _indent(line)
    if error := parse_error(line[indent:]):
        head = HEAD.match(line)
        value = head.end() if head else indent
        yield _value(line, indent, value, error)
    if line.strip() and indent % INDENT:
        moved = [" " * spaces + line.lstrip() for spaces in (indent - 1, indent + 1)]
        yield Candidate(indent, "yaml_indent", moved, {"found": indent})


def _value(line: str, indent: int, value: int, error: yaml.MarkedYAMLError) -> Candidate:
    """Say what is wrong with a line that YAML cannot read even by itself."""
    mended = [f"{line[:value]}x"]
    mark = indent + (error.problem_mark.column if error.problem_mark else 0)
    opening = indent + (error.context_mark.column if error.context_mark else 0)
    if error.context == "while scanning a quoted scalar":
        return Candidate(opening, "yaml_quote", mended, {"mark": line[opening]})
    if line[value : value + 1] in {"'", '"'}:
        return Candidate(value, "yaml_quote", mended, {"mark": line[value]})
    if re.match(":(?: |$)", line[mark:]):
        return Candidate(mark, "yaml_colon", mended, {})
    if any(line.count(left) > line.count(right) for left, right in ("[]", "{}")):
        return Candidate(value, "yaml_bracket", mended, {"mark": line[value : value + 1]})
    if (column := _in_braces(line)) is not None:
        return Candidate(column, "text_in_braces", mended, {"mark": line[column]})
    return Candidate(value, "yaml_text", mended, {"mark": line[value : value + 1]})


def _tokens(line: str) -> list[yaml.Token]:
    """Return what YAML finds on a line, as far as it can read it."""
    tokens: list[yaml.Token] = []
    try:
        for token in yaml.scan(line, yaml.CSafeLoader):
            tokens.append(token)  # noqa: PERF402 - what comes before an error is kept
    except yaml.MarkedYAMLError:
        pass
    # The tokens of the beginning and the end have no column.
    return [token for token in tokens if token.end_mark.column]


def _comment(line: str) -> int | None:
    """Return where a comment begins behind a text without quotes, or within brackets."""
    tokens = _tokens(line) if "#" in line else []
    if not tokens:
        return None
    last = tokens[-1]
    found = COMMENT.match(line, last.end_mark.column)
    opened = sum(isinstance(token, OPENING) - isinstance(token, CLOSING) for token in tokens)
    cuts = opened > 0 or (isinstance(last, yaml.ScalarToken) and last.plain)
    return found.end() - 1 if found and cuts else None


def _in_braces(line: str) -> int | None:
    """Return where a text without quotes has a bracket or a quotation mark within braces, which parts it in two."""
    opened: list[int] = []
    before: yaml.Token | None = None
    start = 0
    for token in _tokens(line):
        if opened and isinstance(token, (yaml.ScalarToken, *OPENING)):
            if isinstance(before, yaml.ScalarToken) and before.plain:
                return int(token.start_mark.column)
            if isinstance(before, (yaml.ScalarToken, *CLOSING)):
                return start
        start = opened.pop() if isinstance(token, CLOSING) and opened else token.start_mark.column
        if isinstance(token, OPENING):
            opened.append(start)
        before = token
    return None


YamlPath = tuple[int | str, ...]
"""The way to a value: keys of mappings and places in lists, counted from 0."""

# Plain data and nothing else: no aliases, no merge keys, no objects of a programming language.
SCALARS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp")}
COLLECTIONS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
TEXT = "tag:yaml.org,2002:str"
MAX_BYTES = 25_000_000
"""How many bytes a file may have; a plan of 5,000 measures has 19,400,000."""
MAX_TEXT = 4_000
"""How many characters a text may have; the longest of the plan has 917."""
MAX_NUMBER = 40
"""How many characters a number or a date may have: Python takes long to read, or refuses to write, very long ones."""
PRINTABLE = "\t\n\x20-\x7e\xa0-\xac\xae-\u200a\u2010-\u2027\u202f-\u205f\u2070-\ud7ff\ue000-\ufefe\uff00-\ufffd"
INVISIBLE = re.compile(f"[^{PRINTABLE}\U00010000-\U0010ffff]")
"""What YAML does not count as printable, and what nobody sees: zero-width marks, soft hyphens, further line ends."""
REASONS: dict[type, str] = {FileNotFoundError: "no_file", IsADirectoryError: "folder", PermissionError: "no_right"}
BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML 1.1."""
COMMENT = re.compile(rf"[ \t]+#|[ \t]*(?:{BREAK.pattern})(?P<indent> +)#")
"""A comment behind a value: on its line, or on a line of its own directly below."""
PARTED = re.compile(r"[a-z0-9-]+(?:\s*[，、；;]\s*[a-z0-9-]+)+")
"""Ids or numbers that are parted by a mark which YAML takes for text."""

TEXTS = {".css", ".html", ".j2", ".js", ".md", ".svg"}
"""Suffixes of text files in docs/, macros/ and overrides/; YAML is read by document.py."""


@dataclass
class YamlDocument:
    """Plain data out of a YAML file, with the place of every value and every key."""

    file: str
    raw: bytes = b""
    text: str = ""
    node: yaml.Node | None = None
    data: Any = None
    values: dict[YamlPath, Position] = field(default_factory=dict)
    keys: dict[YamlPath, Position] = field(default_factory=dict)
    remarks: dict[YamlPath, Position] = field(default_factory=dict)
    """Where a comment begins behind a number or an empty field: a text that should stand there is cut."""
    reported: list[tuple[Position, YamlPath, str, dict[str, object], bool]] = field(default_factory=list)

    def report(
        self, code: str, place: Position, steps: YamlPath = (), *, blocks: bool = True, **details: object
    ) -> None:
        """Note a problem: its code in messages.yaml, where it stands, which value it concerns, what it knows."""
        self.reported.append((place, steps, code, details, blocks))

    @property
    def unreadable(self) -> bool:
        """Whether there is no data at all to look at."""
        return self.data is None and bool(self.reported)

    @property
    def misread(self) -> set[YamlPath]:
        """The values that YAML reads otherwise than they were meant; what else is wrong with them only follows."""
        return {steps for _, steps, code, *_ in self.reported if code.startswith("yaml")}

    @property
    def problems(self) -> list[Problem]:
        """What has been reported, with paths named for people."""
        return [
            Problem(self.file, *place, self.name(steps), code, details, blocks)
            for place, steps, code, details, blocks in self.reported
        ]

    def place(self, steps: YamlPath) -> Position:
        """Return where a value stands; of a value that is not there, where the record stands that lacks it."""
        while steps not in self.values and steps:
            steps = steps[:-1]
        return self.values.get(steps, (1, 1))

    def at(self, place: Position) -> YamlPath:
        """Return the way to the value that stands at a place, or last before it."""
        return max(((there, steps) for steps, there in self.values.items() if there <= place), default=((1, 1), ()))[1]

    def rename(self, steps: YamlPath, name: str | None) -> None:
        """Go on as if a field had another name, or were not there where its record has that one already."""
        record = reduce(getitem, steps[:-1], self.data)
        value = record.pop(steps[-1])
        if name is None or name in record:
            return
        record[name] = value
        for places in (self.values, self.keys):
            for path in [path for path in places if path[: len(steps)] == steps]:
                places[*steps[:-1], name, *path[len(steps) :]] = places.pop(path)

    def name(self, steps: YamlPath) -> str:
        """Return a path a person can follow: records by id or number, other list entries counted from 1."""
        name, value = "", self.data
        for step in steps:
            try:
                value = value[step]
            except (TypeError, KeyError, IndexError):
                value = None
            if isinstance(step, str):
                name += f".{step}"
            else:
                labels = [value.get("id"), value.get("number")] if isinstance(value, dict) else []
                name += f"[{next((label for label in labels if label and isinstance(label, str | int)), step + 1)}]"
        return escape_unprintable(name).lstrip(".") or Path(self.file).stem


def read_yaml(path: Path) -> YamlDocument:
    """Read a file; what is wrong with it as YAML is reported in the document, which may then be without data."""
    document = YamlDocument(display_path(path))
    try:
        # What is no file may never end, or never begin.
        if path.is_file() or path.is_dir() or not path.exists():
            with path.open("rb") as file:
                return parse_yaml(document.file, file.read(MAX_BYTES + 1))
        reason = "no_regular_file"
    except OSError as error:
        reason = REASONS.get(type(error), str(error.strerror))
    document.report("unreadable", (1, 1), reason=reason)
    return document


def parse_yaml(file: str, raw: bytes) -> YamlDocument:
    """Read what a file of this name holds, or once held."""
    document = YamlDocument(file, raw=raw)
    if len(raw) > MAX_BYTES:
        document.report("too_large", (1, 1), most=MAX_BYTES // 1_000_000)
        return document
    try:
        text = document.text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        document.report("encoding", position_of(before, len(before)))
        return document
    # In form.py the marks of nodes count the characters of the text as it stands.
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if unseen := [
        (position_of(plain, match.start()), match[0]) for match in islice(INVISIBLE.finditer(plain), MAX_HINTS)
    ]:
        # Read on as if they were not there, so that they hide nothing else.
        text = plain = INVISIBLE.sub("", plain)
    for place, code, details in _slips(plain) or _composed(document, text):
        document.report(code, place, **details)
    if document.node:
        document.data = _Walk(document, text, plain.split("\n")).value(document.node, ())
    for place, character in unseen:
        document.report("control_character", place, document.at(place), character=f"U+{ord(character):04X}")
    return document


def _slips(text: str) -> list[YamlHint]:
    """Return what keeps YAML from reading a text."""
    if found := list(islice(find_markers(text), MAX_HINTS)):
        return found
    error = parse_error(text)
    if isinstance(error, ExcessError):
        return [(mark_position(error.problem_mark), str(error.problem), {})]
    return list(find_hints(text)) if error else []


def _composed(document: YamlDocument, text: str) -> list[YamlHint]:
    """Give a document its nodes; return what keeps them from being one."""
    try:
        document.node = yaml.compose(text, yaml.CSafeLoader)
    except yaml.composer.ComposerError as error:
        # A second document, or texts that begin with * or &, by which YAML would know a value again.
        mark = error.problem_mark
        if mark is None or (error.context and "document" in error.context):
            return [(mark_position(mark), "yaml", {})]
        return [(mark_position(mark), "yaml_text", {"mark": text[mark.index]})]
    return []


class _Walk:
    """Turns the nodes of a document into plain data, noting where everything stands."""

    def __init__(self, document: YamlDocument, text: str, lines: list[str]) -> None:
        self.document = document
        self.text = text
        self.lines = lines
        self.seen: dict[int, yaml.Node] = {}
        self.loader = yaml.SafeLoader("")

    def value(self, node: yaml.Node, steps: YamlPath, indent: int | None = None) -> Any:
        """Return a value as plain data; `indent` is the column of its key or dash, None within brackets."""
        place = self.document.values[steps] = mark_position(node.start_mark)
        if reason := self.refused(node):
            self.document.report(reason, place, steps, most=MAX_TEXT, mark=self.text[node.start_mark.index :][:1])
            return None
        if isinstance(node, yaml.SequenceNode):
            entries = enumerate(self.entries(node, steps))
            return [self.value(child, (*steps, index), _column(node)) for index, child in entries]
        if isinstance(node, yaml.MappingNode):
            return {key: self.value(child, (*steps, key), _column(node)) for key, child in self.fields(node, steps)}
        if slip := absorbed_lines(self.lines, node):
            at, code, details = slip
            self.document.report(code, at, steps, **details)
            return None
        if not node.style:  # type: ignore[attr-defined]
            self.comment(node, steps, indent)
        try:
            if node.tag == TEXT or len(node.value) <= MAX_NUMBER:
                return self.loader.construct_object(node)
        except ValueError:
            pass
        value = node.value[:MAX_NUMBER]
        self.document.report("yaml_value", place, steps, value=value)
        return value

    def refused(self, node: yaml.Node) -> str | None:
        if id(node) in self.seen or node.tag not in SCALARS | COLLECTIONS:
            return "yaml_alias"
        self.seen[id(node)] = node
        if not isinstance(node, yaml.ScalarNode):
            return None
        if self.named(node):
            return "yaml_text"
        # A tag that is written may say of anything that it is a number.
        if self.text.startswith("!", node.start_mark.index):
            return "yaml_alias"
        return "yaml_long" if len(node.value) > MAX_TEXT else None

    def named(self, node: yaml.Node) -> bool:
        """Return whether YAML takes the beginning of a text for the name or the kind of the rest."""
        return self.text.startswith(("&", "! "), node.start_mark.index)

    def comment(self, node: yaml.Node, steps: YamlPath, indent: int | None) -> None:
        """Report a comment that cuts a text without quotes: on its line, or on the next where the text may go on."""
        end = node.end_mark
        found = COMMENT.match(self.text, end.index)
        if found is None:
            return
        place = (end.line + 1, end.column + len(found[0]))
        if found["indent"]:
            if indent is None or len(found["indent"]) <= indent or node.tag != TEXT:
                return
            place = (end.line + 2, len(found["indent"]) + 1)
        # An empty field may have a remark, "# to do"; "#3" is the beginning of a text.
        if node.tag == TEXT or (not node.value and self.text[found.end() : found.end() + 1].strip()):
            self.document.report("yaml_comment", place, steps)
        else:
            self.document.remarks[steps] = place

    def entries(self, node: yaml.SequenceNode, steps: YamlPath) -> Iterator[yaml.Node]:
        """Yield the entries of a list; ids in brackets that no comma parts, as if one did."""
        for child in node.value:
            plain = node.flow_style and isinstance(child, yaml.ScalarNode) and not child.style
            if not plain or not PARTED.fullmatch(child.value):
                yield child
                continue
            ids = re.findall("[a-z0-9-]+", child.value)
            mark = child.value[len(ids[0]) :].lstrip()[0]
            line, column = mark_position(child.start_mark)
            place = (line, column + child.value.index(mark))
            self.document.report("list_comma", place, steps, mark=mark, instead=", ".join(ids))
            for part in ids:
                tag = self.loader.resolve(yaml.ScalarNode, part, (True, False))  # type: ignore[no-untyped-call]
                yield yaml.ScalarNode(tag, part, child.start_mark, child.end_mark)

    def pairs(self, node: yaml.MappingNode, steps: YamlPath) -> list[tuple[yaml.Node, yaml.Node]]:
        """Return keys and values; a text in braces that a comma ends, as if it had quotes."""
        pairs: list[tuple[yaml.Node, yaml.Node]] = []
        for key, value in node.value:
            # What follows the comma is a key without a colon to YAML.
            if not node.flow_style or value.start_mark.index > key.end_mark.index or not pairs:
                pairs.append((key, value))
                continue
            name, text = pairs[-1]
            if not isinstance(text, yaml.ScalarNode) or not text.value:
                pairs.append((key, value))
                continue
            if "," not in text.value:
                place = position_of(self.text, self.text.index(",", text.end_mark.index))
                self.document.report("text_in_braces", place, (*steps, name.value), mark=",")
            whole = self.text[text.start_mark.index : key.end_mark.index]
            pairs[-1] = (name, yaml.ScalarNode(TEXT, whole, text.start_mark, key.end_mark))
        return pairs

    def fields(self, node: yaml.MappingNode, steps: YamlPath) -> Iterator[tuple[str, yaml.Node]]:
        for key, given in self.pairs(node, steps):
            value = given
            place = mark_position(key.start_mark)
            if self.named(key):
                self.document.report("yaml_text", place, steps, mark=self.text[key.start_mark.index])
            name = key.value if isinstance(key, yaml.ScalarNode) else "[...]"
            if len(name) > MAX_TEXT:
                self.document.report("yaml_long", place, steps, most=MAX_TEXT)
                continue
            # Within braces, or with another colon behind it, YAML takes a field whose colon is none for a longer name.
            if field := isinstance(key, yaml.ScalarNode) and not key.style and FIELD.match(name):
                self.document.report("field_colon", place, steps, key=field["key"])
                name, rest = field["key"], name[field.end() :]
                kind = "int" if re.fullmatch("[1-9][0-9]*", rest) else "str"
                value = yaml.ScalarNode(f"tag:yaml.org,2002:{kind}", rest, key.start_mark, key.end_mark)
            if (*steps, name) in self.document.keys:
                first = self.document.keys[*steps, name][0]
                self.document.report("repeated_key", place, steps, key=name, first=first)
                continue
            self.document.keys[*steps, name] = place
            yield name, value


def _column(node: yaml.CollectionNode) -> int | None:
    """Return in which column the keys or dashes of a block stand."""
    return None if node.flow_style else node.start_mark.column


def read_text(path: Path) -> str:
    """Return the text of a file; raises PlanError with the line from which on it is not UTF-8."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PlanError([Problem(display_path(path), line, 1, path.name, "encoding")]) from None


def check_encoding(folders: Iterable[Path]) -> None:
    """Raise PlanError with every text file in these folders that is not UTF-8."""
    problems: list[Problem] = []
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in TEXTS):
        try:
            read_text(path)
        except PlanError as error:
            problems += error.problems
    if problems:
        raise PlanError(problems)
