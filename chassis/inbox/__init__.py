"""From the broker into effect, exactly once: what a consumer does with the messages it is given."""
