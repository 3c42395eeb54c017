"""How what somebody typed is read: words, each a query over tokens and a way to rank its hits."""

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from pypinyin import pinyin_dict

from backend.catalog.search.spelling import (
    is_chinese,
    normalise,
    runs,
    syllables,
    typed_sound,
    without_legal_form,
)
from backend.catalog.search.tokens import LONGEST_INITIALS, LONGEST_SOUND

LONGEST_WISH = 100
RANKED_WORDS = 6
"""More words than these are looked for, but do not change the order."""
MOST_READINGS = 4


@dataclass(frozen=True)
class Patterns:
    """Text to look for in a document's keys, the better first: see `tokens.Field.key`."""

    begins: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    part: tuple[str, ...] = ()


@dataclass(frozen=True)
class Word:
    """One stretch of characters or letters of a wish."""

    text: str
    corrected: tuple[str, ...] = field(default=())
    """Pinyin of what may have been meant; looked for as well."""

    @property
    def chinese(self) -> bool:
        return is_chinese(self.text)

    @property
    def sound(self) -> str:
        """As pinyin, joined."""
        return "".join(syllables(self.text)) if self.chinese else typed_sound(self.text)

    def exact(self) -> str:
        """A tsquery for what was typed."""
        if not self.chinese:
            return _letters(self.text)
        if len(self.text) == 1:
            return f"'{self.text}'"
        return " & ".join(f"'{first}{second}'" for first, second in pairwise(self.text))

    def near(self) -> str:
        """A tsquery for what was typed, what sounds alike, and what may have been meant."""
        sounds = {*self.corrected, *([self.sound] if len(self.text) > 1 else [])}
        ways = [f"({self.exact()})", *(_sound(each) for each in sorted(sounds) if each)]
        return " | ".join(ways)

    def loose(self) -> str:
        """As `near`, or with one character of three or more wrong."""
        ways = [self.near()]
        if self.chinese and len(self.text) > 2:
            for left_out in range(len(self.text)):
                kept = self.text[:left_out] + self.text[left_out + 1 :]
                ways.append("(" + " & ".join(f"'{each}'" for each in kept) + ")")
        return " | ".join(ways)

    def patterns(self, *, near: bool) -> Patterns:
        """What makes a hit of this word a good one; `near`: also what sounds alike or was meant."""
        typed = (
            Patterns((self.text,), (self.text,)) if self.chinese else _letter_patterns(self.text)
        )
        if not near:
            return typed
        alike = self.corrected or (self.sound,)
        also = [_letter_patterns(each) for each in alike]
        part = (*typed.part, *(pattern for each in also for pattern in each.whole or each.part))
        return Patterns(typed.begins, typed.whole, tuple(dict.fromkeys(part)))


def read_wish(text: str) -> list[Word]:
    """The words of a wish, each once; none where there is nothing to look for.

    Whatever is neither a character nor a letter nor a digit only separates words.
    """
    found = runs(without_legal_form(normalise(text[:LONGEST_WISH])))
    return [Word(each) for each in dict.fromkeys(found)]


def _letters(text: str) -> str:
    """Letters are pinyin from any syllable on, or initials; one letter begins a name."""
    if len(text) == 1 and text.isalpha():
        return f"'^{text}'"
    ways = [_sound(typed_sound(text))]
    if len(text) <= LONGEST_INITIALS:
        ways.append(f"'i{text}':*")
    return f"({' | '.join(ways)})"


def _sound(sound: str) -> str:
    return f"'p{sound[:LONGEST_SOUND]}':*"


def _letter_patterns(text: str) -> Patterns:
    sound = typed_sound(text)
    whole = [f" {' '.join(reading)} " for reading in readings(sound) if reading[-1] in known()]
    part = [f" {' '.join(reading)}" for reading in readings(sound)]
    return Patterns(
        (*(f"|{each}" for each in whole), f"|{text}"),
        tuple(whole),
        (*part, text),
    )


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """Every pinyin syllable that has a vowel, without tones."""
    found = (
        typed_sound(each)
        for code in range(0x4E00, 0x9FA6)
        if code in pinyin_dict.pinyin_dict
        for each in syllables(chr(code))
    )
    return frozenset(each for each in found if set(each) & set("aeiou"))


@lru_cache(maxsize=1)
def beginnings() -> frozenset[str]:
    return frozenset(each[:length] for each in known() for length in range(1, len(each) + 1))


@lru_cache(maxsize=2_000)
def readings(sound: str) -> tuple[tuple[str, ...], ...]:
    """Ways to cut letters into syllables, the last perhaps unfinished; a few of them.

    `heich` is `hei ch`, `xian` is `xian` or `xi an`. What is no pinyin has no reading.
    """
    letters = sound[:LONGEST_SOUND]
    found: list[tuple[str, ...]] = []
    dead: set[int] = set()

    def cut(at: int, before: tuple[str, ...]) -> bool:
        if at in dead or len(found) == MOST_READINGS:
            return False
        reads = letters[at:] in beginnings()
        if reads:
            found.append((*before, letters[at:]))
        for length in range(min(6, len(letters) - at - 1), 0, -1):
            if letters[at : at + length] in known():
                reads |= cut(at + length, (*before, letters[at : at + length]))
        if not reads:
            dead.add(at)
        return reads

    cut(0, ())
    return tuple(found)
