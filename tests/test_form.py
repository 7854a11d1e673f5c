"""The plan has one form in which no comment and no data is lost; whatever an editor does to it leads back there."""

import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ruamel.yaml import YAML

from conftest import REAL_PLAN, SMALL_PLAN
from plansite.cli import main
from plansite.editor import format_text
from plansite.source.yaml_reader import YamlDocument, read_yaml
from plansite.validate import load_plan

FILES = [REAL_PLAN, REAL_PLAN.with_name("glossary.yaml"), SMALL_PLAN, SMALL_PLAN.with_name("glossary.yaml")]


def document(text: str, folder: Path) -> YamlDocument:
    path = folder / "plan.yaml"
    path.write_bytes(text.encode())
    found = read_yaml(path)
    assert found.reported == []
    return found


ENDS = re.compile(r" *(- )?([a-z_]+:|([a-z_]+: )?(['\"{\[].*|[0-9-]+))")
"""A line behind which a comment may stand: it ends in a key, a number, a date, a quotation mark or a bracket."""


def commented(text: str) -> str:
    """Put a comment above every line, at the end of every seventh that may have one, and at the end of the file."""
    lines = []
    for number, line in enumerate(text.splitlines()):
        start = re.match(" *", line)
        if line and start:
            lines.append(f"{start[0]}# above {number}: 'x', {{y")
        lines.append(f"{line}  # end {number}" if number % 7 == 0 and ENDS.fullmatch(line) else line)
    return "\n".join([*lines, "# the end: [", ""])


FIELD = re.compile(r"^( *(?:- )?)((?:zh|en): )([^'\"\[{#\n]+?)(  #.*)?$", re.MULTILINE)
"""A text in a block that has no quotes."""


def in_double_quotes(text: str) -> str:
    return FIELD.sub(lambda found: f"{found[1]}{found[2]}{json.dumps(found[3])}{found[4] or ''}", text)


def in_single_quotes(text: str) -> str:
    return FIELD.sub(lambda found: f"{found[1]}{found[2]}{single(found[3])}{found[4] or ''}", text)


def single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def over_lines(text: str) -> str:
    """Fold each text without a comment after its first space or comma."""

    def fold(found: re.Match[str]) -> str:
        first, _, rest = found[3].partition(" ")
        if found[4] or not rest or rest.startswith("#"):
            return found[0]
        inner = "\n" + " " * (len(found[1]) + 4)
        return f"{found[1]}{found[2]}>-{inner}{first}{inner}{rest}"

    return FIELD.sub(fold, text)


def wide(text: str) -> str:
    """Indent everything twice as far."""
    dash = "-   "
    return re.sub(r"^( *)(- )?", lambda found: found[1] * 2 + (dash if found[2] else ""), text, flags=re.MULTILINE)


def lists_below_their_key(text: str) -> str:
    """Let lists stand in the column of their key, where YAML allows them to stand."""
    columns: list[int] = []
    lines: list[str] = []
    above: list[str] = []
    for line in text.split("\n"):
        above.append(line)
        if not line.lstrip().startswith("#"):
            column = len(line) - len(line.lstrip())
            dash = [column] if line.lstrip().startswith("- ") else []
            columns = [at for at in columns if at < column or not line] + dash
            lines += [each[2 * len(columns) :] if each.startswith(" ") else each for each in above]
            above = []
    return "\n".join(lines + above)


MESSES: dict[str, Callable[[str], str]] = {
    "double quotes": in_double_quotes,
    "single quotes": in_single_quotes,
    "folded": over_lines,
    "wide": wide,
    "lists in the column of their key": lists_below_their_key,
    "dash on its own line": lambda text: re.sub(r"\n( *)- (zh|id|number):", r"\n\1-\n\1  \2:", text),
    "spaces at the end": lambda text: re.sub(r"(?<!\n)$", "  ", text, flags=re.MULTILINE),
    "spaces in brackets": lambda text: re.sub(r"\{(zh|topic|unit): ", r"{  \1:   ", text).replace("}\n", " }\n"),
    "brackets over lines": lambda text: re.sub(r", (en|sentence|as): ", r" ,\n            \1: ", text),
    "one space before a comment": lambda text: text.replace("  # end", " # end"),
    "more blank lines": lambda text: text.replace("\n\n", "\n\n\n \n"),
    "Windows": lambda text: "\ufeff" + text.replace("\n", "\r\n"),
    "no line end at the end": lambda text: text.rstrip("\n"),
    "a document marker": lambda text: f"---\n{text}...\n",
}


