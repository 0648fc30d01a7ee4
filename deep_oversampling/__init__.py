"""Oversampling imbalanced data: samplers, training, classifiers and their evaluation."""

__version__ = "0.1.0"
