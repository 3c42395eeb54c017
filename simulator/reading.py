"""Reading JSON that others sent: each field is checked, and refused in the caller's way."""

from collections.abc import Callable, Collection
from typing import Any, NoReturn

Refusal = Callable[[str, str, Any], Exception]


class Reader:
    """A JSON object with checked access. `refuse(path, issue, value)` makes the error to raise."""

    def __init__(self, data: Any, refuse: Refusal, path: str = "") -> None:
        self._refuse = refuse
        self._path = path
        if not isinstance(data, dict):
            raise refuse(path or "/", "must be a JSON object", data)
        self.data: dict[str, Any] = data

    def fail(self, name: str, issue: str) -> NoReturn:
        """Refuse the field `name`."""
        raise self._refuse(f"{self._path}/{name}", issue, self.data.get(name))

    def only(self, *names: str) -> None:
        """Refuse every field that is not named."""
        for name in self.data:
            if name not in names:
                self.fail(name, f"is unknown; known are {', '.join(names)}")

    def text(self, name: str, *, shortest: int = 1, longest: int = 4096) -> str:
        """A required string of a length between the bounds, in characters."""
        value = self.data.get(name)
        if not isinstance(value, str):
            self.fail(name, "must be a string")
        if not shortest <= len(value) <= longest:
            self.fail(name, f"must have {shortest} to {longest} characters")
        return value

    def optional_text(self, name: str, *, longest: int = 4096) -> str | None:
        """A string, or None where the field is absent or null."""
        if self.data.get(name) is None:
            return None
        return self.text(name, shortest=0, longest=longest)

    def integer(self, name: str, *, least: int = 0, most: int = 2**53) -> int:
        """A required whole number between the bounds."""
        value = self.data.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail(name, "must be a whole number")
        if not least <= value <= most:
            self.fail(name, f"must lie between {least} and {most}")
        return value

    def optional_integer(self, name: str, *, least: int = 0, most: int = 2**53) -> int | None:
        """A whole number, or None where the field is absent or null."""
        if self.data.get(name) is None:
            return None
        return self.integer(name, least=least, most=most)

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean, `default` where the field is absent or null."""
        value = self.data.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fail(name, "must be true or false")
        return value

    def choice(self, name: str, allowed: Collection[str], default: str | None = None) -> str:
        """One of the allowed words; required when there is no default."""
        value = self.data.get(name, default)
        if not isinstance(value, str) or value not in allowed:
            self.fail(name, f"must be one of {', '.join(sorted(allowed))}")
        return value

    def within(self, name: str) -> "Reader":
        """The object in a required field."""
        return Reader(self.data.get(name), self._refuse, f"{self._path}/{name}")

    def optional_object(self, name: str) -> dict[str, Any]:
        """The object in a field, empty where the field is absent or null."""
        value = self.data.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.fail(name, "must be a JSON object")
        return value
