//! What one product of a file makes of the catalogue, or why nothing can come of it.

use std::sync::Arc;

use shared_kernel::{Ids, Sku, StoreError};

use super::import_report::{Place, RepeatedSkus, RowProblem};
use super::import_seen::{HandleClash, Seen};
use super::name_products::{NameProducts, Named};
use crate::domain::patch::code;
use crate::domain::{
    FileHandle, Handle, Product, ProductDetails, ProductEvent, ProductId, ProductPatch, ProductRefused, SaleRules,
    Status, WrittenHandle,
};
use crate::ports::ProductStore;

/// A product as a file states it.
pub struct Draft {
    /// Where it begins.
    pub place: Place,
    /// Its handle as the file writes it.
    pub product: String,
    /// What the file says.
    pub patch: ProductPatch,
}

impl Draft {
    /// Something about this product.
    pub fn problem(&self, problem: String) -> RowProblem {
        RowProblem { place: self.place, product: self.product.clone(), sku: None, problem }
    }
}

/// What becomes of the product.
#[derive(Clone)]
pub struct Decided {
    /// It as it was, if it was.
    pub before: Option<Product>,
    /// It as it will be.
    pub product: Product,
    /// What happens to it; nothing when it stays as it is.
    pub events: Vec<ProductEvent>,
    /// The handle as the file writes it, to be kept.
    pub written: Option<WrittenHandle>,
    /// What was counted, by the codes that the product will have.
    pub stock: Vec<(Sku, u32)>,
    /// What was changed on the way.
    pub warnings: Vec<RowProblem>,
}

