//! All use cases put together once, for those who call them.

use std::sync::Arc;

use shared_kernel::Ids;

use super::{
    AddPicture, Browse, DecideImport, ExportProducts, ImportProducts, KeepPicture, NameProducts, RevertImport,
    SaveProduct, WithdrawProduct,
};
use crate::domain::SaleRules;
use crate::ports::{FileHandles, ImportLog, MediaStore, ProductListing, ProductStore};

/// Everything the use cases need.
pub struct Ports {
    pub products: Arc<dyn ProductStore>,
    /// Products as shoppers and staff look at them.
    pub listing: Arc<dyn ProductListing>,
    /// Every product there is, as it is now: for files and audits.
    pub all_products: Arc<dyn ProductListing>,
    pub media: Arc<dyn MediaStore>,
    pub handles: Arc<dyn FileHandles>,
    pub import_log: Arc<dyn ImportLog>,
    pub ids: Arc<dyn Ids>,
}

#[derive(Clone)]
pub struct UseCases {
    pub browse: Arc<Browse>,
    pub export_products: Arc<ExportProducts>,
    pub save_product: Arc<SaveProduct>,
    pub withdraw_product: Arc<WithdrawProduct>,
    pub keep_picture: Arc<KeepPicture>,
    pub add_picture: Arc<AddPicture>,
    pub import_products: Arc<ImportProducts>,
    pub revert_import: Arc<RevertImport>,
}

impl UseCases {
    pub fn new(ports: Ports, rules: SaleRules) -> Self {
        let Ports { products, listing, all_products, media, handles, import_log, ids } = ports;
        let names = NameProducts::new(products.clone(), handles);
        let decide = DecideImport::new(products.clone(), names, ids.clone(), rules);
        let save_product = Arc::new(SaveProduct::new(products.clone(), ids, rules));
        Self {
            browse: Arc::new(Browse::new(listing, media.clone(), rules.currency)),
            export_products: Arc::new(ExportProducts::new(all_products)),
            withdraw_product: Arc::new(WithdrawProduct::new(products.clone())),
            keep_picture: Arc::new(KeepPicture::new(media.clone())),
            add_picture: Arc::new(AddPicture::new(products.clone(), media, save_product.clone())),
            save_product,
            import_products: Arc::new(ImportProducts::new(products.clone(), import_log, decide)),
            revert_import: Arc::new(RevertImport::new(products)),
        }
    }
}
