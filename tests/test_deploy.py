"""This module tests deploy/nginx.conf in the system's own nginx over a packaged site: what it answers, and how."""

import gzip
import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import brotli
import pytest
from playwright.sync_api import Browser, expect

from bench_load import Server, compare, serving_package
from conftest import DESKTOP, PROJECT, RESULTS, SMALL_PLAN, Watched, search
from plansite.site.assemble import Sources, assemble
from plansite.source.texts import is_file

pytestmark = pytest.mark.site

TYPES = {
    "/": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".map": "application/json; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "changes.xml": "application/atom+xml; charset=utf-8",
    "updates.xml": "application/atom+xml; charset=utf-8",
}
"""What the addresses are that end in this."""
OTHERS = {
    "sitemap.xml": "application/xml; charset=utf-8",
    "plan.pdf": "application/pdf",
    "plan.md": "text/markdown; charset=utf-8",
    "plan.yaml": "application/yaml; charset=utf-8",
    "robots.txt": "text/plain; charset=utf-8",
    "plan.bin": "application/octet-stream",
}
"""What a site may hold besides."""
SECURITY = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "nginx",
}
"""What every answer says."""
SOURCES = Sources(SMALL_PLAN, PROJECT / "macros", PROJECT / "docs", PROJECT / "overrides")
ASKED_ANEW, FOR_GOOD = "no-cache", "public, max-age=31536000, immutable"
NOT_THERE = {
    "/nope": "zh",
    "/measures/99/": "zh",
    "/en/nope": "en",
    "/en/measures/99/": "en",
    "/404.html": "zh",
    "/en/404.html": "en",
    # A folder without a page, compressed forms, and what an editor or a tool has left behind.
    "/assets/": "zh",
    "/index.html.gz": "zh",
    "/en/index.html.br": "en",
    "/.git/config": "zh",
    "/en/.env": "en",
    "/assets/site.00000000.css": "zh",
}
TRAVERSALS = [
    "/../secret.txt", "/../../secret.txt", "//../secret.txt", "/en/../../secret.txt", "/en/../../../../etc/passwd",
    "/%2e%2e/secret.txt", "/%2E%2E%2Fsecret.txt", "/..%2fsecret.txt", "/en/%2e%2e/%2e%2e/secret.txt",
    "/%252e%252e/secret.txt", "/..%5csecret.txt", "/..\\secret.txt", "/....//secret.txt", "/.%00./secret.txt",
    "/index.html%00", "/index.html\0", "/..;/secret.txt", "/%c0%ae%c0%ae/secret.txt", "http://localhost/../secret.txt",
    "/assets../secret.txt", "secret.txt", "../secret.txt",
]  # fmt: skip