/// Why nothing comes of a product of a file.
#[derive(Debug, thiserror::Error)]
pub enum DecideImportError {
    #[error("no address is left for this handle; give it another one")]
    NoAddress,
    #[error(transparent)]
    HandleClash(#[from] HandleClash),
    #[error("SKU {sku} belongs to {owner}")]
    SkuTaken { sku: Sku, owner: String },
    #[error("SKU {0} is there too often")]
    SkuTooOften(Sku),
    #[error(transparent)]
    Refused(#[from] ProductRefused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct DecideImport {
    products: Arc<dyn ProductStore>,
    names: NameProducts,
    ids: Arc<dyn Ids>,
    rules: SaleRules,
}

impl DecideImport {
    pub fn new(products: Arc<dyn ProductStore>, names: NameProducts, ids: Arc<dyn Ids>, rules: SaleRules) -> Self {
        Self { products, names, ids, rules }
    }

    /// What the draft makes of the catalogue and of what was `seen` of the file, or why nothing can come of it.
    pub async fn execute(
        &self,
        draft: &Draft,
        seen: Option<&mut Seen>,
        repeated: RepeatedSkus,
    ) -> Result<Decided, DecideImportError> {
        let named_by = &draft.patch.handle;
        let named = self.names.execute(&draft.patch, seen.as_deref()).await?.ok_or(DecideImportError::NoAddress)?;
        if let Some(clash) = seen.as_deref().and_then(|seen| seen.clash(&named.handle, named_by)) {
            return Err(clash.into());
        }
        let mut warnings: Vec<RowProblem> =
            readdressed(named_by, &named.handle).map(|words| draft.problem(words)).into_iter().collect();
        let patch = self.settle_codes(draft, &named, seen.as_deref(), repeated, &mut warnings).await?;
        let stock = patch.counts();
        let details = patch.onto(named.known.as_ref())?;
        let details = self.draft_if_wrongly_taxed(details, draft, &named, &mut warnings);
        self.rules.check(&details, named.known.as_ref())?;
        let skus: Vec<Sku> = details.variants.iter().map(|variant| variant.sku.clone()).collect();
        let (product, events) = match named.known.clone() {
            Some(product) => product.replace(details)?,
            None => Product::create(ProductId::new(self.ids.uuid()), named.handle.clone(), details)?,
        };
        if let Some(seen) = seen {
            warnings.extend(alike(draft, seen, &skus));
            seen.note(&named.handle, named_by, skus);
        }
        Ok(Decided { before: named.known, product, events, written: named.written, stock, warnings })
    }

    /// The patch with a code for every variant that is its product's own, or which one is not.
    async fn settle_codes(
        &self,
        draft: &Draft,
        named: &Named,
        seen: Option<&Seen>,
        repeated: RepeatedSkus,
        warnings: &mut Vec<RowProblem>,
    ) -> Result<ProductPatch, DecideImportError> {
        let own = named.known.as_ref().map(Product::skus).unwrap_or_default();
        let (mut patch, mut given) = (draft.patch.clone(), Vec::<Sku>::new());
        for variant in patch.variants.iter_mut().flatten() {
            let sku = code(&variant.sku, own.contains(&variant.sku))?;
            let taken = self.taken(&sku, named, &own, seen).await?;
            let settled = match (taken, repeated) {
                (Some(owner), RepeatedSkus::Refuse) => return Err(DecideImportError::SkuTaken { sku, owner }),
                (Some(_), RepeatedSkus::Number) => self.numbered(&sku, named, &own, &given, seen).await?,
                (None, RepeatedSkus::Number) if given.contains(&sku) => {
                    self.numbered(&sku, named, &own, &given, seen).await?
                }
                (None, _) => Some(sku.clone()),
            };
            let settled = settled.ok_or(DecideImportError::SkuTooOften(sku))?;
            if settled != variant.sku {
                warnings.push(draft.problem(format!("SKU {} becomes {settled}", variant.sku)));
                variant.sku = settled.clone();
            }
            given.push(settled);
        }
        Ok(patch)
    }

    /// Whose the code is, if it is another product's.
    async fn taken(
        &self,
        sku: &Sku,
        named: &Named,
        own: &[Sku],
        seen: Option<&Seen>,
    ) -> Result<Option<String>, StoreError> {
        if let Some(other) = seen.and_then(|seen| seen.owner(sku)) {
            return Ok(Some(format!("product {other} in this file")));
        }
        // The owner is its own handle if the same product was created just now; the commit will find that out.
        if own.contains(sku) {
            return Ok(None);
        }
        let owner = self.products.owner(sku).await?.filter(|owner| *owner != named.handle);
        Ok(owner.map(|owner| format!("product {owner}")))
    }

    /// The code with the first number that makes it this product's.
    async fn numbered(
        &self,
        sku: &Sku,
        named: &Named,
        own: &[Sku],
        given: &[Sku],
        seen: Option<&Seen>,
    ) -> Result<Option<Sku>, StoreError> {
        for number in 2..1_000 {
            let Ok(next) = Sku::parse(&format!("{sku}-{number}")) else { return Ok(None) };
            if !given.contains(&next) && self.taken(&next, named, own, seen).await?.is_none() {
                return Ok(Some(next));
            }
        }
        Ok(None)
    }

    fn draft_if_wrongly_taxed(
        &self,
        details: ProductDetails,
        draft: &Draft,
        named: &Named,
        warnings: &mut Vec<RowProblem>,
    ) -> ProductDetails {
        if details.status != Status::Active || !self.rules.is_taxed_wrongly(&details) {
            return details;
        }
        if !draft.patch.wrongly_taxed_is_draft || self.rules.check(&details, named.known.as_ref()).is_ok() {
            let words = "its tax class is not applied by this shop: it is taxed like everything else";
            warnings.push(draft.problem(words.to_owned()));
            return details;
        }
        let words =
            "comes in as a draft: the file says that it is not taxed, and this shop taxes everything at one rate";
        warnings.push(draft.problem(words.to_owned()));
        ProductDetails { status: Status::Draft, ..details }
    }
}

/// What to say when a product does not get the address that the file writes.
fn readdressed(named_by: &FileHandle, handle: &Handle) -> Option<String> {
    match named_by {
        FileHandle::Written(written) if written.as_str() != handle.as_str() => {
            Some(format!("the handle {written} becomes {handle}"))
        }
        FileHandle::Written(_) | FileHandle::Address(_) => None,
    }
}

/// Codes that differ from others in capitals alone: both come in, for the shop tells them apart.
fn alike(draft: &Draft, seen: &Seen, skus: &[Sku]) -> Vec<RowProblem> {
    let alike = skus.iter().filter_map(|sku| seen.alike(sku).map(|other| (sku, other)));
    alike.map(|(sku, other)| draft.problem(format!("SKU {sku} differs from {other} in capitals alone"))).collect()
}
