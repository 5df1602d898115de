// SPDX-License-Identifier: Apache-2.0
// The command line.
#pragma once

namespace tidemark {

int run_cli(int argc, char** argv);

}  // namespace tidemark
