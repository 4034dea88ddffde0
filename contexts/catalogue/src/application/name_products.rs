//! Which product of the shop a file means by a handle, and which address a new one gets.
//!
//! A handle that is no address here is written differently, and another handle may be written so, too. Two handles of a
//! file never meet in one product: an address that is taken gets a number. The answer is kept, so that the same file means
//! the same products again.

use std::sync::Arc;

use shared_kernel::{Sku, StoreError};

use super::import_seen::Seen;
use crate::domain::{FileHandle, Handle, Product, ProductPatch, WrittenHandle};
use crate::ports::{FileHandles, ProductStore};

/// What a handle of the file means.
pub struct Named {
    /// The address.
    pub handle: Handle,
    /// The product, if there is one.
    pub known: Option<Product>,
    /// The handle as the file writes it, to be kept, if it is not known yet that it means this product.
    pub written: Option<WrittenHandle>,
}

pub struct NameProducts {
    products: Arc<dyn ProductStore>,
    handles: Arc<dyn FileHandles>,
}

impl NameProducts {
    /// How many numbers are tried for an address before the product is refused.
    const MAX_CANDIDATES: u32 = 1_000;

    pub fn new(products: Arc<dyn ProductStore>, handles: Arc<dyn FileHandles>) -> Self {
        Self { products, handles }
    }

    /// What the patch's handle means, given what was `seen` of the file; `None` if no address is left for it.
    pub async fn execute(&self, patch: &ProductPatch, seen: Option<&Seen>) -> Result<Option<Named>, StoreError> {
        let written = match &patch.handle {
            FileHandle::Address(handle) => return self.at(handle.clone(), None).await.map(Some),
            FileHandle::Written(written) => written,
        };
        // The same handle once more is the same product, wherever its rows stand; the caller refuses them.
        if let Some(handle) = seen.and_then(|seen| seen.address_of(&patch.handle)) {
            return self.at(handle.clone(), None).await.map(Some);
        }
        if let Some(handle) = self.handles.address_of(written).await? {
            return self.at(handle, None).await.map(Some);
        }
        let own = Handle::parse(written.as_str()).ok();
        if let Some(own) = &own
            && self.handles.written_of(own).await?.is_none()
            && seen.is_none_or(|seen| seen.is_free_or(own, &patch.handle))
        {
            return self.at(own.clone(), None).await.map(Some);
        }
        let new = own.unwrap_or_else(|| Handle::made_from(written.as_str()));
        for candidate in std::iter::once(new.clone()).chain(Handle::made_before_from(written.as_str())) {
            if let Some(known) = self.of_an_earlier_version(&candidate, patch.skus()).await? {
                return Ok(Some(Named { handle: candidate, known: Some(known), written: Some(written.clone()) }));
            }
        }
        self.free(new, written, seen).await
    }

    async fn at(&self, handle: Handle, written: Option<WrittenHandle>) -> Result<Named, StoreError> {
        let known = self.products.find(&handle).await?;
        Ok(Named { handle, known, written })
    }

    /// The product at that address, if an earlier version made it of this very handle and did not note so: it has one of
    /// the codes, which no other product has.
    async fn of_an_earlier_version(
        &self,
        address: &Handle,
        mut skus: impl Iterator<Item = &Sku>,
    ) -> Result<Option<Product>, StoreError> {
        let Some(known) = self.products.find(address).await? else { return Ok(None) };
        let own = known.skus();
        if !skus.any(|sku| own.contains(sku)) || self.handles.written_of(address).await?.is_some() {
            return Ok(None);
        }
        Ok(Some(known))
    }

    /// The first free address.
    async fn free(
        &self,
        new: Handle,
        written: &WrittenHandle,
        seen: Option<&Seen>,
    ) -> Result<Option<Named>, StoreError> {
        for number in 1..=Self::MAX_CANDIDATES {
            let handle = if number == 1 { new.clone() } else { new.numbered(number) };
            let seen_before = seen.is_some_and(|seen| seen.has(&handle));
            if !seen_before && self.products.find(&handle).await?.is_none() {
                let written = (handle.as_str() != written.as_str()).then(|| written.clone());
                return Ok(Some(Named { handle, known: None, written }));
            }
        }
        Ok(None)
    }
}
