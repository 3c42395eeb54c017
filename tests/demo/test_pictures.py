"""Pictures are the same every time, differ between products, and are small enough to send."""

from pathlib import Path

import pytest
from PIL import Image

from demo import dataset, pictures


def test_there_are_enough_motifs_and_all_wanted_ones() -> None:
    assert len(pictures.MOTIFS) >= 30
    assert {each.picture for each in dataset.read().products} <= pictures.MOTIFS


@pytest.mark.parametrize("motif", sorted(pictures.MOTIFS))
def test_a_picture_is_a_square_and_always_the_same(motif: str) -> None:
    first = pictures.draw(motif, "one", size=120)
    assert first.size == (120, 120)
    assert first.mode == "RGB"
    assert first.tobytes() == pictures.draw(motif, "one", size=120).tobytes()


def test_two_products_of_one_motif_look_different() -> None:
    looks = {pictures.draw("orange", seed, size=120).tobytes() for seed in "abcdef"}
    assert len(looks) == 6


def test_files_are_written_once(tmp_path: Path) -> None:
    wanted = [("fuzhuan", "tea_brick"), ("grapes", "grape")]
    paths = pictures.write_all(tmp_path / "new", wanted)
    assert [path.name for path in paths] == ["fuzhuan.webp", "grapes.webp"]
    for path in paths:
        assert path.stat().st_size <= 60_000
        with Image.open(path) as image:
            assert image.format == "WEBP"
            assert image.size == (800, 800)
    paths[0].write_bytes(b"kept")
    assert pictures.write_all(tmp_path / "new", wanted) == paths
    assert paths[0].read_bytes() == b"kept"


def test_an_unknown_motif_is_refused() -> None:
    with pytest.raises(KeyError):
        pictures.draw("spaceship", "one", size=120)
