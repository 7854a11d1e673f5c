"""Prints what Lighthouse says of the site on a phone, served compressed; fails where anything is below 100."""

import gzip
import http.server
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from conftest import CHROMIUM_FLAGS, PROJECT, run  # noqa: E402 - the tests are no package

PAGES = [root + page for root in ("/", "/en/") for page in ("", "measures/24/", "units/tax-service/", "measures/")]
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
FULL = 100
COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".xml"}


class Compressing(http.server.SimpleHTTPRequestHandler):
    """Serves text compressed, as a web server in use does."""

    def send_head(self) -> Any:
        """Answer with the file compressed, where that makes it smaller."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() and self.path.partition("?")[0].endswith("/") else path
        if path.suffix not in COMPRESSED or not path.is_file():
            return super().send_head()
        body = gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=31536000")
        self.end_headers()
        self.wfile.write(body)
        return None

    def log_message(self, *_: object) -> None:
        """Keep the table free of an access log."""


def audited(address: str) -> dict[str, Any]:
    """Return Lighthouse's report on an address, as it comes out on its own idea of a phone."""
    command = [
        "node",
        str(HERE / "node_modules" / "lighthouse" / "cli" / "index.js"),
        address,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags=--headless {' '.join(CHROMIUM_FLAGS)}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def main() -> int:
    """Build the site for the address it is served at, audit each page, print the table."""
    if shutil.which("node") is None:
        print("Lighthouse needs Node.js; the project needs it for nothing else.", file=sys.stderr)
        return 1
    lowest = FULL
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        handler = partial(Compressing, directory=str(site))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            base = f"http://127.0.0.1:{server.server_port}"
            built = run("plansite", "build", str(site), cwd=PROJECT, SITE_URL=f"{base}/")
            if built.returncode:
                print(built.stderr, file=sys.stderr)
                return 1
            print("| page | performance | accessibility | best practices | SEO | LCP s | TBT ms | shift | KB | files |")
            print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
            for page in PAGES:
                report = audited(base + page)
                audits = report["audits"]
                scores = [round(report["categories"][name]["score"] * FULL) for name in CATEGORIES]
                lowest = min(lowest, *scores)
                measured = [
                    f"{audits['largest-contentful-paint']['numericValue'] / 1000:.1f}",
                    f"{audits['total-blocking-time']['numericValue']:.0f}",
                    f"{audits['cumulative-layout-shift']['numericValue']:.3f}",
                    f"{audits['total-byte-weight']['numericValue'] / 1000:.0f}",
                    str(len(audits["network-requests"]["details"]["items"])),
                ]
                print("|", " | ".join([page, *map(str, scores), *measured]), "|", flush=True)
                for name in CATEGORIES:
                    for audit in report["categories"][name]["auditRefs"]:
                        score = audits[audit["id"]]["score"]
                        if audit["weight"] and score is not None and score < 1:
                            print(f"  {audit['id']}: {score}", file=sys.stderr)
    return int(lowest < FULL)


if __name__ == "__main__":
    sys.exit(main())
