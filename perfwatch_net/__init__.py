"""PerfWatch without a window: the headless run, and the server that browsers talk to."""
