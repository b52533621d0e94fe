"""What there is: `ls` and `metrics explain`."""
