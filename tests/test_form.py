"""The plan has one form in which no comment and no data is lost; whatever an editor does to it leads back there."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ruamel.yaml import YAML

from conftest import REAL_PLAN, SMALL_PLAN
from plansite.cli import main
from plansite.document import Document, read
from plansite.form import formed
from plansite.load import load
from plansite.problems import PlanError

FILES = [REAL_PLAN, REAL_PLAN.with_name("glossary.yaml"), SMALL_PLAN, SMALL_PLAN.with_name("glossary.yaml")]


def document(text: str, folder: Path) -> Document:
    path = folder / "plan.yaml"
    path.write_bytes(text.encode())
    found = read(path)
    assert found.reported == []
    return found


def commented(text: str) -> str:
    """Put a comment above every line and at the end of every seventh, and one at the end of the file."""
    lines = []
    for number, line in enumerate(text.splitlines()):
        start = re.match(" *", line)
        if line and start:
            lines.append(f"{start[0]}# above {number}: 'x', {{y")
        # A line that has a comment ends there.
        lines.append(f"{line}  # end {number}" if number % 7 == 0 and line and "#" not in line else line)
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
    return commented(REAL_PLAN.read_text("utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_form_has_room_for_comments_everywhere(path: Path, tmp_path: Path) -> None:
    text = commented(path.read_text("utf-8"))
    assert formed(document(text, tmp_path)) == text


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_form_is_what_another_library_writes(path: Path) -> None:
    library = YAML()
    library.width = 10**6
    library.preserve_quotes = True
    library.indent(mapping=2, sequence=4, offset=2)
    target = io.StringIO()
    library.dump(library.load(path.read_text("utf-8")), target)
    assert target.getvalue() == path.read_text("utf-8")


@pytest.mark.parametrize("mess", MESSES.values(), ids=MESSES)
def test_what_an_editor_may_do_leads_back_to_the_form(mess: Callable[[str], str], full: str, tmp_path: Path) -> None:
    messed = document(mess(full), tmp_path)
    assert messed.text != full or messed.raw.startswith(b"\xef")
    assert messed.data == document(full, tmp_path).data
    assert formed(messed) == full


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
    assert formed(document(text, tmp_path)) == form
    assert formed(document(form, tmp_path)) == form


PLAIN = """x|中文：“好”，[x]|it's|say "x"|a#b|http://x.org|-x|3+7|explor*|x, y?|0.5天""".split("|")
QUOTED = (
    """|1|1.5|yes|null|~|2022-05-11|12:30|0x1F|=|<<|x: y|x:|x #y|- x|?|#x|*x|&x|!x|@x|%x|`x|[x]|{x|}|>|'x|"x"|, x| x"""
)


@pytest.mark.parametrize("text", PLAIN)
def test_text_is_plain_where_it_may_be(text: str, tmp_path: Path) -> None:
    assert formed(document(f"a: {json.dumps(text)}\n", tmp_path)) == f"a: {text}\n"


@pytest.mark.parametrize("text", [*QUOTED.split("|"), "|"])
@pytest.mark.parametrize("place", ["a: {}\n", "- [{}]\n"], ids=["behind a key", "in brackets"])
def test_text_that_yaml_takes_for_something_else_has_single_quotes(text: str, place: str, tmp_path: Path) -> None:
    assert formed(document(place.format(json.dumps(text)), tmp_path)) == place.format(single(text))


def test_in_brackets_more_text_needs_quotes(tmp_path: Path) -> None:
    text = "a: {b: 'x, y', 'c:d': 'x?', e: 中文，好}\nf: x, y? [z]\n"
    assert formed(document(text, tmp_path)) == text


def test_fields_that_may_look_like_numbers_have_double_quotes(tmp_path: Path) -> None:
    text = "value: 3+7\nen_for: '12345678'\nx: {value: a}\n"
    assert formed(document(text, tmp_path)) == 'value: "3+7"\nen_for: "12345678"\nx: {value: a}\n'


def test_what_one_line_cannot_hold_stays_the_same_data(tmp_path: Path) -> None:
    text = 'a: |\n  x\n  y\nb: "\\t\\x07\\u2028"\n'
    form = formed(document(text, tmp_path))
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
        ("a: &x 1\nb: *x\n", ":1:4: b: uses a YAML alias"),
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


def test_of_a_file_in_another_form_the_first_lines_are_reported(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(wide(SMALL_PLAN.read_text("utf-8")), "utf-8")
    plan.with_name("glossary.yaml").write_bytes(SMALL_PLAN.with_name("glossary.yaml").read_bytes())
    problems = load(plan).pending
    assert [(problem.code, problem.line) for problem in problems] == [("not_in_form", line) for line in range(3, 13)]
    assert problems[0].path == "notice.en_for"


def test_a_file_that_cannot_be_built_from_is_told_its_form_too(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    text = SMALL_PLAN.read_text("utf-8").replace("    kind: judicial\n", "    kind:   judical\n")
    plan.write_text(text, "utf-8")
    plan.with_name("glossary.yaml").write_bytes(SMALL_PLAN.with_name("glossary.yaml").read_bytes())
    with pytest.raises(PlanError) as raised:
        load(plan)
    assert [problem.code for problem in raised.value.problems] == ["not_in_form", "not_a_choice"]
