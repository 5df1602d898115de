"""A throwaway server by hand.

    server.py fetch                             fill the cache; nothing to do the second time
    server.py start [--flavour mariadb] ...     run one in the foreground until Ctrl-C
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import kafka, packages  # pylint: disable=wrong-import-position
from harness.servers import MariaDb, MariaDbUnstable, Mysql  # pylint: disable=wrong-import-position


def _start(options):
    settings = {
        "gtid": not options.no_gtid,
        "binlog_row_metadata": options.row_metadata,
        "row_image": options.row_image,
        "binlog_format": options.binlog_format,
        "checksum": not options.no_checksum,
        "compression": options.compression,
        "partial_json": options.partial_json,
        "tls": True if options.tls else None,
        "args": options.args,
    }
    flavours = {"mysql": Mysql, "mariadb": MariaDb, "mariadb-unstable": MariaDbUnstable}
    with flavours[options.flavour](**settings) as server:
        if options.user:
            name, _, password = options.user.partition(":")
            server.create_user(name, password)
        if options.sql:
            server.run_sql(Path(options.sql).read_text(encoding="utf-8"))
        print(f"flavour={server.flavour} version={server.version} pid={server.pid}")
        print(f"host={server.host} port={server.port} user={server.user} password={server.password}")
        print(f"socket={server.socket} data={server.data} log={server.log_path}")
        if server.ca:
            print(f"ca={server.ca}")
        print("client: " + " ".join(server.mysql_cli()), flush=True)
        try:
            while server.running():
                time.sleep(0.2)
        except KeyboardInterrupt:
            return 0
        print("the server ended by itself; the end of its log:\n" + server.log_path.read_text()[-2000:])
        return 1


def main():
    parser = argparse.ArgumentParser(description="A throwaway server by hand.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fetch", help="fill the cache")
    start = commands.add_parser("start", help="run a server in the foreground")
    start.add_argument("--flavour", choices=["mysql", "mariadb", "mariadb-unstable"], default="mysql")
    start.add_argument("--no-gtid", action="store_true")
    start.add_argument("--no-checksum", action="store_true")
    start.add_argument("--row-metadata", choices=["FULL", "MINIMAL"], default="FULL")
    start.add_argument("--row-image", choices=["FULL", "MINIMAL", "NOBLOB"], default="FULL")
    start.add_argument("--binlog-format", choices=["ROW", "MIXED", "STATEMENT"], default="ROW")
    start.add_argument("--compression", action="store_true")
    start.add_argument("--partial-json", action="store_true")
    start.add_argument("--tls", action="store_true", help="with a CA of its own")
    start.add_argument("--user", metavar="NAME:PASSWORD", help="create this user with all privileges")
    start.add_argument("--sql", metavar="FILE", help="run this script first")
    start.add_argument("args", nargs="*", help="more server options, after --")
    options = parser.parse_args()
    if options.command == "fetch":
        packages.find_mysql()
        packages.find_mariadb_unstable()
        try:
            kafka.fetch()
        except kafka.Unavailable as missing:
            print(f"tests against Kafka and Debezium will be skipped: {missing}", file=sys.stderr)
        return 0
    return _start(options)


if __name__ == "__main__":
    sys.exit(main())
