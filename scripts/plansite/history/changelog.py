"""This module turns the versions of the plan into what pages and feeds show: changes by version and by record."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from plansite.errors import Lang
from plansite.history.diff import KINDS, SINGLE, Action, Change, Edit, Words, diff_plans, mark_changes
from plansite.history.git import contents, git, read_snapshot
from plansite.source.field_help import field_help_at
from plansite.source.schema import Plan
from plansite.source.yaml_reader import YamlPath


@dataclass(frozen=True)
class Version:
    """A commit that changed the plan, with what it changed."""

    commit: str
    time: datetime
    changes: tuple[Change, ...]


def read_history(plan: Path) -> Sequence[Version] | None:
    """Return the versions of a plan on the branch that is checked out, the newest first.

    A merge counts as one version, dated by the day of the merge. Returns None where there is no git, no repository
    that holds the plan, or only the tip of one (a shallow clone).
    """
    plan = plan.resolve()
    if git(plan.parent, "rev-parse", "--is-shallow-repository") != b"false\n":
        return None
    log = git(plan.parent, "log", "--first-parent", "--format=%H %cI", "--", plan.name)
    return _versions(plan, (log or b"").decode()) or None


# A preview reads the same history again and again.
@lru_cache(maxsize=1)
def _versions(plan: Path, log: str) -> list[Version]:
    """Return the versions of a log of lines "commit time"; one that cannot be read has no changes."""
    commits = [line.split() for line in log.splitlines()]
    snapshots = [read_snapshot(raw) for raw in contents(plan, [commit for commit, _ in commits])]
    versions = []
    for index, (commit, time) in enumerate(commits):
        before = next(filter(None, snapshots[index + 1 :]), None)
        changes = tuple(diff_plans(before, snapshots[index])) if snapshots[index] else ()
        versions.append(Version(commit, datetime.fromisoformat(time), changes))
    return versions


MAX_EDITS_PER_VERSION, MAX_EDITS_TOTAL = 40, 300
"""Most edits shown of one version, and of all together; versions beyond are summarized in counts."""
CONTEXT = 40
"""How many unchanged characters are shown on either side of a change."""
ADDRESSES = {
    "notice": "text#plan",
    "themes": "themes/{}",
    "units": "units/{}",
    "topics": "topics/{}",
    "audiences": "measures?audience={}",
    "invest": "invest",
    "measures": "measures/{}",
    "safeguards": "text#safeguards",
    "terms": "glossary#{}",
}
"""The address of each kind of record."""
OURS = {"note", "keywords", "firmness", "targets", "topics", "audiences", "name", "printed"}
"""Fields of these records that are ours."""
STRUCTURE = {"sentences", "sections", "preamble", "issuers", "date", "responsibility"}
"""Fields whose order and references are text of the notice as well."""
NOTICE_KINDS = {"notice", "themes", "measures", "safeguards"}
"""The kinds of records whose Chinese is that of the notice, but for OURS."""


class EditView:
    """The edits at one path of a record: a value changed or moved, or several added or removed."""

    def __init__(self, kind: str, edits: Sequence[Edit]) -> None:
        self.action, self.lang = edits[0].action, edits[0].lang
        # A term is itself a text.
        self.path = edits[0].path or (edits[0].lang or "zh",)
        self._path: YamlPath = (kind, *self.path) if kind in SINGLE else (kind, 0, *self.path)
        self.before = [self._choice(edit.before) for edit in edits if edit.before is not None]
        self.after = [self._choice(edit.after) for edit in edits if edit.after is not None]

    @cached_property
    def steps(self) -> list[tuple[Words, int | None]]:
        """Its path as [(name of a field, position in its list or None), ...], each name once."""
        steps: list[tuple[Words, int | None]] = []
        for end in range(self._path.index(0) + 1 if 0 in self._path else 1, len(self._path)):
            if isinstance(number := self._path[end], int):
                steps[-1] = (steps[-1][0], number)
            elif not steps or steps[-1][0] != field_help_at(self._path[: end + 1]).name:
                steps.append((field_help_at(self._path[: end + 1]).name, None))
        return steps

    def _choice(self, words: Words) -> Words:
        """Return the meaning of a value that is one or a list of several choices; any other value as it is."""
        values = field_help_at(self._path).values if isinstance(self._path[-1], str) else {}
        chosen = [values[value] for value in words["en"].split(", ") if value in values]
        joined: Words = {"zh": "、".join(one["zh"] for one in chosen), "en": ", ".join(one["en"] for one in chosen)}
        return joined if chosen else words

    @property
    def field(self) -> tuple[str, Lang | None]:
        """The innermost field and its language: ("targets", None) for a target of a sentence."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), ""), self.lang

    @property
    def numbered(self) -> bool:
        """Whether its path has a position in a list: of a removed value, that in the older version."""
        return any(number for _, number in self.steps)

    def marked(self, lang: Lang, *, whole: bool) -> list[tuple[Action | None, str]]:
        """Return a changed value as [(removed, added or None, text), ...]; unless `whole`, unchanged text is cut."""
        parts = mark_changes(self.before[0][lang], self.after[0][lang])
        last = len(parts) - 1
        return [
            (action, text if action or whole else _cut(text, first=index == 0, last=index == last))
            for index, (action, text) in enumerate(parts)
        ]


class ChangeView:
    """A change of one record; `current` is the number or id that the record has today, None where it is gone."""

    def __init__(self, change: Change, current: str | None, version: Version) -> None:
        self.kind, self.action, self.was, self.key = change.kind, change.action, change.was, change.key
        self.title, self.translation = change.title, change.translation
        self.date, self.anchor = version.time.date(), _anchor(version)
        self.address = ADDRESSES[change.kind].format(current) if current else None
        grouped = groupby(change.edits, lambda edit: (edit.action, edit.path, edit.lang))
        self.edits = [EditView(change.kind, list(edits)) for _, edits in grouped]


