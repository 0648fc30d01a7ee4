"""Faults injected into real runs of the smoke preset, and what becomes of them: ``make faults``."""
