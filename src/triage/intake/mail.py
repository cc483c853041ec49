"""What a person wrote in a mail, without HTML, quoted replies and the signature. Pure; when in doubt, a line is kept.

Languages: English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Chinese and Japanese mail programs were
looked at. What is quoted with ``>`` and what stands after ``-- `` goes in any language.
"""

from __future__ import annotations

import re
from itertools import islice

from triage.intake.html_text import looks_like_html, to_plain_text
from triage.intake.labels import LONGEST_VALUE

__all__ = ["clean_mail"]

# "On Mon, 23 Nov 2026 at 10:00, Ada <ada@example.org> wrote:" as mail programs say it; it may be broken over two lines.
_WROTE = re.compile(
    r"^(?:"
    r"(?:On|Le|El|Em|Il|Op|Am|Il giorno|Em|W dniu|Dnia|Den|På)\b.{4,300}?"
    r"(?:wrote|a écrit|escribió|escreveu|ha scritto|schreef|schrieb|napisał(?:\(a\)|a)?|skrev)\b.{0,120}?[:\uff1a]"
    r"|.{0,200}?(?:\d{4}.{0,80}?)(?:写道|寫道|のメール|さんは書きました).{0,20}"
    r"|(?:Am|Von) .{4,200}? schrieb .{1,200}?:"
    r")\s*$",
    re.IGNORECASE | re.DOTALL,
)
# The same in any other language: an address at the end, a date, and a colon.
_SAYS_WHO = re.compile(r"@[^\s@]+.{0,40}[:\uff1a]$")
_SAYS_WHEN = re.compile(r"\b\d{4}(?:\b|\D)|\d{1,2}:\d{2}")
# Outlook's ruler lines above a forwarded or answered mail.
_ORIGINAL = re.compile(
    r"^[\s>]*[-_—]{2,}\s*(?:original message|original appointment|forwarded message|ursprüngliche nachricht|"
    r"weitergeleitete nachricht|original[- ]nachricht|message d'origine|message original|message transféré|"
    r"mensaje original|mensaje reenviado|mensagem original|mensagem encaminhada|messaggio originale|"
    r"messaggio inoltrato|oorspronkelijk bericht|doorgestuurd bericht|wiadomość oryginalna|"
    r"原始邮件|原始郵件|转发邮件|元のメッセージ)\s*[-_—]{0,}\s*$",
    re.IGNORECASE,
)
# The block of headers that Outlook quotes with: a "from" line, soon followed by one of "sent", "to" or "subject".
_FROM = re.compile(r"^\*?(?:From|Von|De|Da|Van|Od|发件人|寄件者|差出人)\s*\*?\s*[:\uff1a]\*?\s*\S", re.IGNORECASE)
_HEADER = re.compile(
    r"^\*?(?:Sent|Date|To|Cc|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Enviado|Enviada em|Para|Asunto|Assunto|"
    r"Inviato|A|Oggetto|Verzonden|Aan|Onderwerp|Wysłano|Do|Temat|发送时间|收件人|主题|日期|送信日時|宛先|件名)\s*\*?\s*[:\uff1a]",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^--\s?$|^_{20,}$")
_FROM_A_PHONE = re.compile(
    r"^(?:Sent from my |Get Outlook for |Gesendet von meinem |Von meinem \w+ gesendet|Gesendet mit der |Envoyé de mon |"
    r"Envoyé depuis |Enviado desde mi |Enviado do meu |Inviato da(?:l mio)? |Verzonden vanaf mijn |Wysłane z |"
    r"发自我的|從我的|iPhoneから送信)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:(?:kind|best|warm|many)?\s*regards|best(?: wishes)?|cheers|many thanks|thanks(?: and regards)?|thank you|"
    r"sincerely|yours (?:sincerely|faithfully)|"
    r"(?:mit )?(?:freundlichen|freundliche|besten|beste|viele|vielen|herzliche|liebe|schöne)n? (?:grüßen|grüße|grüsse|"
    r"grüssen|gruß|gruss|dank)|mfg|vg|lg|gruß|grüße|danke|"
    r"(?:bien )?cordialement|bonne journée|merci(?: d'avance)?|salutations|"
    r"(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|gracias|"
    r"(?:com os melhores )?cumprimentos|atenciosamente|obrigad[oa]|abraços?|"
    r"cordiali saluti|distinti saluti|grazie|saluti|"
    r"(?:met )?vriendelijke groet(?:en)?|mvg|groeten|bedankt|"
    r"pozdrawiam|z poważaniem|dziękuję|"
    r"此致(?:敬礼)?|祝好|谢谢|よろしくお願いします|よろしくお願いいたします)\s*[,.!\uff0c。\uff01]*$",
    re.IGNORECASE,
)
# A closing line with more than this after it is a thank-you in the middle of a text.
_LINES_OF_A_SIGNATURE = 8
_LONGEST_SIGNATURE_LINE = 80
_HEADERS_WITHIN = 4
# Names, addresses and dates of two lines; what is longer is somebody's text.
_LONGEST_ATTRIBUTION = 500
_LINES_BELOW = 3
_EMPTY_LINES = re.compile(r"\n{3,}")


def clean_mail(text: str) -> str:
    r"""Return what the sender of a mail wrote.

    Parameters
    ----------
    text : str
        The body, plain or HTML.

    Returns
    -------
    str
        Never empty for a text that is not: where all of it would go, it stays, without the marks of quoting.

    Examples
    --------
    >>> clean_mail("VPN is down again.\n\nBest regards,\nAda\n\nOn Mon, 23 Nov 2026, Desk wrote:\n> Solved.")
    'VPN is down again.'
    """
    # What is longer is cut as a label anyway, and a mail of 50 pages takes a while.
    text = text[:LONGEST_VALUE]
    # Lines that only say that somebody wrote stand before what is marked as quoted; they go with it below.
    whole = text
    if looks_like_html(text):
        whole = to_plain_text(text)
        text = to_plain_text(text, with_quotes=False)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u200b", "").split("\n")
    kept = _without_signature(_without_quotes(lines))
    cleaned = _EMPTY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in kept)).strip()
    if cleaned:
        return cleaned
    return "\n".join(line.lstrip("> ").rstrip() for line in whole.splitlines()).strip()


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    last_own = next((at for at in range(len(lines) - 1, -1, -1) if _is_own(lines[at])), -1)
    is_quoted = False
    for at, line in enumerate(lines):
        if _begins_quote(lines, at, last_own):
            break
        was_quoted, is_quoted = is_quoted, line.lstrip().startswith(">")
        if not is_quoted:
            kept.append(line)
        elif not was_quoted:
            _drop_attribution(kept)
    return kept


