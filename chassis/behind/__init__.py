"""How far a service is behind the facts of each source it hears, known at any moment without asking anybody then.

What is not in effect lies in one of four places: unsent in the source's outbox (its relay says so once a second, see
`beats`), ready in the queue, in hand with the consumer, kept in failed_events. `measure` adds them up and says what
follows, `watch` looks once a second, `rows` is what processes of one service tell each other.
"""
