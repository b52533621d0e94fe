"""What all stages share: checkpoints, resuming, processes, adapters, memory."""
