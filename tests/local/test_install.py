"""An environment counts as whole only after a finished install; a half-made one is made anew."""

import sys
import venv
from pathlib import Path

import pytest

from local import install

NAME = "requirements-local.txt"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "INTERPRETER", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(sys, "argv", ["install.py", NAME])
    (tmp_path / NAME).write_text("one==1\n# via two==2\n")
    return tmp_path


@pytest.fixture
def calls(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done instead of making environments and asking a registry."""
    done: list[str] = []

    def make_venv() -> bool:
        done.append("venv")
        venv.create(checkout / ".venv", clear=True, symlinks=True, system_site_packages=True)
        return True

    def run_pip(arguments: list[str], began: float) -> tuple[int, str]:
        done.append("pip")
        return 0, ""

    monkeypatch.setattr(install, "_make_venv", make_venv)
    monkeypatch.setattr(install, "_run_pip", run_pip)
    return done


def test_the_first_time_makes_all_and_the_second_nothing(calls: list[str]) -> None:
    assert install.main() == 0
    assert calls == ["venv", "pip"]
    assert install.main() == 0
    assert calls == ["venv", "pip"]


def test_without_a_mark_it_begins_anew(checkout: Path, calls: list[str]) -> None:
    install.main()
    (checkout / ".venv" / f"installed-{NAME}").unlink()
    install.main()
    assert calls == ["venv", "pip"] * 2


def test_a_broken_interpreter_means_beginning_anew(checkout: Path, calls: list[str]) -> None:
    install.main()
    (checkout / ".venv" / "bin" / "python").unlink()
    install.main()
    assert calls == ["venv", "pip"] * 2


def test_other_packages_are_installed_into_what_is_there(checkout: Path, calls: list[str]) -> None:
    install.main()
    (checkout / NAME).write_text("one==2\n")
    install.main()
    assert calls == ["venv", "pip", "pip"]


def test_a_failure_leaves_no_mark(
    checkout: Path, calls: list[str], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(install, "_run_pip", lambda arguments, began: (1, "no network"))
    assert install.main() == 1
    assert not list((checkout / ".venv").glob("installed-*"))
    assert "no network" in capsys.readouterr().out


def test_tools_bring_the_local_stack_along(checkout: Path, calls: list[str]) -> None:
    (checkout / "requirements-dev.txt").write_text("tool==1\n")
    sys.argv[1] = "requirements-dev.txt"
    assert install.main() == 0
    sys.argv[1] = NAME
    assert install.main() == 0
    assert calls == ["venv", "pip"]
