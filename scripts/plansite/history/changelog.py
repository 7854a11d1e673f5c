"""What the pages show of the plan's history: each version in words or counts, and each record's part in it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from plansite.errors import Lang
from plansite.history.diff import SINGLE, Change, Edit, diff_plans
from plansite.history.git import contents, git
from plansite.history.matching import Action, Words, mark_changes
from plansite.history.snapshot import read_snapshot
from plansite.source.schema import field_help_at
from plansite.source.yaml_reader import YamlPath


@dataclass(frozen=True)
class Version:
    """A commit that changed the plan, with what it changed."""

    commit: str
    time: datetime
    changes: tuple[Change, ...]


def read_history(plan: Path) -> Sequence[Version] | None:
    """Return the versions of a plan on the branch that is checked out, the newest first.

    A merge counts as one version, that of the day on which it was merged. Returns None where there is no git, no
    repository that holds the plan, or only the tip of one (a shallow clone).
    """
    folder = plan.resolve().parent
    if git(folder, "rev-parse", "--is-shallow-repository") != b"false\n":
        return None
    log = git(folder, "-c", "log.showSignature=false", "log", "--first-parent", "--format=%H %cI", "--", plan.name)
    commits = tuple(tuple(line.split()) for line in (log or b"").decode().splitlines())
    return _versions(plan, commits) or None


@lru_cache(maxsize=1)
def _versions(plan: Path, commits: tuple[tuple[str, ...], ...]) -> list[Version]:
    """Return the versions of these commits, [(id, time), ...]; a preview asks for the same ones again and again."""
    # What could not be read was never published.
    read = [read_snapshot(raw) for raw in contents(plan, [commit for commit, _ in commits])]
    versions = []
    for place, (commit, time) in enumerate(commits):
        before = next(filter(None, read[place + 1 :]), None)
        found = tuple(diff_plans(before, read[place])) if read[place] else ()
        versions.append(Version(commit, datetime.fromisoformat(time), found))
    return versions


DETAILED, TOLD = 40, 300
"""Up to how many edits a version is told edit by edit, and how many edits are told of all versions together."""
AROUND = 40
"""How many characters of a text that has stayed are shown on either side of a change."""
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
"""Where each kind of record is shown."""


class EditView:
    """What has been done at one place of a record: a value changed or moved, or several added or removed."""

    def __init__(self, kind: str, edits: Sequence[Edit]) -> None:
        self.kind, self.action, self.lang = kind, edits[0].action, edits[0].lang
        # A term is itself a text.
        self.place = edits[0].path or (edits[0].lang or "zh",)
        self._path: YamlPath = (kind, *self.place) if kind in SINGLE else (kind, 0, *self.place)
        self.before = [self._chosen(edit.before) for edit in edits if edit.before is not None]
        self.after = [self._chosen(edit.after) for edit in edits if edit.after is not None]

    @cached_property
    def steps(self) -> list[tuple[Words, int | None]]:
        """Its place as [(word for a field, number in its list or None), ...], each word once."""
        found: list[tuple[Words, int | None]] = []
        for at in range(self._path.index(0) + 1 if 0 in self._path else 1, len(self._path)):
            if isinstance(number := self._path[at], int):
                found[-1] = (found[-1][0], number)
            elif not found or found[-1][0] != field_help_at(self._path[: at + 1]).name:
                found.append((field_help_at(self._path[: at + 1]).name, None))
        return found

    def _chosen(self, words: Words) -> Words:
        """Return what a choice means; any other value as it is."""
        return field_help_at(self._path).values.get(words["en"], words) if isinstance(self._path[-1], str) else words

    @property
    def field(self) -> tuple[str, Lang | None]:
        """The innermost field and the language that it is in: that of a figure of a sentence is "targets"."""
        return next((step for step in reversed(self.place) if isinstance(step, str)), ""), self.lang

    @property
    def numbered(self) -> bool:
        """Whether its place is one of several; of what has been removed that is where it stood before."""
        return any(number for _, number in self.steps)

    def marked(self, lang: Lang, *, whole: bool) -> list[tuple[Action | None, str]]:
        """Return a changed value in parts: [(removed, added or None, text), ...], what has stayed in whole or cut."""
        parts = mark_changes(self.before[0][lang], self.after[0][lang])
        last = len(parts) - 1
        return [
            (action, text if action or whole else _cut(text, first=at == 0, last=at == last))
            for at, (action, text) in enumerate(parts)
        ]


class ChangeView:
    """What a version has done to one record; `now` is the number or id it has today, None where it is gone."""

    def __init__(self, change: Change, now: str | None, version: Version) -> None:
        self.kind, self.action, self.was, self.key = change.kind, change.action, change.was, change.key
        self.title, self.translation = change.title, change.translation
        self.date, self.anchor = version.time.date(), _anchor(version)
        self.address = ADDRESSES[change.kind].format(now) if now else None
        grouped = groupby(change.edits, lambda edit: (edit.action, edit.path, edit.lang))
        self.edits = [EditView(change.kind, list(edits)) for _, edits in grouped]


class VersionView:
    """A version of the plan with what it has changed."""

    def __init__(self, version: Version, diff_plans: list[ChangeView], *, detailed: bool = True) -> None:
        self.commit, self.time, self.anchor = version.commit, version.time, _anchor(version)
        self.changes, self.detailed = diff_plans, detailed

    @property
    def date(self) -> date:
        """The day on which it was published, where that was done."""
        return self.time.date()

    @cached_property
    def summary(self) -> list[tuple[str, str, list[ChangeView], list[tuple[EditView, int]]]]:
        """What it has changed in counts: [(kind, action, changes, [(an edit of a field, how many records)]), ...]."""
        groups: dict[tuple[str, str], list[ChangeView]] = {}
        for change in self.changes:
            groups.setdefault((change.kind, change.action), []).append(change)
        return [(*key, diff_plans, _fields(diff_plans)) for key, diff_plans in groups.items()]


class HistoryView:
    """All versions of the plan, the newest first; `records` are those of today, {kind: numbers or ids}, if known."""

    def __init__(self, versions: Iterable[Version], records: Mapping[str, Collection[str]] | None = None) -> None:
        self.versions: list[VersionView] = []
        self._of: dict[tuple[str, str], list[ChangeView]] = {}
        now: dict[tuple[str, str], str | None] = {}
        told = 0
        for version in versions:
            views = []
            for change in version.changes:
                current = None if change.action == "removed" else now.get((change.kind, change.key), change.key)
                # The plan may have been edited since its newest version.
                if records is not None and current not in records.get(change.kind, ()):
                    current = None
                views.append(ChangeView(change, current, version))
                if current:
                    self._of.setdefault((change.kind, current), []).append(views[-1])
            size = sum(max(1, len(change.edits)) for change in views)
            told += size if size <= DETAILED else 0
            self.versions.append(VersionView(version, views, detailed=size <= DETAILED and told <= TOLD))
            now |= _older(version.changes, now)

    @property
    def days(self) -> list[tuple[date, list[VersionView]]]:
        """The versions by the day on which they were published."""
        days: dict[date, list[VersionView]] = {}
        for version in self.versions:
            days.setdefault(version.date, []).append(version)
        return list(days.items())

    @property
    def updated(self) -> datetime:
        """When the plan last changed."""
        return self.versions[0].time

    @property
    def id(self) -> str:
        """What tells this history from every other, as long as it begins with the same version."""
        return self.versions[-1].commit

    def of(self, kind: str, key: str) -> list[ChangeView]:
        """Return what has been done to a record of today, the newest first, whatever it was called then."""
        return self._of.get((kind, key), [])


def _cut(text: str, *, first: bool, last: bool) -> str:
    """Return of a text that has stayed what stands next to changes."""
    if len(text) <= AROUND * (1 if first or last else 2):
        return text
    # English is cut between words.
    head = "" if first else text[:AROUND].rpartition(" ")[0] or text[:AROUND]
    tail = "" if last else text[-AROUND:].partition(" ")[2] or text[-AROUND:]
    return f"{head}…{tail}"


def _anchor(version: Version) -> str:
    """Return the anchor of a version on the page of changes."""
    return f"v{version.commit[:10]}"


def urn(*names: str) -> str:
    """Return a permanent identifier for what is called by these names (RFC 4122, version 5)."""
    return uuid5(NAMESPACE_OID, "\n".join(names)).urn


def _older(diff_plans: Iterable[Change], now: dict[tuple[str, str], str | None]) -> dict[tuple[str, str], str | None]:
    """Return what the records are called today that had other names, or did not exist, before these changes."""
    older: dict[tuple[str, str], str | None] = {
        (change.kind, change.key): None for change in diff_plans if change.action != "changed" or change.was
    }
    older |= {
        (change.kind, change.was): now.get((change.kind, change.key), change.key) for change in diff_plans if change.was
    }
    return older


def _fields(diff_plans: Iterable[ChangeView]) -> list[tuple[EditView, int]]:
    """Return an edit of each field that was edited, for its name, with in how many records it was."""
    touched = [{edit.field: edit for edit in change.edits} for change in diff_plans]
    edits = {field: edit for edits in touched for field, edit in edits.items()}
    return [
        (edits[field], count) for field, count in Counter(field for edits in touched for field in edits).most_common()
    ]
