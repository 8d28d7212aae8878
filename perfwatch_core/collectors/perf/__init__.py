"""Hardware and software event counters through one long-lived `perf stat` child."""
