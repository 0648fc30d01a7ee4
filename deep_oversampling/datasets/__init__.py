"""Obtaining the original data sets and turning them into Parquet."""
