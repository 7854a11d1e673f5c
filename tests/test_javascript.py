"""What our scripts may use is held to the oldest supported browsers (README.md) by ESLint, as `make check` runs it."""

import json
import subprocess
from pathlib import Path

import pytest

from conftest import PROJECT

ESLINT = PROJECT / "tests" / "javascript" / "node_modules" / ".bin" / "eslint"
CONFIG = ESLINT.parents[2] / "eslint.config.mjs"
TOO_NEW = {
    "an assignment of ES2021": "window.a ??= 1;",
    "a lookbehind, which Safari knows from 16.4": "window.a = /(?<=a)b/.test('ab');",
    "a static field, which Safari knows from 14.1": "class A { static b = 1; } new A();",
    "a private method": "class A { #b() {} } new A();",
    "a method of ES2022": "window.a = [1].at(-1);",
    "a function of ES2022": "window.a = Object.hasOwn({}, 'a');",
    "an array method of ES2023": "window.a = [1].toSorted();",
    "a flag of expressions of ES2024": "window.a = /a/v;",
    "an interface of the browser": "window.a = structuredClone({});",
    "a class of the browser": "new ClipboardItem({});",
}
USED = "window.a = (window.b?.c ?? 'd').replaceAll('d', 'e').match(/\\p{L}(?!x)/gu);"


def findings(sources: dict[str, str], folder: Path) -> dict[str, int]:
    """Return for how many mistakes ESLint refuses each script."""
    for name, source in sources.items():
        (folder / f"{name}.js").write_text(source, "utf-8")
    done = subprocess.run(
        [ESLINT, "--config", CONFIG, "--format", "json", "."], cwd=folder, capture_output=True, text=True, check=False
    )
    return {Path(file["filePath"]).stem: file["errorCount"] for file in json.loads(done.stdout)}


@pytest.mark.site
def test_a_script_uses_nothing_that_a_supported_browser_does_not_know(tmp_path: Path) -> None:
    found = findings({**TOO_NEW, "used": USED}, tmp_path)
    assert [name for name, count in found.items() if count == 0] == ["used"]
    assert set(found) == {*TOO_NEW, "used"}
