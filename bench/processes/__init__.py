"""What runs in a process of its own while it is measured: the peers, the floors, and our example service."""
