"""Out of the window: history as a file of numbers, and charts as pictures."""
