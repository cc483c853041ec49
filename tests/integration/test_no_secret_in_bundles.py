"""Nothing that was secret in the tickets is in what training leaves behind, nor in the reasons of an answer."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from triage.cli import main
from triage.registry import Shelf

# By topic, so that the stand-ins, and the secrets if they were left in, are what tells the topics apart. Two of each:
# one for each of two desks. {} is the secret.
PLANTED: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "mail": (
        "mailbox of {} is full",
        ("zybaltun.qworpix@vexlomjarn.org", "kwyjbo_71@plomquzz.net"),
        ("oxmirdel@hruvnykqa.org", "jy.wq@zzyfombluk.net"),
    ),
    "telephony": (
        "ring back at {} please",
        ("+49 171 98 76 501", "(0931) 774-60218", "212-588-7391"),
        ("+43 662 70 41 393", "(0821) 556-80147", "415-266-9037"),
    ),
    "billing": (
        "booked twice from {} last week",
        ("4929 8106 9713 4528", "GB82 WEST 1234 5698 7654 32"),
        ("5200 8282 8282 8210", "DE75 5121 0800 1245 1261 99"),
    ),
    "access": (
        "cannot log in with {} since then",
        (
            "password: Zylophrax!77",
            "api_key=q7vw1xk9zt3mj5",
            "Passwort lautet Kwuxzelgru9",
            "ghp_Zq81vKx7WmTy5Lr3Jd9Nb2Hc6Gf4Ps0Ua1e",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ6eWxvIn0.Qz7xWv5kLp3mYt9r",
            "xoxb-71830465-kzqwvyplm",
            "AKIAZQ7XWVK3PLM9RTYB",
            "https://vroxil:Plomquex7@db4/x",
            "Authorization: Bearer wQz5xk7Vp.m3Ly",
            "c0ffee17d9b24a6e8f3157ac94be0d62f1883a57",
            "Tq7Zx2Vk9Lw4Yp8Jm3Rb6Nd1",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIZqVwxkLpJmTyRbN7dGfHc\nWqZzXvKk81Pq==\n-----END RSA PRIVATE KEY-----",
        ),
        (
            "password: Qhruvnik?31",
            "api_key=m2kd8bz4yw6xr1",
            "Passwort lautet Ojmyrdazk4",
            "ghp_Bw27nRt4KpXv9Zc1Qm8Ly6Jd3Hs5Gf0Ta7u",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJxcXd6In0.Xk2yBn8vRw4zTq6m",
            "xoxb-90417263-yhbntgrfv",
            "AKIAYB2NWMK8QXJ4ZVHD",
            "https://kmuzzy:Jexquolp3@db4/x",
            "Authorization: Bearer nYb8rk2Wd.q6Zc",
            "deadb3a719c54e20f86d1b7a3c9250ee47f16b08",
            "Bn4Wk8Xr1Zt6Qv3Ly9Md2Jc7",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIBnRtWkXzQvLyMdJc3hGsF\nYyTtRr42Wx==\n-----END RSA PRIVATE KEY-----",
        ),
    ),
    "hardware": ("laptop of {} is broken", (), ()),
}
# Two first names and many last ones: each caller once, their names in several texts.
CALLERS = (
    (("Zebquonia", "Wolfhrax"), ("Quackzenby", "Vromblitz", "Øxmirdøl", "Pluzzkwemi", "Jyndrafox")),
    (("Hrudvylka", "Mjoxenar"), ("Snurvelqit", "Byxtrocane", "Kwâzimbro", "Ghlopzenta", "Dwyrfaxum")),
)
N_TICKETS = 240
FILLER = ["since today", "again", "urgent", "for two users", "in building four", "after the update", "bitte"]
ANNOUNCEMENTS = ("password: ", "api_key=", "Passwort lautet ", "Authorization: Bearer ")
# Heads of well-known forms, and words around the secret.
KNOWN = re.compile(r"-----(?:BEGIN|END) RSA PRIVATE KEY-----|eyJhbGciOiJIUzI1NiJ9|eyJzdWIiOiJ|https://|@db4/x|xoxb-")


def tickets(desk: int) -> list[dict[str, str]]:
    """Draw tickets that are the same for both desks but for their secrets and callers."""
    generator = random.Random(7)
    firsts, lasts = CALLERS[desk]
    people = list(product(firsts, lasts))
    rows = []
    for at in range(N_TICKETS):
        topic = sorted(PLANTED)[at % len(PLANTED)]
        template, *by_desk = PLANTED[topic]
        first, last = people[at // len(PLANTED) % len(people)]
        name = (f"{first} {last}", f"{last}, {first}", first.upper(), last)[at % 4]
        secret = name if topic == "hardware" else by_desk[desk][at // len(PLANTED) % len(by_desk[desk])]
        text = f"{generator.choice(FILLER)} {template.format(secret)} {generator.choice(FILLER)}"
        # The number makes every caller a value of its own: a field keeps the values that come twice.
        caller = f"{first} {last} ({at})"
        rows.append({"summary": f"problem {at % 7}", "description": text, "caller": caller, "topic": topic})
    return rows


def parts_of_secrets(desk: int) -> set[str]:
    """Return every stretch of six characters of what was planted, in small letters; of ten where six are common."""
    planted = [secret for _, *by_desk in PLANTED.values() for secret in by_desk[desk]]
    planted += [name for names in CALLERS[desk] for name in names]
    found = set()
    for secret in planted:
        value = secret
        for announcement in ANNOUNCEMENTS:
            value = value.removeprefix(announcement)
        for kept in KNOWN.split(value):
            # Digits and hex stand in fingerprints and scores too.
            size = 10 if re.fullmatch(r"[0-9a-fA-F]{6,}", re.sub(r"\W", "", kept)) else 6
            found |= {kept[at : at + size].lower() for at in range(len(kept) - size + 1)}
    return {part for part in found if part.strip() and not re.fullmatch(r"[0-9a-f]{6}", part)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a model of each desk, and their tickets beside it."""
    folder = tmp_path_factory.mktemp("desks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIAGE_HOME", str(folder / "home"))
        (folder / "home").mkdir()
        for desk in range(2):
            file = folder / str(desk) / "tickets.csv"
            file.parent.mkdir()
            rows = tickets(desk)
            with file.open("w", encoding="utf-8", newline="") as out:
                writer = csv.DictWriter(out, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            columns = ("--text", "summary", "--text", "description", "--field", "caller", "--target", "topic")
            with pytest.raises(SystemExit, match="0"):
                main(["train", "incidents", str(file), *columns, "--name", f"desk{desk}", "--effort", "quick"])
    return folder / "home"


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file's bytes, and of archives every member's too."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        yield str(path), data
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.namelist():
                    yield f"{path}:{member}", archive.read(member)


def test_no_part_of_a_secret_is_in_any_file_of_a_run(home: Path) -> None:
    parts = {part.encode() for desk in range(2) for part in parts_of_secrets(desk)}
    assert len(parts) > 300
    names = [name for name, _ in contents(home)]
    assert any(name.endswith("mlflow.db") for name in names)
    assert any(name.endswith(".npz") for name in names)
    assert any(name.endswith(".npy") for name in names)
    for name, data in contents(home):
        # JSON may write letters beyond ASCII as escapes.
        text = data.lower() + re.sub(rb"\\u([0-9a-f]{4})", _unescaped, data.lower())
        assert not [part for part in parts if part in text], name


def _unescaped(match: re.Match[bytes]) -> bytes:
    return chr(int(match[1], 16)).encode("utf-8", "replace")


def test_models_of_tickets_that_differ_in_secrets_alone_are_the_same(home: Path) -> None:
    # Features may be kept as hashes, in which no search finds a word: then nothing of it may have had an effect.
    shelf = Shelf(home / "models")
    first, second = (shelf.load(f"desk{desk}").parts for desk in range(2))
    assert set(first) == set(second)
    compared = [name for name in first if name != "rows"]
    for name in compared:
        assert first[name].document == second[name].document
        assert set(first[name].arrays) == set(second[name].arrays)
        for array, values in first[name].arrays.items():
            np.testing.assert_array_equal(values, second[name].arrays[array])
    # What rows were fitted on is remembered by a hash of the whole row, which is as secret as the row is long.
    assert {values.dtype for values in first["rows"].arrays.values()} == {np.dtype(np.uint64)}


def test_reasons_name_the_stand_ins_and_never_a_secret(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_HOME", str(home))
    out = home.parent / "labelled.csv"
    with pytest.raises(SystemExit, match="0"):
        main(["label", str(home.parent / "0" / "tickets.csv"), "--model", "desk0", "--out", str(out), "--reasons"])
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    reasons = [reason for row in rows for reason in json.loads(row["topic_reasons"]) if reason["kind"] != "field"]
    names = " ".join(reason["name"] for reason in reasons).lower()
    assert not [part for part in parts_of_secrets(0) if part in names]
    for stand_in in ("xxmail", "xxphone", "xxcard", "xxiban", "xxsecret", "xxname"):
        assert stand_in in names
