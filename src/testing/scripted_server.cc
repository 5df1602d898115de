// SPDX-License-Identifier: Apache-2.0
#include "testing/scripted_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "base/assert.h"

namespace tidemark {
namespace {

constexpr unsigned char kQuery = 0x03;
constexpr unsigned char kQuit = 0x01;
constexpr unsigned char kVarString = 0xFD;
// One row changed; status: autocommit; no warnings.
constexpr std::string_view kOk("\x00\x01\x00\x02\x00\x00\x00", 7);
constexpr std::string_view kEof("\xFE\x00\x00\x02\x00", 5);

// Long password, protocol 4.1, transactions, secure connection; in the upper half authentication by plugins.
constexpr std::uint16_t kLowerAbilities = 0x0001 | 0x0200 | 0x2000 | 0x8000;
constexpr std::uint16_t kUpperAbilities = 0x0008;

void append_u16(std::string& out, std::uint16_t value) {
  out += static_cast<char>(value & 0xFF);
  out += static_cast<char>(value >> 8);
}

// Texts of tests are short.
void append_text(std::string& out, std::string_view text) {
  ASSERT(text.size() < 251, text);
  out += static_cast<char>(text.size());
  out += text;
}

std::string greeting(std::string_view version) {
  std::string out = "\x0A";
  out += version;
  out += '\0';
  out += std::string("\x01\x00\x00\x00", 4);  // the connection's id
  out += "saltsalt";
  out += '\0';
  append_u16(out, kLowerAbilities);
  out += '\x2D';  // utf8mb4_general_ci
  append_u16(out, 0x0002);
  append_u16(out, kUpperAbilities);
  out += '\x15';  // bytes of salt, with its end
  out += std::string(10, '\0');
  out += "saltsaltsalt";
  out += '\0';
  out += "mysql_native_password";
  out += '\0';
  return out;
}

std::string column(std::string_view name) {
  std::string out;
  append_text(out, "def");
  for (int i = 0; i < 3; ++i) append_text(out, "");  // schema, table, the table's own name
  append_text(out, name);
  append_text(out, "");  // the column's own name
  out += '\x0C';
  append_u16(out, 0x002D);
  out += std::string("\x00\x01\x00\x00", 4);  // length
  out += static_cast<char>(kVarString);
  append_u16(out, 0);
  out += std::string(3, '\0');  // decimals, filler
  return out;
}

class Wire {
 public:
  explicit Wire(int socket) : socket_(socket) {}

  void send(std::string_view payload) {
    std::string packet;
    append_u16(packet, static_cast<std::uint16_t>(payload.size()));
    packet += '\0';
    packet += static_cast<char>(number_++);
    packet += payload;
    while (!packet.empty()) {
      const ssize_t sent = ::send(socket_, packet.data(), packet.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      packet.erase(0, static_cast<std::size_t>(sent));
    }
  }
  // Nothing: the connection has ended.
  std::optional<std::string> receive() {
    const auto head = bytes(4);
    if (!head) return std::nullopt;
    const auto at = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>((*head)[i]));
    };
    number_ = static_cast<unsigned char>(at(3) + 1);
    return bytes(at(0) | at(1) << 8U | at(2) << 16U);
  }

 private:
  std::optional<std::string> bytes(std::size_t count) {
    std::string out(count, '\0');
    std::size_t have = 0;
    while (have < count) {
      const ssize_t got = ::recv(socket_, out.data() + have, count - have, 0);
      if (got <= 0) return std::nullopt;
      have += static_cast<std::size_t>(got);
    }
    return out;
  }

  const int socket_;
  unsigned char number_ = 0;  // of the next packet
};

void send_result(Wire& wire, const ScriptedServer::Rows& rows) {
  if (rows.empty()) return wire.send(kOk);
  const std::vector<std::string>& names = rows.front();
  wire.send(std::string(1, static_cast<char>(names.size())));
  for (const std::string& name : names) wire.send(column(name));
  wire.send(kEof);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    std::string cells;
    for (const std::string& cell : rows[i]) append_text(cells, cell);
    wire.send(cells);
  }
  wire.send(kEof);
}

}  // namespace

ScriptedServer::ScriptedServer(std::string version, Script script)
    : version_(std::move(version)), script_(std::move(script)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0, "no port");
  ASSERT(::listen(listener_, 4) == 0, "no listener");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_, SHUT_RDWR);
  if (const int socket = connection_; socket >= 0) ::shutdown(socket, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

ServerSettings ScriptedServer::settings() const {
  ServerSettings out;
  out.host = "127.0.0.1";
  out.port = port_;
  out.user = "anybody";
  out.ssl.mode = SslMode::kDisabled;
  return out;
}

std::vector<std::string> ScriptedServer::take_statements() {
  const std::lock_guard lock(mutex_);
  return std::exchange(statements_, {});
}

void ScriptedServer::serve() {
  for (;;) {
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) return;
    connection_ = socket;
    serve_connection();
    connection_ = -1;
    ::close(socket);
  }
}

void ScriptedServer::serve_connection() {
  Wire wire(connection_);
  wire.send(greeting(version_));
  if (!wire.receive()) return;
  wire.send(kOk);
  while (const std::optional<std::string> command = wire.receive()) {
    if (command->empty() || (*command)[0] == kQuit) return;
    if ((*command)[0] != kQuery) {
      wire.send(kOk);
      continue;
    }
    const std::string sql = command->substr(1);
    {
      const std::lock_guard lock(mutex_);
      statements_.push_back(sql);
    }
    send_result(wire, script_(sql));
  }
}

}  // namespace tidemark
