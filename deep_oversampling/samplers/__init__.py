"""Oversamplers: every method of the paper is an object with ``fit_resample``."""
