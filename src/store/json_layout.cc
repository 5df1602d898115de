// SPDX-License-Identifier: Apache-2.0
#include "store/json_layout.h"

#include <vector>

namespace tidemark {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The end of the text that starts at `at` with its quote.
std::size_t end_of_text(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return std::min(at + 1, json.size());
}

// Puts `out` a line further, at the depth of the objects around it: arrays open none.
void new_line(std::string& out, std::size_t depth) { (out += '\n').append(depth * 2, ' '); }

}  // namespace

std::string compact_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t i = 0; i < json.size();) {
    const std::size_t end = json[i] == '"' ? end_of_text(json, i) : i + 1;
    if (!is_blank(json[i])) out += json.substr(i, end - i);
    i = end;
  }
  return out;
}

std::string pretty_json(std::string_view json) {
  const std::string in = compact_json(json);
  std::string out;
  out.reserve(in.size() * 2);
  std::vector<char> open;  // brackets
  std::size_t objects = 0;
  for (std::size_t i = 0; i < in.size();) {
    const char c = in[i];
    const bool empty = i + 1 < in.size() && (in[i + 1] == '}' || in[i + 1] == ']');
    std::size_t end = i + 1;
    if (c == '"') {
      end = end_of_text(in, i);
      out.append(in, i, end - i);
    } else if (c == '{' || c == '[') {
      out += c;
      open.push_back(c);
      if (c == '{') ++objects;
      if (empty) {
        out += ' ';
      } else if (c == '{') {
        new_line(out, objects);
      } else {
        out += ' ';
      }
    } else if (c == '}' || c == ']') {
      const bool was_empty = in[i - 1] == '{' || in[i - 1] == '[';
      if (!open.empty()) open.pop_back();
      if (c == '}') {
        --objects;
        if (!was_empty) new_line(out, objects);
      } else if (!was_empty) {
        out += ' ';
      }
      out += c;
    } else if (c == ',') {
      out += c;
      if (!open.empty() && open.back() == '{') {
        new_line(out, objects);
      } else {
        out += ' ';
      }
    } else if (c == ':') {
      out += " : ";
    } else {
      out += c;
    }
    i = end;
  }
  return out;
}

}  // namespace tidemark
