"""The site in a browser: wide as on a desk, and narrow as on a phone."""

import pytest

pytestmark = pytest.mark.slow

SEARCH = "search.html?q=max_concurrent"
PAGES = {
    "index.html": "skbluetuna",
    "many_workers.html": "Many workers",
    "gallery/plot_quickstart.html": "Tune XGBoost",
    "api/skbluetuna.BlueTunaSearchCV.html": "BlueTunaSearchCV",
    SEARCH: "Search",
}
WIDTHS = (1400, 412)


@pytest.fixture(scope="module")
def seen(look):
    """What was seen of each page at each width, by one browser."""
    return look([(page, width) for page in PAGES for width in WIDTHS])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_shown_whole(seen, page, width):
    """Errors, pictures that are missing and what runs out of the window are faults."""
    one = seen[page, width]
    assert PAGES[page] in one["title"]
    assert one["faults"] == []
    assert one["missing"] == []
    assert one["excess"] == 0, one["beyond"]
    assert one["elsewhere"] == [], "a page must need no network"
    assert one["images"] >= (page in ("index.html", "many_workers.html"))


def test_the_search_finds_an_argument(seen):
    """A reader who knows the name of an argument types it there."""
    hits = seen[SEARCH, 1400]["hits"]
    assert any("many_workers.html" in hit for hit in hits), hits
    assert any("BlueTunaSearchCV" in hit for hit in hits), hits
