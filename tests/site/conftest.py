"""The documentation site, built once, and a browser that looks at its pages."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MADE = shutil.ignore_patterns("_build", "api", "gallery", "pictures", "__pycache__")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NEEDED = (
    "matplotlib", "sphinx", "pydata_sphinx_theme", "numpydoc", "myst_parser",
    "sphinx_gallery", "sphinx_design", "sphinx_copybutton",
)  # fmt: skip

# Put into every page before anything else of it runs.
SPY = b"""<script>
window.faults = [];
addEventListener("error", e => faults.push(e.message || "not loaded: " +
  (e.target.src || e.target.href)), true);
addEventListener("unhandledrejection", e => faults.push(String(e.reason)));
console.error = (...told) => faults.push(told.join(" "));
</script>"""

# Opens each page in a frame as wide as a window would be, and sends what it saw.
LOOK = """<!doctype html><body><script type="module">
const found = [];
for (const [path, width] of JOBS) {
  const frame = document.createElement("iframe");
  frame.style = `width: ${width}px; height: 900px; border: 0`;
  frame.src = path;
  document.body.append(frame);
  await new Promise(done => frame.onload = done);
  const view = frame.contentWindow, page = frame.contentDocument;
  await page.fonts.ready;
  for (let before = -1, i = 0; path.includes("?q=") && i < 60; i++) {
    const hits = page.querySelectorAll("#search-results li").length;
    if (hits > 0 && hits === before) break;  // they come one by one
    before = hits;
    await new Promise(done => setTimeout(done, 500));
  }
  const root = page.documentElement, images = [...page.images];
  for (const image of images) { image.loading = "eager"; }
  await Promise.all(images.map(image => image.complete ? 0 :
    new Promise(done => image.onload = image.onerror = done)));
  const beyond = [...page.querySelectorAll("body *")].filter(
    box => box.getBoundingClientRect().right > root.clientWidth + 1);
  found.push({
    path, width, title: page.title, faults: view.faults,
    images: images.length,
    missing: images.filter(image => !image.naturalWidth).map(image => image.src),
    excess: root.scrollWidth - root.clientWidth,
    beyond: root.scrollWidth > root.clientWidth ?
      beyond.slice(0, 5).map(box => box.outerHTML.slice(0, 100)) : [],
    elsewhere: view.performance.getEntriesByType("resource").map(entry => entry.name)
      .filter(name => !name.startsWith(location.origin) && !name.startsWith("data:")),
    hits: [...page.querySelectorAll("#search-results li a")].map(a => a.href),
  });
  frame.remove();
}
await fetch("/found", {method: "POST", body: JSON.stringify(found)});
</script>"""


@pytest.fixture
def site(tmp_path):
    """Folder of the site's pages; the gallery's examples are shown, and not run.

    It is built from a copy, as a build puts what it makes beside the sources.
    """
    for name in NEEDED:
        pytest.importorskip(name)
    copy = tmp_path / "repository"
    copy.mkdir()
    for folder in ("benchmarks", "doc", "examples", "skbluetuna"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=MADE)
    for file in ("CONTRIBUTING.md", "setup.cfg"):
        shutil.copy(ROOT / file, copy)
    pages = copy / "html"
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html",
               "-D", "plot_gallery=0", "doc", "html"]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return pages


class Handler(SimpleHTTPRequestHandler):
    """Serves the pages, each with the spy, and takes what the browser saw."""

    def do_GET(self):
        """Send the page that looks, a page with the spy, or any other file."""
        if self.path == "/look":
            jobs = f"const JOBS = {json.dumps(self.server.jobs)};"
            return self.send(
                LOOK.replace("const found", f"{jobs} const found").encode()
            )
        file = Path(self.translate_path(self.path))
        if file.suffix == ".html" and file.is_file():
            return self.send(file.read_bytes().replace(b"<head>", b"<head>" + SPY, 1))
        return super().do_GET()

    def do_POST(self):
        """Keep what the browser saw."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send(b"")
        self.server.found = json.loads(body)
        self.server.came.set()

    def send(self, body):
        """Answer with a page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Hands out pages, some of which the browser no longer wants."""

    def handle_error(self, *_):
        """Say nothing: a page that did not come is told by the browser."""


@pytest.fixture
def look_at(tmp_path):
    """Function of a folder of pages: what :func:`seen_by` does with (path, width)s."""
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)}")

    def command(port):
        return [
            browser, "--headless", "--no-sandbox", "--disable-gpu",
            "--window-size=1500,1000", f"--user-data-dir={tmp_path}/profile",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"http://127.0.0.1:{port}/look",
        ]  # fmt: skip

    def looking(folder):
        return partial(seen_by, command, folder)

    return looking


def seen_by(command, folder, jobs):
    """What a browser saw of each page of a folder at each width."""
    server = Server(("127.0.0.1", 0), partial(Handler, directory=folder))
    server.jobs, server.found, server.came = jobs, None, threading.Event()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    browser = subprocess.Popen(
        command(server.server_port), start_new_session=True, **quiet
    )
    try:
        server.came.wait(timeout=120)
    finally:
        os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()
        server.shutdown()
        thread.join()
        server.server_close()
    assert server.found is not None, "the browser told nothing for two minutes"
    return {(one["path"], one["width"]): one for one in server.found}


@pytest.fixture
def look(look_at, site):
    """Function of (path, width) pairs: what a browser saw of the site's pages."""
    return look_at(site)
