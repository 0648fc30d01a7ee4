import sys
from collections import OrderedDict
from types import ModuleType

import pytest
from sklearn.linear_model import LogisticRegression

from deep_oversampling.dotted_path import import_class
from deep_oversampling.errors import InputError


@pytest.mark.parametrize(
    ("path", "expected"),
    [("collections.OrderedDict", OrderedDict), ("sklearn.linear_model.LogisticRegression", LogisticRegression)],
)
def test_a_dotted_path_is_the_class(path, expected):
    assert import_class(path, "classifier") is expected


def test_a_class_of_one_s_own_module_is_found(monkeypatch):
    own = ModuleType("own_classifiers")
    own.Mine = type("Mine", (), {})
    monkeypatch.setitem(sys.modules, "own_classifiers", own)
    assert import_class("own_classifiers.Mine", "classifier") is own.Mine


@pytest.mark.parametrize(
    "path",
    [
        "collections.NoSuchClass",
        "no_such_package.Thing",
        "collections.no_such_module.Thing",
        "LogisticRegression",
        ".collections.OrderedDict",
        "collections.",
        "os.system",
        "sys.path",
        "",
    ],
)
@pytest.mark.parametrize("what", ["classifier", "sampler"])
def test_what_is_not_there_is_refused_by_name(path, what):
    with pytest.raises(InputError) as refused:
        import_class(path, what)
    message = str(refused.value)
    assert message.startswith(f"no {what} {path}: ")
    assert message.endswith("; correct the dotted path in the config")


def test_a_program_that_ends_as_it_is_imported_is_no_class(tmp_path, monkeypatch):
    (tmp_path / "program.py").write_text("raise SystemExit(2)\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError, match=r"no classifier program\.Mine: 2; correct the dotted path"):
        import_class("program.Mine", "classifier")
