"""From a service's outbox to the broker: a blocking process of its own, without nameko or eventlet."""
