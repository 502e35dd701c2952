"""What each service's login may do at the broker: with its own queues and exchange, and with those it hears of.

Making a queue that hands over to another (x-dead-letter-exchange) needs the right to write to the default exchange,
and through that anybody writes into any queue. So it is the administrator's: `linli up` makes the queues before the
services start, and a service finds them as it would have made them.
"""

from linli.embedded.rabbitmq_logins import Rights
from linli.services import routes


def rights(service: str) -> Rights:
    """The least with which its relay publishes and its consumers declare, bind and read what is theirs."""
    mine = rf"^{service}\.(events|from\..*)$"
    heard = "|".join(route.source for route in routes() if route.consumer == service)
    return Rights(configure=mine, write=mine, read=rf"^({service}\.from\..*|({heard})\.events)$")