def _is_own(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(">")


def _drop_attribution(kept: list[str]) -> None:
    """Drop a line that says, in whatever language, who wrote what is quoted below it."""
    at = next((at for at in range(len(kept) - 1, len(kept) - 1 - _LINES_BELOW, -1) if at >= 0 and kept[at].strip()), -1)
    line = kept[at].strip()[-_LONGEST_ATTRIBUTION:] if at >= 0 else ""
    if _WROTE.match(line) or (_SAYS_WHO.search(line) and _SAYS_WHEN.search(line)):
        del kept[at:]


def _begins_quote(lines: list[str], at: int, last_own: int) -> bool:
    """Tell whether all that follows was written by somebody else; `last_own` is the last line that is not marked so."""
    line = lines[at].strip()
    if not line or len(line) > _LONGEST_ATTRIBUTION:
        return False
    if _ORIGINAL.match(line):
        return True
    if _FROM.match(line):
        following = [each.strip() for each in lines[at + 1 : at + 1 + _HEADERS_WITHIN]]
        return sum(_HEADER.match(each) is not None for each in following) >= 2
    is_whole = _WROTE.match(line) is not None
    folded = " ".join(each.strip() for each in lines[at : at + 2])
    if not is_whole and (len(folded) > _LONGEST_ATTRIBUTION or not _WROTE.match(folded)):
        return False
    end = at + (1 if is_whole else 2)
    first = next((each.lstrip() for each in lines[end:] if each.strip()), "")
    # Answers between the quoted lines are kept: then only the quoted lines go.
    return not first.startswith(">") or last_own < end


def _without_signature(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        stripped = line.strip()
        if _SIGNATURE.match(line.lstrip()) or _FROM_A_PHONE.match(stripped):
            return lines[:at]
        if _CLOSING.match(stripped) and _is_signature(lines, at + 1):
            return lines[:at]
    return lines


def _is_signature(lines: list[str], start: int) -> bool:
    following = list(
        islice((each.strip() for each in islice(lines, start, None) if each.strip()), _LINES_OF_A_SIGNATURE + 1)
    )
    return len(following) <= _LINES_OF_A_SIGNATURE and all(
        len(line) <= _LONGEST_SIGNATURE_LINE and not line.endswith("?") for line in following
    )
