"""Text of names and choices can be shown and stored, whatever it holds."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from skbluetuna._utils._text import encodable, printable, shown

WORDS = st.text(st.characters(), max_size=12)  # surrogates and controls among them


@given(WORDS)
def test_printable_text_is_one_line_that_xml_and_utf_8_can_hold(text):
    own = printable(text)
    assert own.encode("utf-8").decode("utf-8") == own
    assert len(own.splitlines()) <= 1
    root = ElementTree.Element("a", {"b": own})
    root.text = own
    again = ElementTree.fromstring(ElementTree.tostring(root, encoding="unicode"))
    assert (again.text or "", again.get("b")) == (own, own)
    assert printable(own) == own


@given(WORDS)
def test_text_without_odd_characters_stays_as_it_is(text):
    if text.isprintable():
        assert printable(text) == encodable(text) == text
    encodable(text).encode("utf-8")
    if text.encode("utf-8", errors="ignore").decode("utf-8") == text:
        assert encodable(text) == text


def test_what_is_kept_stays():
    assert printable("a\tb\n\x00", keep="\n") == "a\\tb\n\\x00"


class Odd:
    """Shows itself as no object should."""

    def __repr__(self):
        return "a\nb \x1b[2J \ud800"


def test_a_value_is_shown_on_one_line_of_a_length():
    assert shown(Odd(), 40) == r"a b \x1b[2J \ud800"
    assert shown("\t", 9) == r"\t"
    assert shown(1 / 3, 9) == "0.3333"
    assert shown(True, 9) == "True"
    assert shown(ElementTree.Element, 9) == "Element"
    assert shown("a" * 20, 9) == "aaaaaaaa…"
