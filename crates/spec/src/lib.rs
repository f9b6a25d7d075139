//! The boot-test file: types, schema, errors with line and column.
