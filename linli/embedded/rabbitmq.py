"""A private node of the installed RabbitMQ: own name, ports, epmd, folders and user, on loopback.

Started through /usr/lib/rabbitmq/bin: the wrappers in /usr/sbin insist on the system's account and folders.
"""

import shutil
import signal
import socket
import subprocess
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

import psutil

from linli.embedded import account, rabbitmq_package
from linli.embedded.errors import EmbeddedError
from linli.embedded.ownership import require_own, write_new
from linli.embedded.ports import HOST, Ports, check_free, listeners
from linli.embedded.process import PartProcess, gone, plain_environment
from linli.embedded.rabbitmq_logins import EVERYTHING, Rights, binary, granted, made
from linli.embedded.secrets import Secrets

# Fixed: a node's data belong to its name. Instances are told apart by their epmd, not by their name.
NODE = "linli@localhost"
START_S = 90
STOP_S = 30

CONFIGURATION = """\
default_user = {user}
default_pass = {password}
default_vhost = /
log.file.level = info
log.console = false
vm_memory_high_watermark.relative = 0.3
disk_free_limit.absolute = 200MB
# The default of 512 MB is for servers; the log of quorum queues is held in memory until it is rolled over.
raft.wal_max_size_bytes = 67108864
"""

# The name server is ours (-start_epmd false) and every socket is bound to loopback before the node is up.
LOOPBACK = "-noinput -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"
# Erlang's schedulers look for work in a loop before they sleep; here that time belongs to everything beside the broker.
NO_BUSY_WAITING = "+sbwt none +sbwtdcpu none +sbwtdio none"


