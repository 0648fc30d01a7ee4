"""Which code of the project a result depends on, as one short text that changes with that code."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from deep_oversampling.errors import InputError

PROJECT = Path(__file__).resolve().parents[1]


def fingerprint(script: str, imported: Iterable[str] = (), project: Path = PROJECT) -> str:
    """Return a digest of a script and of everything of the project that it imports.

    Comments, docstrings, type checkers' imports, formatting and the version number don't count. Libraries don't
    either: their versions are in the provenance.

    Parameters
    ----------
    script : str
        Its name in ``scripts/``, without ``.py``.
    imported : iterable of str, default none
        Dotted paths of what it imports by its settings' word; those of other libraries have nothing to tell.
    project : Path, optional
        The folder that holds ``scripts/`` and the packages.

    Returns
    -------
    str
        16 hexadecimal digits.

    Raises
    ------
    InputError
        If one of the files isn't Python.
    """
    digests = [_digest(path) for path in code_files(script, imported, project)]
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:16]


def code_files(script: str, imported: Iterable[str] = (), project: Path = PROJECT) -> list[Path]:
    """Return the files that :func:`fingerprint` covers: Python's, and the data files of the packages among them.

    Parameters
    ----------
    script : str
    imported : iterable of str, default none
    project : Path, optional

    Returns
    -------
    list of Path
        Sorted.
    """
    reached: set[Path] = set()
    pending = [project / "scripts" / f"{script}.py", *(file for path in imported for file in _files_of(path, project))]
    while pending:
        path = pending.pop()
        if path not in reached:
            reached.add(path)
            pending.extend(_imports(path, project))
    data = {file for path in reached for file in _data_beside(path, project)}
    return sorted(reached | data)


def check_code(project: Path = PROJECT) -> None:
    """Check that every script, and whatever it imports of the project, is Python.

    Parameters
    ----------
    project : Path, optional

    Raises
    ------
    InputError
        If one of the files isn't Python.
    """
    for script in sorted(project.glob("scripts/*.py")):
        code_files(script.stem, project=project)


def _files_of(dotted: str, project: Path) -> Iterator[Path]:
    """Yield the files below the project of a module, or of what is in one, and of the packages around it."""
    parts = dotted.split(".")
    for length in range(1, len(parts) + 1):
        path = project.joinpath(*parts[:length])
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.is_file():
                yield file


@cache
def _imports(path: Path, project: Path) -> tuple[Path, ...]:
    names = []
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = ".".join(filter(None, [*_package(path, project, node.level), node.module]))
            names += [f"{module}.{alias.name}" for alias in node.names]
    return tuple(file for name in names for file in _files_of(name, project))


def _package(path: Path, project: Path, level: int) -> tuple[str, ...]:
    """Return the parts of the package that an import with so many leading dots starts from."""
    return path.relative_to(project).parts[:-level] if level else ()


@cache
def _data_beside(path: Path, project: Path) -> tuple[Path, ...]:
    if path.parent in (project, project / "scripts"):
        return ()
    folders = [path.parent, *(folder for folder in path.parent.iterdir() if _holds_data(folder))]
    files = (file for folder in folders for file in folder.iterdir())
    return tuple(file for file in files if file.is_file() and file.suffix not in (".py", ".pyc") and _counts(file))


def _holds_data(folder: Path) -> bool:
    is_other = folder.name == "__pycache__" or (folder / "__init__.py").exists()
    return folder.is_dir() and _counts(folder) and not is_other


def _counts(path: Path) -> bool:
    """Return whether a path is none of those that editors leave behind."""
    return not path.name.startswith((".", "#")) and not path.name.endswith("~")


@cache
def _digest(path: Path) -> str:
    content = path.read_bytes() if path.suffix != ".py" else ast.unparse(_tree(path)).encode()
    return hashlib.sha256(content).hexdigest()


@cache
def _tree(path: Path) -> ast.Module:
    try:
        return _WithoutWords().visit(ast.parse(path.read_bytes()))
    except SyntaxError as error:
        raise InputError(f"{path}:{error.lineno} is not Python: {error.msg}; correct it") from error


class _WithoutWords(ast.NodeTransformer):
    """Removes what has no part in a result."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return ast.copy_location(ast.Pass(), node) if is_text else node

    def visit_If(self, node: ast.If) -> ast.AST:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = [ast.Pass()]
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        is_version = [ast.unparse(target) for target in node.targets] == ["__version__"]
        return ast.copy_location(ast.Pass(), node) if is_version else node
