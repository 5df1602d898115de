"""Throwaway MySQL and MariaDB servers on free loopback ports.

    with Mysql(binlog_row_metadata="FULL") as server:
        with server.connect() as connection: ...
"""

import os
import subprocess
import time

import pymysql

from harness import cache, packages, tls as certificates
from harness.daemon import HOST, Daemon, ServerError, free_port

_START_ATTEMPTS = 5


def _sql_string(text):
    return "'" + str(text).replace("\\", "\\\\").replace("'", "''") + "'"


class Server(Daemon):
    """What MySQL and MariaDB have in common; use Mysql or MariaDb."""

    flavour = None

    def __init__(
        self,
        *,
        gtid=True,
        binlog_row_metadata="FULL",
        row_image="FULL",
        binlog_format="ROW",
        checksum=True,
        compression=False,
        partial_json=False,
        tls=None,
        server_id=None,
        replica_of=None,
        buffer_pool="128M",
        flush_log_at_trx_commit=2,
        sync_binlog=0,
        args=(),
        start=True,
    ):
        super().__init__()
        self.installation = self._find()
        self.version = self.installation.version
        self.host = HOST
        self.port = None
        self.user = "root"
        self.password = ""
        self.gtid = gtid
        self.server_id = server_id if server_id is not None else 1000 + int.from_bytes(os.urandom(3), "big")
        self.replica_of = replica_of
        self.certificates = None
        self._options = {
            "binlog_row_metadata": binlog_row_metadata,
            "row_image": row_image,
            "binlog_format": binlog_format,
            "checksum": "CRC32" if checksum is True else "NONE" if checksum is False else checksum,
            "compression": compression,
            "partial_json": partial_json,
            "tls": tls,
            "buffer_pool": buffer_pool,
            "flush_log_at_trx_commit": flush_log_at_trx_commit,
            "sync_binlog": sync_binlog,
        }
        self._args = list(args)
        if start:
            self.start()

    # -- life ------------------------------------------------------------------------------------------------------

    @property
    def data(self):
        """The data folder; binlogs are binlog.NNNNNN in it."""
        return self.folder / "data"

    @property
    def socket(self):
        return str(self.folder / "server.sock")

    @property
    def ca(self):
        """Path of the CA certificate (PEM) of a server with tls=True."""
        return str(self.certificates.ca) if self.certificates else None

    def start(self):
        """Makes the data folder (first time), starts the server and waits until it answers."""
        if self.running():
            return self
        fresh = self.folder is None
        try:
            if fresh:
                self.make_folder(self.flavour)
                self._fill_data()
                if self._options["tls"] is True:
                    self.certificates = certificates.make(self.folder / "tls")
            self._start_on_a_port()
            if fresh and self.replica_of is not None:
                self._follow(self.replica_of)
        except BaseException:
            if fresh:
                self.stop()
            raise
        return self

    def restart(self, *, kill=False, args=None):
        """Stops (or kills) and starts again on the same port and data; args replace the extra arguments."""
        if kill:
            self.kill()
        else:
            self.shut_down()
        if args is not None:
            self._args = list(args)
        return self.start()

    def _start_on_a_port(self):
        keep_port = self.port is not None
        for attempt in range(_START_ATTEMPTS):
            if not keep_port:
                self.port = free_port()
            log_from = self.log_path.stat().st_size if self.log_path.exists() else 0
            self.launch(self._command())
            if self._wait_until_it_answers():
                return
            text = self.log_path.read_bytes()[log_from:].decode("utf-8", "replace")
            self.kill()
            if "ddress already in use" not in text or attempt == _START_ATTEMPTS - 1:
                raise ServerError(f"{self.flavour} {self.version} did not start:\n{text[-3000:]}")
            if keep_port:
                time.sleep(0.3)

    def _wait_until_it_answers(self, timeout=60):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                return False
            if os.path.exists(self.socket):
                try:
                    self.connect().close()
                    return True
                except pymysql.MySQLError:
                    pass  # not yet
            time.sleep(0.02)
        return False

    # -- talking to it ---------------------------------------------------------------------------------------------

    def connect(self, **options):
        """A pymysql connection, as root over TCP unless options say otherwise; autocommit is on."""
        settings = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "autocommit": True,
            "charset": "utf8mb4",
            "connect_timeout": 10,
        }
        settings.update(options)
        return pymysql.connect(**settings)

    def sessions(self):
        """(id, user) of every connection. SHOW PROCESSLIST cuts statements within a character, or shows bytes that are no text."""
        if self.flavour == "mysql":
            return self.query("SELECT processlist_id, processlist_user FROM performance_schema.threads WHERE processlist_id IS NOT NULL")
        return self.query("SELECT id, user FROM information_schema.processlist")

    def ended(self, session):
        """Whether nothing of a session is left but, perhaps, a prepared XA transaction that anybody may decide.

        MariaDB (10.11.19) takes a session from its list before InnoDB has taken the transaction from the session. A verdict in
        between is answered and logged, and does nothing: the rows of an XA COMMIT in the binlog are not in the table.
        """
        if any(row[0] == session for row in self.sessions()):
            return False
        if self.flavour == "mysql":
            return True
        # As bytes: it cuts statements within a character.
        status = self.query("SHOW ENGINE INNODB STATUS", use_unicode=False)[0][2]
        return f"MariaDB thread id {session},".encode() not in status

    def query(self, sql, args=None, **options):
        """Runs one statement on a connection of its own; its rows as a list of tuples."""
        connection = self.connect(**options)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, args)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def execute(self, *statements, **options):
        """Runs statements one after the other on one connection."""
        connection = self.connect(**options)
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()

    def create_user(self, name, password, grants=("ALL PRIVILEGES ON *.*",), host="%", require=None):
        """CREATE USER and one GRANT for each of grants, such as 'SELECT ON shop.*'."""
        account = f"{_sql_string(name)}@{_sql_string(host)}"
        statements = [f"CREATE USER {account} IDENTIFIED BY {_sql_string(password)}"]
        if require:
            statements[0] += f" REQUIRE {require}"
        grants = [grants] if isinstance(grants, str) else grants
        statements += [f"GRANT {grant} TO {account}" for grant in grants]
        self.execute(*statements)

    def binlogs(self):
        """Names and sizes of the binary logs, oldest first."""
        return [(row[0], row[1]) for row in self.query("SHOW BINARY LOGS")]

    def tool(self, name):
        """argv that runs a client program of this server's version, without options."""
        return self.installation.program(self._tool_name(name))

    def connection_args(self, user=None, password=None):
        """Options that lead a client program to this server over TCP."""
        options = [
            "--no-defaults",
            f"--host={self.host}",
            f"--port={self.port}",
            "--protocol=TCP",
            f"--user={user or self.user}",
        ]
        if password or self.password:
            options.append(f"--password={password or self.password}")
        return options

    def mysql_cli(self, *options, user=None, password=None):
        """argv of the mysql client, connected to this server; SQL goes to its standard input or after -e."""
        return self.tool("mysql") + self.connection_args(user, password) + list(options)

    def run_sql(self, text, database=None):
        """Feeds a script, which may change the delimiter, to the mysql client; its output."""
        argv = self.mysql_cli("--batch", "--raw", "--default-character-set=utf8mb4", *([database] if database else []))
        done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ServerError(f"mysql failed: {done.stderr.strip()}")
        return done.stdout

    # -- what differs ----------------------------------------------------------------------------------------------

    def _find(self):
        raise NotImplementedError

    def _tool_name(self, name):
        return name

    def _initialise(self, scratch):
        raise NotImplementedError

    def _server_args(self):
        raise NotImplementedError

    def _follow(self, primary):
        raise NotImplementedError

    def _base(self):
        raise NotImplementedError

    def _data_args(self):
        """Extra arguments that a data folder is initialised with, for good."""
        fixed = ("--lower-case-table-names", "--innodb-page-size", "--innodb-data-file-path", "--innodb-undo")
        return [a for a in self._args if a.replace("_", "-").startswith(fixed)]

    def _fill_data(self):
        """Copies an initialised data folder, which is made once per version."""
        name = f"data/{self.flavour}-{self.version}"
        for argument in self._data_args():
            name += "-" + "".join(c if c.isalnum() else "_" for c in argument.lstrip("-"))
        source = cache.entry(name, self._initialise)
        subprocess.run(["cp", "-a", "--reflink=auto", "--sparse=always", str(source), str(self.data)], check=True)

    def _command(self):
        options = self._options
        command = self._base() + [
            f"--datadir={self.data}",
            f"--socket={self.socket}",
            f"--pid-file={self.folder / 'server.pid'}",
            f"--port={self.port}",
            f"--bind-address={HOST}",
            f"--tmpdir={self.folder}",
            f"--server-id={self.server_id}",
            "--log-bin=binlog",
            f"--binlog-format={options['binlog_format']}",
            f"--binlog-row-image={options['row_image']}",
            f"--binlog-checksum={options['checksum']}",
            f"--innodb-buffer-pool-size={options['buffer_pool']}",
            f"--innodb-flush-log-at-trx-commit={options['flush_log_at_trx_commit']}",
            f"--sync-binlog={options['sync_binlog']}",
            "--character-set-server=utf8mb4",
            "--secure-file-priv=",
        ]
        if options["binlog_row_metadata"]:
            command.append(f"--binlog-row-metadata={options['binlog_row_metadata']}")
        if self.certificates:
            command += [
                f"--ssl-ca={self.certificates.ca}",
                f"--ssl-cert={self.certificates.server_cert}",
                f"--ssl-key={self.certificates.server_key}",
            ]
        command += self._server_args()
        return command + self._args


