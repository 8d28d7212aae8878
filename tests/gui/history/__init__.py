"""Tests of the History page, on two months of a fake archive."""
