"""PerfWatch's window; importing this package loads no Qt, since `perfwatch --serve` passes through it."""
