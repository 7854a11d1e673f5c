"""This module previews the site while its sources are edited: a page is rendered when a browser asks for it."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from threading import Condition, Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from mkdocs.commands.build import get_context
from mkdocs.structure.files import get_files, set_exclusions
from mkdocs.structure.nav import get_navigation

from plansite.build.builder import assemble_site, configure, strictly, theme_errors
from plansite.build.mkdocs_plugin import digest
from plansite.errors import LANGUAGES, BuildError, Lang, PlanError, format_problems
from plansite.site.assemble import Site
from plansite.site.pages import FOLDER, Page
from plansite.site.tasks import task_sheets
from plansite.site.templates import Templates

HOST = "127.0.0.1"
KEEP_ALIVE_S = 15
"""Seconds between two messages to an open page without news, so that a closed one is noticed."""
INTERVAL_S = 0.05
"""Seconds between two looks at the watched files."""
WATCHED = ("mkdocs.yml", "data", "docs", "macros", "overrides")
"""Files and folders whose changes the preview follows."""
EVENTS = "/preview-events"
"""Address of the server-sent events that tell open pages the state of the preview."""
SCRIPT = """
new EventSource("%(events)s").onmessage = (event) => {
  const { state, problems } = JSON.parse(event.data)
  if (state !== %(state)d) return location.reload()
  document.querySelector("#preview-problems")?.remove()
  if (!problems) return
  const box = document.createElement("pre")
  box.id = "preview-problems"
  box.setAttribute("role", "alert")
  box.style.cssText = "position: sticky; top: 0; z-index: 9; margin: 0; padding: 1em; white-space: pre-wrap"
  Object.assign(box.style, { background: "#fff3cd", color: "#333" })
  box.textContent = problems
  document.body.prepend(box)
}
"""
"""The script in each page: reloads it in a new state, and shows the problems that keep the preview from one."""


class Frame:
    """The theme around the pages of one language, as MkDocs prepares it for a build."""

    def __init__(self, site: Site, lang: Lang) -> None:
        self._config, self._plugin = configure(lang)
        self._plugin.site = site
        with strictly():
            self._config.plugins.on_startup(command="serve", dirty=False)
            self._config = self._config.plugins.on_config(self._config)
            self._env = self._config.theme.get_env()
            self._prepare()
        self.render(FOLDER[lang])
        self.not_found()

    def show(self, site: Site) -> None:
        """Show another site, made with the same templates, theme and pages in docs/."""
        same_pages = site.pages.keys() == self._plugin.site.pages.keys()
        self._plugin.site = site
        if same_pages:
            self._plugin.on_env(self._env, self._config, self._files)
        else:
            self._prepare()

    def _prepare(self) -> None:
        """Collect files and pages as the first half of mkdocs.commands.build.build does."""
        plugins, config = self._config.plugins, self._config
        files = get_files(config)
        files.add_files_from_theme(self._env, config)
        self._files = files = plugins.on_files(files, config=config)
        set_exclusions(files, config)
        self._nav = plugins.on_nav(get_navigation(files, config), config=config, files=files)
        self._pages = files.documentation_pages()
        self._by_address = {file.url.removeprefix("./"): file for file in files if not file.inclusion.is_excluded()}
        for file in self._pages:
            if file.page and file.src_uri not in self._plugin.site.pages:
                page = plugins.on_pre_page(file.page, config=config, files=files)
                page.read_source(config)
                page.markdown = plugins.on_page_markdown(page.markdown or "", page=page, config=config, files=files)
                page.render(config, files)
                page.content = plugins.on_page_content(page.content or "", page=page, config=config, files=files)
        self._env = plugins.on_env(self._env, config=config, files=files)

    def render(self, address: str) -> bytes | None:
        """Return the page or file at an address ("measures/7/", "assets/..."), None where there is none.

        Raises PlanError where a template is wrong.
        """
        file = self._by_address.get(address)
        if file is None:
            return None
        page = file.page
        if page is None:
            return file.content_bytes
        with theme_errors(self._config):
            context = get_context(self._nav, self._pages, self._config, page)
            context = self._config.plugins.on_page_context(context, page=page, config=self._config, nav=self._nav)
            html = self._env.get_template("main.html").render(context)
        self._plugin.raise_problems()
        return self._config.plugins.on_post_page(html, page=page, config=self._config).encode()

    def not_found(self) -> bytes:
        """Return the page for an address at which there is nothing."""
        base = urlsplit(self._config.site_url or "/").path
        context = get_context(self._nav, self._pages, self._config, base_url=base)
        context = self._config.plugins.on_template_context(context, template_name="404.html", config=self._config)
        with theme_errors(self._config):
            return self._env.get_template("404.html").render(context).encode()

    def other_files(self) -> dict[str, Callable[[], bytes | None]]:
        """Return {name: what makes its content} of the files that are no pages."""
        return self._plugin.other_files(self._config)


class Preview:
    """The project as it was last assembled without a problem, and the problems of its files as they are now."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self.state = 0
        """How many times the project has been assembled without a problem."""
        self.problems = ""
        self.changed = Condition()
        """Notified of another state or other problems; its lock is held while pages are rendered."""
        self._frames: dict[Lang, Frame] = {}
        self._templates: Templates
        self._frames_stale = True
        self._files: dict[str, Callable[[], bytes | None]] = {}
        self._seen: dict[str, tuple[int, int]] = {}

    def follow(self) -> None:
        """Update the preview where a watched file has changed since this was called last."""
        seen = {str(path): (stat.st_mtime_ns, stat.st_size) for path, stat in _stats()}
        edited = {path for path in seen.keys() | self._seen.keys() if seen.get(path) != self._seen.get(path)}
        self._seen = seen
        if not edited:
            return
        with self.changed:
            # Also after an edit with which nothing could be assembled.
            self._frames_stale |= not all(Path(path).parts[0] == "data" for path in edited)
            try:
                self._update()
                self.state, self.problems = self.state + 1, ""
            except PlanError as error:
                self.problems = format_problems(error.problems, "text", self.lang)
            except (BuildError, OSError) as error:
                self.problems = error.message(self.lang) if isinstance(error, BuildError) else str(error)
            self.changed.notify_all()

    def _update(self) -> None:
        """Assemble the site anew, and the frames around its pages where more than the data has changed."""
        site = assemble_site()
        # Every component of the look, with a task sheet as its subject; no build has this page.
        shown = [Page("styleguide", lang, "styleguide.html.j2", task_sheets(site.plan)[0]) for lang in LANGUAGES]
        site.pages.update({page.file: page for page in shown})
        if self._frames_stale:
            # A mistake in a template is told when it is saved, not when its page is asked for.
            for _ in site.render_all(site.pages.values()):
                pass
            self._frames = {lang: Frame(site, lang) for lang in LANGUAGES}
            self._templates = site.templates
            self._frames_stale = False
        else:
            # The templates are the same, and have been compiled.
            site = replace(site, templates=self._templates)
            for frame in self._frames.values():
                frame.show(site)
        # Made when one is asked for: all together take longer than a person waits.
        self._files = {
            name: cache(make) for frame in self._frames.values() for name, make in frame.other_files().items()
        }

    def content(self, address: str) -> bytes | None:
        """Return the page or file at an address, as a build writes it; None where there is none."""
        for frame in self._frames.values():
            if (found := frame.render(address)) is not None:
                return found
        make = self._files.get(address)
        return make() if make else None

    def not_found(self, address: str) -> bytes:
        """Return the page for an address at which there is nothing."""
        return self._frames["en" if address.startswith(FOLDER["en"]) else "zh"].not_found()


