//! What a table holds, in one line that can be compared across engines.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::shape::TableShape;
use crate::Value;

/// How many rows a table has and what is in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDigest {
    pub table: String,
    /// Its columns, by name, as far as both sides have them.
    pub columns: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 over all values, in hexadecimal.
    pub sha256: String,
}

/// Takes in row after row.
pub(super) struct Digester {
    rows: u64,
    hasher: Sha256,
}

impl Digester {
    pub(super) fn new() -> Self {
        Self { rows: 0, hasher: Sha256::new() }
    }

    pub(super) fn row(&mut self, values: &[Value]) {
        self.rows += 1;
        for value in values {
            match value {
                Value::Int(None) | Value::Text(None) | Value::Bytes(None) => self.hasher.update(b"n"),
                Value::Int(Some(value)) => {
                    self.hasher.update(b"i");
                    self.hasher.update(value.to_be_bytes());
                }
                Value::Text(Some(text)) => self.counted(b"t", text.as_bytes()),
                Value::Bytes(Some(bytes)) => self.counted(b"b", bytes),
            }
        }
    }

    fn counted(&mut self, kind: &[u8], bytes: &[u8]) {
        self.hasher.update(kind);
        self.hasher.update((bytes.len() as u64).to_be_bytes());
        self.hasher.update(bytes);
    }

    pub(super) fn finish(self, table: &TableShape) -> TableDigest {
        let columns = table.columns.iter().map(|column| column.name.clone()).collect();
        let sha256 = hex::encode(self.hasher.finalize());
        TableDigest { table: table.name.clone(), columns, rows: self.rows, sha256 }
    }
}
