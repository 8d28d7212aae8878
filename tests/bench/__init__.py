"""What PerfWatch costs, measured: `make bench`."""
