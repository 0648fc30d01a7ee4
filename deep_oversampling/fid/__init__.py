"""The Fréchet distance between real and synthetic images, and the networks whose features it compares."""
