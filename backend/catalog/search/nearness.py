"""What somebody may have meant who mistyped: words in use whose pinyin is nearly the same."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import text

from backend.catalog.search.spelling import is_chinese
from backend.catalog.search.wishes import Word
from backend.core import clock
from backend.core.database import db

SHORTEST_WORD, LONGEST_WORD = 2, 5
SHORTEST_SOUND = 3
MOST_MEANT = 2
RARE = 10_000
"""Where there are many documents, a word that fewer than one in so many use is not learnt."""

_KEYS = text("""
    SELECT name_key AS key, count(*) AS products FROM product_search GROUP BY 1 UNION ALL
    SELECT category_key, count(*) FROM product_search GROUP BY 1 UNION ALL
    SELECT place_key, count(*) FROM product_search GROUP BY 1 UNION ALL
    SELECT producer_key, count(*) FROM product_search GROUP BY 1
""")

_CHANGED = text("""
    SELECT coalesce((SELECT max(refreshed_at) FROM product_search)
                    > (SELECT max(learnt_at) FROM search_words), true)
""")

_LEARN = text("""
    INSERT INTO search_words (word, sound, products, learnt_at)
    SELECT *, :now FROM unnest(CAST(:words AS text[]), CAST(:sounds AS text[]),
                               CAST(:products AS bigint[]))
""")

_NEAR = text("""
    SELECT word, sound, products FROM search_words WHERE sound % :sound
     ORDER BY similarity(sound, :sound) DESC, products DESC LIMIT 60
""")

_SPELT = text("SELECT word FROM search_words WHERE sound = :sound ORDER BY products DESC LIMIT 1")

_USED = {
    True: text("SELECT word, products FROM search_words WHERE word = ANY(:parts)"),
    False: text(
        "SELECT sound, max(products) FROM search_words WHERE sound = ANY(:parts) GROUP BY 1"
    ),
}
"""Which of these are in use: characters, or else pinyin."""


def learn() -> int:
    """Learn the words of all documents anew; how many there are."""
    counts: Counter[tuple[str, str]] = Counter()
    documents = 0
    for key, products in db.session.execute(_KEYS):
        documents += products
        for word in set(_words(key)):
            counts[word] += products
    enough = 1 + documents // 4 // RARE
    known: dict[str, tuple[str, int]] = {}
    for (written, sound), products in counts.most_common():
        if products >= enough:
            known.setdefault(written, (sound, products))
    db.session.execute(text("DELETE FROM search_words"))
    values = list(known.values())
    db.session.execute(
        _LEARN,
        {
            "words": list(known),
            "sounds": [sound for sound, _ in values],
            "products": [products for _, products in values],
            "now": clock.now(),
        },
    )
    return len(known)


def learn_if_changed() -> None:
    """Learn anew where a document was written since."""
    if db.session.execute(_CHANGED).scalar_one():
        learn()


def split(words: list[Word]) -> list[Word]:
    """Long words cut into words in use, as few as possible: 安化黑茶 is 安化 and 黑茶."""
    return [part for word in words for part in _parts(word)]


def _parts(word: Word) -> list[Word]:
    typed = word.text if word.chinese else word.sound
    least, most = (SHORTEST_WORD, LONGEST_WORD) if word.chinese else (SHORTEST_SOUND, 24)
    cuts = {
        typed[begin:end]
        for begin in range(len(typed))
        for end in range(begin + least, min(begin + most, len(typed)) + 1)
        if end - begin < len(typed)
    }
    rows = db.session.execute(_USED[word.chinese], {"parts": list(cuts)})
    used = {part: int(products) for part, products in rows}
    best: dict[int, tuple[int, int, list[str]]] = {0: (0, 0, [])}
    for end in range(least, len(typed) + 1):
        ways = [
            (best[begin][0] + 1, best[begin][1] - used[typed[begin:end]], typed[begin:end], begin)
            for begin in range(end)
            if begin in best and typed[begin:end] in used
        ]
        if ways:
            count, rarity, part, begin = min(ways)
            best[end] = (count, rarity, [*best[begin][2], part])
    return [Word(part) for part in best[len(typed)][2]] if len(typed) in best else [word]


def with_corrections(words: list[Word]) -> list[Word]:
    """Each word with the pinyin of what may have been meant by it."""
    return [replace(word, corrected=tuple(near(word.sound))) for word in words]


def near(sound: str) -> list[str]:
    """The pinyin of words in use that are nearest to `sound`, the more common first; a few.

    One slip is forgiven in five letters, two in more; letters changed about are one slip.
    """
    if len(sound) < SHORTEST_SOUND:
        return []
    allowed = 1 if len(sound) <= 5 else 2
    found: dict[str, tuple[int, int]] = {}
    for row in db.session.execute(_NEAR, {"sound": sound}):
        slips = distance(sound, row.sound)
        if slips <= allowed and row.sound not in found:
            found[row.sound] = (slips, -row.products)
    least = min((slips for slips, _ in found.values()), default=0)
    nearest = sorted((rank, each) for each, rank in found.items() if rank[0] == least)
    return [each for _, each in nearest[:MOST_MEANT]]


def spelt(sound: str) -> str | None:
    """The most common word of just this pinyin, to tell what was looked for."""
    rows = db.session.execute(_SPELT, {"sound": sound}).scalars()
    return rows.first()


def distance(one: str, other: str) -> int:
    """Letters to insert, leave out, replace or change about to make `one` into `other`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, above, row = row, before, [at]
        for to, wanted in enumerate(other, 1):
            steps = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                steps = min(steps, above[to - 2] + 1)
            row.append(steps)
    return row[-1]


def _words(key: str) -> Iterator[tuple[str, str]]:
    """Stretches of two to five characters of a key, each with its pinyin."""
    text_part, _, rest = key.partition("| ")
    sounds = rest.partition(" |")[0].split(" ")
    at = 0
    for run in text_part.split(" "):
        if not is_chinese(run):
            at += 1
            continue
        heard = sounds[at : at + len(run)]
        at += len(run)
        for begin in range(len(run)):
            for length in range(SHORTEST_WORD, min(LONGEST_WORD, len(run) - begin) + 1):
                sound = "".join(heard[begin : begin + length])
                yield run[begin : begin + length], sound
