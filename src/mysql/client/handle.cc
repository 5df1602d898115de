// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/handle.h"

#include <errmsg.h>
#include <fmt/format.h>
#include <mysql.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "base/version.h"

namespace tidemark {
namespace {

// The login methods that never show the password to a server in clear.
constexpr char kPlugins[] = "caching_sha2_password,mysql_native_password,client_ed25519";
// The protocol's own limit; the default of some versions is lower.
constexpr unsigned long kPacketMax = 1UL << 30;

// The stop request of the connect() under way on this thread: the library's wait hook has no argument
// to carry it.
thread_local const std::stop_token* connecting_stop = nullptr;

// MARIADB_OPT_IO_WAIT: waits for the socket in the library's stead. Returns as poll() does.
int wait_for_socket(my_socket handle, my_bool is_read, int timeout_ms) {
  constexpr int kSliceMs = 50;
  pollfd entry{};
  entry.fd = handle;
  entry.events = is_read ? POLLIN : POLLOUT;
  int left_ms = timeout_ms;
  for (;;) {
    const bool sliced = connecting_stop != nullptr && connecting_stop->stop_possible();
    if (sliced && connecting_stop->stop_requested()) {
      errno = ECANCELED;
      return -1;
    }
    const int slice = !sliced ? left_ms : left_ms < 0 ? kSliceMs : std::min(left_ms, kSliceMs);
    const int ready = poll(&entry, 1, slice);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return ready;
    if (ready < 0) continue;
    if (left_ms >= 0) left_ms -= slice;
    if (left_ms == 0) {
      errno = ETIMEDOUT;
      return 0;
    }
  }
}

void init_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    mysql_library_init(0, nullptr, nullptr);
    // A TLS write to a socket that the peer has closed would end the process.
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    if (before != SIG_DFL && before != SIG_ERR) std::signal(SIGPIPE, before);
  });
}

unsigned seconds_up(std::chrono::milliseconds time) {
  return static_cast<unsigned>((time.count() + 999) / 1000);
}

bool verifies(SslMode mode) {
  return mode == SslMode::kVerifyCa || mode == SslMode::kVerifyIdentity;
}

std::string_view mode_text(SslMode mode) {
  switch (mode) {
    case SslMode::kDisabled:
      return "disabled";
    case SslMode::kPreferred:
      return "preferred";
    case SslMode::kRequired:
      return "required";
    case SslMode::kVerifyCa:
      return "verify_ca";
    case SslMode::kVerifyIdentity:
      return "verify_identity";
  }
  return "";
}

}  // namespace

Result<std::unique_ptr<Handle>> Handle::connect(const ServerSettings& settings,
                                                std::chrono::milliseconds read_timeout,
                                                const std::stop_token& stop) {
  init_library();
  const SslMode mode = settings.ssl.mode;
  if (verifies(mode) && settings.ssl.ca_path.empty())
    return fail(
        ErrorKind::kRejected,
        fmt::format("database.ssl.mode={} without a CA file", mode_text(mode)),
        "set database.ssl.truststore to a PEM file with the CA's certificate, for a public CA "
        "/etc/ssl/certs/ca-certificates.crt");
  std::unique_ptr<Handle> handle(new Handle(settings));
  Status status = handle->log_in(mode != SslMode::kDisabled, read_timeout, stop);
  if (!status && mode == SslMode::kPreferred && handle->offers_no_tls())
    status = handle->log_in(false, read_timeout, stop);
  if (!status) return std::unexpected(std::move(status).error());
  const std::lock_guard lock(handle->socket_mutex_);
  handle->socket_ = mysql_get_socket(handle->mysql_);
  return handle;
}

Status Handle::log_in(bool with_tls, std::chrono::milliseconds read_timeout,
                      const std::stop_token& stop) {
  if (mysql_ != nullptr) mysql_close(mysql_);
  mysql_ = mysql_init(nullptr);
  if (mysql_ == nullptr) return fail(ErrorKind::kRetryable, "out of memory");
  set_options(read_timeout);
  set_tls_options(with_tls);

  connecting_stop = &stop;
  const MYSQL* const connected =
      mysql_real_connect(mysql_, settings_.host.c_str(), settings_.user.c_str(),
                         settings_.password.c_str(), nullptr, settings_.port, nullptr, 0);
  connecting_stop = nullptr;
  if (connected == nullptr && stop.stop_requested())
    return fail(ErrorKind::kCancelled, "stopped while connecting");
  if (with_tls &&
      (offers_no_tls() || (connected != nullptr && mysql_get_ssl_cipher(mysql_) == nullptr)))
    return fail(
        ErrorKind::kServer,
        fmt::format("{} offers no TLS, and database.ssl.mode is {}", endpoint_text(settings_),
                    mode_text(settings_.ssl.mode)),
        "give the server a certificate (ssl_cert, ssl_key), or set database.ssl.mode=preferred "
        "to talk in clear");
  if (connected == nullptr) return std::unexpected(last_error(ErrorPhase::kConnect));
  return {};
}

