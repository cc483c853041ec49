"""What is measured against whom: `make bench`. `make bench FINAL=1` opens the newest slices, and records that."""
