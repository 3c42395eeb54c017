"""A wish is read as typed; where that finds nothing, more and more of it may be mistyped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import text

from backend.catalog.search.filters import OFFERED
from backend.catalog.search.nearness import spelt, split, with_corrections
from backend.catalog.search.wishes import RANKED_WORDS, Word, read_wish
from backend.core import clock
from backend.core.database import db

Rows = TypeVar("Rows", bound=Sequence[Any])

EXACT, SPLIT, NEAR, LOOSE = WAYS = (0, 1, 2, 3)
"""As typed; long words cut into known ones; also what sounds alike or is a slip or two away; also
with one character wrong. Each finds what the one before it finds, and more."""

FEW = 3
"""With fewer hits than these it is worth cutting long words."""

MATCHES = "d.tokens @@ CAST(:query AS tsquery)"

_FITTING = text(f"""
    SELECT count(*) FROM (
        SELECT 1 FROM product_search d WHERE {MATCHES} AND {OFFERED} LIMIT {FEW}) few
""")

_NO_SCANS = text("SET LOCAL enable_seqscan = off")

FIELDS = (("category_key", 6), ("place_key", 5), ("producer_key", 3))


@dataclass(frozen=True)
class Reading:
    """One way to read a wish."""

    words: tuple[Word, ...]
    way: int

    @property
    def query(self) -> str:
        """All words, as a tsquery."""
        how = (Word.exact, Word.exact, Word.near, Word.loose)[self.way]
        return " & ".join(f"({how(word)})" for word in self.words)

    def relevance(self) -> tuple[str, dict[str, str]]:
        """SQL for how well a document fits, and its parameters: name, category, place, producer.

        A wish that begins the name is better than one inside it, whole syllables better than parts.
        """
        terms: list[str] = []
        values: dict[str, str] = {}
        for number, word in enumerate(self.words[:RANKED_WORDS]):
            term, more = _term(word, f"w{number}", near=self.way >= NEAR)
            terms.append(term)
            values.update(more)
        return " + ".join(terms), values

    def corrected(self) -> str | None:
        """What was looked for instead, where that is known."""
        if self.way < NEAR or not any(word.corrected for word in self.words):
            return None
        meant = ((word.corrected or (word.sound,))[0] for word in self.words)
        return " ".join(spelt(each) or each for each in meant)


def answer(
    wish: str, way: int | None, ask: Callable[[Reading], Rows]
) -> tuple[Rows | None, Reading | None]:
    """Ask with the first reading that documents answer to; `way` is given on later pages.

    `None` where there is nothing to look for. Filters do not make a wish a mistyped one: where they
    are why nothing was found, nothing is the answer.
    """
    words = read_wish(wish)
    if not words:
        return None, None
    # A scan of the table would unpack every document's tokens; the planner does not know.
    db.session.execute(_NO_SCANS)
    reading = _read(words, way) if way is not None else _first_that_fits(words)
    return ask(reading), reading


def _first_that_fits(words: list[Word]) -> Reading:
    exact = _read(words, EXACT)
    fitting = _fitting(exact)
    if fitting >= FEW:
        return exact
    cut = _read(words, SPLIT)
    if cut.words != exact.words and _fitting(cut):
        return cut
    if fitting:
        return exact
    near = _read(words, NEAR)
    return near if _fitting(near) else _read(words, LOOSE)


def _read(words: list[Word], way: int) -> Reading:
    if way == EXACT:
        return Reading(tuple(words), way)
    return Reading(tuple(split(words) if way == SPLIT else with_corrections(words)), way)


def _fitting(reading: Reading) -> int:
    """How many documents fit; it counts up to `FEW`."""
    values = {"query": reading.query, "today": clock.today()}
    return int(db.session.execute(_FITTING, values).scalar_one())


def _term(word: Word, prefix: str, *, near: bool) -> tuple[str, dict[str, str]]:
    """The points one word brings, as a CASE over the keys."""
    patterns = word.patterns(near=near)
    values: dict[str, str] = {}

    def look(key: str, wanted: tuple[str, ...], kind: str) -> str:
        names = [f"{prefix}{kind}{at}" for at in range(len(wanted))]
        values.update(zip(names, wanted, strict=True))
        return " OR ".join(f"strpos(d.{key}, :{name}) > 0" for name in names)

    cases = []
    if word.chinese:
        values[f"{prefix}b"] = word.text
        cases.append(f"WHEN starts_with(d.name_key, :{prefix}b) THEN 12")
    elif patterns.begins:
        cases.append(f"WHEN {look('name_key', patterns.begins, 'b')} THEN 12")
    if patterns.whole:
        cases.append(f"WHEN {look('name_key', patterns.whole, 'h')} THEN 10")
    if patterns.part:
        cases.append(f"WHEN {look('name_key', patterns.part, 'p')} THEN 8")
    anywhere = tuple(dict.fromkeys((*patterns.whole, *patterns.part)))
    for key, points in FIELDS:
        cases.append(f"WHEN {look(key, anywhere, 'f')} THEN {points}")
    return f"CASE {' '.join(cases)} ELSE 1 END", values
