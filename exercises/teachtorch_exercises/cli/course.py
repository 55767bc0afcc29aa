"""Copies the course to a folder of the student's, now and after every update, and never over their work.

A small file in the folder remembers what was copied last. With it there are three versions of every file,
the one copied last (*base*), the student's (*theirs*) and the course's now (*ours*), and the rule is that
of a merge:

    theirs is gone                    copy ours
    theirs == base                    the student has not touched it: copy ours over it
    theirs != base and ours == base   nothing new: leave it
    theirs != base and ours != base   leave it, and put ours beside it as name.new.ipynb
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .trouble import Trouble

RECORD = ".teachtorch.json"
PACKAGE = Path(__file__).resolve().parent.parent


@dataclass
class Copied:
    """What happened, by the files' names."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


def course_files() -> dict[str, Path]:
    """The course: where each file goes, and where it comes from."""
    lectures = _lectures()
    files = {path.relative_to(lectures).as_posix(): path for path in _files_below(lectures)}
    exercises = PACKAGE / "notebooks"
    return files | {f"exercises/{path.name}": path for path in _files_below(exercises)}


def _lectures() -> Path:
    """The lectures' folder: in an installation inside this package, in a checkout at its top."""
    for folder in (PACKAGE / "course" / "notebooks", PACKAGE.parent.parent / "notebooks"):
        if folder.is_dir():
            return folder
    raise Trouble("The course's notebooks are not where they should be. Install teachtorch again.")


def _files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in inside)
        if path.is_file() and not hidden:
            yield path


def copy_course(folder: Path, files: Mapping[str, Path]) -> Copied:
    """Bring `folder` up to date with the course, by the rule above."""
    done = Copied()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        record = _read_record(folder / RECORD)
        for name, source in files.items():
            _copy(folder / name, source.read_bytes(), name, record, done)
            _write(folder / RECORD, (json.dumps(record, indent=1, sort_keys=True) + "\n").encode())
    except OSError as error:
        where = error.filename or folder
        raise Trouble(
            f"{where} cannot be written: {error.strerror}. Choose another folder with --dir."
        ) from error
    return done


def _copy(target: Path, ours: bytes, name: str, record: dict[str, str], done: Copied) -> None:
    base, now = record.get(name), _digest(ours)
    record[name] = now
    if not os.path.lexists(target):
        _write(target, ours)
        done.new.append(name)
        return
    theirs = _digest(target.read_bytes())
    if theirs == now:
        return
    if theirs == base:
        _write(target, ours)
        done.updated.append(name)
    elif now == base:
        done.kept.append(name)
    else:
        beside = _free_name(target, now)
        _write(beside, ours)
        done.beside.append(beside.relative_to(target.parents[name.count("/")]).as_posix())


def _free_name(target: Path, digest: str) -> Path:
    """`name.new.ipynb`, or a numbered one where that is taken by something else."""
    number = 1
    while True:
        middle = ".new" if number == 1 else f".new-{number}"
        path = target.with_name(target.stem + middle + target.suffix)
        if not os.path.lexists(path) or _digest(path.read_bytes()) == digest:
            return path
        number += 1


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Write a whole file or none of it, whenever the power goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".copying-", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _read_record(path: Path) -> dict[str, str]:
    """What was copied last. A record that cannot be read counts as none: then every file is the student's."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(record, dict):
        return {}
    return {name: digest for name, digest in record.items() if isinstance(digest, str)}
