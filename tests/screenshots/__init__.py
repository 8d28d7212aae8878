"""The README's pictures, rendered from a composed machine: anyone who runs `make screenshots` gets the same."""
