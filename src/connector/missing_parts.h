// SPDX-License-Identifier: Apache-2.0
// Parts that a configuration may ask for and that are not there yet. Each goes from here when it comes.
#pragma once

#include "base/result.h"
#include "config/settings.h"

namespace tidemark {

// Errors: kUnsupported, naming the property and what works in its place.
Status refuse_missing_parts(const Settings& settings);

}  // namespace tidemark