class VersionView:
    """A version of the plan with its changes, which are shown edit by edit if `detailed`."""

    def __init__(self, version: Version, changes: list[ChangeView], *, detailed: bool) -> None:
        self.commit, self.time = version.commit, version.time
        self.date, self.anchor = version.time.date(), _anchor(version)
        self.changes, self.detailed = changes, detailed

    @cached_property
    def summary(self) -> list[tuple[str, str, list[ChangeView], list[tuple[EditView, int]]]]:
        """Its changes in counts: [(kind, action, changes, [(an edit of each field, how many records), ...]), ...].

        The action is "english" where nothing but the English of a record was changed.
        """
        groups: dict[tuple[str, str], list[ChangeView]] = {}
        for change in self.changes:
            english = change.action == "changed" and {edit.lang for edit in change.edits} == {"en"}
            groups.setdefault((change.kind, "english" if english else change.action), []).append(change)
        return [(*key, changes, _count_fields(changes)) for key, changes in groups.items()]


class HistoryView:
    """All versions of the plan, the newest first; `records` are those of today, {kind: numbers or ids}, if known."""

    def __init__(self, versions: Iterable[Version], records: Mapping[str, Collection[str]] | None = None) -> None:
        self.versions: list[VersionView] = []
        self._of: dict[tuple[str, str], list[ChangeView]] = {}
        names: dict[tuple[str, str], str | None] = {}
        """(kind, number or id in the version) -> that of today, None where the record is gone."""
        total = 0
        for version in versions:
            views = []
            for change in version.changes:
                current = None if change.action == "removed" else names.get((change.kind, change.key), change.key)
                # The plan may have been edited since its newest version.
                if records is not None and current not in records.get(change.kind, ()):
                    current = None
                views.append(ChangeView(change, current, version))
                if current:
                    self._of.setdefault((change.kind, current), []).append(views[-1])
            size = sum(max(1, len(change.edits)) for change in views)
            total += size if size <= MAX_EDITS_PER_VERSION else 0
            detailed = size <= MAX_EDITS_PER_VERSION and total <= MAX_EDITS_TOTAL
            self.versions.append(VersionView(version, views, detailed=detailed))
            names |= _older_names(version.changes, names)

    @property
    def days(self) -> dict[date, list[VersionView]]:
        """The versions by their dates."""
        days: dict[date, list[VersionView]] = {}
        for version in self.versions:
            days.setdefault(version.date, []).append(version)
        return days

    @property
    def text_changes(self) -> list[date]:
        """The dates on which Chinese text of the notice was changed here after it was first published."""
        return list(dict.fromkeys(v.date for v in self.versions[:-1] if any(map(_changes_notice, v.changes))))

    def of(self, kind: str, key: str) -> list[ChangeView]:
        """Return the changes of a record of today, the newest first, under any number or id it has had."""
        return self._of.get((kind, key), [])


def _changes_notice(change: ChangeView) -> bool:
    """Return whether a change concerns Chinese text of the notice, rather than ours."""
    if change.kind not in NOTICE_KINDS:
        return False
    # A whole record more or less, and parts in another order, are another text too.
    edits = (edit for edit in change.edits if edit.lang == "zh" or (not edit.lang and edit.path[0] in STRUCTURE))
    return change.action != "changed" or any(OURS.isdisjoint(edit.path) for edit in edits)


def record_keys(plan: Plan, left_out: Collection[str] = ()) -> dict[str, set[str]]:
    """Return {field of the plan: the numbers or ids of its records}, without the fields that have no pages."""
    listed = {kind: getattr(plan, kind) for kind in KINDS if kind not in SINGLE and hasattr(plan, kind)}
    keys = {kind: {str(getattr(record, "number", None) or record.id) for record in listed[kind]} for kind in listed}
    return {kind: found for kind, found in (keys | {kind: {kind} for kind in SINGLE}).items() if kind not in left_out}


def urn(*names: str) -> str:
    """Return a permanent identifier made from names (RFC 4122, version 5)."""
    return uuid5(NAMESPACE_OID, "\n".join(names)).urn


def _anchor(version: Version) -> str:
    return f"v{version.commit[:10]}"


def _cut(text: str, *, first: bool, last: bool) -> str:
    """Return unchanged text with only the characters next to changes."""
    if len(text) <= CONTEXT * (1 if first or last else 2):
        return text
    # English is cut between words.
    head = "" if first else text[:CONTEXT].rpartition(" ")[0] or text[:CONTEXT]
    tail = "" if last else text[-CONTEXT:].partition(" ")[2] or text[-CONTEXT:]
    return f"{head}…{tail}"


def _older_names(
    changes: Iterable[Change], names: Mapping[tuple[str, str], str | None]
) -> dict[tuple[str, str], str | None]:
    """Return the entries of `names` to replace for older versions: records that these changes add, remove or rename."""
    older: dict[tuple[str, str], str | None] = {
        (change.kind, change.key): None for change in changes if change.action != "changed" or change.was
    }
    renamed = ((change.kind, change.was, change.key) for change in changes if change.was)
    return older | {(kind, was): names.get((kind, key), key) for kind, was, key in renamed}


def _count_fields(changes: Iterable[ChangeView]) -> list[tuple[EditView, int]]:
    """Return an edit of each edited field with the number of records in which it was edited, the highest first."""
    edited = [{edit.field: edit for edit in change.edits} for change in changes]
    edits = {field: edit for by_field in edited for field, edit in by_field.items()}
    counts = Counter(field for by_field in edited for field in by_field)
    return [(edits[field], count) for field, count in counts.most_common()]
