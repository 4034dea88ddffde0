//! Facts of other contexts that concern the catalogue, one file for each publisher. Every struct here is the catalogue's
//! own view of a foreign contract and names only what it needs.

pub mod fulfilment;
