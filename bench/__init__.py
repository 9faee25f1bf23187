"""Speed and memory of the running house; `make bench` writes reports/bench.md. Figures of one run compare as ratios."""
