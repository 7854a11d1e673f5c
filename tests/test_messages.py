"""This module tests that every message gives the same facts in both languages and says what to write instead."""

import pickle
import re
from pathlib import Path
from string import Formatter

import pytest

from conftest import SMALL_PLAN
from plansite.errors import FAILURES, LANGUAGES, MESSAGES, WORDS, BuildError, Lang, PlanError, Problem, format_problems
from plansite.source.texts import CHINESE_CHARACTER, CHINESE_SCRIPT
from test_load import CASES, problems_of, spoiled

QUOTED = re.compile(r"“[^”]*”|\{\w+(!r)?\}")
"""What is quoted, and what is filled in: the words of the plan or of YAML, whatever their script."""
OF_CHINESE = {"要", "不得", "、", "等"}
"""Words and marks of the Chinese that English messages speak of."""


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name}


@pytest.mark.parametrize(("code", "said"), [*MESSAGES.items(), *FAILURES.items()])
def test_both_languages_say_the_same_facts(code: str, said: dict[Lang, str]) -> None:
    assert set(said) == set(LANGUAGES), code
    assert placeholders(said["zh"]) == placeholders(said["en"]), code


@pytest.mark.parametrize("code", MESSAGES)
def test_each_says_what_is_wrong_and_what_to_write(code: str) -> None:
    for said, mark in ((MESSAGES[code]["zh"], "；"), (MESSAGES[code]["en"], "; ")):
        wrong, _, instead = said.partition(mark)
        assert wrong
        assert instead, f"says only what is wrong: {said}"


@pytest.mark.parametrize("kinds", [MESSAGES, FAILURES, WORDS], ids=["messages", "failures", "words"])
def test_each_language_keeps_to_its_own_marks(kinds: dict[str, dict[str, str]]) -> None:
    for code, said in kinds.items():
        own = QUOTED.sub("", said["zh"])
        assert not re.search(r"[,;:!?()\"']", own), f"{code}: {own}"
        assert not said["zh"].endswith("。")
        assert not said["en"].endswith(".")
        foreign = set(CHINESE_SCRIPT.findall(said["en"])) - set("".join(OF_CHINESE))
        assert not foreign, f"{code}: {foreign}"


def test_whatever_is_reported_reads_in_the_language_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for case in CASES:
        text, glossary, _ = spoiled(case)
        for problem in problems_of(text, tmp_path, monkeypatch, glossary):
            assert CHINESE_CHARACTER.search(problem.message("zh")), case.stem
            said = problem.message("en")
            plan = text + glossary + SMALL_PLAN.read_text("utf-8") + "".join(OF_CHINESE)
            foreign = [word for word in re.findall(f"{CHINESE_SCRIPT.pattern}+", said) if not quoted(word, plan)]
            assert not foreign or problem.code in {"printed_differs", "ascii_punctuation", "unusual_form"}, (
                case.stem,
                foreign,
            )
            assert not re.search(r"[{}]", said.replace("{a: b}", "")), case.stem


def quoted(word: str, plan: str) -> bool:
    return all(part in plan for part in re.split("[、（）［］]", word))


@pytest.mark.parametrize(
    ("case", "nearest"),
    [
        ("unknown-field", "official_name"),
        ("not-a-choice", "judicial"),
        ("unknown-unit", "district-court"),
        ("unknown-section", "3"),
        ("unknown-sentence", "3"),
        ("unknown-wording", "区政府办"),
    ],
)
def test_the_nearest_right_name_is_offered(
    case: str, nearest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, glossary, _ = spoiled(next(path for path in CASES if path.stem == case))
    problem = problems_of(text, tmp_path, monkeypatch, glossary)[0]
    assert f'(did you mean "{nearest}"?)' in problem.message("en")
    assert f"（是否为“{nearest}”？）" in problem.message("zh")


def test_an_annotation_names_the_file_from_the_root_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path / "data")
    for file in ("plan.yaml", str(tmp_path / "data" / "plan.yaml")):
        problem = Problem(
            file, 3, 5, "units[a]", "unknown_placeholder", {"value": "50%", "allowed": [], "nearest": "n"}
        )
        assert problem.github_annotation("en").startswith("::error file=data/plan.yaml,line=3,col=5::units[a]: has")
    assert (
        Problem("../macros/labels.yaml", 1, 1, "more", "edge_space")
        .github_annotation("en")
        .startswith("::error file=macros/labels.yaml,line=1,col=1::")
    )


def test_an_annotation_escapes_what_would_end_it() -> None:
    problem = Problem(
        "a,b:c%.yaml", 3, 5, "units", "not_a_choice", {"value": "50%\r\n::error::", "allowed": [], "nearest": None}
    )
    said = problem.github_annotation("en")
    # The escapes that GitHub documents for workflow commands.
    assert said.startswith('::error file=a%2Cb%3Ac%25.yaml,line=3,col=5::units: is "50%25\\u000d\\u000a::error::"')
    assert "\n" not in said


@pytest.mark.parametrize(
    "error",
    [
        PlanError(
            [Problem("b.yaml", 1, 1, "b", "edge_space"), Problem("a.yaml", 2, 1, "a", "not_positive", {"value": 0})]
        ),
        BuildError("nothing_built", {"why": BuildError("system", {"file": "site", "reason": "full"})}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_another_process_says_the_same(error: PlanError | BuildError) -> None:
    received = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(received) is type(error)
    assert str(received) == str(error)
    for lang in LANGUAGES:
        assert said_by(received, lang) == said_by(error, lang)


def said_by(error: PlanError | BuildError, lang: Lang) -> str:
    """Return what an error says in a language."""
    return error.message(lang) if isinstance(error, BuildError) else format_problems(error.problems, "text", lang)
