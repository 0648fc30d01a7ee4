"""The figures of the results: each function takes data frames or images and returns a matplotlib figure."""
