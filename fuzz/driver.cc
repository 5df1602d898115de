// SPDX-License-Identifier: Apache-2.0
// Drives a fuzz target without a fuzzing compiler: the corpus as it is, then seeded mutations of it until the time is
// up. In the `fuzz` preset g++ tells which code an input reaches (-fsanitize-coverage=trace-pc), and inputs that reach
// something new join the corpus; clang's -fsanitize=fuzzer takes the same targets.
// Use: x_fuzz [--seconds=N] [--seed=N] [--crash=FILE] [FILE | FOLDER]...
//      An input at which the target dies, or takes longer than kHangSeconds, is written to FILE; run x_fuzz FILE to see
//      it again.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());
extern "C" void __sanitizer_cov_trace_pc();

namespace {

using Bytes = std::vector<std::uint8_t>;
namespace fs = std::filesystem;

constexpr std::size_t kSizeMax = 4096;
constexpr unsigned kHangSeconds = 20;
constexpr std::size_t kLearnedMax = 20'000;

// Values at which parsers of lengths and counts go wrong.
constexpr std::uint8_t kEdges[] = {0x00, 0x01, 0x7F, 0x80, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF};

// -- what an input reaches: a flag for each edge between two blocks, hashed --

std::array<std::uint8_t, 1U << 16U> reached;
std::uintptr_t last_block = 0;
bool reached_something_new = false;

// -- the input that is being tried --

const Bytes* current = nullptr;
std::string crash_path = "crash";

// Async-signal-safe.
void save_current() {
  if (current == nullptr) return;
  const int file = open(crash_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) return;
  const ssize_t written = write(file, current->data(), current->size());
  close(file);
  constexpr std::string_view kSaid = "\nfuzz: the input is in ";
  if (written < 0 || write(STDERR_FILENO, kSaid.data(), kSaid.size()) < 0 ||
      write(STDERR_FILENO, crash_path.c_str(), crash_path.size()) < 0 ||
      write(STDERR_FILENO, "\n", 1) < 0) {
    return;
  }
}

extern "C" void on_signal(int number) {
  save_current();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void watch_for_death() {
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(save_current);
  for (const int number : {SIGABRT, SIGALRM}) std::signal(number, on_signal);
  if (__sanitizer_set_death_callback != nullptr) return;  // the others are the sanitizer's
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP})
    std::signal(number, on_signal);
}

