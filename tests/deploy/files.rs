//! Stub for files.
