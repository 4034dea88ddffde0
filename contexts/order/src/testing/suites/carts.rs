//! [`CartStore`].

use shared_kernel::{Quantity, StoreError, Timestamp};

use crate::domain::{Cart, CartId, LineChange};
use crate::ports::CartStore;
use crate::testing::{a_customer, sku};

fn at(time: &str) -> Timestamp {
    Timestamp::parse(time).expect("a time")
}

/// A cart comes back as it was saved, and of two who changed the same version only one is kept.
pub async fn remembers_the_last_version_and_refuses_a_stale_one(carts: &dyn CartStore) {
    let (id, now) = (CartId::from_secret([3; 32]), at("2026-11-22T12:00:00Z"));
    assert!(carts.find(id).await.expect("found").is_none());
    let new = carts.save(Cart::new(id, None), now).await.expect("saved");
    assert_eq!(new.version(), 1);
    let two = LineChange::Set(Quantity::new(2).expect("two"));
    let filled = new.clone().with_line(&sku("A"), two).expect("fits").claimed_by(a_customer(1).customer);
    let saved = carts.save(filled.clone(), now).await.expect("saved");
    assert_eq!((saved.version(), saved.lines(), saved.owner()), (2, filled.lines(), filled.owner()));
    assert_eq!(carts.find(id).await.expect("found"), Some(saved));
    assert!(matches!(carts.save(filled, now).await, Err(StoreError::Stale)));
    assert!(matches!(carts.save(Cart::new(id, None), now).await, Err(StoreError::Stale)), "it is not new any more");
}

/// Old carts go, young ones stay.
pub async fn forgets_what_nobody_touched(carts: &dyn CartStore) {
    let (old, young) = (CartId::from_secret([4; 32]), CartId::from_secret([5; 32]));
    carts.save(Cart::new(old, None), at("2026-01-01T00:00:00Z")).await.expect("saved");
    carts.save(Cart::new(young, None), at("2026-11-01T00:00:00Z")).await.expect("saved");
    assert_eq!(carts.forget_untouched_since(at("2026-06-01T00:00:00Z")).await.expect("forgotten"), 1);
    assert!(carts.find(old).await.expect("found").is_none());
    assert!(carts.find(young).await.expect("found").is_some());
}
