"""Reads the demo data into one `Dataset` and refuses it as a whole when anything in it is wrong.

    data = dataset.read()
    for producer in data.producers: ...

The files are UTF-8 CSV whose header names the fields of the record, in the same order.
"""

import csv
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from demo import checks
from demo.errors import DemoDataError
from demo.records import (
    Category,
    Competitor,
    County,
    Dataset,
    Freight,
    Prefecture,
    Producer,
    Product,
    Recognition,
    ReferralLink,
    School,
    Season,
    Sku,
    Team,
    Track,
)

DATA = Path(__file__).parent / "data"
AREAS = Path(__file__).parents[1] / "migrations" / "data"
COLUMN_OF_FIELD = {"county_class": "class"}

Record = TypeVar("Record")


def read(directory: Path = DATA, areas: Path = AREAS) -> Dataset:
    """Read and check the files of `directory`.

    Prefectures and counties are those that the migrations bring, in `areas`. Raises
    `DemoDataError`, which lists everything that is wrong, not only the first thing.
    """
    reader = _Reader(directory)
    area_reader = _Reader(areas)
    prefectures = area_reader.table("hunan_prefectures", Prefecture)
    counties = area_reader.table("hunan_counties", County)
    categories = reader.table("categories", Category)
    producers = reader.table("producers", Producer)
    products = reader.table("products", Product)
    recognitions = reader.table("recognitions", Recognition)
    skus = reader.table("skus", Sku)
    freight = reader.table("freight", Freight)
    schools = reader.table("schools", School)
    seasons = reader.table("season", Season)
    tracks = reader.table("tracks", Track)
    teams = reader.table("teams", Team)
    competitors = reader.table("competitors", Competitor)
    links = reader.table("referral_links", ReferralLink)

    problems = area_reader.problems + reader.problems
    if len(seasons) != 1:
        problems.append(f"season.csv: exactly one season is expected, found {len(seasons)}")
    if problems:
        raise DemoDataError(problems)
    data = Dataset(
        prefectures,
        counties,
        categories,
        producers,
        products,
        recognitions,
        skus,
        freight,
        schools,
        seasons[0],
        tracks,
        teams,
        competitors,
        links,
    )
    problems = checks.problems_of(data)
    if problems:
        raise DemoDataError(problems)
    return data


class _Reader:
    """Turns the CSV files of one directory into records and collects what it can't read."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.problems: list[str] = []

    def table(self, name: str, record: type[Record]) -> tuple[Record, ...]:
        """Return the records of `<name>.csv`; unreadable rows become problems."""
        path = self.directory / f"{name}.csv"
        converters = _converters(record)
        if not path.is_file():
            self.problems.append(f"{path.name}: the file is missing")
            return ()
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, strict=True)
            header = next(rows, [])
            if header != list(converters):
                self.problems.append(f"{path.name}: the columns must be {','.join(converters)}")
                return ()
            records = [self._record(path.name, rows.line_num, row, record) for row in rows]
        return tuple(each for each in records if each is not None)

    def _record(self, file: str, line: int, row: list[str], record: type[Record]) -> Record | None:
        converters = _converters(record)
        if len(row) != len(converters):
            self.problems.append(f"{file}:{line}: {len(row)} cells instead of {len(converters)}")
            return None
        values: list[Any] = []
        for (column, convert), cell in zip(converters.items(), row, strict=True):
            try:
                values.append(convert(cell))
            except ValueError as error:
                self.problems.append(f"{file}:{line}: {column}: {error}")
        return record(*values) if len(values) == len(row) else None


def _converters(record: type[Any]) -> dict[str, Callable[[str], Any]]:
    """Map each column of a record's file, in order, to what makes a value of its cell."""
    hints = get_type_hints(record)
    return {
        COLUMN_OF_FIELD.get(field.name, field.name): _converter(hints[field.name])
        for field in fields(record)
    }


def _converter(wanted: Any) -> Callable[[str], Any]:
    simple: dict[Any, Callable[[str], Any]] = {
        str: _text,
        int: _whole_number,
        bool: _flag,
        date: date.fromisoformat,
        str | None: lambda cell: _text(cell) if cell else None,
        int | None: lambda cell: _whole_number(cell) if cell else None,
    }
    if wanted in simple:
        return simple[wanted]
    if get_origin(wanted) is None:
        raise TypeError(f"no rule how to read {wanted} from a cell")
    return _one_of(get_args(wanted))


def _text(cell: str) -> str:
    if not cell or cell != cell.strip():
        raise ValueError("blank, or with spaces around it")
    return cell


def _whole_number(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit()):
        raise ValueError(f"{cell!r} is not a whole number")
    return int(cell)


def _flag(cell: str) -> bool:
    if cell not in ("0", "1"):
        raise ValueError(f"{cell!r} is neither 0 nor 1")
    return cell == "1"


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def convert(cell: str) -> str:
        if cell not in allowed:
            raise ValueError(f"{cell!r} is none of {', '.join(allowed)}")
        return cell

    return convert
