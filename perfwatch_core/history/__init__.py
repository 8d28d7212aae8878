"""What the charts draw: the newest samples of each series in memory, and their extremes at every zoom."""

from perfwatch_core.history.rings import History, Window

__all__ = ["History", "Window"]
