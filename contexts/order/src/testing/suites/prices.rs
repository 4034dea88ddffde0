//! [`PriceList`].

use shared_kernel::Sku;
use uuid::Uuid;

use crate::domain::{Kind, Listing, PricedItem, ProductPrices, VariantPrice};
use crate::ports::PriceList;
use crate::testing::{nzd, sku};

fn variant(code: &str, minor: i64) -> VariantPrice {
    VariantPrice { sku: sku(code), title: format!("The {code}"), kind: Kind::Physical, unit_gross: nzd(minor) }
}

async fn sold(prices: &dyn PriceList, codes: &[&str]) -> Vec<(String, i64, bool)> {
    let skus: Vec<Sku> = codes.iter().map(|code| sku(code)).collect();
    let mut found: Vec<PricedItem> = prices.find(skus).await.expect("found");
    found.sort_by(|one, other| one.sku.cmp(&other.sku));
    found.into_iter().map(|item| (item.sku.to_string(), item.unit_gross.minor(), item.sellable)).collect()
}

fn two_variants(listing: Listing) -> ProductPrices {
    let variants = vec![variant("A", 1), variant("B", 2)];
    ProductPrices { product: Uuid::from_u128(1), active: true, listing, variants }
}

/// Every variant is found where its product is, as the catalogue said last.
pub async fn knows_where_products_are_found(prices: &dyn PriceList) {
    let listings = async || {
        let found = prices.find(vec![sku("A"), sku("B")]).await.expect("found");
        found.into_iter().map(|item| item.listing).collect::<Vec<_>>()
    };
    let pictured = Listing { handle: Some("kea".into()), image: Some("kea.svg".into()) };
    let bare = Listing { image: None, ..pictured.clone() };
    for listing in [Listing::default(), pictured, bare] {
        prices.replace(two_variants(listing.clone()), None).await.expect("kept");
        assert_eq!(listings().await, [listing.clone(), listing]);
    }
}

/// A product's snapshot replaces what was known of it, and what it has no more is not sold.
pub async fn keeps_the_newest_snapshot_of_each_product(prices: &dyn PriceList) {
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let product = |product, active, variants| ProductPrices { product, active, listing: Listing::default(), variants };
    prices.replace(product(one, true, vec![variant("A", 100), variant("B", 200)]), None).await.expect("kept");
    prices.replace(product(other, true, vec![variant("C", 300)]), None).await.expect("kept");
    assert_eq!(sold(prices, &["A", "X"]).await, [("A".into(), 100, true)], "unknown things are left out");
    prices.replace(product(one, true, vec![variant("A", 150)]), None).await.expect("kept");
    let now = [("A".into(), 150, true), ("B".into(), 200, false), ("C".into(), 300, true)];
    assert_eq!(sold(prices, &["A", "B", "C"]).await, now);
    prices.replace(product(one, false, vec![variant("A", 150)]), None).await.expect("kept");
    assert_eq!(sold(prices, &["A"]).await, [("A".into(), 150, false)]);
    prices.withdraw(other, vec![], None).await.expect("kept");
    assert_eq!(sold(prices, &["C"]).await, [("C".into(), 300, false)]);
}

/// Withdrawing names variants of one product and leaves its others.
pub async fn withdraws_what_is_named(prices: &dyn PriceList) {
    let product = two_variants(Listing::default());
    prices.replace(product, None).await.expect("kept");
    prices.withdraw(Uuid::from_u128(1), vec![sku("B")], None).await.expect("kept");
    prices.withdraw(Uuid::from_u128(9), vec![sku("A")], None).await.expect("another product's withdrawal");
    assert_eq!(sold(prices, &["A", "B"]).await, [("A".into(), 1, true), ("B".into(), 2, false)]);
}

/// Hints come and go without touching prices, and may come first.
pub async fn remembers_stock_hints(prices: &dyn PriceList) {
    prices.hint(sku("A"), 5, None).await.expect("kept");
    let product = two_variants(Listing::default());
    prices.replace(product, None).await.expect("kept");
    prices.hint(sku("A"), 3, None).await.expect("kept");
    let found = prices.find(vec![sku("A"), sku("B")]).await.expect("found");
    let of = |code: &str| found.iter().find(|item| item.sku == sku(code)).expect("there").available;
    assert_eq!((of("A"), of("B")), (Some(3), None));
}