def _as_root():
    return ["--user=root"] if os.geteuid() == 0 else []


class Mysql(Server):
    """MySQL >= 8.0: a mysqld on PATH, or Debian unstable's in a private prefix.

    gtid                  gtid_mode and its consistency setting
    binlog_row_metadata   FULL or MINIMAL
    row_image             FULL, MINIMAL or NOBLOB
    binlog_format         ROW, MIXED or STATEMENT
    checksum              True, False or a name
    compression           binlog_transaction_compression
    partial_json          binlog_row_value_options=PARTIAL_JSON
    tls                   None: as MySQL makes it by itself; True: own CA, for localhost and 127.0.0.1 (see ca); False: none
    replica_of            another Mysql to follow from its first event on
    args                  more options for mysqld, the last word
    """

    flavour = "mysql"

    def _find(self):
        return packages.find_mysql()

    def _base(self):
        base = self.installation.program("mysqld") + ["--no-defaults"]
        prefix = self.installation.prefix
        if self.installation.loader:
            base += [
                f"--basedir={prefix / 'usr'}",
                f"--lc-messages-dir={prefix / 'usr/share/mysql'}",
                f"--character-sets-dir={prefix / 'usr/share/mysql/charsets'}",
                f"--plugin-dir={prefix / 'usr/lib/mysql/plugin'}",
            ]
        return base + ["--mysqlx=OFF"] + _as_root()

    def _server_args(self):
        options = self._options
        # --log-replica-updates is the default; the redo log's default of 100 MB would be allocated on growth only.
        args = ["--skip-name-resolve", "--innodb-redo-log-capacity=256M", "--log-error-verbosity=2"]
        switch = "ON" if self.gtid else "OFF"  # the default differs between versions
        args += [f"--gtid-mode={switch}", f"--enforce-gtid-consistency={switch}"]
        if options["compression"]:
            args.append("--binlog-transaction-compression=ON")
        if options["partial_json"]:
            args.append("--binlog-row-value-options=PARTIAL_JSON")
        if options["tls"] is False:
            args.append("--tls-version=")
        return args

    def _initialise(self, scratch):
        """An initialised data folder with root without password from anywhere; no binlogs, no server UUID."""
        scratch.chmod(0o755)
        base = self._base() + self._data_args() + [f"--datadir={scratch}", "--secure-file-priv=", "--disable-log-bin"]
        setup = scratch.parent / f"{scratch.name}.sql"
        setup.write_text(
            "CREATE USER root@'%' IDENTIFIED BY '';\nGRANT ALL PRIVILEGES ON *.* TO root@'%' WITH GRANT OPTION;\n"
            "SHUTDOWN;\n",
            encoding="utf-8",
        )
        try:
            for step in (["--initialize-insecure"], [f"--init-file={setup}", "--skip-networking", "--socket=init.sock"]):
                done = subprocess.run(base + step, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
                if done.returncode != 0:
                    raise ServerError(f"mysqld {step[0]} failed:\n{done.stdout.decode('utf-8', 'replace')[-3000:]}")
        finally:
            setup.unlink()
        (scratch / "auto.cnf").unlink(missing_ok=True)

    def wait_for(self, primary, timeout=30):
        """Waits until this replica has applied what the primary has executed now."""
        done = primary.query("SELECT @@GLOBAL.gtid_executed")[0][0]
        answer = self.query("SELECT WAIT_FOR_EXECUTED_GTID_SET(%s, %s)", (done, timeout))[0][0]
        if answer != 0:
            raise ServerError(f"replica did not reach {done}: {self.query('SHOW REPLICA STATUS')}")

    def _follow(self, primary):
        if not primary.query("SELECT 1 FROM mysql.user WHERE user = 'replicator'"):
            primary.create_user("replicator", "replicator", ["REPLICATION SLAVE ON *.*"])
        if self.gtid:
            where = "SOURCE_AUTO_POSITION = 1"
        else:
            where = f"SOURCE_LOG_FILE = '{primary.binlogs()[0][0]}', SOURCE_LOG_POS = 4"
        self.execute(
            f"CHANGE REPLICATION SOURCE TO SOURCE_HOST = '{primary.host}', SOURCE_PORT = {primary.port},"
            " SOURCE_USER = 'replicator', SOURCE_PASSWORD = 'replicator', GET_SOURCE_PUBLIC_KEY = 1,"
            f" SOURCE_CONNECT_RETRY = 1, {where}",
            "START REPLICA",
        )


class MariaDb(Server):
    """The machine's MariaDB (10.11 in Debian 12); options as for Mysql, without partial_json."""

    flavour = "mariadb"

    def _find(self):
        return packages.find_mariadb()

    def _tool_name(self, name):
        return {"mysql": "mariadb", "mysqlbinlog": "mariadb-binlog", "mysqldump": "mariadb-dump"}.get(name, name)

    def _base(self):
        return self.installation.program("mariadbd") + ["--no-defaults"] + _as_root()

    def _server_args(self):
        options = self._options
        if options["partial_json"]:
            raise ValueError("MariaDB has no partial JSON updates")
        args = ["--skip-name-resolve", "--innodb-log-file-size=256M", "--log-slave-updates=ON"]
        if self.gtid:
            args.append("--gtid-strict-mode=ON")
        if options["compression"]:
            args.append("--log-bin-compress=ON")
        if options["tls"] is not True:
            args.append("--skip-ssl")
        return args

    def _initialise(self, scratch):
        scratch.chmod(0o755)
        command = ["mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]
        command += ["--skip-name-resolve", f"--datadir={scratch}", "--innodb-log-file-size=256M"]
        command += _as_root() + self._data_args()
        setup = scratch.parent / f"{scratch.name}.sql"
        setup.write_text("FLUSH PRIVILEGES;\nGRANT ALL PRIVILEGES ON *.* TO root@'%' WITH GRANT OPTION;\n", encoding="utf-8")
        try:
            done = subprocess.run(
                command + [f"--extra-file={setup}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
            )
        finally:
            setup.unlink()
        if done.returncode != 0:
            raise ServerError(f"mariadb-install-db failed:\n{done.stdout.decode('utf-8', 'replace')[-3000:]}")

    def wait_for(self, primary, timeout=30):
        """Waits until this replica has applied what the primary has logged now."""
        done = primary.query("SELECT @@GLOBAL.gtid_binlog_pos")[0][0]
        if self.query("SELECT MASTER_GTID_WAIT(%s, %s)", (done, timeout))[0][0] != 0:
            raise ServerError(f"replica did not reach {done}: {self.query('SHOW SLAVE STATUS')}")

    def _follow(self, primary):
        if not primary.query("SELECT 1 FROM mysql.user WHERE user = 'replicator'"):
            primary.create_user("replicator", "replicator", ["REPLICATION SLAVE ON *.*"])
        first = primary.binlogs()[0][0]
        where = "MASTER_USE_GTID = slave_pos" if self.gtid else f"MASTER_LOG_FILE = '{first}', MASTER_LOG_POS = 4"
        self.execute(
            f"CHANGE MASTER TO MASTER_HOST = '{primary.host}', MASTER_PORT = {primary.port},"
            " MASTER_USER = 'replicator', MASTER_PASSWORD = 'replicator', MASTER_CONNECT_RETRY = 1,"
            f" {where}",
            "START SLAVE",
        )


class MariaDbUnstable(MariaDb):
    """Debian unstable's MariaDB in a private prefix."""

    def _find(self):
        return packages.find_mariadb_unstable()

    def _base(self):
        share = self.installation.prefix / "usr/share/mariadb"
        return self.installation.program("mariadbd") + [
            "--no-defaults",
            f"--basedir={self.installation.prefix / 'usr'}",
            f"--lc-messages-dir={share}",
            f"--character-sets-dir={share / 'charsets'}",
            f"--plugin-dir={self.installation.prefix / 'usr/lib/mysql/plugin'}",
        ] + _as_root()

    def _initialise(self, scratch):
        """What mariadb-install-db does, which knows nothing of a program loader."""
        scratch.chmod(0o755)
        share = self.installation.prefix / "usr/share/mariadb"
        scripts = ["mariadb_system_tables.sql", "mariadb_performance_tables.sql", "mariadb_system_tables_data.sql",
                   "maria_add_gis_sp_bootstrap.sql", "mariadb_sys_schema.sql"]
        sql = "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n"
        for script in scripts:
            lines = (share / script).read_text(encoding="utf-8").splitlines()
            sql += "\n".join(line for line in lines if "@current_hostname" not in line) + "\n"
        sql += "FLUSH PRIVILEGES;\nGRANT ALL PRIVILEGES ON *.* TO root@'%' WITH GRANT OPTION;\n"
        command = self._base() + ["--bootstrap", f"--datadir={scratch}", "--innodb-log-file-size=256M",
                                  "--log-warnings=0", "--enforce-storage-engine=", "--max-allowed-packet=8M",
                                  "--net-buffer-length=16K"] + self._data_args()
        done = subprocess.run(command, input=sql, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise ServerError(f"mariadbd --bootstrap failed:\n{done.stdout[-3000:]}")
