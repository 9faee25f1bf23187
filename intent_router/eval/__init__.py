"""How well the router understands, measured: tables, plots, behavioural tests, other methods on the same messages."""
