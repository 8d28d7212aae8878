"""Tests of the perf collector."""
