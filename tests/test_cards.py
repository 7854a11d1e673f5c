"""Shared links have cards: pictures of each kind of page that say what the plan says today, or none."""

import struct
from pathlib import Path

import pytest

from conftest import PROJECT, build_site, copy_small_project, edit, parsed
from plansite.build.release import make_cards
from plansite.errors import LANGUAGES
from plansite.site.assemble import Site, Sources, assemble
from plansite.site.cards import KINDS, MADE_FROM, SIZES, card_hints
from plansite.site.pages import FOLDER, UPDATES_FEED, Publication

ADDRESS = "https://example.org/plan/"
BYTES = {"": 40_000, ".square": 12_000}
PAGES = {
    "": "home", "measures": "measures", "measures/2": "measures", "units": "units", "units/tax-service": "units",
    "topics": "topics", "topics/taxation": "topics", "targets": "targets", "invest": "invest",
    "text": "home", "themes": "home", "themes/market": "home", "glossary": "home", "changes": "home", "data": "home",
    "updates": "home", "about": "home", "accessibility": "home", "contribute": "home",
}  # fmt: skip
"""{page: the kind of its card}"""


def png_size(path: Path) -> tuple[int, int]:
    """Return the width and height that a PNG states (its header, IHDR)."""
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), path
    width, height = struct.unpack(">II", head[16:])
    return width, height


def site_of(project: Path, site_url: str = ADDRESS) -> Site:
    sources = Sources(*(project / name for name in ("data/plan.yaml", "macros", "docs", "overrides")))
    return assemble(sources, Publication(site_url=site_url))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The plan of three measures, with a file in the place of each picture as if it had been made today."""
    project = copy_small_project(tmp_path)
    cards = site_of(project).cards
    cards[0].picture.parent.mkdir()
    for card in cards:
        card.picture.write_bytes(card.fingerprint.encode())
    lines = (f"{card.fingerprint}  {card.picture.name}\n" for card in cards)
    cards[0].picture.with_name(MADE_FROM).write_text("".join(lines), "utf-8")
    return project


def test_our_plan_has_a_picture_for_every_kind_language_and_size() -> None:
    folder = PROJECT / "data" / "cards"
    every = {f"{kind}.{lang}{form}.png": form for kind in KINDS for lang in LANGUAGES for form in SIZES}
    assert {path.name for path in folder.glob("*.png")} == set(every)
    assert [line.partition("  ")[2] for line in (folder / MADE_FROM).read_text("utf-8").splitlines()] == [*every]
    for name, form in every.items():
        assert png_size(folder / name) == SIZES[form], name
        assert (folder / name).stat().st_size <= BYTES[form], name


def test_a_picture_made_from_other_words_is_named_and_not_published(project: Path) -> None:
    before, again = site_of(project), site_of(project)
    assert [card.fingerprint for card in before.cards] == [card.fingerprint for card in again.cards]
    assert len({card.fingerprint for card in before.cards}) == len(before.pictured) == len(before.cards)
    assert [*card_hints(before.cards)] == []
    edit(project / "data" / "site.yaml", "en: Small District Actions}", "en: Another Plan}")
    after = site_of(project)
    [hint] = card_hints(after.cards)
    other = {card.picture.name for card in before.cards} - {card.picture.name for card in after.pictured}
    assert other == {"home.en.png"}, "the short name, which the other cards have, is the same"
    assert not hint.blocks
    assert "(home.en.png)" in hint.message("en")
    assert [card.picture.name for card in after.cards_of("text", "en")] == ["home.en.square.png"]
    edit(project / "data" / "site.yaml", "#3d6a1f", "#3d6a2f")
    assert site_of(project).pictured == []


def test_a_plan_without_pictures_has_none_and_is_told_nothing(tmp_path: Path) -> None:
    site = site_of(copy_small_project(tmp_path))
    assert [*card_hints(site.cards)] == []
    assert [card for page in PAGES for lang in LANGUAGES for card in site.cards_of(page, lang)] == []


@pytest.mark.site
def test_every_page_names_the_pictures_of_its_kind(project: Path) -> None:
    site = build_site(project, project / "site", SITE_URL=ADDRESS)
    for lang in LANGUAGES:
        for page, kind in PAGES.items():
            head = parsed(site / FOLDER[lang] / page / "index.html").css("meta")
            said = [
                (meta.attributes.get("property") or meta.attributes.get("name"), meta.attributes.get("content"))
                for meta in head
            ]
            images = [str(content) for name, content in said if name == "og:image"]
            for image, form in zip(images, SIZES, strict=True):
                assert image.startswith(f"{ADDRESS}assets/cards/{kind}.{lang}{form}."), page
                content = (site / image.removeprefix(ADDRESS)).read_bytes()
                assert content == (project / "data" / "cards" / f"{kind}.{lang}{form}.png").read_bytes(), page
            sizes = [
                tuple(int(str(content)) for name, content in said if name == f"og:image:{side}")
                for side in ("width", "height")
            ]
            assert sizes == [*zip(*SIZES.values(), strict=True)]
            alts = {content for name, content in said if name == "og:image:alt"}
            assert len(alts) == 1
            assert {"zh": "小区优化环境行动", "en": "Small District Actions"}[lang] in str(alts.pop())
            assert ("twitter:card", "summary_large_image") in said
    assert len([*site.rglob("cards/*.png")]) == len(KINDS) * len(LANGUAGES) * len(SIZES), "each once"


@pytest.mark.site
def test_nothing_is_named_that_is_not_there(project: Path, small_site: Path) -> None:
    """A site whose URL is not known has no pictures, and a plan without pictures and updates neither these."""
    (project / "data" / "updates.yaml").unlink()
    (project / "data" / "cards" / MADE_FROM).unlink()
    assert UPDATES_FEED not in site_of(project).addresses
    for site in (small_site, build_site(project, project / "site", SITE_URL=ADDRESS)):
        for path in site.rglob("index.html"):
            assert parsed(path).css("meta[property^='og:image'], meta[name^='twitter:']") == [], path
        assert not (site / "assets" / "cards").exists()
    assert [*(project / "site").rglob(UPDATES_FEED)] == []
    assert len([*small_site.rglob(UPDATES_FEED)]) == len(LANGUAGES)


@pytest.mark.browser
def test_pictures_are_made_once_from_the_same_words(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    some = slice(len(SIZES))
    assert make_cards(site_of(project).cards[some]) == ["home.zh.png", "home.zh.square.png"]
    made = site_of(project).cards[some]
    assert [png_size(card.picture) for card in made] == [*SIZES.values()]
    assert make_cards(made) == []
    assert [*card_hints(made)] == []
