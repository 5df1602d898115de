"""A TCP proxy on loopback that can drop, stall and refuse what goes through it, and hold back binlog dumps alone."""

import math
import socket
import threading

from harness.daemon import HOST


# The first byte of a packet numbered 0 -> where its flags begin. COM_BINLOG_DUMP, COM_BINLOG_DUMP_GTID.
_DUMP_COMMANDS = {0x12: 5, 0x1E: 1}


class Proxy:
    """Forwards connections to its own port to another port on loopback.

    dump_flags: set in every binlog dump that passes; unknown under TLS. watch: called with what dumps bring.
    """

    def __init__(self, target_port, dump_flags=0):
        self._dump_flags = dump_flags
        self.watch = None
        self._target = target_port
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self._pairs = set()
        self._lock = threading.Lock()
        self._flowing = threading.Event()
        self._flowing.set()
        self._dumps_flowing = threading.Event()
        self._dumps_flowing.set()
        self._until_stall = math.inf  # bytes from the server, those of dumps aside
        self._counts_behind = b""  # a part of a statement; empty: they are counted
        self._dumps = set()  # pairs that carry a binlog dump; unknown under TLS
        self.refusing = False
        self.dropped = 0
        threading.Thread(target=self._accept, daemon=True, name="proxy").start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                if self.refusing:
                    raise OSError
                server = socket.create_connection((HOST, self._target), timeout=10)
                server.settimeout(None)
            except OSError:
                client.close()
                continue
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = (client, server)
            with self._lock:
                self._pairs.add(pair)
            for source, sink in (pair, pair[::-1]):
                threading.Thread(target=self._pump, args=(source, sink, pair), daemon=True).start()

    def _pump(self, source, sink, pair):
        try:
            while data := source.recv(1 << 16):
                if source is pair[0] and len(data) > 4 and data[3] == 0 and data[4] in _DUMP_COMMANDS:
                    self._dumps.add(pair)
                    data = self._with_flags(data)
                if source is pair[0] and self._counts_behind in data:
                    self._counts_behind = b""
                if source is pair[1] and pair not in self._dumps and not self._counts_behind:
                    self._count(len(data))
                self._flowing.wait()
                if source is pair[1] and pair in self._dumps:
                    self._dumps_flowing.wait()
                    if self.watch:
                        self.watch(data)
                sink.sendall(data)
        except OSError:
            pass  # one of the two is gone: so is the other
        self._close(pair)

    def _count(self, size):
        with self._lock:
            self._until_stall -= size
            if self._until_stall <= 0:
                self._until_stall = math.inf
                self._flowing.clear()

    def _with_flags(self, data):
        if not self._dump_flags:
            return data
        at = 4 + _DUMP_COMMANDS[data[4]]
        return data[:at] + bytes([data[at] | self._dump_flags]) + data[at + 1 :]

    def _close(self, pair):
        with self._lock:
            self._pairs.discard(pair)
            self._dumps.discard(pair)
        for one in pair:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # gone already
            one.close()

    def drop(self):
        """Breaks every connection that is open now."""
        with self._lock:
            pairs = list(self._pairs)
        self.dropped += len(pairs)
        for pair in pairs:
            self._close(pair)

    def lead_to(self, port):
        """Connections go to another port on loopback from now on; those that are open break."""
        self._target = port
        self.drop()

    def stall(self):
        """Holds all bytes back, without a word, until flow()."""
        self._flowing.clear()

    def stall_after(self, size, behind=b""):
        """Like stall(), once `size` more bytes have come from the server, those of binlog dumps aside.

        behind: they are counted once a statement with it has passed; unknown under TLS.
        """
        with self._lock:
            self._until_stall, self._counts_behind = size, behind

    def stalled(self):
        return not self._flowing.is_set()

    def lag(self):
        """Holds back what binlog dumps bring, until flow(): the stream falls behind, all else goes on."""
        self._dumps_flowing.clear()

    def flow(self):
        with self._lock:
            self._until_stall = math.inf
        self._flowing.set()
        self._dumps_flowing.set()

    def dumps(self):
        """How many binlog dumps go through now, those under TLS aside."""
        return len(self._dumps)

    def close(self):
        self._listener.close()
        self.flow()
        self.drop()
