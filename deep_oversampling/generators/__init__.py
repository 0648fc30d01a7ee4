"""Deep conditional generative models: each file holds networks, losses and one training step."""
