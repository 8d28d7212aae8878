"""What the store promises, tried with real servers, files and processes."""
