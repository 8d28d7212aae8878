"""PerfWatch as a part of the desktop: its menu entry, one window for each user, the tray, word of its trouble."""