@pytest.fixture(scope="module")
def full() -> str:
    """The real plan with a comment at every place."""
    return commented(format_text(read_yaml(REAL_PLAN).text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_form_has_room_for_comments_everywhere(path: Path, tmp_path: Path) -> None:
    text = commented(format_text(read_yaml(path).text))
    assert format_text(document(text, tmp_path).text) == text


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_form_is_what_another_library_writes(path: Path) -> None:
    library = YAML()
    library.width = 10**6
    library.preserve_quotes = True
    library.indent(mapping=2, sequence=4, offset=2)
    target = io.StringIO()
    form = format_text(read_yaml(path).text)
    library.dump(library.load(form), target)
    assert target.getvalue() == form


@pytest.mark.parametrize("mess", MESSES.values(), ids=MESSES)
def test_what_an_editor_may_do_leads_back_to_the_form(mess: Callable[[str], str], full: str, tmp_path: Path) -> None:
    messed = document(mess(full), tmp_path)
    assert messed.text != full or messed.raw.startswith(b"\xef")
    assert messed.data == document(full, tmp_path).data
    assert format_text(messed.text) == full


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("a: [1,  # one\n  # two\n  2]  # end\nb: 1\n", "# one\n# two\na: [1, 2]  # end\nb: 1\n"),
        ("a: # one\n  # two\n  x\n", "# one\n# two\na: x\n"),
        ("a: >- # one\n  x #2\n  y\n", "# one\na: 'x #2 y'\n"),
        ("a:\n  - # one\n    x: 1 # two\n", "a:\n  # one\n  - x: 1  # two\n"),
        ("- - # one\n    x\n", "# one\n- - x\n"),
        ("a:\n- x\n# one\nb: 1\n", "a:\n  - x\n# one\nb: 1\n"),
        ("a:\n    - x\n    # in a\n# of b\nb: 1\n", "a:\n  - x\n  # in a\n# of b\nb: 1\n"),
        ("a:\n  - x\n  # - y\n", "a:\n  - x\n  # - y\n"),
        ("# one\n---\n# two\na: 1\n", "# one\n# two\na: 1\n"),
        ("\n\n# one\n\n\na:  1\n\n", "# one\n\na: 1\n"),
        ("# nothing but a comment\n", "# nothing but a comment\n"),
        ("", ""),
    ],
)
def test_comments_stay_with_what_they_are_about(text: str, form: str, tmp_path: Path) -> None:
    assert format_text(document(text, tmp_path).text) == form
    assert format_text(document(form, tmp_path).text) == form


PLAIN = """x|中文：“好”，[x]|it's|say "x"|a#b|http://x.org|-x|3+7|explor*|x, y?|0.5天""".split("|")
QUOTED = (
    """|1|1.5|yes|null|~|2022-05-11|12:30|0x1F|=|<<|x: y|x:|x #y|- x|?|#x|*x|&x|!x|@x|%x|`x|[x]|{x|}|>|'x|"x"|, x| x"""
)


@pytest.mark.parametrize("text", PLAIN)
def test_text_is_plain_where_it_may_be(text: str, tmp_path: Path) -> None:
    assert format_text(document(f"a: {json.dumps(text)}\n", tmp_path).text) == f"a: {text}\n"


@pytest.mark.parametrize("text", [*QUOTED.split("|"), "|"])
@pytest.mark.parametrize("place", ["a: {}\n", "- [{}]\n"], ids=["behind a key", "in brackets"])
def test_text_that_yaml_takes_for_something_else_has_single_quotes(text: str, place: str, tmp_path: Path) -> None:
    assert format_text(document(place.format(json.dumps(text)), tmp_path).text) == place.format(single(text))


def test_in_brackets_more_text_needs_quotes(tmp_path: Path) -> None:
    text = "a: {b: 'x, y', 'c:d': 'x?', e: 中文，好}\nf: x, y? [z]\n"
    assert format_text(document(text, tmp_path).text) == text


def test_fields_that_may_look_like_numbers_have_double_quotes(tmp_path: Path) -> None:
    text = "value: 3+7\nen_for: '12345678'\nx: {value: a}\n"
    assert format_text(document(text, tmp_path).text) == 'value: "3+7"\nen_for: "12345678"\nx: {value: a}\n'


def test_what_one_line_cannot_hold_stays_the_same_data(tmp_path: Path) -> None:
    text = 'a: |\n  x\n  y\nb: "\\t\\x07\\u2028"\n'
    form = format_text(document(text, tmp_path).text)
    assert len(form.splitlines()) == 2
    assert yaml.safe_load(form) == yaml.safe_load(text)


