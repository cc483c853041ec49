# ruff: noqa: RUF001  letters of several scripts are what is tested
"""Encodings are told by the letters of some language, and are not sure where another reading makes sense, too."""

from __future__ import annotations

import pytest

from triage.datasets.alphabets import guess_encoding

_TEXTS = {
    "German": "Drucker im Büro geht nicht\nschöne Grüße aus Köln\nZugriff für Müller gewähren\n",
    "French": "réseau coupé depuis ce matin\nmot de passe oublié à l'étage\nla clôture est très urgente\n"
    "la boîte est pleine, où la vider\n",
    "Spanish": "no sé qué pasa con la sesión\nel año pasado funcionaba\n¿cuándo estará la señal?\n",
    "Polish": "drukarka nie działa, proszę o pomoc\nzapomniałem hasła\nbłąd łączności\n",
    "Czech": "Tiskárna nefunguje, prosím o pomoc\nNelze se přihlásit k síti\nHeslo vypršelo, účet uzamčen\n",
    "Hungarian": "A nyomtató nem működik\nNem tudok belépni, jelszó lejárt\nKérdés a bérszámfejtőről\n",
    "Turkish": "Yazıcı çalışmıyor lütfen yardım\nŞifremi unuttum\nAğ bağlantısı yavaş\n",
    "Russian": "сломался принтер в офисе\nне работает почта\nЗабыл пароль от учётной записи\n",
    "Ukrainian": "Принтер не друкує, прошу допомогти\nПовільна мережа, її треба перевірити\n",
    "Greek": "Ο εκτυπωτής δεν λειτουργεί\nΞέχασα τον κωδικό μου\n",
    "Hebrew": "המדפסת לא עובדת\nשכחתי סיסמה\n",
    "Arabic": "الطابعة لا تعمل\nنسيت كلمة المرور\n",
    "Thai": "เครื่องพิมพ์ไม่ทำงาน\nลืมรหัสผ่าน\n",
    "Japanese": "プリンターで印刷できません\nネットワークにつながらない\n",
    "Korean": "프린터가 고장났습니다\n메일이 안 됩니다\n",
    "Chinese": "办公室的打印机不能打印了\n网络很慢请帮忙处理一下\n",
    "Taiwanese": "印表機無法列印\n忘記密碼，帳號被鎖定\n網路很慢，請協助處理\n",
}


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("German", "cp1252"), ("German", "mac_roman"), ("German", "cp850"), ("French", "cp1252"),
        ("French", "mac_roman"), ("Spanish", "cp1252"), ("Polish", "cp1250"), ("Polish", "iso8859_2"),
        ("Czech", "cp1250"), ("Hungarian", "cp1250"), ("Turkish", "cp1254"), ("Russian", "cp1251"),
        ("Russian", "koi8_r"), ("Russian", "cp866"), ("Ukrainian", "cp1251"), ("Greek", "cp1253"), ("Hebrew", "cp1255"),
        ("Arabic", "cp1256"), ("Thai", "cp874"), ("Japanese", "cp932"), ("Japanese", "euc_jp"), ("Korean", "cp949"),
        ("Chinese", "gb18030"), ("Taiwanese", "big5"),
    ],
)  # fmt: skip
def test_text_of_a_language_is_told_in_its_encodings(language: str, encoding: str) -> None:
    text = "id,text\n" + _TEXTS[language] * 5
    guess = guess_encoding(text.encode(encoding))
    assert guess.is_sure
    assert text.encode(encoding).decode(guess.encoding) == text


def test_lines_of_several_western_languages_are_told_together() -> None:
    text = "".join(_TEXTS[language] for language in ("German", "French", "Spanish"))
    assert guess_encoding(text.encode("cp1252")).encoding == "cp1252"


def test_single_letter_that_most_encodings_share_is_read_in_the_commonest() -> None:
    guess = guess_encoding(b"id,text\n1,caf\xe9 closed\n")
    assert (guess.encoding, guess.is_sure) == ("cp1252", True)


def test_bytes_of_no_language_are_not_sure() -> None:
    assert not guess_encoding(bytes(range(128, 256)) * 20).is_sure
    assert not guess_encoding(b"id,text\n1,sch\x81n\n").is_sure


def test_byte_that_the_encoding_lacks_far_down_makes_it_unsure() -> None:
    raw = (_TEXTS["Russian"] * 20_000).encode("cp1251")
    assert guess_encoding(raw).is_sure
    assert not guess_encoding(raw + b"\x98").is_sure
