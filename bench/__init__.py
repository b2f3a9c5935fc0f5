"""Benchmarks, one command each: `python -m bench NAME [--size small|full] [--json]`."""
