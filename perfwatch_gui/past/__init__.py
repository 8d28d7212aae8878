"""History for the charts: pieces of the store, asked for off the window's thread and kept at several zooms."""
