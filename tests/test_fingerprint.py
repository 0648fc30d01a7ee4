import ast
import subprocess
import sys
from pathlib import Path

import pytest

from deep_oversampling.errors import InputError
from deep_oversampling.fingerprint import PROJECT, check_code, code_files, fingerprint

FILES = {
    "scripts/draw.py": "from library.pencil import draw\n\ndraw()\n",
    "scripts/count.py": "import library.abacus\n",
    "library/__init__.py": '"""A library."""\n\n__version__ = "1"\n',
    "library/pencil.py": "def draw():\n    from library import paper\n    return paper.blank(1)\n",
    "library/paper.py": 'def blank(size):\n    """A sheet."""\n    return size\n',
    "library/abacus.py": (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from library.pencil import draw\n\nBEADS = 10\n"
    ),
    "library/art/__init__.py": "",
    "library/art/brush.py": "WIDTH = 2\n",
    "library/art/colours.csv": "red\n",
    "library/art/templates/frame.html": "<p>\n",
}


@pytest.fixture
def digest(tmp_path_factory):
    """Return the fingerprint of a script of the files above, some of them replaced."""

    def of(script, imported=(), **replaced):
        project = tmp_path_factory.mktemp("project")
        changes = {next(name for name in FILES if key in name): text for key, text in replaced.items()}
        for name, content in {**FILES, **changes}.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(content)
        return fingerprint(script, imported, project)

    return of


def test_the_same_code_elsewhere_has_the_same_fingerprint(digest):
    assert digest("draw") == digest("draw")
    assert digest("draw") != digest("count")


@pytest.mark.parametrize(
    "changed",
    [
        {"draw": "from library.pencil import draw\n\ndraw(2)\n"},
        {"pencil": FILES["library/pencil.py"].replace("(1)", "(2)")},
        {"paper": FILES["library/paper.py"].replace("return size", "return 2 * size")},
        {"library/__init__": "import os\n"},
        {"paper": FILES["library/paper.py"].replace("return size", "from .art import brush\n    return size")},
        {"paper": FILES["library/paper.py"].replace("return size", "from . import abacus\n    return size")},
    ],
    ids=["script", "module", "module of a module", "package", "module by one dot", "modules by one dot"],
)
def test_code_that_is_reached_counts(digest, changed):
    assert digest("draw", **changed) != digest("draw")


@pytest.mark.parametrize(
    "changed",
    [
        {"paper": "# Blank paper.\n" + FILES["library/paper.py"]},
        {"paper": FILES["library/paper.py"].replace("A sheet", "One sheet")},
        {"paper": 'def blank(\n    size,\n):\n    """A sheet."""\n    return (size)\n'},
        {"library/__init__": '"""Another word."""\n\n__version__ = "2"\n'},
        {"abacus": "BEADS = 11\n"},
    ],
    ids=["comment", "docstring", "formatting", "version", "another script's module"],
)
def test_what_a_result_does_not_depend_on_does_not_count(digest, changed):
    assert digest("draw", **changed) == digest("draw")


def test_imports_for_type_checkers_alone_do_not_count(digest):
    assert digest("count", pencil="def draw():\n    return 3\n") == digest("count")
    assert digest("count", abacus="BEADS = 11\n") != digest("count")


def test_classes_that_the_settings_name_count_with_their_data(digest):
    brush = ["library.art.brush.Brush"]
    assert digest("draw", brush) != digest("draw")
    for changed in ({"brush": "WIDTH = 3\n"}, {"colours": "blue\n"}, {"frame": "<div>\n"}):
        assert digest("draw", brush, **changed) != digest("draw", brush)
        assert digest("draw", **changed) == digest("draw")


def test_other_libraries_have_no_part(digest):
    assert digest("draw", ["imblearn.over_sampling.SMOTE"]) == digest("draw")


def test_a_file_that_is_not_python_is_one_line(digest):
    with pytest.raises(InputError, match=r"paper\.py:1 is not Python: .*; correct it"):
        digest("draw", paper="def :\n")


def test_the_check_finds_a_file_that_is_not_python_and_nothing_here(tmp_path):
    check_code()
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "count.py").write_text("import library.abacus\n")
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "abacus.py").write_text("BEADS = 10\nROWS = (\n")
    with pytest.raises(InputError, match=r"abacus\.py:2 is not Python: .*; correct it"):
        check_code(tmp_path)


@pytest.mark.parametrize(
    ("script", "imported"),
    [("skew", []), ("comparisons", []), ("train_generator", ["deep_oversampling.samplers.bagan.BAGAN"])],
)
def test_every_module_that_python_loads_for_a_script_counts(script, imported):
    tree = ast.parse((PROJECT / "scripts" / f"{script}.py").read_text())
    imports = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    imports += [f"import {path.rpartition('.')[0]}" for path in imported]
    listing = "import sys; print(*[sys.modules[name].__file__ for name in sys.modules if 'deep_oversampling.' in name])"
    command = [sys.executable, "-c", "\n".join([*imports, listing])]
    loaded = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split()
    assert len(loaded) > 5
    assert set(map(Path, loaded)) <= set(code_files(script, imported))


def test_a_method_s_own_code_is_no_part_of_another():
    methods = {name: f"deep_oversampling.samplers.{name.lower()}.{name}" for name in ("CVAE", "CGAN", "BAGAN")}
    reached = {name: {path.name for path in code_files("train_generator", [at])} for name, at in methods.items()}
    assert reached["CVAE"] - reached["CGAN"] == {"cvae.py", "conditional_vae.py"}
    assert reached["BAGAN"] - reached["CVAE"] == {"bagan.py", "balancing_gan.py"}


@pytest.mark.parametrize("level", ["from .. import abacus", "from ..abacus import BEADS", "from .nib import abacus"])
def test_relative_imports_are_followed(tmp_path, level):
    files = {
        "scripts/draw.py": "import library.art.brush\n",
        "library/__init__.py": "",
        "library/abacus.py": "BEADS = 10\n",
        "library/art/__init__.py": "",
        "library/art/brush.py": level,
        "library/art/nib.py": "from library import abacus\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    assert tmp_path / "library" / "abacus.py" in code_files("draw", project=tmp_path)


def test_what_isn_t_for_type_checkers_counts(digest):
    guarded = "if TYPE_CHECKING:\n    import os\nelse:\n    SIZE = {}\n"
    assert digest("draw", paper=guarded.format(1)) != digest("draw", paper=guarded.format(2))
    assert digest("draw", paper=guarded.format(1)) == digest("draw", paper=guarded.format(1).replace("os", "sys"))


@pytest.mark.parametrize(
    "name", ["brush.py~", ".brush.py.swp", "#brush.py#", ".DS_Store", ".ipynb_checkpoints/brush-checkpoint.ipynb"]
)
def test_what_editors_leave_isn_t_code(tmp_path, name):
    for file, content in FILES.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(content)
    (tmp_path / "scripts" / "draw.py").write_text("import library.art.brush\n")
    before = code_files("draw", project=tmp_path)
    assert tmp_path / "library" / "art" / "colours.csv" in before
    left = tmp_path / "library" / "art" / name
    left.parent.mkdir(exist_ok=True)
    left.write_text("x")
    code_files.__globals__["_data_beside"].cache_clear()
    assert code_files("draw", project=tmp_path) == before
