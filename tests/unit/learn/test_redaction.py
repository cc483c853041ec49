from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from triage.learn.credentials import ANNOUNCING
from triage.learn.redaction import redact, redact_all
from triage.learn.text import words

STAND_INS = ("xxmail", "xxphone", "xxcard", "xxiban", "xxsecret", "xxname")
SECRETS = {
    "xxmail": ["anna.schmidt@example.org", "MÜLLER+x@firma.co.uk", "mailto:a_b@example.org", "anna\uff20example.org"],
    "xxphone": ["+49 170 1234567", "030 1234567", "tel. 4711-993", "\uff10\uff13-\uff11\uff12\uff13\uff14-5678"],
    "xxcard": ["4111 1111 1111 1111", "378282246310005"],
    "xxiban": ["DE89 3704 0044 0532 0130 00", "gb29nwbk60161331926819"],
    "xxsecret": [
        "password: hunter",
        "Passwort ist Winter2024",
        "--token abcd1234efgh",
        "Authorization: Bearer mF9B5f41JqMx",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "https://anna:hunter2@example.org/x",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq\nq80=\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\nQAAAA",
    ],
}
# Pieces of what the patterns look at, so that chance puts them together.
PIECES = st.sampled_from(
    [
        *(secret for kind in SECRETS.values() for secret in kind),
        *STAND_INS,
        *(
            "@",
            "a",
            "b.de",
            "password",
            "secret",
            "pin",
            "Bearer",
            ":",
            "=",
            " ",
            "\n",
            "-",
            "--",
            "/",
            "://",
            ".",
            "+",
            "(",
        ),
        *(
            "0",
            "17",
            "4111",
            "1111",
            "DE89",
            "2026-03-01",
            "aB1xY9",
            "0x80070005",
            "Anna",
            "Schmidt",
            "ß",
            "İ",
            "\u0301",
        ),
        *("密码", "是", "-----BEGIN KEY-----", "\ud800", "'", '"', "is", "tel"),
    ]
)
CALLERS = st.sampled_from([(), ("Anna Schmidt",), ("Schmidt, Will", "user 12"), ("王小明",)])


@pytest.mark.parametrize(("stand_in", "secret"), [(kind, secret) for kind in SECRETS for secret in SECRETS[kind]])
def test_secret_is_replaced_by_the_word_for_its_kind(stand_in: str, secret: str) -> None:
    redacted = redact(f"please help, {secret} does not work")
    assert stand_in in words(redacted)
    assert redacted.startswith("please help, ")


def test_stand_ins_are_one_word_each_to_the_tokeniser() -> None:
    for stand_in in STAND_INS:
        assert words(f"a {stand_in}, b") == ["a", stand_in, "b"]
        assert stand_in.isascii()
        assert stand_in.isalpha()


@pytest.mark.parametrize(
    "text",
    [
        "VPN 10.2.3 fails since 2026-03-01 10:30:00,123 on 192.168.1.100 and 10.0.0.1:8080",
        "01.02.2024 10:30, 01/02/2024, 20120101123000, 1364774400000, 2012-10-10T00:00:00+0200",
        "INC0012345 REQ-2023-00123 CHG0030012 HDFS-1234 KB5034441 job_201304010000_0001",
        "error 0x80070005 ORA-00942 HTTP 503; 10,000,000 of 20,000,000; 512 256 1024 2048",
        "the password is expired, password reset needed; basic authentication failed; bearer token missing",
        "forgot my password and the key card, the session id expired, pin 8 of the connector",
        "org.apache.hadoop.hdfs.server.namenode.TestNameNodeRetryCacheMetrics2 in /usr/lib/jvm/java-1.6.0-openjdk",
        "550e8400-e29b-41d4-a716-446655440000 S-1-5-21-3623811015-3361044348-30300820-1013",
        "密码过期, 无法登录 हिन्दी ½",
        "",
    ],
)
def test_text_without_secrets_is_returned_as_it_is(text: str) -> None:
    assert redact(text, ["Schmidt, Anna"]) == text