// True: it reached what none before it did.
bool try_input(const Bytes& bytes) {
  current = &bytes;
  reached_something_new = false;
  last_block = 0;
  alarm(kHangSeconds);
  // A block of its own, so that a sanitizer sees every step beyond it.
  const Bytes copy(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
  current = nullptr;
  return reached_something_new;
}

// -- the corpus --

Bytes read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void collect(const fs::path& path, std::vector<Bytes>& corpus) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    std::vector<fs::path> files;  // in order: the same seed, the same run
    for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
      if (entry.is_regular_file(error)) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) corpus.push_back(read(file));
  } else if (fs::exists(path, error)) {
    corpus.push_back(read(path));
  }
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  // Of what was learned last more often than of the rest.
  const Bytes& choose(const std::vector<Bytes>& corpus) {
    const std::size_t recent = std::min<std::size_t>(corpus.size(), 64);
    if (below(3) == 0) return corpus[corpus.size() - 1 - below(recent)];
    return corpus[below(corpus.size())];
  }

  void mutate(Bytes& bytes, const std::vector<Bytes>& corpus) {
    for (std::size_t steps = 1 + below(6); steps > 0; --steps) step(bytes, corpus);
    if (bytes.size() > kSizeMax) bytes.resize(kSizeMax);
  }

 private:
  static Bytes::iterator at(Bytes& bytes, std::size_t index) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(index);
  }

  void step(Bytes& bytes, const std::vector<Bytes>& corpus) {
    const auto place = below(bytes.size());
    switch (bytes.empty() ? 4 : below(10)) {
      case 0:
        bytes[place] = static_cast<std::uint8_t>(bytes[place] ^ (1U << below(8)));
        break;
      case 1:
        bytes[place] = static_cast<std::uint8_t>(random_());
        break;
      case 2:
        bytes[place] = kEdges[below(std::size(kEdges))];
        break;
      case 3:
        bytes.resize(place);
        break;
      case 4:
        insert(bytes, place);
        break;
      case 5:
        erase(bytes, place);
        break;
      case 6:
        splice(bytes, place, corpus);
        break;
      case 7:  // a count that is nearly right
        bytes[place] = static_cast<std::uint8_t>(bytes[place] + below(9) - 4);
        break;
      case 8:
        number(bytes, place);
        break;
      default:
        overlay(bytes, place, corpus);
        break;
    }
  }

  void insert(Bytes& bytes, std::size_t place) {
    bytes.insert(at(bytes, place), 1 + below(16), static_cast<std::uint8_t>(random_()));
  }

  void erase(Bytes& bytes, std::size_t place) {
    bytes.erase(at(bytes, place), at(bytes, place + 1 + below(bytes.size() - place)));
  }

  void splice(Bytes& bytes, std::size_t place, const std::vector<Bytes>& corpus) {
    const Bytes& other = corpus[below(corpus.size())];
    const auto from = static_cast<std::ptrdiff_t>(below(other.size()));
    bytes.insert(at(bytes, place), other.begin() + from, other.end());
  }

  // The other's bytes in place of ours, without moving what follows.
  void overlay(Bytes& bytes, std::size_t place, const std::vector<Bytes>& corpus) {
    const Bytes& other = corpus[below(corpus.size())];
    const std::size_t from = below(2) == 0 ? std::min(place, other.size()) : below(other.size());
    const std::size_t size = std::min({1 + below(32), other.size() - from, bytes.size() - place});
    std::copy_n(other.begin() + static_cast<std::ptrdiff_t>(from), size, at(bytes, place));
  }

  // A little-endian number of 2, 4 or 8 bytes: a size near what is left, or an edge.
  void number(Bytes& bytes, std::size_t place) {
    constexpr std::uint64_t kNumbers[] = {0,          0x7FFF,     0xFFFF,
                                          0x7FFFFFFF, 0xFFFFFFFF, ~std::uint64_t{0}};
    const std::size_t width = std::min(std::size_t{2} << below(3), bytes.size() - place);
    const std::uint64_t left = bytes.size() - place;
    const std::uint64_t value =
        below(2) == 0 ? left + below(9) - 4 : kNumbers[below(std::size(kNumbers))];
    std::memcpy(bytes.data() + place, &value, width);
  }

  std::mt19937_64 random_;
};

bool number(std::string_view argument, std::string_view name, std::uint64_t& value) {
  if (!argument.starts_with(name)) return false;
  argument.remove_prefix(name.size());
  std::from_chars(argument.data(), argument.data() + argument.size(), value);
  return true;
}

}  // namespace

// Called at the start of each block of instrumented code, which this file is not.
extern "C" void __sanitizer_cov_trace_pc() {
  const auto block = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  const std::uintptr_t edge = (block ^ (last_block >> 1U)) * 0x9E3779B97F4A7C15U;
  last_block = block;
  std::uint8_t& flag = reached[edge >> 48U];
  if (flag != 0) return;
  flag = 1;
  reached_something_new = true;
}

int main(int argc, char** argv) {
  std::uint64_t seconds = 5;
  std::uint64_t seed = 1;
  std::vector<Bytes> corpus;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--crash=")) {
      crash_path = argument.substr(std::strlen("--crash="));
    } else if (!number(argument, "--seconds=", seconds) && !number(argument, "--seed=", seed)) {
      collect(argument, corpus);
    }
  }
  const std::size_t given = corpus.size();
  watch_for_death();
  corpus.emplace_back();
  for (const Bytes& bytes : corpus) try_input(bytes);

  Mutator mutator(seed);
  std::uint64_t runs = corpus.size();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (std::chrono::steady_clock::now() < end) {
    Bytes bytes = mutator.choose(corpus);
    mutator.mutate(bytes, corpus);
    if (try_input(bytes) && corpus.size() < kLearnedMax) corpus.push_back(std::move(bytes));
    ++runs;
  }
  alarm(0);
  std::printf("%llu runs, corpus of %zu, %zu more learned, seed %llu\n",
              static_cast<unsigned long long>(runs), given, corpus.size() - given - 1,
              static_cast<unsigned long long>(seed));
  return 0;
}
