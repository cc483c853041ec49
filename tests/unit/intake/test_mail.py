"""What is left of a mail: what its sender wrote. Every quote here is as a mail program writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.intake import clean_mail

BODY = "The VPN is down again.\nError 619 after the update."

REPLIES = {
    "Gmail, English": "On Mon, Nov 23, 2026 at 10:00 AM Service Desk <desk@example.org> wrote:\n\n> Solved.\n> Bye",
    "Gmail, English, folded": (
        "On Mon, Nov 23, 2026 at 10:00 AM Service Desk with a long name <\ndesk@example.org> wrote:\n> Hi"
    ),
    "Thunderbird, English": "On 23/11/2026 10:00, Service Desk wrote:\n> Solved.",
    "Apple Mail, English": "> On 23 Nov 2026, at 10:00, Desk <desk@example.org> wrote:\n>\n> Solved.",
    "Gmail, German": "Am Mo., 23. Nov. 2026 um 10:00 Uhr schrieb Service Desk <\ndesk@example.org>:\n\n> Erledigt.",
    "Thunderbird, German": "Am 23.11.2026 um 10:00 schrieb Service Desk:\n> Erledigt.",
    "Gmail, French": "Le lun. 23 nov. 2026 à 10:00, Service Desk <desk@example.org> a écrit :\n\n> Résolu.",
    "Gmail, Spanish": "El lun, 23 nov 2026 a las 10:00, Service Desk (<desk@example.org>) escribió:\n\n> Listo.",
    "Gmail, Portuguese": "Em seg., 23 de nov. de 2026 às 10:00, Desk <desk@example.org> escreveu:\n\n> Pronto.",
    "Gmail, Italian": "Il giorno lun 23 nov 2026 alle ore 10:00 Desk <desk@example.org> ha scritto:\n\n> Fatto.",
    "Gmail, Dutch": "Op ma 23 nov 2026 om 10:00 schreef Service Desk <desk@example.org>:\n\n> Klaar.",
    "Gmail, Polish": "pon., 23 lis 2026 o 10:00 Desk <desk@example.org> napisał(a):\n\n> Gotowe.",
    "Gmail, Chinese": "Service Desk <desk@example.org> 于2026年11月23日周一 10:00写道\uff1a\n\n> 已解决",
    "Gmail, Japanese": "2026年11月23日(月) 10:00 Service Desk <desk@example.org>:\n\n> 解決しました",
    "Outlook, English": (
        "From: Desk <desk@example.org>\nSent: Monday, November 23, 2026 10:00\nTo: Ada\nSubject: RE: VPN\n\nSolved."
    ),
    "Outlook, ruler": "-----Original Message-----\nFrom: Desk\nSent: Monday\nTo: Ada\n\nSolved.",
    "Outlook, German": (
        "Von: Desk <desk@example.org>\nGesendet: Montag, 23. November 2026 10:00\nAn: Ada\n"
        "Betreff: AW: VPN\n\nErledigt."
    ),
    "Outlook, German ruler": "-----Ursprüngliche Nachricht-----\nVon: Desk\nGesendet: Montag\n\nErledigt.",
    "Outlook, French": (
        "De : Desk <desk@example.org>\nEnvoyé : lundi 23 novembre 2026 10:00\nÀ : Ada\nObjet : RE: VPN\n\nRésolu."
    ),
    "Outlook, Spanish": "De: Desk\nEnviado el: lunes, 23 de noviembre\nPara: Ada\nAsunto: RE: VPN\n\nListo.",
    "Outlook, Italian": "Da: Desk\nInviato: lunedì 23 novembre\nA: Ada\nOggetto: R: VPN\n\nFatto.",
    "Outlook, Dutch": "Van: Desk\nVerzonden: maandag 23 november\nAan: Ada\nOnderwerp: RE: VPN\n\nKlaar.",
    "Outlook, Chinese": "发件人: Desk <desk@example.org>\n发送时间: 2026年11月23日\n收件人: Ada\n主题: VPN\n\n已解决",
    "Outlook, line above": "________________________________\nFrom: Desk\nSent: Monday\nTo: Ada\n\nSolved.",
}
SIGNATURES = {
    "the convention": "-- \nAda Lovelace\nExample Ltd",
    "the convention, trimmed": "--\nAda",
    "English": "Kind regards,\n\nAda Lovelace\nPhone 0228 123",
    "thanks": "Thanks!\nAda",
    "German": "Mit freundlichen Grüßen\nAda Lovelace\nBeispiel GmbH\nBonn",
    "German, short": "Viele Grüße\nAda",
    "German, shorter": "MfG\nAda",
    "French": "Cordialement,\nAda",
    "Spanish": "Saludos cordiales,\nAda",
    "Portuguese": "Atenciosamente,\nAda",
    "Italian": "Cordiali saluti\nAda",
    "Dutch": "Met vriendelijke groet,\nAda",
    "Polish": "Pozdrawiam\nAda",
    "Chinese": "谢谢\uff01\n小李",
    "Japanese": "よろしくお願いいたします。\n田中",
    "iPhone": "Sent from my iPhone",
    "iPhone, German": "Von meinem iPhone gesendet",
    "phone, French": "Envoyé de mon iPhone",
    "Outlook on a phone": "Get Outlook for Android<https://aka.ms/x>",
}


@pytest.mark.parametrize("program", REPLIES)
def test_what_is_replied_to_goes(program: str) -> None:
    assert clean_mail(f"{BODY}\n\n{REPLIES[program]}\n") == BODY


@pytest.mark.parametrize("kind", SIGNATURES)
def test_signatures_go(kind: str) -> None:
    assert clean_mail(f"{BODY}\n\n{SIGNATURES[kind]}\n") == BODY


@pytest.mark.parametrize("kind", SIGNATURES)
@pytest.mark.parametrize("program", ["Gmail, English", "Outlook, German"])
def test_a_signature_before_a_quote_goes_with_it(program: str, kind: str) -> None:
    assert clean_mail(f"{BODY}\n\n{SIGNATURES[kind]}\n\n{REPLIES[program]}") == BODY


def test_windows_line_ends_are_no_difference() -> None:
    text = f"{BODY}\n\nKind regards,\nAda\n\n{REPLIES['Gmail, English']}"
    assert clean_mail(text.replace("\n", "\r\n")) == BODY


def test_answers_between_the_quoted_lines_are_kept() -> None:
    text = "On Mon, Nov 23, 2026, Desk wrote:\n> Which site?\nBonn.\n> Since when?\nSince nine."
    assert clean_mail(text) == "Bonn.\nSince nine."


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for the new laptop. The VPN is down, though.\nPlease call me back.",
        "From: the file server I cannot copy anything.\nIt says access denied.",
        "On Monday the vendor wrote: replace the disk. It is still broken.",
        "Thank you\nfor calling back. Could you look at the printer in room 12? It has been jamming since Monday.",
        "The log says\n-- end of file --\nand then it stops.",
        "Am Montag war das VPN weg.\nVon: überall, auch von zu Hause.",
        "a > b holds and 3 < 4",
        "Von meinem Büro aus geht das VPN nicht.",
        "De la imprenta no sale nada.",
    ],
)
def test_what_only_looks_like_a_quote_is_kept(text: str) -> None:
    assert clean_mail(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("> Is it still down?\n> Ada", "Is it still down?\nAda"),
        ("-- \nAda", "-- \nAda".replace(" \n", "\n")),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_a_text_of_which_nothing_would_be_left_stays(text: str, left: str) -> None:
    assert clean_mail(text) == left


def test_html_is_read_as_a_reader_sees_it() -> None:
    html = (
        "<html><head><style>p {color: red}</style></head><body><p>The VPN is down&nbsp;again.<br>Error&nbsp;619</p>"
        "<script>alert(1)</script><div id='Signature'>Ada<br>Example Ltd</div></body></html>"
    )
    assert clean_mail(html) == "The VPN is down again.\nError 619"


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote"><div>On Mon wrote:<br></div><blockquote>Solved.</blockquote></div>',
        '<blockquote type="cite">Solved.</blockquote>',
        '<div class="moz-cite-prefix">On 23/11/2026, Desk wrote:</div><blockquote type="cite">Solved.</blockquote>',
        '<div id="appendonsend"></div><div id="divRplyFwdMsg"><b>From:</b> Desk<br><b>Sent:</b> Monday</div>',
        "<hr><p><b>From:</b> Desk<br><b>Sent:</b> Monday<br><b>To:</b> Ada<br><b>Subject:</b> VPN</p><p>Solved.</p>",
    ],
)
def test_quotes_in_html_go(quote: str) -> None:
    assert clean_mail(f"<div>The VPN is down again.</div>{quote}") == "The VPN is down again."


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once_or_takes_more_away(text: str) -> None:
    once = clean_mail(text)
    assert len(clean_mail(once)) <= len(once)
    assert bool(once) or not text.strip(" \t\r\n\u200b>\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029") or "<" in text


@given(
    st.lists(
        st.sampled_from(["a", "wrote:", "On Mon", ">", "--", "From: x", "Regards", "", "<p>", "</p>"]), max_size=12
    )
)
def test_any_mixture_of_marks_is_read(lines: list[str]) -> None:
    clean_mail("\n".join(lines))


# Each took from ten seconds to two minutes by another way of reading; the test suite has a time limit.
@pytest.mark.parametrize(
    "text",
    [
        "</p>" + "<!--" * 25_000,
        "</p>" + "<a " * 33_000,
        "</p>" + "<" + "a" * 99_000,
        "</p><blockquote " + "a" * 99_000 + ">",
        "On Mon wrote:\n> a\nb\n" * 5_000,
        "Regards\n" * 12_500,
        ">\n\n" * 33_000,
        "@" * 99_000 + "\n> x",
    ],
)
def test_the_time_taken_grows_with_the_length_alone(text: str) -> None:
    clean_mail(text)
