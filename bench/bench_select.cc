// SPDX-License-Identifier: Apache-2.0
// The floor of a snapshot: runs one statement and reads all its rows with the client library that the
// engine uses, without looking at a cell.
//   bench_select HOST PORT USER PASSWORD SQL
// Prints "rows=N bytes=N"; exit code 1 and the library's message when it fails.
#include <mysql.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fputs("usage: bench_select HOST PORT USER PASSWORD SQL\n", stderr);
    return 2;
  }
  MYSQL* const mysql = mysql_init(nullptr);
  const unsigned tcp = MYSQL_PROTOCOL_TCP;
  mysql_options(mysql, MYSQL_OPT_PROTOCOL, &tcp);
  unsigned port = 0;
  std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), port);
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  if (mysql_real_connect(mysql, argv[1], argv[3], argv[4], nullptr, port, nullptr, 0) != nullptr &&
      mysql_query(mysql, argv[5]) == 0) {
    MYSQL_RES* const result = mysql_use_result(mysql);
    const unsigned width = result == nullptr ? 0 : mysql_num_fields(result);
    while (result != nullptr && mysql_fetch_row(result) != nullptr) {
      const unsigned long* const lengths = mysql_fetch_lengths(result);
      for (unsigned i = 0; i < width; ++i) bytes += lengths[i];
      ++rows;
    }
    mysql_free_result(result);
  }
  const bool failed = mysql_errno(mysql) != 0;
  if (failed) std::fprintf(stderr, "bench_select: %s\n", mysql_error(mysql));
  mysql_close(mysql);
  if (failed) return 1;
  std::printf("rows=%llu bytes=%llu\n", static_cast<unsigned long long>(rows),
              static_cast<unsigned long long>(bytes));
  return 0;
}
