//! Stub for linters.
