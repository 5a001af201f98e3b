"""The worker's tables."""
