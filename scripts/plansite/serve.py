"""Shows the site in a browser while its sources are edited, and builds it anew after every change."""

import sys
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

from mkdocs.exceptions import Abort
from mkdocs.livereload import LiveReloadServer

from plansite.build import build
from plansite.policy import digest
from plansite.problems import BuildError, Lang, PlanError, report

HOST = "127.0.0.1"
PREVIEW = Path(".cache", "plansite", "preview")
INTERVAL, SETTLED = 0.05, 0.03
"""Seconds between two looks for changes, and without a further change before a build begins."""


class _Preview(LiveReloadServer):
    """Adds to the policy of a page the script that makes it follow, which is another one each time."""

    def _inject_js_into_html(self, content: bytes, epoch: int) -> bytes:
        whole: bytes = super()._inject_js_into_html(content, epoch)
        script = whole.rpartition(b"<script>")[2].partition(b"</script>")[0]
        return whole.replace(b"script-src 'self'", f"script-src 'self' {digest(script.decode())}".encode(), 1)


def serve(port: int, lang: Lang) -> int:
    """Serve the site until the person stops it; return 1 where there was none to begin with."""
    # Every build is forked from a process that has loaded all it needs and does nothing else, not from a server that
    # has threads.
    processes = get_context("forkserver")
    processes.set_forkserver_preload(["plansite.generator", "plansite.pdf"])

    def rebuild() -> None:
        process = processes.Process(target=_build, args=(lang,))
        process.start()
        process.join()
        if process.exitcode:
            raise Abort("The preview shows the site as it was before.")

    with suppress(KeyboardInterrupt):
        try:
            rebuild()
        except Abort:
            return 1
        try:
            server = _Preview(rebuild, HOST, port, str(PREVIEW), polling_interval=INTERVAL)
            server.build_delay = SETTLED
            server.error_handler = lambda _: (PREVIEW / "404.html").read_bytes()
            for path in ("mkdocs.yml", "data", "docs", "macros", "overrides"):
                server.watch(path)
            print(f"{server.url} follows what you edit; stop it with Ctrl-C", flush=True)
            server.serve()
        except OSError as error:
            raise BuildError("system", {"file": f"{HOST}:{port}", "reason": error.strerror}) from None
    return 0


def _build(lang: Lang) -> None:
    try:
        print(build(PREVIEW), flush=True)
    except PlanError as error:
        sys.exit(report(error.problems, "text", lang))
    except BuildError as error:
        sys.exit(error.message(lang))
