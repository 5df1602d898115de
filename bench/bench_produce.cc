// SPDX-License-Identifier: Apache-2.0
// The floor of the Kafka sink: librdkafka sends the same messages, and nothing else happens.
//
//   bench_produce BROKERS TOPIC FILE [name=value...]
//
// FILE is a sequence of messages, each: u32 size of the key, u32 size of the value, u32 number of headers, key, value,
// and for each header u32 size of its name, u32 size of its value, name, value. Numbers are little-endian.
// Further arguments are settings of librdkafka. Ends when the broker has acknowledged everything.
#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace {

int give_up(const std::string& what) {
  std::fprintf(stderr, "bench_produce: %s\n", what.c_str());
  return 1;
}

std::uint64_t failed = 0;

void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++failed;
}

// Stays mapped. Empty when it cannot be read.
std::string_view contents(const char* path) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  struct stat about = {};
  if (file < 0 || ::fstat(file, &about) != 0) return {};
  const auto size = static_cast<std::size_t>(about.st_size);
  void* const at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  ::close(file);
  if (at == MAP_FAILED) return {};
  return {static_cast<const char*>(at), size};
}

template <std::size_t N>
std::array<std::uint32_t, N> take(std::string_view& left) {
  std::array<std::uint32_t, N> out{};
  std::memcpy(out.data(), left.data(), sizeof out);
  left.remove_prefix(sizeof out);
  return out;
}

std::string_view take(std::string_view& left, std::size_t size) {
  const std::string_view out = left.substr(0, size);
  left.remove_prefix(size);
  return out;
}

rd_kafka_headers_t* take_headers(std::string_view& left, std::size_t count) {
  rd_kafka_headers_t* const out = rd_kafka_headers_new(count);
  for (; count > 0; --count) {
    const auto sizes = take<2>(left);
    const std::string_view name = take(left, sizes[0]);
    const std::string_view value = take(left, sizes[1]);
    rd_kafka_header_add(out, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return give_up("BROKERS TOPIC FILE [name=value...]");
  std::array<char, 512> error{};
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  const std::string brokers = std::string("bootstrap.servers=") + argv[1];
  for (int i = 3; i < argc; ++i) {
    const std::string_view setting = i == 3 ? std::string_view(brokers) : argv[i];
    const std::size_t equals = setting.find('=');
    if (equals == std::string_view::npos) return give_up("a setting is name=value");
    if (rd_kafka_conf_set(conf, std::string(setting.substr(0, equals)).c_str(),
                          std::string(setting.substr(equals + 1)).c_str(), error.data(),
                          error.size()) != RD_KAFKA_CONF_OK)
      return give_up(error.data());
  }
  rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  rd_kafka_t* const producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error.data(), error.size());
  if (producer == nullptr) return give_up(error.data());
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(producer, argv[2], nullptr);

  std::string_view left = contents(argv[3]);
  std::uint64_t sent = 0;
  while (!left.empty()) {
    const auto sizes = take<3>(left);
    const std::string_view key = take(left, sizes[0]);
    const std::string_view value = take(left, sizes[1]);
    const std::string_view behind = left;
    // Without RD_KAFKA_MSG_F_COPY: the mapping stays. The library does not write to it.
    for (;;) {
      left = behind;
      rd_kafka_headers_t* const headers = take_headers(left, sizes[2]);
      const rd_kafka_resp_err_t code =
          rd_kafka_producev(producer, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_KEY(key.data(), key.size()),
                            RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                            RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) break;
      rd_kafka_headers_destroy(headers);
      if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) return give_up(rd_kafka_err2str(code));
      rd_kafka_poll(producer, 10);
    }
    if (++sent % 1024 == 0) rd_kafka_poll(producer, 0);
  }
  if (sent == 0) return give_up(std::string("nothing in ") + argv[3]);
  if (rd_kafka_flush(producer, 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return give_up("not all in 60 s");
  if (failed != 0) return give_up(std::to_string(failed) + " messages failed");
  std::printf("%llu\n", static_cast<unsigned long long>(sent));
  return 0;
}
