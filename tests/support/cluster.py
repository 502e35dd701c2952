"""Three RabbitMQ nodes on this machine that are one cluster, and whose network can be cut.

A cut is made where the nodes' sockets are: neither side reads any more what comes from the other, as if it were lost on
the way, and no new connection between them is let in. So it needs no rights, and what notices it is what notices a
network's: the ticks of Erlang and the elections of quorum queues.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from linli.embedded.errors import EmbeddedError
from linli.embedded.parts import Embedded
from linli.embedded.ports import HOST, Ports, free_ports
from linli.embedded.rabbitmq import RabbitMQ
from linli.embedded.rabbitmq_logins import binary
from linli.embedded.secrets import Secrets
from tests.support.instance import new_folder
from tests.support.waiting import wait_for

NAMES = ("one@localhost", "two@localhost", "three@localhost")
TICK_S = 4
"""Who has not been heard of for so long is taken for gone; RabbitMQ's own value is 60."""

SETTINGS = f"""\
cluster_partition_handling = pause_minority
net_ticktime = {TICK_S}
"""

# Each side believes the other only if it says a word that it never says.
CUT = """\
[begin
   erlang:set_cookie(Other, node()),
   [inet:setopts(Port, [{{active, false}}]) || {{Node, Port}} <- erlang:system_info(dist_ctrl), Node =:= Other]
 end || Other <- [{others}]], ok.
"""
HEAL = """\
[begin
   erlang:set_cookie(Other, erlang:get_cookie()),
   [inet:setopts(Port, [{{active, true}}]) || {{Node, Port}} <- erlang:system_info(dist_ctrl), Node =:= Other]
 end || Other <- [{others}]], ok.
"""
JOIN = "ok = rabbit:stop(), ok = rabbit_mnesia:join_cluster('{first}', disc), ok = rabbit:start(), ok."
LEADER = """\
{{ok, Queue}} = rabbit_amqqueue:lookup(rabbit_misc:r({vhost}, queue, {queue})),
{{_, Leader}} = ra_leaderboard:lookup_leader(element(1, amqqueue:get_pid(Queue))), Leader.
"""


@dataclass(frozen=True)
class NodePorts(Ports):
    """A node's own ports, and the name server of the first one."""

    shared_epmd: int = 0

    @property
    def epmd(self) -> int:
        return self.shared_epmd


class Node(RabbitMQ):
    """One node of a cluster."""

    def __init__(self, name: str, parts: Embedded, secrets: Secrets, ports: NodePorts, first: "Node | None") -> None:
        super().__init__(parts.folder.path, ports, secrets, node=name, settings=SETTINGS)
        self._first = first
        if first is not None:
            self._epmd = first._epmd

    @property
    def host(self) -> str:
        return f"{HOST}:{self._ports.amqp}"

    def spawn(self) -> None:
        self._prepare()
        super().spawn()

    def stop(self) -> None:
        """The name server stays until the first node is stopped."""
        if self._first is None:
            super().stop()
        else:
            # Nothing of it is kept.
            self.kill()

    def join(self, first: "Node") -> None:
        self.evaluate(JOIN.format(first=first.node))

    def serves(self) -> bool:
        """Whether it lets clients in: a node that finds itself in a minority pauses."""
        try:
            return self.evaluate("rabbit:is_running().").strip() == "true"
        except EmbeddedError:
            return False

    def cut(self, others: Sequence["Node"]) -> None:
        self.evaluate(CUT.format(others=_quoted(others)))

    def heal(self, others: Sequence["Node"]) -> None:
        self.evaluate(HEAL.format(others=_quoted(others)))


class Cluster:
    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = list(nodes)

    def url(self, vhost: str, first: Node | None = None) -> str:
        """With all nodes, this one before the others."""
        ordered = sorted(self.nodes, key=lambda node: node is not first)
        parts = urlsplit(self.nodes[0].url(vhost))
        login = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{login}@{','.join(node.host for node in ordered)}").geturl()

    def others(self, node: Node) -> list[Node]:
        return [other for other in self.nodes if other is not node]

    def leader(self, vhost: str, queue: str, seen_by: Node) -> Node | None:
        """The node that leads this queue, as another one sees it; None while nobody does."""
        with suppress(EmbeddedError):
            said = seen_by.evaluate(LEADER.format(vhost=binary(vhost), queue=binary(queue)).replace("\n", " "))
            return next((node for node in self.nodes if node.node in said), None)
        return None

    @contextmanager
    def cut_off(self, node: Node) -> Iterator[None]:
        """Nothing passes between this node and the two others, as long as this lasts."""
        others = self.others(node)
        node.cut(others)
        for other in others:
            other.cut([node])
        try:
            yield
        finally:
            node.heal(others)
            for other in others:
                other.heal([node])

    def wait_whole(self) -> None:
        """Until every node serves and sees all the others."""
        wait_for(lambda: all(node.serves() and self._sees_all(node) for node in self.nodes), 90)

    def _sees_all(self, node: Node) -> bool:
        return node.evaluate("length(rabbit_nodes:all_running()).").strip() == str(len(self.nodes))


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Boots the three at once, then has two join the first."""
    with ExitStack() as stack:
        nodes = _new_nodes(stack)
        for node in nodes:
            node.spawn()
        for node in nodes:
            node.wait_ready()
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda node: node.join(nodes[0]), nodes[1:]))
        cluster = Cluster(nodes)
        cluster.wait_whole()
        yield cluster


def _new_nodes(stack: ExitStack) -> list[Node]:
    """Each in a folder of its own that a later run would find and clean up."""
    nodes: list[Node] = []
    bases: list[int] = []
    for name in NAMES:
        base = next(ports.base for ports in iter(free_ports, None) if ports.base not in bases)
        bases.append(base)
        parts = Embedded(new_folder(), base, own_postgres=False, own_rabbitmq=False)
        parts.start()
        stack.callback(parts.discard)
        first = nodes[0] if nodes else None
        secrets = first._secrets if first else parts.secrets
        ports = NodePorts(base, shared_epmd=Ports(bases[0]).epmd)
        parts.rabbitmq = Node(name, parts, secrets, ports, first)
        nodes.append(parts.rabbitmq)
    return nodes


def _quoted(nodes: Sequence[Node]) -> str:
    return ", ".join(f"'{node.node}'" for node in nodes)
