// SPDX-License-Identifier: Apache-2.0
#include "store/java_stream.h"

#include <fmt/format.h>

#include <optional>

#include "base/utf8.h"

namespace tidemark {
namespace {

constexpr std::uint32_t kFirstHandle = 0x7E0000;

enum Tag : std::uint8_t {
  kTagNull = 0x70,
  kTagReference = 0x71,
  kTagClass = 0x72,
  kTagObject = 0x73,
  kTagText = 0x74,
  kTagArray = 0x75,
  kTagBlock = 0x77,
  kTagEndOfBlock = 0x78,
  kTagLongBlock = 0x7A,
  kTagLongText = 0x7C,
};
// Flags of a class description.
constexpr std::uint8_t kWritesItself = 1;
constexpr std::uint8_t kSerializable = 2;
constexpr std::uint8_t kExternalizable = 4;
constexpr std::uint8_t kInBlocks = 8;

struct Field {
  char type = 0;
  std::string name;
};
struct ClassDesc {
  std::string name;
  std::uint8_t flags = 0;
  std::vector<Field> fields;
  std::shared_ptr<const ClassDesc> super;  // null: none
};
using ClassPtr = std::shared_ptr<const ClassDesc>;

// UTF-16 units, each as UTF-8 would write a character of its number; NUL as C0 80.
std::optional<std::string> from_modified_utf8(std::string_view in) {
  std::string out;
  std::uint32_t high = 0;  // a high surrogate that awaits its low one
  for (std::size_t i = 0; i < in.size();) {
    const auto at = [&](std::size_t k) -> std::uint32_t {
      return i + k < in.size() ? static_cast<unsigned char>(in[i + k]) : 0;
    };
    std::uint32_t unit = at(0);
    std::size_t size = 1;
    if (unit >= 0xE0) {
      if ((unit & 0xF0) != 0xE0 || (at(1) & 0xC0) != 0x80 || (at(2) & 0xC0) != 0x80) return {};
      unit = (unit & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F);
      size = 3;
    } else if (unit >= 0x80) {
      if ((unit & 0xE0) != 0xC0 || (at(1) & 0xC0) != 0x80) return {};
      unit = (unit & 0x1F) << 6 | (at(1) & 0x3F);
      size = 2;
    }
    i += size;
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    if (low != (high != 0)) return {};  // half a pair is no text
    if (low) {
      append_utf8(out, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
      high = 0;
    } else if (unit >= 0xD800 && unit < 0xDC00) {
      high = unit;
    } else {
      append_utf8(out, unit);
    }
  }
  if (high != 0) return {};
  return out;
}

// The failure of a read is sticky: every later one yields a default, and the caller looks once at the end.
class StreamReader {
 public:
  explicit StreamReader(std::string_view bytes) : in_(bytes) {}

  Result<JavaNodePtr> read() {
    if (!in_.starts_with(kJavaMagic)) note("is no Java object stream");
    at_ = kJavaMagic.size();
    JavaNodePtr out = content(0);
    if (problem_.empty()) return out;
    return fail(ErrorKind::kCorrupt,
                fmt::format("a serialised Java object {} at byte {}", problem_, failed_at_));
  }

 private:
  void note(std::string_view problem) {
    if (!problem_.empty()) return;
    problem_ = problem;
    failed_at_ = at_;
  }
  bool failed() const { return !problem_.empty(); }

  std::string_view take(std::uint64_t size) {
    if (failed() || size > in_.size() - at_) {
      note("ends");
      return {};
    }
    const std::string_view out = in_.substr(at_, size);
    at_ += size;
    return out;
  }
  std::uint64_t number(unsigned size) {
    std::uint64_t out = 0;
    for (const char byte : take(size)) out = out << 8 | static_cast<unsigned char>(byte);
    return out;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint8_t peek() { return at_ < in_.size() ? static_cast<std::uint8_t>(in_[at_]) : 0; }
  std::string text(std::uint64_t size) {
    std::optional<std::string> out = from_modified_utf8(take(size));
    if (!out) note("holds text that is none");
    return std::move(out).value_or(std::string());
  }

  // What a handle stands for: a class or a value.
  struct Known {
    ClassPtr type;
    JavaNodePtr node;
  };
  std::size_t new_handle() {
    known_.emplace_back();
    return known_.size() - 1;
  }
  Known known() {
    const std::uint64_t handle = number(4) - kFirstHandle;
    if (failed() || handle >= known_.size()) {
      note("refers to what is not there");
      return {};
    }
    return known_[handle];
  }

  ClassPtr class_desc(unsigned depth) {
    if (failed() || depth > kJavaDepthMax) {
      note("nests too deep");
      return nullptr;
    }
    const std::uint8_t tag = u8();
    if (tag == kTagNull) return nullptr;
    if (tag == kTagReference) {
      ClassPtr out = known().type;
      if (out == nullptr) note("refers to no class");
      return out;
    }
    if (tag != kTagClass) {
      note("has no class where one is needed");
      return nullptr;
    }
    auto out = std::make_shared<ClassDesc>();
    out->name = text(number(2));
    take(8);  // serialVersionUID
    const std::size_t handle = new_handle();
    out->flags = u8();
    const std::uint64_t count = number(2);
    for (std::uint64_t i = 0; i < count && !failed(); ++i) {
      Field& field = out->fields.emplace_back();
      field.type = static_cast<char>(u8());
      field.name = text(number(2));
      if (field.type == '[' || field.type == 'L') content(depth + 1);  // the type's name
    }
    annotation(depth + 1, nullptr);
    out->super = class_desc(depth + 1);
    // Only now: no class is above itself.
    known_[handle].type = out;
    return out;
  }

  // Up to its end mark.
  void annotation(unsigned depth, std::vector<JavaNodePtr>* out) {
    while (!failed() && peek() != kTagEndOfBlock) {
      JavaNodePtr item = content(depth);
      if (out != nullptr) out->push_back(std::move(item));
    }
    take(1);
  }

  JavaNodePtr value(char type, unsigned depth) {
    unsigned size = 0;
    switch (type) {
      case 'B':
      case 'Z':
        size = 1;
        break;
      case 'C':
      case 'S':
        size = 2;
        break;
      case 'I':
      case 'F':
        size = 4;
        break;
      case 'J':
      case 'D':
        size = 8;
        break;
      case '[':
      case 'L':
        return content(depth);
      default:
        note("has a field of no known type");
        return nullptr;
    }
    auto out = std::make_shared<JavaNode>();
    out->kind = JavaNode::Kind::kNumber;
    const unsigned unused = 64 - size * 8;
    // The sign goes up; of char and boolean there is none.
    out->number = static_cast<std::int64_t>(number(size) << unused) >> unused;
    if (type == 'C') out->number &= 0xFFFF;
    return out;
  }

  void class_data(const ClassDesc& type, JavaNode& out, unsigned depth) {
    if (failed() || depth > kJavaDepthMax) return note("nests too deep");
    if (type.super != nullptr) class_data(*type.super, out, depth + 1);
    if ((type.flags & kExternalizable) != 0 && (type.flags & kInBlocks) == 0)
      return note("holds an object in a form of its own");
    if ((type.flags & kSerializable) != 0) {
      for (const Field& field : type.fields)
        out.fields.emplace_back(field.name, value(field.type, depth + 1));
    }
    if ((type.flags & (kWritesItself | kExternalizable)) != 0) annotation(depth + 1, &out.items);
  }

  JavaNodePtr object(unsigned depth) {
    const ClassPtr type = class_desc(depth + 1);
    auto out = std::make_shared<JavaNode>();
    out->kind = JavaNode::Kind::kObject;
    const std::size_t handle = new_handle();
    if (type == nullptr) {
      note("has an object without a class");
      return out;
    }
    out->class_name = type->name;
    class_data(*type, *out, depth + 1);
    // Only now: an object that holds itself would never be freed.
    known_[handle].node = out;
    return out;
  }

  JavaNodePtr array(unsigned depth) {
    const ClassPtr type = class_desc(depth + 1);
    auto out = std::make_shared<JavaNode>();
    const std::size_t handle = new_handle();
    const std::uint64_t size = number(4);
    if (type == nullptr || type->name.size() < 2) {
      note("has an array without a class");
      return out;
    }
    out->class_name = type->name;
    if (type->name == "[B") {
      out->kind = JavaNode::Kind::kBytes;
      out->bytes = take(size);
    } else {
      out->kind = JavaNode::Kind::kArray;
      for (std::uint64_t i = 0; i < size && !failed(); ++i)
        out->items.push_back(value(type->name[1], depth + 1));
    }
    known_[handle].node = out;
    return out;
  }

  JavaNodePtr text_node(std::uint64_t size) {
    auto out = std::make_shared<JavaNode>();
    out->kind = JavaNode::Kind::kText;
    out->bytes = text(size);
    known_[new_handle()].node = out;
    return out;
  }

  JavaNodePtr block(std::uint64_t size) {
    auto out = std::make_shared<JavaNode>();
    out->kind = JavaNode::Kind::kBytes;
    out->bytes = take(size);
    return out;
  }

  JavaNodePtr content(unsigned depth) {
    static const JavaNodePtr kNothing = std::make_shared<const JavaNode>();
    if (failed() || depth > kJavaDepthMax) {
      note("nests too deep");
      return kNothing;
    }
    switch (u8()) {
      case kTagNull:
        return kNothing;
      case kTagReference: {
        JavaNodePtr out = known().node;
        if (out == nullptr) note("refers to no value");
        return out == nullptr ? kNothing : out;
      }
      case kTagObject:
        return object(depth);
      case kTagArray:
        return array(depth);
      case kTagText:
        return text_node(number(2));
      case kTagLongText:
        return text_node(number(8));
      case kTagBlock:
        return block(number(1));
      case kTagLongBlock:
        return block(number(4));
      default:
        note("has something that offsets do not hold");
        return kNothing;
    }
  }

  std::string_view in_;
  std::size_t at_ = 0;
  std::vector<Known> known_;  // by handle
  std::string problem_;  // empty: none
  std::size_t failed_at_ = 0;
};

}  // namespace

const JavaNode* JavaNode::field(std::string_view name) const {
  for (const auto& [candidate, node] : fields) {
    if (candidate == name) return node.get();
  }
  return nullptr;
}

Result<JavaNodePtr> read_java_stream(std::string_view bytes) { return StreamReader(bytes).read(); }

}  // namespace tidemark
