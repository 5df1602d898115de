// SPDX-License-Identifier: Apache-2.0
// Unchecked writers of cells that are structures in JSON: spatial values and vectors.
// Room:    as their size_max says, and kWriteSlack
#pragma once

#include <cstddef>
#include <string_view>

namespace tidemark {

// Of a cell of ColumnKind::kGeometry or kPoint that has `size` bytes.
std::size_t spatial_size_max(std::size_t size);
std::size_t vector_size_max(std::size_t size);

// {"wkb":"AQ..","srid":4326}; an SRID of 0 is null.
char* write_geometry(char* out, std::string_view cell);
// {"x":1.0,"y":2.0,"wkb":"AQ..","srid":null}
char* write_point(char* out, std::string_view cell);
// [1.0,2.5]
char* write_vector(char* out, std::string_view cell);

}  // namespace tidemark
