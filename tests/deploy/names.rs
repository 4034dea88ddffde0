//! Stub for names.
