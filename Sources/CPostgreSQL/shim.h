#pragma once
#include <postgresql/libpq-fe.h>

// The PG_DIAG_ fields are character macros, which do not import.
static const int lamppost_diag_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int lamppost_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int lamppost_diag_message = PG_DIAG_MESSAGE_PRIMARY;
static const int lamppost_diag_hint = PG_DIAG_MESSAGE_HINT;
static const int lamppost_diag_position = PG_DIAG_STATEMENT_POSITION;
static const int lamppost_diag_schema = PG_DIAG_SCHEMA_NAME;
static const int lamppost_diag_table = PG_DIAG_TABLE_NAME;
static const int lamppost_diag_column = PG_DIAG_COLUMN_NAME;
static const int lamppost_diag_constraint = PG_DIAG_CONSTRAINT_NAME;
static const int lamppost_diag_function = PG_DIAG_SOURCE_FUNCTION;