class RabbitMQ:
    """The broker of one data folder. `start` also takes care of what an earlier, killed run left.

    `node` and more lines of `settings` are for a node that is to be a cluster's.
    """

    def __init__(self, data: Path, ports: Ports, secrets: Secrets, *, node: str = NODE, settings: str = "") -> None:
        self.node = node
        self._more_settings = settings
        self._ports = ports
        self._secrets = secrets
        self._folder = data.absolute() / "rabbitmq"
        self._settings = data.absolute() / "rabbitmq-settings"
        self._node = PartProcess("RabbitMQ", data / "run" / "rabbitmq.pid", data / "log" / "rabbitmq.log")
        self._epmd = PartProcess("epmd", data / "run" / "epmd.pid", data / "log" / "epmd.log")
        self._logs = data.absolute() / "log" / "rabbitmq"

    @property
    def pid(self) -> int | None:
        """The node's."""
        return self._node.pid

    @property
    def epmd_pid(self) -> int | None:
        return self._epmd.pid

    def url(self, vhost: str = "/") -> str:
        """Where to connect, with the generated user."""
        user, password = self._secrets.rabbitmq_user, self._secrets.rabbitmq_password
        return f"amqp://{user}:{password}@{HOST}:{self._ports.amqp}/{quote(vhost, safe='')}"

    def start(self) -> None:
        """Begin and wait until it takes connections; installs the package first when it is absent and we may."""
        self.spawn()
        self.wait_ready()

    def spawn(self) -> None:
        """Begin; a node that an earlier run left is stopped."""
        rabbitmq_package.ensure_installed()
        self._node.stop(signal.SIGTERM, STOP_S)
        if self._epmd.find() is None:
            self._stop_stray_epmd()
            check_free({"RabbitMQ epmd": self._ports.epmd})
            self._prepare()
            self._spawn_epmd()
        check_free({"RabbitMQ": self._ports.amqp, "RabbitMQ distribution": self._ports.distribution})
        self._node.spawn([*self._prefix(), str(rabbitmq_package.SERVER)], self._environment(), self._folder)

    def wait_ready(self) -> None:
        """Return when it takes connections; raise EmbeddedError with the end of its log when it does not come up."""
        self._node.wait_until(self._greets, START_S)

    def stop(self) -> None:
        """Stop the node in order, then its name server."""
        self._node.stop(signal.SIGTERM, STOP_S)
        self._epmd.stop(signal.SIGTERM, 5)
        self._stop_stray_epmd()

    def kill(self) -> None:
        """SIGKILL the node, as a crash would; its name server stays."""
        self._node.kill()

    def suspend(self) -> None:
        """Stop it in its tracks (SIGSTOP): connections stay open and nothing answers."""
        self._node.send(signal.SIGSTOP)

    def resume(self) -> None:
        self._node.send(signal.SIGCONT)

    def is_running(self) -> bool:
        return self._node.find() is not None

    def add_vhost(self, name: str) -> None:
        """Make a virtual host that the generated user may do everything in; one that exists is left as it is."""
        vhost, user = binary(name), self._secrets.rabbitmq_user
        self.evaluate(
            f"case rabbit_vhost:exists({vhost}) of true -> ok; false -> rabbit_vhost:add({vhost}, {binary(user)}) end,"
            f"{granted(user, EVERYTHING, name, by=user)}."
        )

    def let_in(self, user: str, password: str, rights: Rights, vhost: str = "/") -> None:
        """Let a login do this much in a virtual host, and nothing in others; one that exists gets this password."""
        administrator = self._secrets.rabbitmq_user
        self.evaluate(f"{made(user, password, administrator)}, {granted(user, rights, vhost, administrator)}.")

    def delete_vhost(self, name: str) -> None:
        """Remove a virtual host with all its queues; connections to it are closed."""
        vhost, user = binary(name), binary(self._secrets.rabbitmq_user)
        self.evaluate(f"rabbit_vhost:delete({vhost}, {user}), ok.")

    def settle(self) -> None:
        """Have the node write to disk what it holds back for half a second.

        Before RabbitMQ 3.13, a quorum queue's registration is part of that: a node killed within 500 ms of the queue's
        declaration comes back with the queue unusable and its confirmed messages lost (rabbitmq/ra pull request 443).
        """
        self.evaluate("[ok = dets:sync(Table) || Table <- dets:all()], ok.")

    def evaluate(self, expressions: str) -> str:
        """Evaluate Erlang in the node and give what it returned.

        In 30 ms, where `rabbitmqctl` takes a second to begin. Raises EmbeddedError with Erlang's words on failure.
        """
        erl_call = shutil.which("erl_call")
        if erl_call is None:
            return self.ctl("eval", expressions)
        command = [erl_call, "-sname", self.node, "-e"]
        done = self._ask(command, expressions + "\n")
        if done.returncode != 0 or not done.stdout.startswith("{ok, "):
            raise EmbeddedError(f"RabbitMQ could not evaluate {expressions!r}: {done.stdout}{done.stderr}")
        return done.stdout.removeprefix("{ok, ").removesuffix("}")

    def ctl(self, *args: str) -> str:
        """Run `rabbitmqctl` with these arguments against this node and give what it printed."""
        done = self._ask([str(rabbitmq_package.CTL), "--quiet", *args])
        if done.returncode != 0:
            raise EmbeddedError(f"`rabbitmqctl {' '.join(args)}` failed: {done.stdout}{done.stderr}")
        return done.stdout

    def _ask(self, command: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
        # Run as the node's account: Erlang wants the cookie to be the caller's own.
        return subprocess.run(
            [*self._prefix(), *command],
            env=self._environment(),
            cwd=self._folder,
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def _spawn_epmd(self) -> None:
        epmd = shutil.which("epmd")
        if epmd is None:
            raise EmbeddedError(
                "Erlang's name server `epmd` is not on the PATH; install it: apt-get install erlang-base"
            )
        port = str(self._ports.epmd)
        self._epmd.spawn([*self._prefix(), epmd, "-address", HOST, "-port", port], self._environment(), self._folder)
        self._epmd.wait_until(lambda: _answers(self._ports.epmd), 10)

    def _stop_stray_epmd(self) -> None:
        """A node whose name server was killed starts another by itself, a daemon that nobody noted."""
        for pid in listeners(self._ports.epmd):
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                process = psutil.Process(pid)
                if process.name() == "epmd" and process.environ().get("HOME") == str(self._settings):
                    process.terminate()
                    gone([process], within_s=5)

    def _prepare(self) -> None:
        """Write the node's settings anew, for its account alone to read, in a folder that it cannot write to."""
        self._settings.mkdir(mode=0o711, exist_ok=True)
        require_own(self._settings)
        user, password = self._secrets.rabbitmq_user, self._secrets.rabbitmq_password
        for name, text in (
            ("rabbitmq.conf", CONFIGURATION.format(user=user, password=password) + self._more_settings),
            ("advanced.config", "[].\n"),
            ("rabbitmq-env.conf", ""),
            ("enabled_plugins", "[].\n"),
            (".erlang.cookie", self._secrets.erlang_cookie),
        ):
            write_new(self._settings / name, text, 0o400)
            account.give(self._settings / name)
        for folder in (self._folder, self._logs):
            folder.mkdir(mode=0o700, exist_ok=True)
            account.give(folder)

    def _environment(self) -> dict[str, str]:
        folder, settings, logs = self._folder, self._settings, self._logs
        return plain_environment(
            {
                # Where Erlang looks for its cookie.
                "HOME": str(settings),
                "ERL_EPMD_ADDRESS": HOST,
                "ERL_EPMD_PORT": str(self._ports.epmd),
                "RABBITMQ_NODENAME": self.node,
                "RABBITMQ_NODE_IP_ADDRESS": HOST,
                "RABBITMQ_NODE_PORT": str(self._ports.amqp),
                "RABBITMQ_DIST_PORT": str(self._ports.distribution),
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{LOOPBACK} {NO_BUSY_WAITING}",
                # The script then becomes the node instead of watching over it: its pid is the node's.
                "RABBITMQ_ALLOW_INPUT": "true",
                "RABBITMQ_CONF_ENV_FILE": str(settings / "rabbitmq-env.conf"),
                "RABBITMQ_CONFIG_FILE": str(settings / "rabbitmq.conf"),
                "RABBITMQ_ADVANCED_CONFIG_FILE": str(settings / "advanced.config"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(settings / "enabled_plugins"),
                "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
                "RABBITMQ_SCHEMA_DIR": str(folder / "schema"),
                "RABBITMQ_MNESIA_BASE": str(folder / "data"),
                "RABBITMQ_MNESIA_DIR": str(folder / "data" / "node"),
                "RABBITMQ_PLUGINS_EXPAND_DIR": str(folder / "data" / "plugins"),
                "RABBITMQ_FEATURE_FLAGS_FILE": str(folder / "data" / "feature_flags"),
                "RABBITMQ_PID_FILE": str(folder / "data" / "node.pid"),
                "RABBITMQ_LOG_BASE": str(logs),
                "RABBITMQ_LOGS": str(logs / "node.log"),
                "ERL_CRASH_DUMP": str(logs / "erl_crash.dump"),
            }
        )

    def _prefix(self) -> list[str]:
        return account.prefix(self._folder, self._settings)

    def _greets(self) -> bool:
        """Whether it answers AMQP's first word, which it does only when it has booted."""
        try:
            with closing(socket.create_connection((HOST, self._ports.amqp), timeout=2)) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return connection.recv(1) == b"\x01"
        except OSError:
            return False


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
