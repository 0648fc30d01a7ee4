"""Speed and memory measured as ratios to a peer or a floor in the same run; see ``__main__.py``."""
