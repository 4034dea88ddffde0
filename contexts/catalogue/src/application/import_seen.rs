//! What a file has named so far, so that it cannot name the same thing twice.

use std::collections::HashMap;

use shared_kernel::Sku;

use crate::domain::{FileHandle, Handle};

/// Why a file cannot speak of a product once more.
#[derive(Debug, thiserror::Error)]
pub enum HandleClash {
    #[error("the rows of product {0} do not stand together")]
    RowsApart(FileHandle),
    #[error("the handle {named} means product {handle}, and so does {other} in this file")]
    SameProduct { named: FileHandle, handle: Handle, other: FileHandle },
}

/// Handles and codes of one file.
#[derive(Default)]
pub struct Seen {
    handles: HashMap<Handle, FileHandle>,
    addresses: HashMap<FileHandle, Handle>,
    skus: HashMap<Sku, Handle>,
    folded: HashMap<String, Sku>,
}

impl Seen {
    /// Whether a product of the file has that address.
    pub fn has(&self, handle: &Handle) -> bool {
        self.handles.contains_key(handle)
    }

    /// The address that the file's earlier rows of this very handle have got.
    pub fn address_of(&self, named: &FileHandle) -> Option<&Handle> {
        self.addresses.get(named)
    }

    /// Whether no product of the file has that address, except by the same handle.
    pub fn is_free_or(&self, handle: &Handle, same: &FileHandle) -> bool {
        self.handles.get(handle).is_none_or(|other| other == same)
    }

    /// Why the file cannot speak of that product, if it has done so before.
    pub fn clash(&self, handle: &Handle, named: &FileHandle) -> Option<HandleClash> {
        let (other, named) = (self.handles.get(handle)?.clone(), named.clone());
        Some(if other == named {
            HandleClash::RowsApart(named)
        } else {
            HandleClash::SameProduct { named, handle: handle.clone(), other }
        })
    }

    /// The product of the file that has that code.
    pub fn owner(&self, sku: &Sku) -> Option<&Handle> {
        self.skus.get(sku)
    }

    /// A code of another product that differs in capitals alone.
    pub fn alike(&self, sku: &Sku) -> Option<&Sku> {
        self.folded.get(&sku.as_str().to_lowercase()).filter(|other| *other != sku)
    }

    /// Notes a product.
    pub fn note(&mut self, handle: &Handle, named: &FileHandle, skus: Vec<Sku>) {
        self.handles.insert(handle.clone(), named.clone());
        self.addresses.insert(named.clone(), handle.clone());
        for sku in skus {
            self.folded.entry(sku.as_str().to_lowercase()).or_insert_with(|| sku.clone());
            self.skus.insert(sku, handle.clone());
        }
    }
}
