"""Settings that lie in files, such as the secrets that whoever runs containers hands them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ahorraluz.core.issues import AhorraLuzError, Issue, Severity

SUFFIX = "_FILE"
"""End of a variable that names the file where the value of another one lies."""
MAX_BYTES = 16_384
"""Largest file that is read: far more than any setting may say, far less than harms."""
MAX_SHOWN = 200
"""Longest part of a path that a message repeats."""
HIDDEN = "…"
"""What messages show for a value that lies in a file: it may be a secret."""


class SettingFileError(AhorraLuzError):
    """A file that holds no setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldInFiles:
    """What the files that an environment names hold."""

    texts: Mapping[str, str]
    """Values by the variable that they are for."""
    paths: Mapping[str, str]
    """Files by the variable that they are for, as the environment names them."""
    issues: tuple[Issue, ...]

    @property
    def refused(self) -> frozenset[str]:
        """Variables whose file was wrong: they have no value that counts."""
        return frozenset(self.paths) - frozenset(self.texts)

    def shown(self, variable: str) -> Mapping[str, str]:
        """Return the parameters of a message about a value: of one in a file, none of it."""
        if variable not in self.paths:
            return {}
        path = _shown(self.paths[variable])
        return {"variable": f"{variable}{SUFFIX} ({path})", "value": HIDDEN}


def read_files(given: Mapping[str, str], variables: Sequence[str]) -> HeldInFiles:
    """Return what the files hold that an environment names for some of its variables.

    Parameters
    ----------
    given
        Variables of an environment by name; one left empty counts as not set.
    variables
        Variables whose value may lie in a file, which the variable of the same name and
        ``_FILE`` names.

    Returns
    -------
    HeldInFiles
        The texts without the white space around them, and an issue for each wrong file:
        ``setting-said-twice``, ``setting-file-missing``, ``setting-file-unreadable``,
        ``setting-file-too-large``, ``setting-file-no-text`` or ``setting-file-empty``.
    """
    texts: dict[str, str] = {}
    paths: dict[str, str] = {}
    issues: list[Issue] = []
    for variable in variables:
        path = given.get(variable + SUFFIX, "").strip()
        if not path:
            continue
        paths[variable] = path
        named = {"variable": variable + SUFFIX, "value": _shown(path)}
        if given.get(variable, "").strip():
            named["other"] = variable
            issues.append(
                Issue(code="setting-said-twice", severity=Severity.ERROR, parameters=named)
            )
            continue
        try:
            texts[variable] = _text_of(path)
        except SettingFileError as wrong:
            parameters = {**named, **wrong.issue.parameters}
            issues.append(replace(wrong.issue, parameters=parameters))
    return HeldInFiles(texts=texts, paths=paths, issues=tuple(issues))


def _shown(path: str) -> str:
    """Return a path as messages show it: what is none may be the secret itself, misplaced."""
    return path[:MAX_SHOWN] if Path(path).is_absolute() else HIDDEN


def _text_of(path: str) -> str:
    file = Path(path).expanduser()
    try:
        # What is no file is not opened: a pipe would have the program wait for ever.
        if not file.is_file():
            raise SettingFileError("setting-file-missing")
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except (OSError, RuntimeError, ValueError):
        # Without its cause, which repeats the path.
        raise SettingFileError("setting-file-unreadable") from None
    if len(content) > MAX_BYTES:
        raise SettingFileError("setting-file-too-large", limit=MAX_BYTES)
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        # Without its cause, which holds the bytes.
        raise SettingFileError("setting-file-no-text") from None
    if "\0" in text:
        raise SettingFileError("setting-file-no-text")
    if not text:
        raise SettingFileError("setting-file-empty")
    return text
