"""What PerfWatch knows without a window or a network: collect, derive, keep, tell."""
