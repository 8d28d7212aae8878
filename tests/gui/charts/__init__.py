"""Tests of the charts: by real mouse moves, and by what they show."""
