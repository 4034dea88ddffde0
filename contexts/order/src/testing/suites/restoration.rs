//! [`Restoration`].

use shared_kernel::Timestamp;

use super::orders::placed;
use crate::ports::{OrderPlacement, Restoration};

/// A restoration is known until it is caught up with, and order numbers go on further.
pub async fn is_known_until_it_is_caught_up_with(
    restoration: &dyn Restoration,
    orders: &dyn OrderPlacement,
    went_back_to: Timestamp,
) {
    let now = Timestamp::from_micros(went_back_to.micros() + 1);
    assert_eq!(restoration.restore_point().await.expect("kept"), Some(went_back_to));
    assert_eq!(placed(orders, 1).await.number().as_str(), "BS-100001");
    restoration.mark_reconciled(now, 1_000).await.expect("kept");
    assert_eq!(restoration.restore_point().await.expect("kept"), None);
    restoration.mark_reconciled(now, 1_000).await.expect("kept");
    assert_eq!(placed(orders, 2).await.number().as_str(), "BS-101002", "it counts once");
}
