from __future__ import annotations

import base64
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.learn.credentials import cut_announced, cut_key_blocks, cut_tokens, cut_url_logins


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password: hunter ok", "password: X ok"),
        ('{"password": "my secret pass", "a": 1}', '{"password": X, "a": 1}'),
        ("PWD=hunter2", "PWD=X"),
        ("Kennwort lautet Sommer24.", "Kennwort lautet X"),
        ("my password is now Hunter2!", "my password is now X"),
        ("password was changed to Hunter2", "password was changed to X"),
        ("password - Hunter2", "password - X"),
        ("password for user anna: hunter", "password for user anna: X"),
        ("das Kennwort für den VPN lautet Sommer24", "das Kennwort für den VPN lautet X"),
        ("new password:\nHunter2\nthanks", "new password:\nX\nthanks"),
        ("<password>hunter</password>", "<password>X</password>"),
        ("spring.datasource.db-password=abc", "spring.datasource.db-password=X"),
        ("run --password hunter now", "run --password X now"),
        ("clientSecret: abc", "clientSecret: X"),
        ("Mot de passe : abc", "Mot de passe : X"),
        ("密码:abc123请重置", "密码:X请重置"),
        ("パスワードはabc123です", "パスワードはXです"),
        ("PIN: 4711.", "PIN: X."),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AWS_SECRET_ACCESS_KEY=X"),
        ("authorization: Basic dXNlcjpwYXNz1", "authorization: Basic X"),
        ("Cookie: JSESSIONID=0000abcd1234", "Cookie: X"),
        ("GET /x?api_key=abc12345", "GET /x?api_key=X"),
        ("İİ password: hunter", "İİ password: X"),
    ],
)
def test_what_is_announced_is_cut_and_its_announcement_kept(text: str, expected: str) -> None:
    assert cut_announced(text, "X") == expected


@pytest.mark.parametrize(
    "text",
    [
        *("the password is expired", "password reset for 3 users", "password: is not accepted", "the secretary: Anna"),
        *("Domain password: locked", "Outlook password: needs a reset", "Passwort: vergessen!"),
        *("password for anna has expired", "password - please reset", "password of 3 users: locked"),
        *(
            "bearer of bad news",
            "basic authentication",
            "token expired",
            "token: required",
            "api key missing",
            "bypass=1",
        ),
        *("authorization failed: code 12", "a tan suit", "pin 8", "the standard keyboard design", "shopping 12345"),
    ],
)
def test_sentences_about_passwords_are_kept(text: str) -> None:
    assert cut_announced(text, "X") == text


@pytest.mark.parametrize(
    "token",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "github_pat_11AAAAAAA0abcdefghijkl",
        "xoxb-123456789012-abcdefghij",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
        "VK7JG-NPHTM-C97JM-9MPGT-3V66T",
    ],
)
def test_tokens_of_known_issuers_are_cut_whatever_their_letter_case(token: str) -> None:
    for given_token in (token, token.lower()):
        assert cut_tokens(f"see ({given_token}).", "X") == "see (X)."


@given(st.integers(), st.integers(16, 64))
def test_long_runs_of_random_hex_are_cut(seed: int, n_bytes: int) -> None:
    # A run of nothing but digits is a number.
    run = f"a{random.Random(seed).randbytes(n_bytes).hex()}0"
    assert cut_tokens(f"key {run} here", "X") == "key X here"


def test_nearly_all_long_runs_of_random_base64_are_cut() -> None:
    generator = random.Random(0)
    runs = [base64.b64encode(generator.randbytes(30)).decode() for _ in range(1000)]
    assert sum(run in cut_tokens(f"key {run} here", "X") for run in runs) <= 5


@pytest.mark.parametrize(
    "text",
    [
        "org/apache/hadoop/hdfs/server/namenode/TestNameNodeRetryCacheMetrics2.java",
        "AbstractDelegationTokenSecretManagerFactoryBean",
        "part-00004-d0b529ca-112f-43f2-a7dd-44de4db6aa7f",
        "container_1395000000000_0001_01_000001",
        "----------/////////-----------___________",
        "20120101123000000000000000000000000",
    ],
)
def test_names_of_programs_paths_and_numbers_are_kept(text: str) -> None:
    assert cut_tokens(text, "X") == text


def test_token_in_a_long_path_is_cut_alone() -> None:
    token = "9e107d9d372bb6826bd81d3542a419d6"
    path = "/a/very/long/path/to/some/thing/of/the/service/that/keeps/its/keys/here"
    assert cut_tokens(f"{path}/{token}/x", "X") == f"{path}/X/x"


def test_key_blocks_are_cut_up_to_their_end_or_the_end_of_the_text() -> None:
    block = "-----BEGIN {0}-----\nProc-Type: 4\nabc+/=\n-----END {0}-----"
    for kind in ("RSA PRIVATE KEY", "PRIVATE KEY", "CERTIFICATE", "PGP MESSAGE"):
        assert cut_key_blocks(f"a\n{block.format(kind)}\nb\n{block.format(kind)}c", "X") == "a\nX\nb\nXc"
    assert cut_key_blocks("a -----BEGIN EC PRIVATE KEY-----\nabc", "X") == "a X"
    assert cut_key_blocks("-----BEGIN LOG-----\nabc", "X") == "-----BEGIN LOG-----\nabc"


def test_login_in_an_address_is_cut_and_the_host_kept() -> None:
    assert cut_url_logins("postgres://u:p%40@ss@db:5432/x", "X") == "postgres://X/db:5432/x"
    assert cut_url_logins("jdbc:oracle:thin:scott/tiger@host:1521:orcl", "X") == "jdbc:oracle:thin:X/host:1521:orcl"
    for kept in ("https://host:8080/a@b", "https://host/a:b@c"):
        assert cut_url_logins(kept, "X") == kept