def test_several_kinds_in_one_text_are_told_apart() -> None:
    text = "Anna (anna@example.org, +49 170 1234567, ext 12) paid by 4111-1111-1111-1111; pwd=x1 "
    text += "from DE89370400440532013000"
    expected = "xxname (xxmail, xxphone, ext 12) paid by xxcard; pwd=xxsecret from xxiban"
    assert redact(text, ["Anna Schmidt"]) == expected


def test_what_follows_a_stand_in_is_not_taken_for_its_secret() -> None:
    assert redact("password: Winter2024 10.2.3") == "password: xxsecret 10.2.3"


@given(st.text(), CALLERS)
def test_no_text_is_refused_and_redacting_twice_changes_nothing(text: str, callers: Sequence[str]) -> None:
    once = redact(text, callers)
    assert redact(once, callers) == once


@given(st.lists(PIECES, max_size=25), st.sampled_from(["", " "]), CALLERS)
# What is left behind a stand-in may compose with its last letter.
@example(["anna@example.org", "@", "+", "2026-03-01", "\u0301", "b.de"], "", ())
def test_redacting_twice_changes_nothing_however_secrets_are_put_together(
    pieces: list[str], between: str, callers: Sequence[str]
) -> None:
    once = redact(between.join(pieces), callers)
    assert redact(once, callers) == once


def announces_no_secret(word: str) -> bool:
    return not any(sign in word.lower() for signs in ANNOUNCING for sign in signs)


@given(st.lists(st.text(st.characters(categories=["L"]), max_size=9).filter(announces_no_secret), max_size=30))
def test_short_words_of_letters_are_kept_byte_for_byte(letters: list[str]) -> None:
    text = " ".join(letters)
    assert redact(text) == text


@given(st.sampled_from([secret for kind in SECRETS.values() for secret in kind]), st.integers(0, 99))
def test_secret_is_found_wherever_it_stands(secret: str, seed: int) -> None:
    filler = ["printer", "jam", "since", "10.2.3", "bitte", "—", "网络"]
    generator = random.Random(seed)
    before, after = (" ".join(generator.choices(filler, k=generator.randrange(20))) for _ in range(2))
    redacted = redact(f"{before} {secret} {after}")
    assert any(stand_in in redacted for stand_in in STAND_INS)
    assert redacted.startswith(before)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a",
            "1",
            " ",
            "a@",
            "a.",
            "a@a.",
            "1 ",
            "1-",
            "+4",
            "aB1",
            "a/",
            "DE89 ",
            "4111 1111 ",
            "ABCDE-",
            "0 1",
            "1.",
            "-",
        ),
        *(
            "password ",
            "password: ",
            "password\n",
            "password (",
            "-password ",
            "secret",
            "token=",
            "Bearer ",
            "pin ",
            "密码",
        ),
        *(
            "-----BEGIN KEY-----",
            "----BEGIN ",
            "://",
            "://a:",
            "://a@",
            ":thin:a/",
            "eyJaaaaaaaaa.",
            "tel 1",
            "Anna ",
            "(",
            "é",
        ),
    ],
)
def test_hostile_texts_take_time_that_is_linear_in_their_length(piece: str) -> None:
    # Seconds would be minutes if any pattern looked back over what it has read.
    for end in ("", "!x@\n:1"):
        text = (piece * 100_000)[:100_000] + end
        assert isinstance(redact(text, ["Anna Schmidt"]), str)


@given(st.lists(st.tuples(st.lists(PIECES, max_size=6), st.sampled_from(["", " ", "\xe9", "\u043f"])), max_size=4))
def test_many_texts_are_redacted_as_one_is(given_texts: list[tuple[list[str], str]]) -> None:
    texts = [between.join(pieces) for pieces, between in given_texts]
    names = [("Anna Schmidt",) if at % 2 else () for at in range(len(texts))]
    assert redact_all(texts, names) == [redact(text, of_text) for text, of_text in zip(texts, names, strict=True)]
    assert redact_all(texts) == [redact(text) for text in texts]
