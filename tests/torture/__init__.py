"""What PerfWatch claims about faults, tried until it would show: one module a subject, `make torture` runs all."""
