"""What PerfWatch costs, measured: `make bench` runs every module here that has `figures()`."""
