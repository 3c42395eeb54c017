"""By what a product is found: characters and pairs of them, pinyin and initials from any place.

Four kinds of tokens, told apart by how they begin, so that one GIN index holds them all:

* `黑`, `黑茶`: each character and each pair of neighbours, so one and two are one look-up;
* `pheicha`: the pinyin from each syllable to the end, so that a prefix of it is any stretch of
  the text from any syllable on, finished or not;
* `ihc`: the same of the initials;
* `^h`: with which letter a name begins, for somebody who has typed one letter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from backend.catalog.search.spelling import is_chinese, normalise, runs, syllables

LONGEST_NAME = 100
LONGEST_TEXT = 400
LONGEST_SOUND = 32
LONGEST_INITIALS = 16


@dataclass(frozen=True)
class Field:
    """One text of a document, read once."""

    runs: list[str]
    syllables: list[str]

    @property
    def key(self) -> str:
        """What a hit is ranked by: `安化黑茶| an hua hei cha |ahhc`."""
        sounds = " ".join(self.syllables)
        initials = "".join(each[0] for each in self.syllables)
        return f"{' '.join(self.runs)}| {sounds} |{initials}"

    def characters(self) -> Iterator[str]:
        """Characters and pairs of neighbours."""
        for run in self.runs:
            if is_chinese(run):
                yield from run
        yield from self.pairs()

    def pairs(self) -> Iterator[str]:
        for run in self.runs:
            if is_chinese(run):
                yield from (first + second for first, second in pairwise(run))

    def sounds(self) -> Iterator[str]:
        """Pinyin and initials from each syllable on, and the letter it begins with."""
        initials = "".join(each[0] for each in self.syllables)
        for at in range(len(self.syllables)):
            yield "p" + "".join(self.syllables[at : at + LONGEST_SOUND])[:LONGEST_SOUND]
            yield "i" + initials[at : at + LONGEST_INITIALS]
        if initials:
            yield "^" + initials[0]


def read_field(text: str, longest: int = LONGEST_NAME) -> Field:
    """A text as it is compared; what is longer than `longest` characters is cut."""
    found = runs(normalise(text[:longest]))
    return Field(found, [each for run in found for each in syllables(run)])


def read_text(text: str) -> Field:
    """A long text, which is found by pairs of characters alone and needs no pinyin."""
    return Field(runs(normalise(text[:LONGEST_TEXT])), [])


def tokens_of(named: list[Field], subtitle: Field, description: Field) -> list[str]:
    """All tokens of a document; `named` are name, category, place and producer."""
    tokens: set[str] = set()
    for field in named:
        tokens.update(field.characters())
        tokens.update(field.sounds())
    tokens.update(subtitle.characters())
    tokens.update(description.pairs())
    return sorted(tokens)
