// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/json_diff.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "mysql/value/json.h"
#include "mysql/value/json_path.h"
#include "mysql/value/json_view.h"

namespace tidemark {
namespace {

enum class DiffOp : std::uint8_t { kReplace = 0, kInsert = 1, kRemove = 2 };

// Objects are kept as the server keeps them: short keys first, then by bytes.
bool key_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

// A document of which the containers that changes lead through are taken apart.
class Document {
 public:
  explicit Document(const JsonValue& root) { add(root); }

  Status apply(DiffOp op, std::span<const JsonPathLeg> path, const JsonValue& value) {
    if (path.empty()) {
      if (op != DiffOp::kReplace) return corrupt_json("a change of the whole document");
      nodes_[0] = Node{value, false, {}};
      return {};
    }
    std::size_t parent = 0;
    for (const JsonPathLeg& leg : path.first(path.size() - 1)) {
      const std::size_t at = TRY(position(parent, leg));
      if (at == nodes_[parent].members.size()) return corrupt_json("a path that leads nowhere");
      parent = nodes_[parent].members[at].node;
    }
    return change(op, parent, path.back(), value);
  }

  Status print(JsonPrinter& printer, std::size_t node = 0, unsigned depth = 0) const {
    const Node& self = nodes_[node];
    if (!self.open) return printer.value(self.value, depth);
    if (depth >= kJsonDepthMax) return corrupt_json("nested too deeply");
    const bool object = self.value.is_object();
    printer.out() += object ? '{' : '[';
    bool first = true;
    for (const Member& member : self.members) {
      if (!first) printer.out() += ", ";
      first = false;
      if (object) printer.key(member.key);
      TRY(print(printer, member.node, depth + 1));
    }
    printer.out() += object ? '}' : ']';
    return {};
  }

 private:
  struct Member {
    std::string key;  // of objects
    std::size_t node = 0;
  };
  struct Node {
    JsonValue value;
    bool open = false;  // `members` are the truth, of `value` only its kind
    std::vector<Member> members;
  };

  std::size_t add(const JsonValue& value) {
    nodes_.push_back(Node{value, false, {}});
    return nodes_.size() - 1;
  }

  Status take_apart(std::size_t node) {
    if (nodes_[node].open) return {};
    if (!nodes_[node].value.is_container()) return corrupt_json("a path that leads into a scalar");
    const JsonContainer container = TRY(JsonContainer::open(nodes_[node].value));
    std::vector<Member> members;
    members.reserve(container.count());
    for (std::size_t i = 0; i < container.count(); ++i) {
      Member member;
      if (container.is_object()) member.key = TRY(container.key(i));
      member.node = add(TRY(container.member(i)));
      members.push_back(std::move(member));
    }
    nodes_[node].open = true;
    nodes_[node].members = std::move(members);
    return {};
  }

  // Index of the member that a leg names; the number of members where there is none.
  Result<std::size_t> position(std::size_t node, const JsonPathLeg& leg) {
    TRY(take_apart(node));
    const std::vector<Member>& members = nodes_[node].members;
    if (leg.is_member != nodes_[node].value.is_object())
      return corrupt_json("a path that does not fit its document");
    if (leg.is_member) {
      const auto found = std::ranges::find(members, std::string_view(leg.key), &Member::key);
      return static_cast<std::size_t>(found - members.begin());
    }
    if (!leg.from_end) return std::min<std::uint64_t>(leg.index, members.size());
    return leg.index < members.size() ? members.size() - 1 - leg.index : members.size();
  }

  Status change(DiffOp op, std::size_t parent, const JsonPathLeg& leg, const JsonValue& value) {
    const std::size_t at = TRY(position(parent, leg));
    const bool found = at < nodes_[parent].members.size();
    if (op == DiffOp::kInsert) return insert(parent, leg, at, value);
    if (!found) return corrupt_json("a path that leads nowhere");
    std::vector<Member>& members = nodes_[parent].members;
    if (op == DiffOp::kRemove) {
      members.erase(members.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      nodes_[members[at].node] = Node{value, false, {}};
    }
    return {};
  }

  Status insert(std::size_t parent, const JsonPathLeg& leg, std::size_t at,
                const JsonValue& value) {
    const std::size_t node = add(value);
    std::vector<Member>& members = nodes_[parent].members;
    auto place = members.begin() + static_cast<std::ptrdiff_t>(at);
    if (leg.is_member) {
      if (at < members.size()) return corrupt_json("a key that is to be added is there");
      place =
          std::ranges::lower_bound(members, std::string_view(leg.key), key_before, &Member::key);
    }
    members.insert(place, Member{leg.is_member ? leg.key : std::string(), node});
    return {};
  }

  std::vector<Node> nodes_;
};

}  // namespace

// u8 operation, path and, unless something is removed, value: each a lenenc size and its bytes.
Status append_patched_json_text(std::string& out, Bytes document, Bytes diffs) {
  Document patched(json_document(document));
  ByteReader reader(diffs);
  while (!reader.at_end()) {
    const std::uint8_t op = reader.u8();
    const std::string_view path_text = reader.text(reader.lenenc());
    if (op > static_cast<std::uint8_t>(DiffOp::kRemove)) return corrupt_json("an unknown change");
    const auto kind = static_cast<DiffOp>(op);
    const Bytes value = kind == DiffOp::kRemove ? Bytes() : Bytes(reader.bytes(reader.lenenc()));
    if (reader.failed() || (kind != DiffOp::kRemove && value.empty()))
      return corrupt_json("a change that ends early");
    const JsonPath path = TRY(parse_json_path(path_text));
    TRY(patched.apply(kind, path, json_document(value)));
  }
  JsonPrinter printer(out, document.size() + diffs.size());
  return patched.print(printer);
}

}  // namespace tidemark