Handle::~Handle() {
  {
    const std::lock_guard lock(socket_mutex_);
    socket_ = -1;
  }
  if (mysql_ != nullptr) mysql_close(mysql_);
}

void Handle::set_options(std::chrono::milliseconds read_timeout) {
  const unsigned connect_s = std::max(1U, (settings_.connect_timeout_ms + 999) / 1000);
  const unsigned read_s = seconds_up(read_timeout);
  const unsigned no_files = 0;
  const unsigned tcp = MYSQL_PROTOCOL_TCP;
  mysql_optionsv(mysql_, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
  mysql_optionsv(mysql_, MYSQL_OPT_READ_TIMEOUT, &read_s);
  mysql_optionsv(mysql_, MYSQL_OPT_WRITE_TIMEOUT, &read_s);
  mysql_optionsv(mysql_, MYSQL_OPT_LOCAL_INFILE, &no_files);
  mysql_optionsv(mysql_, MYSQL_OPT_PROTOCOL, &tcp);
  mysql_optionsv(mysql_, MYSQL_OPT_MAX_ALLOWED_PACKET, &kPacketMax);
  mysql_optionsv(mysql_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_optionsv(mysql_, MARIADB_OPT_RESTRICTED_AUTH, kPlugins);
  mysql_optionsv(mysql_, MARIADB_OPT_IO_WAIT, &wait_for_socket);
  mysql_optionsv(mysql_, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "tidemark");
  mysql_optionsv(mysql_, MYSQL_OPT_CONNECT_ATTR_ADD, "program_version", TIDEMARK_VERSION);
}

void Handle::set_tls_options(bool with_tls) {
  const SslSettings& ssl = settings_.ssl;
  const my_bool on = 1;
  const my_bool off = 0;
  mysql_optionsv(mysql_, MYSQL_OPT_SSL_ENFORCE, with_tls ? &on : &off);
  mysql_optionsv(mysql_, MYSQL_OPT_SSL_VERIFY_SERVER_CERT,
                 ssl.mode == SslMode::kVerifyIdentity ? &on : &off);
  if (!with_tls) return;
  mysql_optionsv(mysql_, MARIADB_OPT_TLS_PEER_FP, "");  // see the header
  if (verifies(ssl.mode)) mysql_optionsv(mysql_, MYSQL_OPT_SSL_CA, ssl.ca_path.c_str());
  if (!ssl.cert_path.empty()) mysql_optionsv(mysql_, MYSQL_OPT_SSL_CERT, ssl.cert_path.c_str());
  if (!ssl.key_path.empty()) mysql_optionsv(mysql_, MYSQL_OPT_SSL_KEY, ssl.key_path.c_str());
  if (!ssl.key_password.empty())
    mysql_optionsv(mysql_, MARIADB_OPT_TLS_PASSPHRASE, ssl.key_password.c_str());
}

bool Handle::offers_no_tls() const {
  // The library refuses by the error of a failed handshake, which with TLS on offer has other causes.
  return mysql_errno(mysql_) == CR_SSL_CONNECTION_ERROR &&
         (mysql_->server_capabilities & CLIENT_SSL) == 0;
}

bool Handle::is_mariadb() const {
  return std::string_view(mysql_get_server_info(mysql_)).find("MariaDB") != std::string_view::npos;
}

unsigned long Handle::version() const { return mysql_get_server_version(mysql_); }

Status Handle::send(std::string_view sql) {
  if (interrupted() || mysql_real_query(mysql_, sql.data(), sql.size()) != 0)
    return std::unexpected(last_error(ErrorPhase::kStatement));
  return {};
}

Status Handle::execute(std::string_view sql) {
  TRY(send(sql));
  MYSQL_RES* const result = mysql_store_result(mysql_);
  if (result != nullptr) {
    mysql_free_result(result);
  } else if (mysql_errno(mysql_) != 0) {
    return std::unexpected(last_error(ErrorPhase::kStatement));
  }
  return {};
}

unsigned Handle::error_number() const { return mysql_errno(mysql_); }

Error Handle::last_error(ErrorPhase phase) const {
  if (interrupted())
    return {ErrorKind::kCancelled, fmt::format("interrupted: {}", endpoint_text(settings_))};
  return map_error(settings_, phase, mysql_errno(mysql_), mysql_error(mysql_));
}

void Handle::interrupt() {
  interrupted_.store(true, std::memory_order_release);
  shut_socket();
}

void Handle::break_off() { shut_socket(); }

void Handle::shut_socket() {
  const std::lock_guard lock(socket_mutex_);
  if (socket_ < 0) return;
  // Closing resets the connection. Without that a server in the middle of a large result would wait for
  // us to read it, for a minute or so, and its SELECT hold up the next FLUSH TABLES WITH READ LOCK.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace tidemark
