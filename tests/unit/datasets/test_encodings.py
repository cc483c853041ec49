"""Encodings are read when sure, and named when not."""

from __future__ import annotations

import codecs

import pytest

from triage.datasets.encodings import NOT_DECODED, NUL, decode
from triage.errors import UsageError

_GERMAN = "id;Störung\n1;Drucker im Büro geht nicht\n2;Maus fehlt\n3;schöne Grüße\n"
_CHINESE = "编号,描述\n1,办公室的打印机不能打印了\n2,网络很慢请帮忙处理一下\n"
_JAPANESE = "番号,説明\n1,プリンターで印刷できません\n2,ネットワークにつながらない\n"
_RUSSIAN = "номер,описание\n1,сломался принтер в офисе\n2,не работает почта\n"
_KOREAN = "번호,설명\n1,프린터가 고장났습니다\n2,메일이 안 됩니다\n"


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_utf8_is_read_with_and_without_mark(mark: bytes) -> None:
    assert decode(mark + _GERMAN.encode(), None).utf8.decode() == _GERMAN


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_marked_utf16_and_utf32_are_read(encoding: str) -> None:
    assert decode(_GERMAN.encode(encoding), None).utf8.decode() == _GERMAN


def test_named_encoding_is_read() -> None:
    text = decode(_GERMAN.encode("cp1252"), "windows-1252")
    assert text.utf8.decode() == _GERMAN
    assert not text.advice


def test_byte_order_mark_wins_over_the_name() -> None:
    assert decode(_GERMAN.encode("utf-16"), "cp1252").utf8.decode() == _GERMAN


@pytest.mark.parametrize(
    ("content", "encoding"),
    [(_GERMAN, "cp1252"), (_CHINESE, "gb18030"), (_JAPANESE, "cp932"), (_RUSSIAN, "cp1251"), (_KOREAN, "cp949")],
)
def test_file_that_makes_sense_in_one_encoding_alone_is_read_in_it(content: str, encoding: str) -> None:
    text = decode(content.encode(encoding), None)
    assert (text.utf8.decode(), text.found, text.advice) == (content, encoding, "")
    assert not decode(content.encode(encoding), encoding).found


def test_file_whose_encoding_cannot_be_told_is_told_what_to_try() -> None:
    text = decode("id;q\n1;sch\x81n\n".encode("latin-1"), None)
    assert "try --encoding" in text.advice
    assert NOT_DECODED in text.utf8.decode()


def test_mixed_encodings_are_told_apart_from_another_encoding() -> None:
    lines = [line.encode("cp1252" if at == 1 else "utf-8") for at, line in enumerate(_GERMAN.splitlines())]
    text = decode(b"\n".join(lines), None)
    assert "mixes encodings" in text.advice
    assert "try --encoding" not in text.advice


def test_bytes_that_the_named_encoding_lacks_are_marked() -> None:
    text = decode(b"a\x81b", "cp1252")
    assert text.utf8.decode() == f"a{NOT_DECODED}b"
    assert "not readable as cp1252" in text.advice


def test_genuine_replacement_character_is_no_fault() -> None:
    assert not decode("a\ufffdb".encode(), None).advice


def test_nul_is_marked() -> None:
    text = decode(b"a,b\n1,\x002\n3,4\n", None)
    assert text.utf8.decode() == f"a,b\n1,{NUL}2\n3,4\n"
    assert "NUL" in text.nul_advice


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_mark_is_read(encoding: str) -> None:
    raw = "id,text\n1,printer\n".encode(encoding)
    text = decode(raw, None)
    assert (text.utf8, text.found) == (b"id,text\n1,printer\n", encoding)


def test_zeros_that_are_no_utf16_are_told() -> None:
    assert decode(b"id,text\n" + b"\0" * 40, None).nul_advice


def test_unknown_encoding_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="'klingon' is not known"):
        decode(b"a", "klingon")
