from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from triage.errors import UsageError
from triage.simulate import FILES, Estate, simulate_estate, write_estate

SAMPLE = Path(__file__).parents[3] / "data" / "sample"


@pytest.fixture(scope="module")
def estate() -> Estate:
    return simulate_estate(days=2, entities=4, seed=3, tickets=30)


@pytest.fixture(scope="module")
def sample_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_estate(folder, simulate_estate())
    return folder


@pytest.mark.parametrize("name", FILES.values())
def test_committed_sample_is_what_the_defaults_generate(name: str, sample_again: Path) -> None:
    committed, again = (SAMPLE / name).read_bytes(), (sample_again / name).read_bytes()
    if name.endswith(".gz"):
        # Another zlib may pack differently; what is packed may not differ.
        committed, again = gzip.decompress(committed), gzip.decompress(again)
    assert again == committed
    assert b"\r" not in committed
    assert committed.endswith(b"\n")


def test_sample_is_small_and_holds_nothing_else() -> None:
    assert sorted(path.name for path in SAMPLE.iterdir()) == sorted(FILES.values())
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < 1_000_000


def test_compressed_file_names_neither_time_nor_system(estate: Estate, tmp_path: Path) -> None:
    write_estate(tmp_path, estate)
    header = (tmp_path / FILES["metrics"]).read_bytes()[:10]
    assert header == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"


def test_files_read_back_as_they_were(estate: Estate, tmp_path: Path) -> None:
    write_estate(tmp_path, estate)
    for part, name in FILES.items():
        frame = getattr(estate, part)
        pd.testing.assert_frame_equal(pd.read_csv(tmp_path / name), frame, check_dtype=False)


def test_folder_that_cannot_be_written_is_refused(estate: Estate, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(UsageError, match="cannot be written"):
        write_estate(tmp_path / "taken", estate)
