"""The tables of results, with the paper's numbers beside them."""
