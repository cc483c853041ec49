from __future__ import annotations

import pytest
from tests.unit.learn.doctor.materials import material

from triage.learn.doctor.languages import NO_TEXT, UNTOLD, find_languages, to_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I cannot log in since this morning, please help", "English"),
        ("Der Drucker im Büro ist seit heute nicht mehr erreichbar", "German"),
        ("Bonjour, je ne peux pas me connecter à la messagerie depuis ce matin", "French"),
        ("Hola, no puedo entrar en el correo desde ayer, gracias", "Spanish"),
        ("Olá, não consigo entrar no meu e-mail, obrigado", "Portuguese"),
        ("Ciao, la stampante non funziona più dal mattino, grazie", "Italian"),
        ("Hallo, het is niet mogelijk om in te loggen bij de mail, graag hulp", "Dutch"),
        ("打印机无法工作 HP-4200", "Chinese"),
        ("プリンターが動きません", "Japanese"),
        ("프린터가 작동하지 않습니다", "Korean"),
        ("Принтер не работает", "Cyrillic script"),
        ("الطابعة لا تعمل", "Arabic script"),
        ("VPN 691 NB-4711", UNTOLD),
        (" … ", NO_TEXT),
    ],
)
def test_the_language_of_a_ticket_is_guessed(text: str, language: str) -> None:
    assert to_language(text) == language


def test_the_mix_and_its_move_are_told() -> None:
    german, english = "Der Drucker ist nicht da und bitte", "The printer is not there and please"
    result = find_languages(material(["a"] * 100, [english] * 80 + [german] * 20), 5)
    findings = {each.kind: each for each in result.findings}
    assert findings["language-mix"].count == 20
    assert len(findings["language-mix"].rows) == 5
    assert "German" in findings["language-drift"].message
    assert result.charts[0].labels == ("English", "German")


def test_without_text_it_says_so() -> None:
    assert "no column of text" in find_languages(material(["a"] * 5), 5).notes[0]
