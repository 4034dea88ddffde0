//! Staff makes a product or gives one other details.

use std::sync::Arc;

use shared_kernel::{Ids, IsConflict, Sku, StoreError, retry_on_conflict};

use crate::application::MAX_ATTEMPTS;
use crate::domain::patch::code;
use crate::domain::{Handle, Product, ProductDetails, ProductId, ProductRefused, SaleRules};
use crate::ports::{ProductChange, ProductStore};

/// What is to become of a product.
#[derive(Debug, Clone)]
pub struct SaveProductCommand {
    pub handle: Handle,
    /// What it is to be.
    pub details: ProductDetails,
    /// Whether it may, or must not, exist.
    pub mode: SaveMode,
}

/// What the caller expects of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveMode {
    /// The product must be new.
    Create,
    /// The product is made if it is new and replaced if it is there.
    Put,
    /// The product must still be as it was at this version, as a form showed it.
    ReplaceVersion(i64),
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is new.
    Created,
    /// It was there before.
    Replaced,
}

/// Why a product was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveProductError {
    /// The handle belongs to another product.
    #[error("there is a product {0} already")]
    HandleTaken(Handle),
    /// A code belongs to another product.
    #[error("SKU {sku} belongs to product {owner}")]
    SkuTaken {
        /// The code.
        sku: Sku,
        /// Whose it is.
        owner: Handle,
    },
    /// There is nothing to replace.
    #[error("there is no product {0}")]
    NoSuchProduct(Handle),
    /// It was saved by another user since the form was opened.
    #[error("product {0} was changed by somebody else meanwhile")]
    ChangedMeanwhile(Handle),
    /// The details do not fit together.
    #[error(transparent)]
    Refused(#[from] ProductRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IsConflict for SaveProductError {
    /// A handle or SKU that was taken meanwhile is found when deciding again, and then refused by name.
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(StoreError::Stale | StoreError::Conflict(_)))
    }
}

pub struct SaveProduct {
    products: Arc<dyn ProductStore>,
    ids: Arc<dyn Ids>,
    rules: SaleRules,
}

impl SaveProduct {
    pub fn new(products: Arc<dyn ProductStore>, ids: Arc<dyn Ids>, rules: SaleRules) -> Self {
        Self { products, ids, rules }
    }

    pub async fn execute(&self, command: SaveProductCommand) -> Result<Saved, SaveProductError> {
        retry_on_conflict(MAX_ATTEMPTS, || self.attempt(&command)).await
    }

    async fn attempt(&self, command: &SaveProductCommand) -> Result<Saved, SaveProductError> {
        let SaveProductCommand { handle, details, mode } = command.clone();
        let known = self.products.find(&handle).await?;
        expected(mode, known.as_ref(), &handle)?;
        let details = with_fit_codes(details, known.as_ref())?;
        self.rules.check(&details, known.as_ref())?;
        self.check_owners(&details, &handle).await?;
        let (saved, (product, events)) = match known {
            Some(product) => (Saved::Replaced, product.replace(details)?),
            None => (Saved::Created, Product::create(ProductId::new(self.ids.uuid()), handle, details)?),
        };
        if !events.is_empty() {
            self.products.commit(vec![ProductChange { product, events, counts: Vec::new(), written: None }]).await?;
        }
        Ok(saved)
    }

    async fn check_owners(&self, details: &ProductDetails, handle: &Handle) -> Result<(), SaveProductError> {
        for variant in &details.variants {
            if let Some(owner) = self.products.owner(&variant.sku).await?.filter(|owner| owner != handle) {
                return Err(SaveProductError::SkuTaken { sku: variant.sku.clone(), owner });
            }
        }
        Ok(())
    }
}

/// The details with codes as new goods may carry them; those that the product has already stay as they are.
fn with_fit_codes(mut details: ProductDetails, known: Option<&Product>) -> Result<ProductDetails, ProductRefused> {
    let own = known.map(Product::skus).unwrap_or_default();
    for variant in &mut details.variants {
        variant.sku = code(&variant.sku, own.contains(&variant.sku))?;
    }
    Ok(details)
}

fn expected(mode: SaveMode, known: Option<&Product>, handle: &Handle) -> Result<(), SaveProductError> {
    match (mode, known) {
        (SaveMode::Create, Some(_)) => Err(SaveProductError::HandleTaken(handle.clone())),
        (SaveMode::ReplaceVersion(_), None) => Err(SaveProductError::NoSuchProduct(handle.clone())),
        (SaveMode::ReplaceVersion(version), Some(product)) if product.version() != version => {
            Err(SaveProductError::ChangedMeanwhile(handle.clone()))
        }
        (SaveMode::Create, None) | (SaveMode::Put, _) | (SaveMode::ReplaceVersion(_), Some(_)) => Ok(()),
    }
}
