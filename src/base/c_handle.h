// SPDX-License-Identifier: Apache-2.0
// What a library of C gives out: owned here, given back by the library's own function.
#pragma once

#include <memory>

namespace tidemark {

template <auto Free>
struct FreeBy {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using CHandle = std::unique_ptr<T, FreeBy<Free>>;

}  // namespace tidemark
