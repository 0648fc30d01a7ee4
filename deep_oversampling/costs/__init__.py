"""What an experiment will cost: its jobs, core hours, GPU hours and files, from the measured costs of finished jobs."""
