"""The command `plansite`: check the plan, print the notice, write pages and data, build the site."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from plansite.errors import LANGUAGES, BuildError, Lang, PlanError, format_problems, lang_of_locale

# Each command loads what it needs when it runs: all of it takes longer than to see that there is nothing to build.
DATA, SITE = Path("data"), Path("site")
PLAN = DATA / "plan.yaml"


EXIT_CODES = """Exit codes: 0 all is well, 1 the plan, a template or the build is wrong, or a file cannot be written,
2 the command was called wrongly, 130 it was interrupted, 141 whoever read its output stopped reading."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (EXIT_CODES)."""
    _set_encoding(sys.stderr)
    _set_encoding(sys.stdout)
    options = _parser().parse_args(arguments)
    # What a command is asked for as a document may be written to a file.
    _set_encoding(sys.stdout, "utf-8" if options.format == "json" else options.encoding)
    try:
        code = _run(options)
        print(end="", flush=True)
    except BrokenPipeError:
        # Python flushes once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code


def _set_encoding(stream: TextIO, encoding: str | None = None) -> None:
    """Have a stream write as an escape whatever its encoding lacks: the person's, or another one."""
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
        return 1
    except BuildError as error:
        print(error.message(options.lang), file=sys.stderr)
        return 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=LANGUAGES, default=lang_of_locale(os.environ), help="language of messages")
    common.set_defaults(format="text", encoding=None)
    reading = argparse.ArgumentParser(add_help=False, parents=[common])
    reading.add_argument("--plan", type=Path, default=PLAN, help="the plan to read (default: %(default)s)")
    parser = argparse.ArgumentParser(prog="plansite", description=__doc__, epilog=EXIT_CODES)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check_site = commands.add_parser(
        "check", parents=[common], help="say everything that is wrong with the plan and, in the project, its templates"
    )
    check_site.add_argument("--format", choices=("text", "github", "json"), default="text")
    check_site.add_argument("file", type=Path, nargs="?", default=PLAN, metavar="FILE", help="(default: %(default)s)")
    check_site.set_defaults(run=_check)

    confirm_translations = commands.add_parser(
        "confirm", parents=[reading], help="note that the English of a record is right for its present Chinese"
    )
    confirm_translations.add_argument(
        "names", nargs="+", metavar="NUMBER", help="a measure's number, any other record's id, or notice"
    )
    confirm_translations.set_defaults(run=_confirm)

    addresses = commands.add_parser(
        "addresses", parents=[reading], help="add new addresses to the list of those published, data/addresses.txt"
    )
    addresses.set_defaults(run=_addresses)

    form = commands.add_parser("fmt", parents=[common], help="put the plan and the glossary into their one form")
    both = [PLAN, DATA / "glossary.yaml"]
    form.add_argument(
        "files", type=Path, nargs="*", default=both, metavar="FILE", help=f"(default: {both[0]} {both[1]})"
    )
    form.set_defaults(run=_fmt)

    text = commands.add_parser("text", parents=[reading], help="print the notice in Chinese")
    text.set_defaults(run=_text, encoding="utf-8")

    pages = commands.add_parser("pages", parents=[reading], help="write every page as Markdown")
    pages.add_argument("folder", type=Path, metavar="DIR")
    pages.set_defaults(run=_pages)

    report_changes = commands.add_parser(
        "diff", parents=[reading], help="say in words what has changed since a version"
    )
    report_changes.add_argument(
        "base", metavar="BASE", help="a file, or a version that git knows: a branch, a tag, a commit"
    )
    report_changes.add_argument(
        "head", metavar="HEAD", nargs="?", help="the version that follows (default: the plan itself)"
    )
    report_changes.set_defaults(run=_diff, encoding="utf-8")

    export = commands.add_parser("export", parents=[reading], help="write the data files")
    export.add_argument("folder", type=Path, metavar="DIR")
    export.set_defaults(run=_export)

    described = commands.add_parser("schema", parents=[common], help="print the JSON Schema of a file in data/")
    described.add_argument("file", choices=("plan", "glossary"))
    described.set_defaults(run=_schema, encoding="utf-8")

    site = commands.add_parser("build", parents=[common], help="build the site")
    site.add_argument("folder", type=Path, nargs="?", default=SITE, metavar="DIR", help="(default: %(default)s)")
    site.add_argument("--pdf", action="store_true", help="print the whole notice as well; needs Chromium")
    site.set_defaults(run=_build)

    preview = commands.add_parser("serve", parents=[common], help="show the site, and build it anew after every change")
    preview.add_argument("--port", type=int, default=8000, help="(default: %(default)s)")
    preview.set_defaults(run=_serve)

    packed = commands.add_parser("package", parents=[common], help="pack a built site for a web server")
    packed.add_argument("folder", type=Path, nargs="?", default=SITE, metavar="SITE", help="(default: %(default)s)")
    packed.add_argument("--to", type=Path, default=Path("dist"), metavar="DIR", help="(default: %(default)s)")
    packed.set_defaults(run=_package)
    return parser


def _check(options: argparse.Namespace) -> None:
    from plansite.editor import hints
    from plansite.site.assemble import Sources, check_site
    from plansite.validate import load_plan

    sources = Sources(plan=options.file)
    warnings = check_site(sources) if sources.macros.is_dir() else load_plan(sources.plan).warnings
    if warnings:
        raise PlanError(warnings)
    if said := format_problems(
        hints([sources.plan, sources.plan.with_name("glossary.yaml")]), options.format, options.lang
    ):
        print(said)


def _confirm(options: argparse.Namespace) -> None:
    from plansite.editor import confirm_translations

    today = datetime.now().astimezone().date()
    print("\n".join(confirm_translations(options.plan, options.names, today)))


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
    from plansite.site.assemble import Sources, assemble, write_pages

    sources = Sources(plan=options.plan)
    print(f"{write_pages(assemble(sources), sources.docs, options.folder)} files written to {options.folder}/")


def _diff(options: argparse.Namespace) -> None:
    from plansite.exports.change_report import report_changes
    from plansite.site.assemble import Sources
    from plansite.site.pages import site_address

    sources = Sources(plan=options.plan)
    print(report_changes(sources, options.base, options.head, options.lang, site_address(os.environ)), end="")


def _export(options: argparse.Namespace) -> None:
    from plansite.exports.files import write_exports
    from plansite.site.graph import PlanView
    from plansite.site.pages import site_address
    from plansite.validate import load_plan

    names = write_exports(PlanView(load_plan(options.plan)), options.folder, site_address(os.environ))
    print(f"{', '.join(names)} written to {options.folder}/")


def _schema(options: argparse.Namespace) -> None:
    from plansite.exports.files import schema
    from plansite.source.schema import Glossary, Plan

    print(schema(Plan if options.file == "plan" else Glossary), end="")


def _build(options: argparse.Namespace) -> None:
    from plansite.build.builder import build

    _say_what_git_withholds(options.lang)
    print(build(options.folder, pdf=options.pdf))


def _serve(options: argparse.Namespace) -> int:
    if not hasattr(os, "fork"):
        raise BuildError("no_fork")
    from plansite.build.preview import serve

    _say_what_git_withholds(options.lang)
    return serve(options.port, options.lang)


def _say_what_git_withholds(lang: Lang) -> None:
    from plansite.history.git import obstacle

    if found := obstacle(PLAN):
        print(found.message(lang), file=sys.stderr)


def _package(options: argparse.Namespace) -> None:
    from plansite.build.release import package

    print(package(options.folder, options.to))


if __name__ == "__main__":
    sys.exit(main())
