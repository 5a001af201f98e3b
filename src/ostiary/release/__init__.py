"""What leaves: the decided cells and nothing else."""
