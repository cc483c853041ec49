from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.learn.account_numbers import cut_cards, cut_ibans, cut_phones

BRANDS = {"4": 16, "51": 16, "2720": 16, "37": 15, "6011": 16, "36": 14, "3530": 16, "6759": 18, "62": 17}


def with_luhn(digits: str) -> str:
    """Return the digits with the check digit behind them."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[::-2]]
    return f"{digits}{-(sum(doubled) + sum(map(int, digits[-2::-2]))) % 10}"


@given(st.sampled_from(sorted(BRANDS)), st.data())
def test_number_of_an_issuer_with_a_right_check_digit_is_a_card(prefix: str, data: st.DataObject) -> None:
    missing = BRANDS[prefix] - len(prefix) - 1
    rest = data.draw(st.text("123456789", min_size=missing, max_size=missing))
    number = with_luhn(prefix + rest)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert cut_cards(f"paid by {number}, ok", "X") == "paid by X, ok"
    assert cut_cards(f"paid by {wrong}, ok", "X") == f"paid by {wrong}, ok"


@pytest.mark.parametrize(
    "text",
    ["4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "3782 822463 10005", "5500000000000004"],
)
def test_card_is_found_as_it_is_printed(text: str) -> None:
    assert cut_cards(f"12345 {text}.", "X") == "12345 X."


@pytest.mark.parametrize("text", ["0000 0000 0000 0000", "1364774400000", "4111 1111 1111 11112", "x4111111111111111"])
def test_other_long_numbers_are_no_cards(text: str) -> None:
    assert cut_cards(text, "X") == text


@pytest.mark.parametrize(
    "text",
    [
        *("DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19", "NO93 8601 1117 947"),
        *("FR14 2004 1010 0505 0001 3M02 606", "MT84 MALT 0110 0001 2345 MTLC AST0 01S", "at611904300234573201"),
    ],
)
def test_iban_is_found_with_and_without_spaces_and_among_words(text: str) -> None:
    assert cut_ibans(f"IBAN {text} bitte", "X") == "IBAN X bitte"
    assert cut_ibans(f"{text} test", "X") == "X test"


@pytest.mark.parametrize("text", ["DE89 3704 0044 0532 0130 01", "XX89370400440532013000", "DE8937040044", "QQ12 ABCD"])
def test_wrong_check_digits_length_or_country_is_no_iban(text: str) -> None:
    assert cut_ibans(text, "X") == text


@pytest.mark.parametrize(
    "text",
    [
        *("+49 170 1234567", "+49 (0)30 901820-12", "0049-30-90182012", "+1 212 555 0123", "+862112345678"),
        *("030 1234567", "(030) 123-4567", "0170/1234567", "020 7946 0958", "044 668 18 00", "090-1234-5678"),
        *("01 23 45 67 89", "01701234567", "212-555-0123", "(212) 555-0123", "1-212-555-0123", "138-1234-5678"),
    ],
)
def test_international_and_local_shapes_are_phone_numbers(text: str) -> None:
    assert cut_phones(f"ring {text}, please", "X") == "ring X, please"


@pytest.mark.parametrize(
    "announced",
    ["tel: 4711-993", "Telefonnummer 90182012", "Phone no. 555 0123", "电话:13812345678", "call me at 5550123"],
)
def test_announced_digits_are_a_phone_number(announced: str) -> None:
    assert cut_phones(announced, "X").endswith("X")


@pytest.mark.parametrize(
    "text",
    [
        *("10.2.3.4", "10.2.33.4:8080", "2026-03-01", "01.02.2024 10:30", "01/02/2024", "2012-10-10T00:00:00+0200"),
        *("INC0012345", "HDFS-12345678", "4500012345", "5 10 15 20 25 30 35", "mobile 2026-03-01", "phone 10.20.30.40"),
        *("0000000000", "1-2-3-4-5-6-7-8", "10,000,000", "ext 4711", "1.0123456789", "00:00:00 1234567"),
    ],
)
def test_dates_addresses_versions_and_ids_are_no_phone_numbers(text: str) -> None:
    assert cut_phones(text, "X") == text