@pytest.fixture(scope="module")
def server(small_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The site of the plan of three measures as it is published, beside files that nobody may get."""
    with serving_package(small_site, tmp_path_factory.mktemp("served")) as server:
        (server.folder / "secret.txt").write_text("SECRET", "utf-8")
        for name in (".git/config", "en/.env"):
            (server.site / name).parent.mkdir(exist_ok=True)
            (server.site / name).write_text("SECRET", "utf-8")
        yield server
        # Whatever is asked for, the server itself has nothing to complain of but what is not there.
        log = (server.folder / "error.log").read_bytes()
        assert not re.findall(rb".*\[(?:warn|alert|crit|emerg)\].*", log)


def ask(
    server: Server, path: str, method: str = "GET", /, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Ask for an address as it is written; return status, headers and content. Headers: If_Range for If-Range."""
    return answer(http.client.HTTPConnection("127.0.0.1", server.port), path, method, **headers)


def answer(
    asked: http.client.HTTPConnection, path: str, method: str = "GET", /, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    asked.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answered = asked.getresponse()
    content = answered.read()
    asked.close()
    return answered.status, answered.headers, content


def content_type(path: str) -> str:
    return next(TYPES[ending] for ending in reversed(TYPES) if path.endswith(ending))


def asset(server: Server) -> str:
    return next(path for path in server.paths if re.fullmatch(r"/assets/site\.\w+\.css", path))


def test_every_file_is_there_with_its_type_whole_and_in_each_compressed_form(server: Server) -> None:
    forms = {"identity": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
    assert {"/", "/en/", "/measures/1/", "/en/measures/1/"} <= set(server.paths)
    for path in server.paths:
        file = server.site / f"{path}index.html".lstrip("/") if path.endswith("/") else server.site / path.lstrip("/")
        for form, unpacked in forms.items():
            status, headers, content = ask(server, path, Accept_Encoding=form)
            assert (status, headers["Content-Type"]) == (200, content_type(path)), path
            compressed = form != "identity" and not path.endswith((".png", ".docx", ".xlsx"))
            assert headers["Content-Encoding"] == (form if compressed else None), path
            assert (unpacked(content) if compressed else content) == file.read_bytes(), path
            assert (headers["Vary"] == "Accept-Encoding") is not path.endswith((".png", ".docx", ".xlsx")), path
    # As browsers ask.
    assert ask(server, "/", Accept_Encoding="gzip, deflate, br, zstd")[1]["Content-Encoding"] == "br"
    assert ask(server, "/", Accept_Encoding="gzip", Via="1.1 proxy")[1]["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(("name", "said"), OTHERS.items())
def test_files_of_further_types_have_theirs(name: str, said: str, server: Server) -> None:
    (server.site / name).write_text("plan", "utf-8")
    status, headers, content = ask(server, f"/{name}")
    (server.site / name).unlink()
    assert (status, headers["Content-Type"], content) == (200, said, b"plan")


def test_every_published_address_is_there_in_both_languages(server: Server) -> None:
    for address in ["", *assemble(SOURCES).addresses]:
        for folder in ("/",) if is_file(address) else ("/", "/en/"):
            path = folder + address if is_file(address) else f"{folder}{address}/".replace("//", "/")
            status, headers, _ = ask(server, path, "HEAD")
            assert (status, headers["Content-Type"]) == (200, content_type(path)), path
            if path.endswith("/") and path != "/":
                status, headers, _ = ask(server, path.removesuffix("/"))
                assert (status, headers["Location"]) == (301, path)


@pytest.mark.parametrize(("path", "lang"), NOT_THERE.items())
def test_a_missing_page_is_reported_in_the_language_of_its_address(path: str, lang: str, server: Server) -> None:
    status, headers, content = ask(server, path)
    page = server.site / ("en/404.html" if lang == "en" else "404.html")
    assert (status, headers["Content-Type"], content) == (404, TYPES["/"], page.read_bytes())
    assert headers["Cache-Control"] == ASKED_ANEW
    status, headers, content = ask(server, path, Accept_Encoding="br")
    assert (status, brotli.decompress(content)) == (404, page.read_bytes())


def test_every_answer_has_its_headers(server: Server) -> None:
    etag = ask(server, "/")[1]["ETag"]
    answers = {
        (200, ASKED_ANEW): [ask(server, path) for path in ("/", "/en/", "/plan.json", "/changes.xml", "/search/zh.js")],
        (200, FOR_GOOD): [
            ask(server, path) for path in server.paths if re.search(r"\.[0-9a-f]{8}\.(min\.)?(js|css)$", path)
        ],
        (206, ASKED_ANEW): [ask(server, "/", Range="bytes=0-9")],
        (301, ASKED_ANEW): [ask(server, "/measures/2"), ask(server, "//measures/2"), ask(server, "//en//measures")],
        (304, ASKED_ANEW): [ask(server, "/", If_None_Match=etag)],
        (404, ASKED_ANEW): [ask(server, "/nope")],
        (405, ASKED_ANEW): [ask(server, "/", "POST")],
        (413, ASKED_ANEW): [ask(server, "/", Content_Length="2000")],
        (416, ASKED_ANEW): [ask(server, "/", Range="bytes=99999999-")],
    }
    assert len(answers[200, FOR_GOOD]) >= 7
    for (status, caching), several in answers.items():
        for got, headers, _ in several:
            assert (got, headers["Cache-Control"]) == (status, caching)
            assert {name: headers[name] for name in SECURITY} == SECURITY
            assert headers["Strict-Transport-Security"] is None, "over HTTP it means nothing"
            # A place on another host would be one of whoever writes the link.
            assert re.fullmatch(r"/[\w/]*/", headers.get("Location", "/x/"))
    context = ssl.create_default_context(cafile=server.folder / "site.pem")
    context.check_hostname = False
    by_https = http.client.HTTPSConnection("127.0.0.1", server.secure, context=context)
    assert answer(by_https, "/")[1]["Strict-Transport-Security"] == "max-age=31536000"


def test_other_sites_may_show_the_pictures_of_shared_links_and_nothing_else(server: Server) -> None:
    for path, said in (("cards/home.zh.0123abcd.png", FOR_GOOD), ("cards/home.zh.png", ASKED_ANEW)):
        file = server.site / "assets" / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"picture")
        status, headers, _ = ask(server, f"/assets/{path}")
        file.unlink()
        file.parent.rmdir()
        readers = {"Cross-Origin-Resource-Policy": "cross-origin" if said == FOR_GOOD else "same-origin"}
        assert (status, headers["Cache-Control"], headers["Content-Type"]) == (200, said, "image/png")
        assert {name: headers[name] for name in SECURITY} == SECURITY | readers


def test_a_name_that_is_kept_for_good_tells_its_content(server: Server) -> None:
    for path in server.paths:
        if named := re.fullmatch(r"/assets/[\w-]+\.(\w{8})\.(js|css)", path):
            assert sha256((server.site / path.lstrip("/")).read_bytes()).hexdigest().startswith(named[1])


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW"])
def test_a_site_is_only_read(method: str, server: Server) -> None:
    for path in ("/", "/measures/2", "/nope", asset(server)):
        status, headers, _ = ask(server, path, method)
        assert status == 405
        assert headers["Allow"] == ("GET, HEAD" if method != "TRACE" else None), "TRACE is refused by nginx itself"
    for path in ("/", "/measures/2", "/nope"):
        (got, headers, content), (asked, same, nothing) = ask(server, path), ask(server, path, "HEAD")
        assert (asked, nothing, same["Content-Length"]) == (got, b"", headers["Content-Length"] or str(len(content)))


def test_parts_of_a_file(server: Server) -> None:
    whole = (server.site / "plan.json").read_bytes()
    etag = ask(server, "/plan.json")[1]["ETag"]
    for asked, part in (("0-99", whole[:100]), ("100-", whole[100:]), ("-10", whole[-10:])):
        status, headers, content = ask(server, "/plan.json", Range=f"bytes={asked}", If_Range=etag)
        assert (status, content) == (206, part)
        first = whole.index(part) if asked != "-10" else len(whole) - 10
        assert headers["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"
    # What has changed meanwhile comes whole, and so does what is asked for in many pieces.
    assert ask(server, "/plan.json", Range="bytes=0-99", If_Range='"other"')[0] == 200
    many = ",".join(f"{place}-{place}" for place in range(0, 1000, 2))
    assert ask(server, "/plan.json", Range=f"bytes={many}")[2] == whole


@pytest.mark.parametrize("form", ["identity", "gzip", "br"])
def test_an_unchanged_file_is_not_sent_again(form: str, server: Server) -> None:
    for path in ("/", "/en/measures/2/", "/plan.json", "/changes.xml", "/search/en.js", asset(server)):
        _, headers, _ = ask(server, path, Accept_Encoding=form)
        for condition in ({"If_None_Match": headers["ETag"]}, {"If_Modified_Since": headers["Last-Modified"]}):
            status, same, content = ask(server, path, Accept_Encoding=form, **condition)
            assert (status, content, same["ETag"]) == (304, b"", headers["ETag"]), path
        for condition in ({"If_None_Match": '"other"'}, {"If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 GMT"}):
            assert ask(server, path, Accept_Encoding=form, **condition)[0] == 200


@pytest.mark.parametrize("target", TRAVERSALS)
def test_nothing_outside_of_the_site_is_reached(target: str, server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        said = b"".join(iter(lambda: connection.recv(65536), b""))
    assert re.match(rb"HTTP/1\.1 (400|404) ", said), said[:100]
    assert b"SECRET" not in said
    assert b"root:" not in said


def test_pages_work_as_they_are_served(server: Server, browser: Browser) -> None:
    with browser.new_context(base_url=f"http://127.0.0.1:{server.port}", viewport=DESKTOP) as context:
        watched = Watched(context.new_page())
        for path, words in (("/measures/2/", "法院"), ("/en/", "court")):
            watched.page.goto(path)
            search(watched.page, words)
            expect(watched.page.locator(RESULTS).first).to_be_visible()
        assert watched.complaints == []


def test_no_request_fails_under_load(server: Server) -> None:
    table, wrong = compare(server, seconds=1)
    assert wrong == [], table
