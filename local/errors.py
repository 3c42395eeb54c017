"""What stops the local stack, told in a way that says what to do."""


class StackError(Exception):
    """The message is for the person at the terminal; `hint` says what to try."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)