def test_the_command_writes_what_changes_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], full: str
) -> None:
    plan, other = tmp_path / "plan.yaml", tmp_path / "other.yaml"
    plan.write_text(wide(full), "utf-8")
    plan.chmod(0o640)
    other.write_text("a: 1\n", "utf-8")
    before = other.stat().st_mtime_ns
    assert main(["fmt", str(plan), str(other)]) == 0
    assert capsys.readouterr().out == f"put into form: {plan}\n"
    assert plan.read_text("utf-8") == full
    assert plan.stat().st_mode & 0o777 == 0o640
    assert other.stat().st_mtime_ns == before
    assert main(["fmt", str(plan), str(other)]) == 0
    assert capsys.readouterr().out == "everything is in form\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.yaml", "plan.yaml"]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("a: 1\nb: 'x\n", ":2:4: broken: opens a quotation mark (') that does not close the text on this line"),
        ("a: &x 1\nb: *x\n", ":2:4: b: uses a YAML alias"),
        ("a: 1\na: 2\n", ':2:1: broken: has the field "a" twice, first on line 1'),
    ],
)
def test_a_broken_file_is_reported_and_nothing_is_written(
    broken: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "broken.yaml"
    first.write_text("a:  1\n", "utf-8")
    second.write_text(broken, "utf-8")
    assert main(["fmt", "--lang", "en", str(first), str(second)]) == 1
    assert said in capsys.readouterr().err
    assert first.read_text("utf-8") == "a:  1\n"
    assert second.read_text("utf-8") == broken


HINTS: dict[str, tuple[Callable[[str], str], str]] = {
    "quotes that are not needed": (in_double_quotes, "not_in_form"),
    "text over several lines": (over_lines, "not_in_form"),
    "deeper indentation": (wide, "not_in_form"),
    "Windows line ends": (lambda text: text.replace("\n", "\r\n"), "line_ends"),
    "byte order mark": (lambda text: f"\ufeff{text}", "line_ends"),
    "no line end at the end": (lambda text: text.rstrip("\n"), "line_ends"),
    "both": (lambda text: wide(text).replace("\n", "\r\n"), "not_in_form"),
}


@pytest.mark.parametrize(("mess", "code"), HINTS.values(), ids=HINTS)
@pytest.mark.parametrize("name", ["plan.yaml", "glossary.yaml"])
def test_another_form_is_one_hint_and_no_failure(
    name: str, mess: Callable[[str], str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in FILES[2:]:
        text = path.read_text("utf-8")
        (tmp_path / path.name).write_bytes((mess(text) if path.name == name else text).encode())
    shutil.copy(SMALL_PLAN.with_name("site.yaml"), tmp_path)
    plan = tmp_path / "plan.yaml"
    assert load_plan(plan).warnings == []
    assert main(["check", "--format", "json", str(plan)]) == 0
    (hint,) = json.loads(capsys.readouterr().out)
    assert (Path(hint["file"]).name, hint["line"], hint["column"], hint["code"]) == (name, 1, 1, code)
    assert all(command in hint["message"] for command in ("make fmt", "plansite fmt"))
    assert main(["check", "--format", "github", str(plan)]) == 0
    assert capsys.readouterr().out.startswith("::notice file=")
    assert main(["fmt", str(plan), str(plan.with_name("glossary.yaml"))]) == 0
    capsys.readouterr()
    assert main(["check", str(plan)]) == 0
    assert capsys.readouterr().out == ""


def test_form_is_not_spoken_of_while_anything_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(wide(SMALL_PLAN.read_text("utf-8")).replace("judicial", "judical"), "utf-8")
    plan.with_name("glossary.yaml").write_bytes(SMALL_PLAN.with_name("glossary.yaml").read_bytes())
    assert main(["check", "--format", "json", str(plan)]) == 1
    assert [problem["code"] for problem in json.loads(capsys.readouterr().out)] == ["not_a_choice"]


CUT = {
    "comment behind a text": "x: It runs #3 times.",
    "comment behind a text in a list": "x:\n  - It runs #3 times.",
    "comment behind a text in brackets": "x: [a, It runs #3\n  times]",
    "comment below a text": "x: It runs\n  #3 times.",
    "comment for a whole text": "x: #3 runs",
    "anchor": "x: &It runs",
    "the same anchor twice": "x: &It runs\nz: &It runs",
    "anchor of a field": "&x x: 1",
    "alias of nothing": "x: *It",
    "tag": "x: ! It runs",
    "comma in braces": "x: {zh: 甲, en: It runs, twice, and, again}",
    "comma behind a quotation in braces": "x: {zh: 甲, en: 'It', runs}",
    "full-width comma in brackets": "x: [a，b]",
    "list behind a comma in braces": "x: {zh: 甲, en: It runs, [ours]}",
    "comma in a quotation in braces": "x: {zh: 甲, en: 'It, runs', ours}",
    "list as the name of a field": "? [*b]\n: 1",
    "the same anchor twice, of lists": "x: &a [1]\nz: &a [2]",
    "alias as the name of a field": "*It : 1",
}


@pytest.mark.parametrize("text", CUT.values(), ids=CUT)
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_what_yaml_reads_otherwise_than_it_was_meant_is_not_written(
    text: str, ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(f"{text}\ny:   1\n".replace("\n", ending).encode())
    before = path.read_bytes()
    assert main(["fmt", str(path)]) == 1
    assert capsys.readouterr().err.count("\n") == max(1, text.count("&It"))
    assert path.read_bytes() == before
