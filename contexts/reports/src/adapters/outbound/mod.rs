//! How the ports are served: by tables.

pub mod sql;
