"""Training: one loop over epochs, and per backend the little that differs."""
