"""Prints how many requests a second nginx answers with deploy/nginx.conf, beside a bare static file; 30 s each."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conftest import PROJECT, free_port, run

SECONDS, CONNECTIONS = 30, 32
SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"
"""Where servers are."""
MAIN = """
{user}
load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;
pid nginx.pid;
error_log error.log warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy;
    fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    sendfile on;
    server {{
        listen 127.0.0.1:{port};
        listen 127.0.0.1:{secure} ssl;
        ssl_certificate site.pem;
        ssl_certificate_key site.key;
        root {root};
        include {settings};
    }}
    server {{
        listen 127.0.0.1:{bare};
        root {root};
    }}
}}
"""
TURNS = """
local paths, turn = {{{paths}}}, 0
request = function()
    turn = turn % #paths + 1
    return wrk.format("GET", paths[turn], {{["Accept-Encoding"] = "br"}})
end
"""


@dataclass(frozen=True)
class Server:
    """An nginx that serves a packaged site: with our settings, the same by HTTPS, and without any."""

    folder: Path
    port: int
    secure: int
    bare: int

    @property
    def site(self) -> Path:
        """The folder that it serves."""
        return self.folder / "site"

    @property
    def paths(self) -> list[str]:
        """The address of every file of the site but the pages for what is not there and what begins with a dot."""
        files = sorted(path.relative_to(self.site).as_posix() for path in self.site.rglob("*") if path.is_file())
        none = re.compile(r"(^|/)\.|\.(br|gz)$|(^|/)404\.html$")
        return [f"/{file.removesuffix('index.html')}" for file in files if not none.search(file)]


@contextmanager
def serving_package(site: Path, folder: Path) -> Iterator[Server]:
    """Package a site, unpack it into a folder and serve it by the system's nginx on loopback."""
    packed = run("plansite", "package", str(site), "--to", str(folder), cwd=PROJECT)
    assert packed.returncode == 0, packed.stderr
    _system("tar", "--extract", "--file=site.tar.gz", cwd=folder)
    server = Server(folder, free_port(), free_port(), free_port())
    key = ("-newkey", "rsa:2048", "-nodes", "-keyout", "site.key", "-out", "site.pem", "-subj", "/CN=localhost")
    _system("openssl", "req", "-x509", *key, cwd=folder)
    settings = MAIN.format(
        # Root would be nobody, who may not read our folders.
        user="user root;" if os.geteuid() == 0 else "",
        root=server.site,
        settings=PROJECT / "deploy" / "nginx.conf",
        port=server.port,
        secure=server.secure,
        bare=server.bare,
    )
    (folder / "main.conf").write_text(settings, "utf-8")
    nginx = ("nginx", "-p", f"{folder}/", "-e", "error.log", "-c", "main.conf")
    # It comes back when it listens.
    _system(*nginx, cwd=folder)
    try:
        yield server
    finally:
        _system(*nginx, "-s", "quit", cwd=folder)


def _system(*command: str, cwd: Path) -> str:
    program = shutil.which(command[0], path=SYSTEM)
    assert program, f"no {command[0]} found; run scripts/ensure-nginx"
    done = subprocess.run([program, *command[1:]], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def load(server: Server, port: int, paths: Sequence[str], seconds: int) -> tuple[float, list[str]]:
    """Ask for some addresses in turn; return requests a second, and what went wrong."""
    turns = server.folder / "turns.lua"
    turns.write_text(TURNS.format(paths=", ".join(f'"{path}"' for path in paths)), "utf-8")
    said = _system(
        *("wrk", "--threads=2", f"--connections={CONNECTIONS}", f"--duration={seconds}s", f"--script={turns}"),
        f"http://127.0.0.1:{port}",
        cwd=server.folder,
    )
    rate = re.search(r"^Requests/sec: +([\d.]+)$", said, re.MULTILINE)
    assert rate, said
    return float(rate[1]), [line.strip() for line in said.splitlines() if "errors" in line or "Non-2xx" in line]


def compare(server: Server, seconds: int) -> tuple[str, list[str]]:
    """Load the server in three ways; return a table, and what went wrong."""
    table, wrong = [f"{CONNECTIONS} connections, {seconds} s each"], []
    for words, port, paths in (
        ("every address, deploy/nginx.conf", server.port, server.paths),
        ("home page, deploy/nginx.conf", server.port, ["/"]),
        ("home page, bare nginx", server.bare, ["/index.html"]),
    ):
        rate, errors = load(server, port, paths, seconds)
        table.append(f"{words:34}{rate:10,.0f} requests/s  {'; '.join(errors) or 'no error'}")
        wrong += errors
    return "\n".join(table), wrong


def main() -> None:
    """Build, package, serve and load."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        built = run("plansite", "build", str(site), cwd=PROJECT)
        assert built.returncode == 0, built.stderr
        with serving_package(site, Path(folder, "served")) as server:
            table, _ = compare(server, SECONDS)
    print(table)


if __name__ == "__main__":
    main()
