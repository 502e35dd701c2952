"""What others would build for the same jobs, each as its own documentation recommends; nothing here is ours to run.

It lives in a Python environment of its own (`bench.peers_setup`), so nothing here imports Linli. What each of them does
and does not do, and where its settings are recommended: docs/peers.md.
"""
