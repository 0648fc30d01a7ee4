"""The page that tells the results: one HTML file that works offline."""
