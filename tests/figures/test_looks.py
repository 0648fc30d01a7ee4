import pytest
from figure_data import ALL_METHODS, PAPER_METHODS

from deep_oversampling.figures.looks import dagger_notes, method_look
from deep_oversampling.names import method_label
from deep_oversampling.paper import paper_classifier


def test_known_methods_all_look_different():
    methods = [*ALL_METHODS, "ADASYN"]
    assert len(set(map(method_look, methods))) == len(methods)


@pytest.mark.parametrize("method", ["ACGAN", "CGAN", "CVAE"])
def test_balanced_first_is_the_same_but_hollow(method):
    plain, balanced = method_look(method), method_look(f"R-{method}")
    assert (plain.colour, plain.marker) == (balanced.colour, balanced.marker)
    assert (plain.filled, balanced.filled) == (True, False)
    assert balanced.of_marker()["markerfacecolor"] == "#FFFFFF"


def test_any_other_name_has_a_look_that_follows_from_it():
    looks = [method_look(f"Other{number}") for number in range(40)]
    assert looks == [method_look(f"Other{number}") for number in range(40)]
    assert len(set(looks)) > 15
    assert not {look.marker for look in looks} & {method_look(method).marker for method in PAPER_METHODS}


def test_yellow_has_a_black_edge():
    look = method_look("ADASYN")
    assert look.of_marker() == {
        "marker": "s",
        "color": "#000000",
        "markerfacecolor": "#F0E442",
        "markeredgecolor": "#000000",
    }


def test_dagger_marks_what_the_paper_lacks():
    assert [method_label(method) for method in PAPER_METHODS] == list(paper_classifier()["method"].unique())
    assert method_label("ClassWeights") == "ClassWeights †"
    assert dagger_notes(PAPER_METHODS) == []
    assert dagger_notes(["SMOTE", "ADASYN"]) == ["† not in the paper"]
