"""HTML as a reader sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.intake.html_text import looks_like_html, to_plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a &lt; b &amp; c &#8364;", "a < b & c €"),
        ("<p>one\ntwo</p>", "one two"),
        ("<p>one</p> \n<p></p><p>two</p>", "one\ntwo"),
        ("one<br><br><br>two", "one\n\ntwo"),
        ("<head><title>no</title></head>yes", "yes"),
        ("<script>if (a < b) {}</script>yes<!-- no -->", "yes"),
        ("<p>never <b>closed", "never closed"),
        ("</p></div>yes", "yes"),
        ("", ""),
    ],
)
def test_a_reader_sees_the_text_in_lines(html: str, text: str) -> None:
    assert to_plain_text(html) == text


@pytest.mark.parametrize("text", ["<div>x</div>", "x<br>y", "<!DOCTYPE html>", "<P class='a'>x</P>"])
def test_html_is_recognised(text: str) -> None:
    assert looks_like_html(text)


@pytest.mark.parametrize("text", ["", "a < b", "<ada@example.org>", "List<Div> x", "if a<b and c>d", "< p >"])
def test_angle_brackets_alone_are_no_html(text: str) -> None:
    assert not looks_like_html(text)


@given(st.text(alphabet="<>/ abp!-\"'=&;div", max_size=60))
def test_any_mixture_of_marks_is_read(text: str) -> None:
    assert len(to_plain_text(text, with_quotes=False)) <= len(text) + 2


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p title='a > b'>x</p>", "b'>x"),
        ("<script>if (a < b) document.write('<p>no</p>')</script>yes", "yes"),
        ("<script>never closed", ""),
        ("a<!-- <p>no</p> -->b", "ab"),
        ("a<!-- never closed", "a"),
        ("<?xml version='1.0'?><!DOCTYPE html>x", "x"),
        ("1 < 2 <b>and</b> 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_marks_are_read_in_one_pass(html: str, text: str) -> None:
    assert to_plain_text(html) == text


def test_elements_left_open_within_a_quote_end_with_it() -> None:
    html = "<p>mine</p><div class=gmail_quote><div><p>theirs</div></div><p>mine too</p>"
    assert to_plain_text(html, with_quotes=False) == "mine\nmine too"
    assert to_plain_text(html.replace("</div>", "", 1), with_quotes=False) == "mine"
