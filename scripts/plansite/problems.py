"""What can be wrong with the plan or a template, said to the person who mends it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")

# One sentence for each kind of problem and language; braces hold what the problem knows about its place.
MESSAGES: dict[str, dict[Lang, str]] = {
    "unreadable": {
        "en": "cannot be read ({reason}); give the path of a plan in YAML",
        "zh": "无法读取（{reason}）；请给出 YAML 格式的计划文件路径",
    },
    "encoding": {
        "en": "is not UTF-8 text from this byte on; save the file as UTF-8",
        "zh": "从此处起不是 UTF-8 文本；请把文件存为 UTF-8 编码",
    },
    "yaml": {
        "en": "is not valid YAML: {reason}; check quotes, colons and the indentation of this line and the one above",
        "zh": "不是有效的 YAML（{reason}）；请检查本行和上一行的引号、冒号与缩进",
    },
    "yaml_value": {
        "en": "has a value that YAML cannot read ({reason}); put it in quotes if it is text",
        "zh": "的值无法识别（{reason}）；如果是文字，请加引号",
    },
    "yaml_alias": {
        "en": "uses a YAML alias (*name) or tag (!name); write the value out",
        "zh": "使用了 YAML 别名（*name）或标签（!name）；请直接写出内容",
    },
    "yaml_deep": {
        "en": "is nested more deeply than anything here may be; look for a bracket or a dash too many",
        "zh": "嵌套层数过多；请检查是否多写了括号或短横线",
    },
    "repeated_key": {
        "en": 'has the field "{key}" twice, first on line {first}; keep one',
        "zh": "的字段“{key}”出现两次，前一次在第 {first} 行；请只保留一个",
    },
    "missing_field": {
        "en": 'lacks the field "{key}"; allowed here: {allowed}',
        "zh": "缺少字段“{key}”；此处可用的字段：{allowed}",
    },
    "unknown_field": {
        "en": 'has an unknown field "{key}"{nearest}; allowed here: {allowed}',
        "zh": "含有未知字段“{key}”{nearest}；此处可用的字段：{allowed}",
    },
    "wrong_type": {
        "en": "must be {expected}, but is {found}",
        "zh": "应为{expected}，现为{found}",
    },
    "too_few": {
        "en": "is an empty list; give at least one entry",
        "zh": "是空列表；至少要有一项",
    },
    "not_positive": {
        "en": "must be a whole number from 1 upwards, but is {value}",
        "zh": "应为不小于 1 的整数，现为 {value}",
    },
    "not_a_choice": {
        "en": 'is "{value}"{nearest}; allowed: {allowed}',
        "zh": "为“{value}”{nearest}；可用的值：{allowed}",
    },
    "not_a_slug": {
        "en": 'is "{value}"; an id is made of lower-case English letters, digits and single hyphens, like tax-service',
        "zh": "为“{value}”；标识只能由小写英文字母、数字和单个连字符组成，例如 tax-service",
    },
    "empty_text": {
        "en": "is empty; write the text, or remove the field if it may be left out",
        "zh": "为空；请写上文字，可省略的字段也可以删去",
    },
    "edge_space": {
        "en": "begins or ends with a space; remove it",
        "zh": "首尾有空格；请删去",
    },
    "control_character": {
        "en": "contains the invisible or control character {character}; write the text on one line without it",
        "zh": "含有不可见字符或控制字符 {character}；请删去并写成一行",
    },
    "ascii_punctuation": {
        "en": 'is Chinese text with the half-width mark "{mark}" at character {at}; write "{instead}"',
        "zh": "是中文，但第 {at} 个字符是半角标点“{mark}”；请改用“{instead}”",
    },
    "chinese_space": {
        "en": "is Chinese text with a space at character {at}; remove it, the page sets the spacing",
        "zh": "是中文，但第 {at} 个字符是空格；请删去，间距由页面排版处理",
    },
    "no_chinese": {
        "en": "must be Chinese text, but has no Chinese character",
        "zh": "应为中文，但没有汉字",
    },
    "chinese_in_english": {
        "en": 'is English text with the Chinese character "{mark}" at character {at}; translate it or use pinyin',
        "zh": "是英文，但第 {at} 个字符是中文字符“{mark}”；请翻译或改用拼音",
    },
    "unknown_id": {
        "en": 'names the {kind} "{value}", which does not exist{nearest}; allowed: {allowed}',
        "zh": "引用的{kind}“{value}”不存在{nearest}；可用的值：{allowed}",
    },
    "repeated_id": {
        "en": 'repeats "{value}", first used on line {first}; each is given once',
        "zh": "与第 {first} 行的“{value}”重复；每个只能用一次",
    },
    "wrong_number": {
        "en": "is {value}, but {expected} comes next; numbers run from 1 without gaps",
        "zh": "为 {value}，但此处应为 {expected}；编号从 1 起连续",
    },
    "wrong_order": {
        "en": "is section {value} after section {previous}; measures stand in the order of their sections",
        "zh": "为第 {value} 节，却排在第 {previous} 节之后；措施须按小节顺序排列",
    },
    "unused": {
        "en": 'is about the {kind} "{value}", which no measure or safeguard uses; use it or remove it',
        "zh": "所指{kind}“{value}”没有被任何措施或保障条款使用；请使用或删去",
    },
    "unknown_wording": {
        "en": 'is "{value}", which is neither the name nor an alias of the unit "{unit}"; allowed: {allowed}',
        "zh": "为“{value}”，既不是单位“{unit}”的名称，也不是它的别称；可用的值：{allowed}",
    },
    "ambiguous_name": {
        "en": 'is "{value}", which the unit "{other}" is called as well; one name stands for one unit',
        "zh": "为“{value}”，而单位“{other}”也用此名；一个名称只能对应一个单位",
    },
    "printed_differs": {
        "en": "differs from the clause in more than punctuation; the clause reads {expected}",
        "zh": "与责任条款不只是标点不同；按所列单位应为{expected}",
    },
    "printed_needless": {
        "en": "is what the clause reads anyway; remove this field",
        "zh": "与责任条款的通常写法相同；请删去本字段",
    },
    "missing_twin": {
        "en": "has no {twin} beside it; every page is written in both languages",
        "zh": "旁边没有 {twin}；每个页面都要有中英文两种",
    },
    "template": {
        "en": "{reason}; a template may use: {allowed}",
        "zh": "模板有误（{reason}）；模板中可用：{allowed}",
    },
}

# Words that stand in for the braces above and differ by language.
TERMS: dict[str, dict[Lang, str]] = {
    "text": {"en": "a text", "zh": "文字"},
    "number": {"en": "a whole number", "zh": "整数"},
    "decimal": {"en": "a decimal number", "zh": "小数"},
    "date": {"en": "a date like 2022-05-11", "zh": "日期（如 2022-05-11）"},
    "time": {"en": "a date with a time", "zh": "带时刻的日期"},
    "truth": {"en": "true or false", "zh": "true 或 false"},
    "list": {"en": "a list", "zh": "列表"},
    "mapping": {"en": "a group of fields", "zh": "一组字段"},
    "nothing": {"en": "empty", "zh": "空"},
    "none": {"en": "none so far", "zh": "目前没有"},
    "unit": {"en": "unit", "zh": "单位"},
    "section": {"en": "section", "zh": "小节"},
    "theme": {"en": "theme", "zh": "主题"},
    "topic": {"en": "topic", "zh": "办事主题"},
}
NEAREST: dict[Lang, str] = {"en": ' (did you mean "{nearest}"?)', "zh": "（是否为“{nearest}”？）"}
LISTED = 12
MORE: dict[Lang, str] = {"en": " and {more} more", "zh": "等，共 {all} 项"}


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: where it stands (line and column count from 1) and which sentence of MESSAGES it is."""

    file: str
    line: int
    column: int
    path: str
    code: str = field(compare=False)
    details: dict[str, object] = field(default_factory=dict, compare=False)

    def message(self, lang: Lang) -> str:
        """Return what is wrong and what is allowed, in one sentence."""
        words = {key: _word(key, value, lang) for key, value in self.details.items()}
        return MESSAGES[self.code][lang].format(**words)

    def line_of_text(self, lang: Lang) -> str:
        """Return `FILE:LINE:COL: path: message`, the form editors and compilers agree on."""
        return f"{self.file}:{self.line}:{self.column}: {self.path}: {self.message(lang)}"

    def annotation(self, lang: Lang) -> str:
        """Return a GitHub workflow command that marks the line in a pull request."""
        data = f"{self.path}: {self.message(lang)}".replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        file = self.file.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
        return f"::error file={file},line={self.line},col={self.column}::{data}"


