"""The reference system: base model, SFT, RL, recovery and the rewards. It regenerates every checkpoint that the benchmark measures.

Imports `metrics`, never `benchmark`. `import training` itself loads no torch.
"""
