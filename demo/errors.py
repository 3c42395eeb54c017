"""What is raised when the demo data can't be used."""


class DemoDataError(ValueError):
    """Lists every problem found in the demo data, one a line; also kept in `problems`."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"demo data has {len(problems)} problem(s):\n{lines}")
