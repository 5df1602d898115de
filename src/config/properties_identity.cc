// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> identity_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"name", T::kText, "", "", S::kSupported, "",
       "Name of this connector; in the server form it defaults to the sink type.", true},
      {"connector.class", T::kClass, "", "", S::kSupported,
       "io.debezium.connector.mysql.MySqlConnector MySqlConnector MySql "
       "io.debezium.connector.mariadb.MariaDbConnector MariaDbConnector MariaDb",
       "The connector for MySQL or the one for MariaDB; the server must be of that kind.", true},
      {"tasks.max", T::kInt, "1", ">= 1", S::kSupported, "1", "Must stay 1."},
      {"topic.prefix", T::kText, "", "", S::kSupported, "",
       "Name of the logical server: first part of topic and schema names. Letters, digits, `_`, "
       "`.` and `-`.",
       true},
      {"database.hostname", T::kText, "", "", S::kSupported, "",
       "Host of the server. Letters, digits, `_`, `.` and `-`; `localhost` is reached over TCP.",
       true},
      {"database.port", T::kInt, "3306", "1..65535", S::kSupported, "", "Port of the server."},
      {"database.user", T::kText, "", "", S::kSupported, "",
       "Who logs in, for statements and for the binlog.", true},
      {"database.password", T::kPassword, "", "", S::kSupported, "", "The password."},
      {"database.server.id", T::kLong, "", "1..4294967295", S::kSupported, "",
       "Our id as a replica; unique among all replicas of the server.", true},
      {"database.server.id.offset", T::kLong, "10000", "", S::kAccepted, "",
       "Read by nothing, here as in the original."},
      {"database.initial.statements", T::kText, "", "", S::kSupported, "",
       "Statements for every SQL connection, separated by `;`; `;;` is a semicolon."},
      {"database.query.timeout.ms", T::kInt, "600000", ">= 0", S::kSupported, "",
       "Longest time for a statement; 0: no limit."},
      {"database.jdbc.driver", T::kClass, "com.mysql.cj.jdbc.Driver", "", S::kAccepted, "",
       "There is no JDBC here."},
      {"database.protocol", T::kText, "jdbc:mysql", "", S::kAccepted, "", "There is no JDBC here."},
      {"database.connect.timeout.ms", T::kInt, "", "> 0", S::kAccepted, "",
       "Use `connect.timeout.ms`, which is for every connection here."},
      {"database.connectionTimeZone", T::kText, "", "", S::kAccepted, "",
       "Sessions are always in UTC here; values do not depend on it."},
      {"database.serverTimezone", T::kText, "", "", S::kAccepted, "",
       "As `database.connectionTimeZone`."},
      {"database.<x>", T::kText, "", "", S::kPassThrough, "", "Options of the JDBC driver."},
      {"driver.<x>", T::kText, "", "", S::kPassThrough, "", "Options of the JDBC driver."},
      {"database.connection.factory.class", T::kClass, "", "", S::kRefused, "",
       "Another maker of connections."},
      {"connect.timeout.ms", T::kInt, "30000", "> 0", S::kSupported, "",
       "Longest time to connect, for every connection."},
      {"connect.keep.alive", T::kBool, "true", "", S::kAccepted, "",
       "A silent link is always noticed here."},
      {"connect.keep.alive.interval.ms", T::kLong, "60000", "1..4294967295", S::kSupported, "",
       "The server sends a heartbeat after 0.8 of this without events; a link silent for longer is "
       "reopened."},
      {"connection.validation.timeout.ms", T::kLong, "60000", "> 0", S::kAccepted, "",
       "The first connection obeys `connect.timeout.ms`."},
      {"use.nongraceful.disconnect", T::kBool, "false", "", S::kAccepted, "",
       "How sockets are closed cannot matter here."},
      {"binlog.net.write.timeout", T::kLong, "0", "0..4294967295", S::kSupported, "",
       "Seconds, session `net_write_timeout` of the binlog connection; 0: the server's."},
      {"binlog.net.read.timeout", T::kLong, "0", "0..4294967295", S::kSupported, "",
       "Seconds, session `net_read_timeout` of the binlog connection; 0: the server's."},
      {"database.ssl.mode", T::kEnum, "preferred",
       "disabled preferred required verify_ca verify_identity disable trust verify-ca verify-full",
       S::kSupported, "",
       "TLS policy of all connections. The last four are those of the MariaDB connector, whose "
       "default is `disable`."},
      {"database.ssl.keystore", T::kPath, "", "", S::kSupported, "",
       "Client certificate and key: a PKCS#12 store, or one PEM file with both. A JKS store has to "
       "be converted."},
      {"database.ssl.keystore.password", T::kPassword, "", "", S::kSupported, "",
       "Password of that store, or of the key in the PEM file."},
      {"database.ssl.truststore", T::kPath, "", "", S::kSupported, "",
       "Certificates of the CAs that `verify_ca` and `verify_identity` trust: a PEM file or a "
       "PKCS#12 store."},
      {"database.ssl.truststore.password", T::kPassword, "", "", S::kSupported, "",
       "Password of a PKCS#12 store."},
      {"custom.sanitize.pattern", T::kRegex, "", "", S::kSupported, "",
       "Names of properties whose values are masked, in place of the built-in pattern; passwords "
       "are masked in any case."},
  });
  return kTable;
}

}  // namespace tidemark
