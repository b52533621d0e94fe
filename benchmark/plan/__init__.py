"""`plan`: what a run will need - memory per GPU, tokens, FLOPs, hours, disk - told before it is started, and refused
when it cannot fit."""
