// SPDX-License-Identifier: Apache-2.0
// Drives a fuzz target without a fuzzing compiler: the corpus as it is, then seeded mutations of it until the time is
// up. Good for a smoke run with a sanitizer; clang's -fsanitize=fuzzer takes the same targets.
// Use: x_fuzz [--seconds=N] [--seed=N] [FILE | FOLDER]...
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;
namespace fs = std::filesystem;

constexpr std::size_t kSizeMax = 4096;

// Values at which parsers of lengths and counts go wrong.
constexpr std::uint8_t kEdges[] = {0x00, 0x01, 0x7F, 0x80, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF};

Bytes read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void collect(const fs::path& path, std::vector<Bytes>& corpus) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
      if (entry.is_regular_file(error)) corpus.push_back(read(entry.path()));
    }
  } else if (fs::exists(path, error)) {
    corpus.push_back(read(path));
  }
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

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
    switch (bytes.empty() ? 4 : below(7)) {
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
      default:
        splice(bytes, place, corpus);
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

  std::mt19937_64 random_;
};

bool number(std::string_view argument, std::string_view name, std::uint64_t& value) {
  if (!argument.starts_with(name)) return false;
  argument.remove_prefix(name.size());
  std::from_chars(argument.data(), argument.data() + argument.size(), value);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seconds = 5;
  std::uint64_t seed = 1;
  std::vector<Bytes> corpus;
  for (int i = 1; i < argc; ++i) {
    if (!number(argv[i], "--seconds=", seconds) && !number(argv[i], "--seed=", seed)) {
      collect(argv[i], corpus);
    }
  }
  corpus.emplace_back();
  for (const Bytes& bytes : corpus) LLVMFuzzerTestOneInput(bytes.data(), bytes.size());

  Mutator mutator(seed);
  std::uint64_t runs = corpus.size();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (std::chrono::steady_clock::now() < end) {
    Bytes bytes = corpus[mutator.below(corpus.size())];
    mutator.mutate(bytes, corpus);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++runs;
  }
  std::printf("%llu runs, corpus of %zu, seed %llu\n", static_cast<unsigned long long>(runs),
              corpus.size() - 1, static_cast<unsigned long long>(seed));
  return 0;
}
