//! One rule per file: a function from text to breaches, each a sentence that says where, and tests with planted breaches.

pub mod calls;
pub mod circles;
pub mod edges;
pub mod facts;
pub mod folders;
pub mod languages;
pub mod lengths;
pub mod lockfile;
pub mod module_docs;
pub mod planted;
pub mod purity;
pub mod skeleton;
pub mod statements;
pub mod swallowed;
pub mod tables;
pub mod templates;
pub mod words;
