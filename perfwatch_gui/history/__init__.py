"""The History page: any span of any series, its figures, what it is compared with, and what changed."""
