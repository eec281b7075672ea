"""The site in a browser: wide as on a desk, and narrow as on a phone."""

import pytest

SEARCH = "search.html?q=max_concurrent"
PAGES = {
    "index.html": "skbluetuna",
    "many_workers.html": "Many workers",
    "gallery/plot_quickstart.html": "Tune XGBoost",
    "api/skbluetuna.BlueTunaSearchCV.html": "BlueTunaSearchCV",
    SEARCH: "Search",
}
WIDTHS = (1400, 412)
WITH_PICTURES = {"index.html", "many_workers.html"}


@pytest.mark.slow
def test_pages_are_shown_whole_and_an_argument_is_found(look):
    """Errors, missing pictures, what runs out of the window, and calls elsewhere.

    One test, so that tests in several processes build the site once.
    """
    seen = look([(page, width) for page in PAGES for width in WIDTHS])
    assert len(seen) == len(PAGES) * len(WIDTHS)
    for (page, width), one in seen.items():
        told = {name: one[name] for name in ("faults", "missing", "elsewhere")}
        assert told == {"faults": [], "missing": [], "elsewhere": []}, (page, width)
        assert one["excess"] == 0, (page, width, one["beyond"])
        assert PAGES[page] in one["title"], page
        assert one["images"] > 0 or page not in WITH_PICTURES, page
    hits = seen[SEARCH, 412]["hits"]
    for page in ("many_workers.html", "BlueTunaSearchCV.html"):
        assert any(page in hit for hit in hits), hits


@pytest.mark.slow
def test_the_browser_tells_of_faults(look_at, tmp_path):
    """The test above would hold of any site if the browser told nothing."""
    (tmp_path / "bad.html").write_text(
        "<!doctype html><html><head></head><body><img src='none.png'>"
        "<div style='width: 900px'>wide</div><script>broken(</script>"
        "<link rel='stylesheet' href='http://example.org/style.css'></body></html>"
    )
    (one,) = look_at(tmp_path)([("bad.html", 412)]).values()
    assert one["excess"] > 0
    assert one["beyond"]
    assert len(one["missing"]) == 1
    assert any("SyntaxError" in fault for fault in one["faults"])
    assert one["elsewhere"] == ["http://example.org/style.css"]
