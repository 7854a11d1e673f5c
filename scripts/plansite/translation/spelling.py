"""This module looks for English words that are in no dictionary, for hints: many of them are right all the same."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from spellchecker import SpellChecker

from plansite.source.rules import Finding
from plansite.source.yaml_reader import YamlPath
from plansite.translation.glossary import blank_glosses

WORD = re.compile(r"(?<![\w'/.@-])[a-z]{3,}(?![\w'/@-])")
"""A word in small letters: names and abbreviations, parts of compounds and addresses are left alone."""


def find_misspelt(data: Any, known: frozenset[str], path: YamlPath = ()) -> Iterator[Finding]:
    """Yield the unknown words of the English texts of plain data, keywords and search phrases left out.

    `known` are words that are right though no dictionary has them.
    """
    for key in data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        if key not in {"keywords", "phrases", "searches"}:
            yield from find_misspelt(data[key], known, (*path, key))
    if isinstance(data, str) and "en" in path[-2:]:
        words = [word for word in WORD.findall(blank_glosses(data)) if word not in known]
        for word in sorted(_dictionary().unknown(words)):
            nearest = _dictionary().correction(word)
            yield Finding(
                path, "misspelt", {"word": word, "nearest": nearest if nearest != word else None}, blocks=False
            )


def words_of(texts: Any) -> frozenset[str]:
    """Return the Latin words of plain data, in small letters."""
    return frozenset(re.findall(r"[a-z]+", str(texts).lower()))


@cache
def _dictionary() -> SpellChecker:
    return SpellChecker(language="en", distance=1)
