"""Statistics publishes nothing: it is where facts end."""

PUBLISHED: tuple[type, ...] = ()
SAMPLES: tuple[object, ...] = ()