def _word(key: str, value: object, lang: Lang) -> str:
    if key == "nearest":
        return NEAREST[lang].format(nearest=value) if value else ""
    if isinstance(value, list | tuple):
        if not value:
            return TERMS["none"][lang]
        listed = ("、" if lang == "zh" else ", ").join(str(item) for item in value[:LISTED])
        return listed + (MORE[lang].format(more=len(value) - LISTED, all=len(value)) if len(value) > LISTED else "")
    if key in {"kind", "expected", "found"} and value in TERMS:
        return TERMS[str(value)][lang]
    return str(value)


class PlanError(Exception):
    """All problems found in one go, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__(report(self.problems, "text", "en"))


def report(problems: list[Problem], form: Literal["text", "github", "json"], lang: Lang) -> str:
    """Return the problems one a line, or as one JSON list of {file, line, column, path, code, message}."""
    if form == "json":
        fields = ("file", "line", "column", "path", "code")
        records = [{name: getattr(p, name) for name in fields} | {"message": p.message(lang)} for p in problems]
        return json.dumps(records, ensure_ascii=False, indent=2)
    line = Problem.annotation if form == "github" else Problem.line_of_text
    return "\n".join(line(problem, lang) for problem in problems)


def lang_of_locale(environment: Mapping[str, str]) -> Lang:
    """Return the language of messages for a person's locale, as POSIX ranks its variables."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environment[name] for name in names if environment.get(name)), "")
    return "zh" if locale.startswith("zh") else "en"


def shown(path: Path) -> str:
    """Return the path as the person typed or would type it: relative to where they are, if that is shorter."""
    resolved = path.resolve()
    return str(resolved.relative_to(Path.cwd())) if resolved.is_relative_to(Path.cwd()) else str(path)
