// SPDX-License-Identifier: Apache-2.0
// Turns error numbers of the server and of the client library into an Error: what the receiver does
// (kind), what happened, and what the operator can do now.
// Source: MariaDB Connector/C errmsg.h (2000..2999, 5000..5999), MySQL share/messages_to_clients.txt
// Texts of the server are passed on, except where they quote rows or statements.
// Pure: no I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/server_settings.h"

namespace tidemark {

// Numbers that the engine itself asks for.
inline constexpr unsigned kErrAccessDenied = 1045;
inline constexpr unsigned kErrUnknownDatabase = 1049;
inline constexpr unsigned kErrUnknownColumn = 1054;
inline constexpr unsigned kErrSyntax = 1064;
inline constexpr unsigned kErrNoSuchTable = 1146;
inline constexpr unsigned kErrLockWaitTimeout = 1205;
inline constexpr unsigned kErrPrivilegeMissing = 1227;
inline constexpr unsigned kErrBinlogDump = 1236;
inline constexpr unsigned kErrTableChanged = 1412;  // after the view was opened
inline constexpr unsigned kErrPluginNotAllowed = 5010;  // of the library

// What was being done when it failed.
enum class ErrorPhase : std::uint8_t { kConnect, kStatement, kDump };

// "user@host:port", as every message names the server.
std::string endpoint_text(const ServerSettings& settings);

Error map_error(const ServerSettings& settings, ErrorPhase phase, unsigned number,
                std::string_view server_text);

// Of error 1236, which the server sends with many texts.
Error map_dump_error(const ServerSettings& settings, std::string_view server_text);

// "'u'@'h'" as the server names the account in its text; else `user`@'%'.
std::string account_in(std::string_view server_text, std::string_view user);

// The GRANT that mends 1044, 1142, 1143, 1227, 1370; empty when the text has another form.
std::string missing_grant(unsigned number, std::string_view server_text, std::string_view user);

}  // namespace tidemark
