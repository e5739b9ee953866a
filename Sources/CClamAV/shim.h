#pragma once
#include <clamav.h>

// Macros that do not import into Swift.
static const unsigned lamppost_init_default = CL_INIT_DEFAULT;
static const unsigned lamppost_database_options = CL_DB_STDOPT;

// Everything is unpacked and looked into. Left out: the fuzzy hash of images, which decodes every photograph a second
// time; broken media, which the decoder judges better; data loss and phishing heuristics, which concern mail.
static const struct cl_scan_options lamppost_scan_options = {
  .general = CL_SCAN_GENERAL_HEURISTICS,
  .parse = ~0u & ~CL_SCAN_PARSE_IMAGE_FUZZY_HASH,
  .heuristic = CL_SCAN_HEURISTIC_EXCEEDS_MAX | CL_SCAN_HEURISTIC_ENCRYPTED_ARCHIVE | CL_SCAN_HEURISTIC_ENCRYPTED_DOC,
};
