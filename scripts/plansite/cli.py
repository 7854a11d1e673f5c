"""This module is the command `plansite`: it checks, prints, exports, builds and previews the plan."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from plansite.errors import LANGUAGES, WORDS, BuildError, Lang, PlanError, format_problems, lang_of_locale

# Each command imports what it needs when it runs: all modules together take longer than most commands.
PLAN, GLOSSARY = Path("data/plan.yaml"), Path("data/glossary.yaml")
EXIT_CODES = """Exit codes: 0 all is well, 1 the plan, a template or the build is wrong, or a file cannot be written,
2 the command was called wrongly, 130 it was interrupted, 141 whoever read its output stopped reading."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (EXIT_CODES)."""
    _set_encoding(sys.stderr)
    _set_encoding(sys.stdout)
    options = _parser().parse_args(arguments, argparse.Namespace(format="text"))
    # A document may be redirected to a file, which is UTF-8.
    document = options.format == "json" or options.run in {_text, _diff, _schema}
    _set_encoding(sys.stdout, "utf-8" if document else None)
    try:
        code = _run(options)
        print(end="", flush=True)
    except BrokenPipeError:
        # Python flushes once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code


def _set_encoding(stream: TextIO, encoding: str | None = None) -> None:
    """Set the encoding of a stream, by default that of the person; characters that it lacks are written as escapes."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding=encoding, errors="backslashreplace")


def _run(options: argparse.Namespace) -> int:
    try:
        return int(options.run(options) or 0)
    except BrokenPipeError:
        raise
    except PlanError as error:
        if problems := format_problems(error.problems, options.format, options.lang):
            print(problems, file=sys.stdout if options.run is _check else sys.stderr)
    except (BuildError, OSError) as error:
        print(error.message(options.lang) if isinstance(error, BuildError) else error, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def _check(options: argparse.Namespace) -> None:
    from plansite.editor import hints
    from plansite.site.assemble import Sources, assemble
    from plansite.site.cards import card_hints
    from plansite.translation.checks import statistics
    from plansite.validate import load_plan, misspelt, unnamed

    sources = Sources(plan=options.file)
    site = assemble(sources) if sources.macros.is_dir() else None
    warnings = site.warnings if site else load_plan(sources.plan).warnings
    if options.statistics:
        figures = statistics(load_plan(sources.plan).plan)
        # Whoever asks for JSON or for annotations reads nothing else there.
        target = sys.stdout if options.format == "text" else sys.stderr
        print(WORDS["statistics"][options.lang].format(**figures), file=target)
    if warnings:
        raise PlanError(warnings)
    files = [sources.plan, sources.plan.with_name(GLOSSARY.name)]
    beside = [sources.plan.with_name(f"{name}.yaml") for name in ("site", "updates")]
    found = [*hints(files), *misspelt([*files, *beside], files[1]), *(unnamed(sources.plan) if site else ())]
    found += card_hints(site.cards) if site and site.card_folder.is_dir() else ()
    if problems := format_problems(found, options.format, options.lang):
        print(problems)


def _confirm(options: argparse.Namespace) -> None:
    from plansite.editor import confirm_translations

    print("\n".join(confirm_translations(options.plan, options.names, datetime.now().astimezone().date())))


def _addresses(options: argparse.Namespace) -> None:
    from plansite.editor import ADDRESS_LIST, add_addresses
    from plansite.site.assemble import Sources, assemble

    added = add_addresses(options.plan.with_name(ADDRESS_LIST), assemble(Sources(plan=options.plan)).addresses)
    print("\n".join(added) or "nothing to add")


def _fmt(options: argparse.Namespace) -> None:
    from plansite.editor import format_files

    changed = format_files(options.files)
    print(f"put into form: {', '.join(map(str, changed))}" if changed else "everything is in form")


def _text(options: argparse.Namespace) -> None:
    from plansite.source.chinese import notice_text
    from plansite.validate import load_plan

    print(notice_text(load_plan(options.plan).plan), end="")


def _pages(options: argparse.Namespace) -> None:
    from plansite.exports.task_sheet import write_sheets
    from plansite.site.assemble import Sources, assemble, write_pages

    sources = Sources(plan=options.plan)
    site = assemble(sources)
    count = write_pages(site, sources.docs, options.folder)
    write_sheets(site.plan, site.labels, options.folder)
    print(f"{count} pages written to {options.folder}/, with their feeds and task sheets")


def _diff(options: argparse.Namespace) -> None:
    from plansite.exports.change_report import report_changes
    from plansite.site.assemble import Sources
    from plansite.site.pages import site_address

    sources = Sources(plan=options.plan)
    print(report_changes(sources, options.base, options.head, options.lang, site_address(os.environ)), end="")


def _export(options: argparse.Namespace) -> None:
    from plansite.exports.files import write_exports
    from plansite.history.git import version
    from plansite.site.graph import PlanView
    from plansite.site.pages import site_address
    from plansite.validate import load_plan

    plan = PlanView(load_plan(options.plan), version=version(options.plan))
    names = write_exports(plan, options.folder, site_address(os.environ))
    print(f"{', '.join(names)} written to {options.folder}/")


def _schema(options: argparse.Namespace) -> None:
    from plansite.exports.files import schema
    from plansite.source.identity import Identity
    from plansite.source.schema import Glossary, Plan, Record
    from plansite.source.unanswered import Unanswered
    from plansite.source.updates import Updates

    models: dict[str, type[Record]] = {"plan": Plan, "glossary": Glossary, "site": Identity}
    models |= {"updates": Updates, "unanswered": Unanswered}
    print(schema(models[options.file]), end="")


def _build(options: argparse.Namespace) -> None:
    from plansite.build.builder import build

    _report_obstacle(options.lang)
    result = build(options.folder, pdf=options.pdf)
    _report_unnamed(options.lang)
    print(result)


def _cards(options: argparse.Namespace) -> None:
    from plansite.build.release import make_cards
    from plansite.site.assemble import Sources, assemble

    print("\n".join(make_cards(assemble(Sources(plan=options.plan)).cards)) or "nothing to make")


def _serve(options: argparse.Namespace) -> int:
    if not hasattr(os, "fork"):
        raise BuildError("no_fork")
    from plansite.build.preview import serve

    _report_obstacle(options.lang)
    return serve(options.port, options.lang)


def _report_obstacle(lang: Lang) -> None:
    from plansite.history.git import obstacle

    if found := obstacle(PLAN):
        print(found.message(lang), file=sys.stderr)


def _report_unnamed(lang: Lang) -> None:
    """Say of a site that is to be published who does not stand on it."""
    from plansite.site.pages import site_address
    from plansite.validate import unnamed

    if site_address(os.environ) and (found := unnamed(PLAN)):
        print(format_problems(found, "text", lang), file=sys.stderr)


def _package(options: argparse.Namespace) -> None:
    from plansite.build.release import package

    print(package(options.folder, options.to))


def _argument(*names: str, **settings: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    if "default" in settings:
        settings.setdefault("help", "(default: %(default)s)")
    return names, settings


def _port(text: str) -> int:
    """Return the number of a port; 0 is any that is free."""
    if not text.isdecimal() or int(text) >= 2**16:
        raise argparse.ArgumentTypeError("not a number from 0 to 65535 / 不是0到65535之间的数")
    return int(text)


READ_PLAN = _argument("--plan", type=Path, default=PLAN, help="the plan to read (default: %(default)s)")
FOLDER_ARGUMENT = _argument("folder", type=Path, metavar="DIR")
BUILT = {"type": Path, "nargs": "?", "default": Path("site")}
FILES = {"type": Path, "nargs": "*", "default": [PLAN, GLOSSARY], "metavar": "FILE"}
COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int | None], str, Sequence[Any]]] = {
    "check": (_check, "say everything that is wrong with the plan and, in the project, its templates", [
        _argument("--format", choices=("text", "github", "json"), help=None, default="text"),
        _argument("--statistics", action="store_true", help="print how long the sentences of the English are"),
        _argument("file", type=Path, nargs="?", default=PLAN, metavar="FILE"),
    ]),
    "confirm": (_confirm, "note that the English of a record is right for its present Chinese", [
        READ_PLAN,
        _argument("names", nargs="+", metavar="NUMBER", help="a measure's number, any other record's id, or notice"),
    ]),
    "addresses": (_addresses, "add new addresses to the list of those published, data/addresses.txt", [READ_PLAN]),
    "fmt": (_fmt, "put the plan and the glossary into their one form", [
        _argument("files", **FILES, help=f"(default: {PLAN} {GLOSSARY})"),
    ]),
    "text": (_text, "print the notice in Chinese", [READ_PLAN]),
    "pages": (_pages, "write every page as Markdown, and the files of task sheets", [READ_PLAN, FOLDER_ARGUMENT]),
    "diff": (_diff, "say in words what has changed since a version", [
        READ_PLAN,
        _argument("base", metavar="BASE", help="a file, or a version that git knows: a branch, a tag, a commit"),
        _argument("head", metavar="HEAD", nargs="?", help="the version that follows (default: the plan itself)"),
    ]),
    "export": (_export, "write the data files", [READ_PLAN, FOLDER_ARGUMENT]),
    "schema": (_schema, "print the JSON Schema of a file in data/", [
        _argument("file", choices=("plan", "glossary", "site", "updates", "unanswered")),
    ]),
    "build": (_build, "build the site", [
        _argument("folder", **BUILT, metavar="DIR"),
        _argument("--pdf", action="store_true", help="print the whole notice as well; needs Chromium"),
    ]),
    "serve": (_serve, "show the site, and build it anew after every change", [
        _argument("--port", type=_port, default=8000),
    ]),
    "cards": (_cards, "picture the cards that stand for pages where links are shared; needs Chromium", [READ_PLAN]),
    "package": (_package, "pack a built site for a web server", [
        _argument("folder", **BUILT, metavar="SITE"),
        _argument("--to", type=Path, default=Path("dist"), metavar="DIR"),
    ]),
}  # fmt: skip
"""{name: (function, help, arguments)}"""


def _parser() -> argparse.ArgumentParser:
    about = "Check the plan, print the notice, write pages and data, build the site."
    parser = argparse.ArgumentParser(prog="plansite", description=about, epilog=EXIT_CODES)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    language = _argument("--lang", choices=LANGUAGES, default=lang_of_locale(os.environ), help="language of messages")
    for name, (run, text, arguments) in COMMANDS.items():
        command = commands.add_parser(name, help=text)
        for names, settings in (language, *arguments):
            command.add_argument(*names, **settings)
        command.set_defaults(run=run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
