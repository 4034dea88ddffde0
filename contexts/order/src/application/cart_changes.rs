//! What the changes of a cart have in common.

use shared_kernel::{Clock, CustomerId, StoreError, retry_on_conflict};

use crate::domain::{Cart, CartId};
use crate::ports::CartStore;

/// How often a change is made again because another one of the same cart came first. One buyer does not change a cart at
/// so many places at once.
pub(crate) const MAX_ATTEMPTS: u32 = 50;

/// The cart as the customer's own: a guest's becomes theirs. `None` if there is none of that id, or it is another
/// customer's.
pub(crate) async fn claim(
    carts: &dyn CartStore,
    clock: &dyn Clock,
    cart: CartId,
    by: CustomerId,
) -> Result<Option<Cart>, StoreError> {
    let attempt = || async move {
        match carts.find(cart).await?.filter(|cart| cart.is_open_to(Some(by))) {
            Some(cart) if cart.owner().is_none() => carts.save(cart.claimed_by(by), clock.now()).await.map(Some),
            found => Ok(found),
        }
    };
    retry_on_conflict(MAX_ATTEMPTS, attempt).await
}
