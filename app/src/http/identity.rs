//! By what this process knows who is asking.

use std::sync::Arc;

use chassis::web::Authentication;
use chassis::web::signed::{Signer, Verifier};
use customer::CustomerModule;

use crate::composition::shop::Shop;

/// By what this process knows who is asking: a whole shop by its own tokens; in a shop of several processes the one that
/// holds the customers signs who it is, and the others believe it.
pub(super) fn authentication(shop: &Shop) -> Authentication {
    let verifier = || Arc::new(Verifier::new(&shop.settings.process.identity_public_keys, Arc::clone(&shop.clock)));
    match (shop.modules.get::<CustomerModule>(), signer(shop)) {
        (Some(customer), Some(signer)) if !shop.settings.process.parts.is_single_process() => {
            Authentication::Both(customer.authenticator(), verifier(), signer)
        }
        (Some(customer), _) => Authentication::Tokens(customer.authenticator()),
        (None, _) => Authentication::Signed(verifier()),
    }
}

/// What signs identities, if the customers are here and there is a key: for other processes, or for a gateway that asks
/// although the shop behind it is whole.
pub(super) fn signer(shop: &Shop) -> Option<Arc<Signer>> {
    let key = shop
        .settings
        .process
        .identity_private_key
        .as_ref()
        .filter(|_| shop.modules.get::<CustomerModule>().is_some())?;
    Some(Arc::new(Signer::new(key, Arc::clone(&shop.clock))))
}