def serve(port: int, lang: Lang) -> int:
    """Serve the preview until the person stops it; return 1 where there was nothing to show to begin with."""
    preview = Preview(lang)
    preview.follow()
    if preview.problems:
        print(preview.problems, file=sys.stderr)
        return 1
    try:
        server = ThreadingHTTPServer((HOST, port), lambda *arguments: _Handler(preview, *arguments))
    except OSError as error:
        raise BuildError("system", {"file": f"{HOST}:{port}", "reason": error.strerror}) from None
    with server, suppress(KeyboardInterrupt):
        Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://{HOST}:{port}/ follows what you edit; stop it with Ctrl-C", flush=True)
        told = ""
        while True:
            time.sleep(INTERVAL_S)
            preview.follow()
            if preview.problems != told:
                told = preview.problems
                print(told or "mended; the pages show it", file=sys.stderr, flush=True)
    return 0


class _Handler(BaseHTTPRequestHandler):
    """Answers a browser out of the preview."""

    def __init__(self, preview: Preview, *arguments: Any) -> None:
        self._preview = preview
        super().__init__(*arguments)

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if path == EVENTS:
            self._tell_changes()
            return
        address = path.lstrip("/")
        with self._preview.changed:
            try:
                content, status = self._preview.content(address), HTTPStatus.OK
                if content is None:
                    content, status = self._preview.not_found(address), HTTPStatus.NOT_FOUND
            except PlanError as error:
                content, status = b"<!doctype html><title>!</title><body>", HTTPStatus.INTERNAL_SERVER_ERROR
                self._preview.problems = format_problems(error.problems, "text", self._preview.lang)
            kind = "text/html" if address.endswith(("/", ".html")) or not address else guess_type(address)[0] or ""
            if status != HTTPStatus.OK or kind == "text/html":
                content, kind = follow_changes(content, self._preview.state), "text/html; charset=utf-8"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def _tell_changes(self) -> None:
        """Send the state and the problems, now and whenever they change, for as long as the page is open."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        with suppress(ConnectionError):
            while True:
                with self._preview.changed:
                    told = {"state": self._preview.state, "problems": self._preview.problems}
                    self.wfile.write(f"data: {json.dumps(told)}\n\n".encode())
                    self._preview.changed.wait(KEEP_ALIVE_S)

    def log_message(self, *_: object) -> None:
        """Keep the terminal free for what is wrong."""


def follow_changes(html: bytes, state: int) -> bytes:
    """Add to a page the script that makes it follow, and allow it in the policy of the page."""
    script = SCRIPT % {"events": EVENTS, "state": state}
    html = html.replace(b"script-src 'self'", f"script-src 'self' {digest(script)}".encode(), 1)
    head, end, rest = html.rpartition(b"</body>")
    return (head or rest) + f"<script>{script}</script>".encode() + (end + rest if end else b"")


def _stats() -> Iterator[tuple[Path, os.stat_result]]:
    """Yield every watched file with its state."""
    for name in WATCHED:
        path = Path(name)
        for file in (path, *path.rglob("*")):
            with suppress(FileNotFoundError):
                if file.is_file():
                    yield file, file.stat()
