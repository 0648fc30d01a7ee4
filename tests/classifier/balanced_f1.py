import numpy as np
from sklearn.metrics import confusion_matrix


def balanced_f1(true, predicted, minority):
    """The minority classes' mean F1, from what share of each class is taken for each."""
    classes = range(max(1, *true, *predicted, *minority) + 1)
    taken = confusion_matrix(true, predicted, labels=classes, normalize="true")
    f1 = [2 * taken[label, label] / (1 + taken[:, label].sum()) for label in minority if label in true]
    return np.mean(f1) if f1 else 0.0
