"""Tests of the window: by what it shows, and with real keys and clicks."""
