"""A browser shows the whole page: pictures load, and nothing runs out of it."""

import json
import re
import shutil
import subprocess

import pytest

pytest.importorskip("matplotlib")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
MEASURE = """<script>addEventListener("load", () => {
  const root = document.documentElement, images = [...document.images];
  const boxes = [...document.querySelectorAll("p, h1, h2, h3, pre, .scroll, figure")];
  root.dataset.found = JSON.stringify({
    window: root.clientWidth, content: root.scrollWidth,
    loaded: images.map(image => image.complete && image.naturalWidth > 0),
    shown: images.map(image => image.getBoundingClientRect().width),
    over: boxes.filter(box => box.getBoundingClientRect().right > root.clientWidth)
      .map(box => box.outerHTML.slice(0, 80)),
    title: document.title, headings: document.querySelectorAll("h2").length,
  });
});</script>"""


@pytest.mark.skipif(BROWSER is None, reason=f"no browser: none of {', '.join(NAMES)}")
@pytest.mark.parametrize(("kind", "width"), [("adaptive", 500), ("classic", 1200)])
def test_a_browser_shows_all_of_it(reported, kind, width, tmp_path):
    _, path = reported(kind)
    text = path.read_text(encoding="utf-8")
    copy = tmp_path / "measured.html"
    copy.write_text(text.replace("</head>", f"{MEASURE}</head>"), encoding="utf-8")
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
        f"--user-data-dir={tmp_path}/profile", f"--window-size={width},900",
        copy.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=60
    )
    quoted = re.search(r'data-found="([^"]*)"', done.stdout)[1]
    found = json.loads(quoted.replace("&quot;", '"').replace("&lt;", "<"))
    assert found["title"].startswith("What the search learned of")
    assert found["headings"] >= 4
    assert found["content"] <= found["window"]
    assert found["over"] == []
    assert len(found["loaded"]) == text.count("<img")
    assert all(found["loaded"])
    assert min(found["shown"]) > 300
