"""Measures Lamppost against named peers: see docs/performance.md."""
