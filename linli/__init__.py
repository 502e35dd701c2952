"""Linli (邻里): the community work of one urban district, as an operator runs it.

This package is the operator's side: the `linli` command, the embedded parts a fresh machine needs
(PostgreSQL, RabbitMQ), and the supervisor that keeps the services running.
"""

import warnings

# nameko 2.14.1 stands on eventlet, which announces its own end at every import (docs/adr/0003).
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
