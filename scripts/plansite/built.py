"""What is known of a site that has been built: what it was made from, and what each of its files held."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from plansite.git import state
from plansite.kept import CACHE, fingerprint, keep, program, recall
from plansite.remembered import Known

SETTINGS = ("PLAN_REPOSITORY", "SITE_URL", "SOURCE_DATE_EPOCH")
"""The variables of the environment that mkdocs.yml reads, and the one that dates what it makes."""
MARK = ".plansite"
"""The file in each built site that says that we built it: only a folder with it is replaced."""


@dataclass(frozen=True)
class BuiltPage(Known):
    """A page of a site: what it was made from as a page of any site, and in this one."""

    look: str
    """The fingerprint of all that it was made from with what surrounds it."""
    place: str
    """The file in the site that it is."""


@dataclass(frozen=True)
class Built:
    """A site and what it was made from; without a folder, none that could be of use."""

    folder: Path = Path()
    sources: list[str] = field(default_factory=list)
    """The files and folders that it was made from."""
    inputs: str = ""
    """The fingerprint of these and of all that else decides how the site comes out."""
    files: dict[str, str] = field(default_factory=dict)
    """{file: digest} for everything in it."""
    frame: str = ""
    """The fingerprint of all that surrounds its pages."""
    pages: dict[str, BuiltPage] = field(default_factory=dict)
    """{file: page} for its generated pages."""

    @classmethod
    def at(cls, folder: Path) -> "Built":
        """Return what is known of the site in a folder."""
        known = recall(_record(folder), program())
        if known is None:
            return cls()
        values = json.loads(known)
        values["pages"] = {name: BuiltPage(**page) for name, page in values["pages"].items()}
        return cls(folder, **values)

    def current(self, *, pdf: bool) -> bool:
        """Return whether building would only make again what stands there."""
        known = bool(self.files) and self.inputs == inputs(self.sources, pdf=pdf)
        return known and digests(self.folder) == self.files

    def holds(self, page: BuiltPage) -> bool:
        """Return whether a page stands there as it was made."""
        place = self.folder / page.place
        return place.is_file() and _digest(place) == self.files.get(page.place)

    def standing(self, frame: str) -> dict[str, BuiltPage]:
        """Return its pages that can be taken as they are, if they are surrounded by the same."""
        return {name: page for name, page in self.pages.items() if self.frame == frame and self.holds(page)}

    def take(self, file: str, target: Path) -> None:
        """Give another site a file of this one."""
        new = target / file
        new.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(self.folder / file, new)
        except OSError:
            shutil.copyfile(self.folder / file, new)

    def remember(self) -> None:
        """Keep what is known for the next build."""
        known = {name: value for name, value in asdict(self).items() if name != "folder"}
        keep(_record(self.folder), program(), json.dumps(known).encode())


def inputs(sources: Iterable[str], *, pdf: bool) -> str:
    """Return the fingerprint of all that decides how a site, with or without PDFs, comes out."""
    settings = (f"{name}={os.environ.get(name, '')}" for name in SETTINGS)
    return fingerprint(map(Path, sources), program(), str(pdf), *settings, state())


def digests(folder: Path) -> dict[str, str]:
    """Return {file: digest} for everything in a folder."""
    return {str(path.relative_to(folder)): _digest(path) for path in folder.rglob("*") if path.is_file()}


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _record(folder: Path) -> Path:
    return CACHE / "sites" / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
