"""How sure the results are: intervals over replicates, paired comparisons, ranks over settings."""
