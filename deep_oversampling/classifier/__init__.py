"""The downstream classifier: the MLP, the search for its sample weight, its scores."""
