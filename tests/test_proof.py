"""The English held against the Chinese: what each rule finds in a sentence, and what the rules find together."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import planted
from conftest import REAL_PLAN
from plansite.errors import PlanError
from plansite.source.schema import Glossary
from plansite.source.yaml_reader import YamlPath
from plansite.translation.checks import check_figures, check_lists, check_terms, check_text, checked_text, source_hash
from plansite.translation.glossary import GlossaryMatcher, blank_glosses, segments, split_by_script, strip_glosses
from plansite.validate import load_plan

GLOSSARY = Glossary.model_validate(yaml.load(REAL_PLAN.with_name("glossary.yaml").read_text("utf-8"), yaml.CSafeLoader))
AGREED = GlossaryMatcher(GLOSSARY)


def found(rule: Any, zh: str, en: str) -> list[str]:
    """Return what a rule says of a sentence, as codes with the figures or numbers that matter."""
    said = rule(AGREED.match(zh, blank_glosses(en)))
    known = ("figures", "words", "items")
    return [" ".join([code, *(str(details[key]) for key in known if details.get(key))]) for code, details in said]


@pytest.mark.parametrize(
    ("zh", "en", "expected"),
    [
        ("1个工作日", "1 working day", []),
        ("0.5个工作日", "half a working day", []),
        ("0.5个工作日", "0.5 working days", []),
        ("第十四次会议", "the 14th meeting", []),
        ("第十四次会议", "the fourteenth meeting", []),
        ("第十四次会议", "the 13th meeting", ["figure_missing ['14']", "figure_added ['13']"]),
        ("三百家企业", "three hundred enterprises", []),
        ("一万二千家，1000家", "12,000 and 1,000 enterprises", []),
        ("10万元", "RMB 100,000", []),
        ("一百万元", "RMB 1 million", []),
        ("一亿二千万元", "RMB 120 million", []),
        ("一百二十三万四千五百六十七家", "1,234,567 enterprises", []),
        ("三万亿元", "RMB 3,000 billion", []),
        ("二〇二二年", "in 2022", []),
        ("二零二二年", "in 2022", []),
        ("减少一半", "cut by half", []),
        ("百分之五", "5%", []),
        ("百分之三点五", "3.5%", []),
        ("三点五倍", "3.5 times", []),
        ("10万元", "RMB 10", ["figure_missing ['100000']", "figure_added ['10']"]),
        ("1.5亿元", "RMB 150 million", []),
        ("5G网络和G60走廊", "5G networks and the G60 corridor", []),
        ("G60走廊", "the G50 corridor", ["figure_missing ['G60']", "figure_added ['G50']"]),
        ("5月底前", "before the end of May", []),
        ("二十一项", "twenty-one items", []),
        ("2022年5月11日", "on May 11, 2022", []),
        ("七大集群", "it may build seven clusters", []),
        ("达100%", "reach 100%", []),
        ("达100%", "reach 100", ["figure_missing ['100%']", "figure_added ['100']"]),
        ("15个套餐", "16 packages", ["figure_missing ['15']", "figure_added ['16']"]),
        ("进一步统一标准", "further unify the standards", []),
        ("一批企业", "a number of enterprises", []),
        ("推行“双随机”", 'introduce "double random"', []),
        ("实施改革", "carry out two reforms", ["figure_added ['2']"]),
        ("实施改革", "carry out reforms [two of them]", []),
    ],
)
def test_figures(zh: str, en: str, expected: list[str]) -> None:
    assert found(check_figures, zh, en) == expected


@pytest.mark.parametrize(
    ("zh", "en", "expected"),
    [
        ("办理不动产登记", "handle real estate registration", []),
        ("办理不动产登记", "handle Real Estate  Registration", []),
        ("办理不动产登记", "handle property registration", ["term_missing"]),
        ("公积金小微贷", "provident-fund-based loans for micro and small enterprises", []),
        ("企业注销，企业注销", "enterprise deregistration and closing", ["wording_lost ['enterprise deregistration']"]),
        ("办理登记", "handle real estate registration", ["term_added real estate registration"]),
        ("探索建立机制", "explore establishing a mechanism", []),
        ("探索建立机制", "establish a mechanism", ["wording_lost"]),
        ("建立机制", "explore establishing a mechanism", ["wording_added ['explore']"]),
        ("建立机制", "should establish a mechanism", ["weakened ['should']"]),
        ("一批企业", "enterprises", ["wording_lost"]),
        ("5月底前不得处罚", "must not impose penalties before the end of May", []),
        ("不得处罚", "must not impose penalties", []),
        ("不得处罚", "may not impose penalties", ["wording_lost", "wording_added ['may']"]),
        ("探索建立甲和乙", "explore establishing A; explore establishing B", ["wording_added ['explore', 'explore']"]),
        ("需要的结果，尽可能统一", "the results needed, unified as far as possible", []),
    ],
)
def test_terms(zh: str, en: str, expected: list[str]) -> None:
    assert found(check_terms, zh, en) == expected


@pytest.mark.parametrize(
    ("zh", "en", "expected"),
    [
        ("甲、乙、丙", "A, B and C", []),
        ("甲、乙、丙", "A and C", ["list_differs 3"]),
        ("甲、乙和丙", "A, B and C", []),
        ("甲、乙、丙和丁", "A, B and C", ["list_differs 4"]),
        ("甲、乙", "A alone", []),
        ("甲、乙、丙等", "such as A, B and C", []),
        ("甲、乙、丙等", "A, B and C", ["open_list_lost"]),
        ("甲、乙、丙", "A, B, C and others", ["list_differs 3", "open_list_added"]),
        ("平等保护同等对待", "equal protection", []),
        ("公平、平等、公正的环境", "a fair, equal and just environment", []),
        ("公平、平等、公正的环境", "a fair and just environment", ["list_differs 3"]),
        ("甲、乙、丙，丁、戊、己、庚", "A, B and C; D, E, F and G", []),
        ("甲、乙、丙，丁、戊、己", "A, B and C; D and F", ["list_differs 3"]),
        ("“双随机、一公开”监管", '"double random, one public" supervision', []),
        ("停车场（库）、绿地、人防", "lots and garages, green spaces and civil air defense", []),
    ],
)
def test_lists(zh: str, en: str, expected: list[str]) -> None:
    assert found(check_lists, zh, en) == expected


def test_the_fingerprint_is_of_the_chinese_alone_in_whatever_order_it_is_written() -> None:
    record = {"title": {"zh": "标题", "en": "Title"}, "sentences": [{"zh": "一", "en": "a"}, {"zh": "二"}]}
    turned = {"sentences": [{"en": "b", "zh": "一"}, {"zh": "二"}], "title": {"zh": "标题", "en": "Heading"}}
    assert source_hash(record) == source_hash(turned) == "7441a8f6"
    assert source_hash(record | {"sentences": [{"zh": "二"}, {"zh": "一"}]}) != source_hash(record)


def test_glosses_stand_apart() -> None:
    text = "The loan [for SMEs: 小微] will be extended."
    assert [(piece.kind, piece.text) for piece in segments(text)] == [
        ("text", "The loan "), ("gloss", "[for SMEs: 小微]"), ("text", " will be extended."),
    ]  # fmt: skip
    assert strip_glosses(text) == "The loan will be extended."
    assert split_by_script("[for SMEs: 小微]") == [(False, "[for SMEs: "), (True, "小微"), (False, "]")]


def test_the_glossary_explains_each_term_in_a_line() -> None:
    assert max(len(term.note.en) for term in GLOSSARY.terms) <= 150, "one line"


@pytest.mark.parametrize(
    ("en", "times", "expected"),
    [
        (("Explore A.", "Explore B."), {}, ["wording_repeated"]),
        (("Explore A.", "Explore B."), {"探索": 2}, []),
        (("Explore A.", "Build B."), {"探索": 2}, ["wording_lost"]),
        (("Explore A.", "Explore B.", "Explore both."), {"探索": 2}, ["wording_repeated"]),
        (("Explore A.", "Build B."), {}, []),
        (("Explore A and B.",), {"探索": 1}, ["needless_waiver"]),
        (("Explore A and build B",), {}, ["no_full_stop"]),
        (("Explore A. Build B.",), {}, ["several_sentences"]),
        (("Explore A of No. 3 Co. Ltd. Park.",), {}, ["figure_added"]),
    ],
)
def test_several_english_sentences_are_judged_together(
    en: tuple[str, ...], times: dict[str, int], expected: list[str]
) -> None:
    text = checked_text({"zh": "探索甲，建立乙。", "en": list(en), "times": times}, is_sentence=True)
    assert [code for _, code, _ in check_text(AGREED, text)] == expected


@pytest.mark.parametrize(
    ("firmness", "waivers", "expected"),
    [
        (["explores", "tries", "encourages"], {}, []),
        (["does", "improves", "encourages"], {}, [("firmness", 0), ("firmness", 1)]),
        (["explores", "tries", "does"], {"firmness": "聘请"}, []),
        (["explores", "tries", "encourages"], {"firmness": "无"}, [("waivers", "firmness")]),
        ([], {}, []),
    ],
)
def test_a_word_of_strength_agrees_with_the_firmness_of_its_sentence(
    firmness: list[str], waivers: dict[str, str], expected: list[YamlPath]
) -> None:
    text = {
        "zh": "探索甲，试行乙，鼓励丙。",
        "en": ["Explore A.", "Do B on a trial basis.", "Encourage C."],
        "firmness": firmness,
        "waivers": waivers,
    }
    assert [path for path, *_ in check_text(AGREED, checked_text(text, is_sentence=True))] == expected


def test_every_planted_error_is_caught_that_is_not_for_people() -> None:
    total, caught, missed = planted.run()
    assert total.total() == 260
    judged = set(total) - planted.CERTAIN - planted.FOR_PEOPLE
    assert sum(total[kind] for kind in judged) == 205
    assert [(error.kind, error.place.name, error.wrong) for error in missed if error.kind in judged] == []
    assert all(caught[kind] == total[kind] for kind in planted.CERTAIN)


@pytest.mark.parametrize("refused", [True, False], ids=["refused by the schema", "judged in the proof"])
def test_the_check_names_the_record_of_each_planted_error(tmp_path: Path, *, refused: bool) -> None:
    # The proof is of a plan that fits the schema.
    by_schema = {"Chinese in English", "half-width mark in Chinese"}
    kinds = {kind for kind, *_ in planted.KINDS if (kind in by_schema) == refused} - planted.FOR_PEOPLE
    plan = yaml.load(REAL_PLAN.read_text("utf-8"), yaml.CSafeLoader)
    spoiled: dict[str, str] = {}
    errors = list(planted.planted(plan))
    # Kinds with the fewest places choose first.
    records = {kind: len({error.place.record for error in errors if error.kind == kind}) for kind in kinds}
    for error in sorted((error for error in errors if error.kind in kinds), key=lambda error: records[error.kind]):
        if error.kind not in spoiled.values() and error.place.record not in spoiled:
            spoiled[error.place.record] = error.kind
            planted.text_at(plan, error.place).update(error.text)
    assert set(spoiled.values()) == kinds
    (tmp_path / "plan.yaml").write_text(yaml.dump(plan, Dumper=yaml.CSafeDumper, sort_keys=False), "utf-8")
    (tmp_path / "glossary.yaml").write_bytes(REAL_PLAN.with_name("glossary.yaml").read_bytes())
    with pytest.raises(PlanError) as found:
        load_plan(tmp_path / "plan.yaml")
    # A term may be used nowhere else.
    named = {problem.path.partition(".")[0] for problem in found.value.problems}
    assert {record for record in named if not record.startswith("terms[")} == set(spoiled)
