//! What pages say of parts: less left than wanted, a part sent, a part of the money returned.

use serde_json::json;

use super::Browser;
use crate::http::{AROHA, STAFF, WIREMU};
use crate::shop::{MUG, NOTEBOOK, TestShop};
use crate::storage::Storage;

async fn a_cart_says_once_how_many_are_left_and_waits_until_it_fits(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    for sku in [NOTEBOOK, MUG, MUG, MUG] {
        aroha.add(sku).await;
    }
    shop.has_left(NOTEBOOK, 5).await;
    for (left, note) in [(2, "Only 2 left"), (0, "Sold out")] {
        shop.has_left(MUG, left).await;
        let cart = aroha.open("/cart").await;
        assert_eq!(cart.marked("line-note"), [note]);
        assert_eq!(cart.body.matches(note).count(), 1, "it is said once: {}", cart.body);
        assert_eq!((cart.marked("checkout").len(), cart.marked("checkout-blocked").len()), (0, 1));
        let refused = aroha.submit("/checkout", &super::HOME).await;
        assert!(
            refused.marked("flash")[0].contains("not enough stock of the marked items"),
            "{:?}",
            refused.marked("flash")
        );
        assert_eq!(aroha.open("/checkout").await.header("location"), "/cart");
    }
    shop.has_left(MUG, 2).await;
    let fits = aroha.submit("/cart", &[("quantity.KEA-14", "1"), ("quantity.WEKA/MUG", "2")]).await;
    assert_eq!((fits.marked("line-note").len(), fits.marked("checkout").len()), (0, 1));
    assert_eq!(fits.marked("total-gross"), ["NZ$1,196.00"]);
}

/// A page that is gone is not linked to; what was ordered stays as it was ordered.
async fn what_is_in_a_cart_is_shown_with_its_picture_and_leads_to_its_page(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.is_listed(MUG, Some("weka-mug"), Some("weka.webp")).await;
    shop.is_listed(NOTEBOOK, None, None).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    aroha.add(MUG).await;
    aroha.add(NOTEBOOK).await;
    let link = r#"<a href="/products/weka-mug" data-test="line-title">"#;
    let picture = r#"<img class="thumb" src="/media/weka.webp" alt="""#;
    for page in [aroha.open("/cart").await, aroha.send("/checkout", &super::HOME).await] {
        assert_eq!(page.marked("line-title").len(), 2, "{}", page.body);
        assert_eq!((page.body.matches(link).count(), page.body.matches(picture).count()), (1, 1), "{}", page.body);
        let unknown = r#"<span class="thumb" aria-hidden="true">K</span><span data-test="line-title">"#;
        assert!(page.body.contains(unknown), "{}", page.body);
    }
    let order = aroha.orders(&[MUG]).await;
    let placed = aroha.open(&format!("/orders/{order}")).await;
    assert!(!placed.body.contains("/products/weka-mug") && !placed.body.contains("thumb"), "{}", placed.body);
    shop.withdraws(MUG).await;
    let cart = aroha.open("/cart").await;
    assert_eq!((cart.body.matches(link).count(), cart.body.matches(picture).count()), (0, 1), "{}", cart.body);
}

/// The last units are held by the order that the buyer has begun: they are there for nobody else.
async fn what_an_open_order_of_the_cart_holds_can_be_ordered_again(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let order = aroha.orders(&[MUG]).await;
    shop.reserves(order).await;
    shop.has_left(MUG, 0).await;
    let cart = aroha.open("/cart").await;
    assert_eq!(
        (cart.marked("line-note").len(), cart.marked("checkout").len()),
        (0, 1),
        "the unit is reserved for this cart"
    );
    aroha.add(MUG).await;
    assert_eq!(aroha.open("/cart").await.marked("line-note"), ["Only 1 left"]);
    let mut wiremu = Browser::of(&shop, Some(WIREMU));
    wiremu.add(MUG).await;
    assert_eq!(wiremu.open("/cart").await.marked("line-note"), ["Sold out"]);
}

async fn a_partly_sent_and_partly_refunded_order_says_so(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let order = aroha.buys(&[NOTEBOOK, MUG]).await;
    let path = format!("/orders/{order}");
    let page = aroha.open(&path).await;
    assert_eq!((page.marked("order-status"), page.marked("to-come").len()), (vec!["Paid".to_owned()], 0));
    shop.sends_first_line(order).await;
    let refund = [("idempotency_key", "r-1"), ("amount", "5.00"), ("reason", "scratched")];
    Browser::of(&shop, Some(STAFF)).submit(&format!("/admin/orders/{order}/refunds"), &refund).await;
    shop.settle().await;
    let page = aroha.open(&path).await;
    assert_eq!(page.marked("order-status"), ["Partly shipped"]);
    assert_eq!(page.marked("order-refunded"), ["Partly refunded"]);
    assert_eq!(page.marked("to-come"), ["Still to come: 1 × Weka Mug."]);
    assert!(page.marked("shipment")[0].contains("1 × Kea Notebook 14"), "{:?}", page.marked("shipment"));
    assert_eq!(aroha.open("/orders").await.marked("order-refunded"), ["Partly refunded"]);
    let staff = Browser::of(&shop, Some(STAFF)).open(&format!("/admin/orders/{order}")).await;
    assert_eq!(staff.marked("order-status"), ["Partly shipped"]);
    let kept = shop.order(order).await;
    assert_eq!((kept.status().name(), kept.fulfilment().status().name()), ("SHIPPED", "partially_processed"));
    let sent: Vec<u32> = kept.lines().iter().map(|line| kept.fulfilment().sent(&line.sku, line.kind)).collect();
    assert_eq!(sent, [1, 0]);
}

/// Money and goods are separate decisions, so somebody is asked.
async fn a_refunded_order_that_is_still_to_be_sent_asks_whether_to_stop_it(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = Browser::of(&shop, Some(AROHA)).buys(&[NOTEBOOK]).await;
    let mut staff = Browser::of(&shop, Some(STAFF));
    let path = format!("/admin/orders/{order}");
    assert_eq!(staff.open(&path).await.marked("refunded-unsent").len(), 0);
    let whole = [("idempotency_key", "r-1"), ("amount", "1156.90"), ("reason", "goodwill")];
    staff.submit(&format!("{path}/refunds"), &whole).await;
    shop.settle().await;
    let page = staff.open(&path).await;
    assert_eq!((page.marked("refunded-unsent").len(), page.marked("cancel").len()), (1, 1), "{}", page.body);
    assert_eq!(
        (page.marked("order-status"), page.marked("order-refunded")),
        (vec!["Paid".to_owned()], vec!["Refunded".to_owned()])
    );
    staff.submit(&format!("{path}/cancel"), &[("idempotency_key", "c-1"), ("reason", "refunded")]).await;
    shop.fulfilment_says("shipping_order_cancelled", order, json!({})).await;
    let page = staff.open(&path).await;
    assert_eq!((page.marked("order-status"), page.marked("refunded-unsent").len()), (vec!["Cancelled".to_owned()], 0));
    let refunds = shop.order(order).await.refunds().len();
    assert_eq!(refunds, 1, "the money went back once");
}

/// It was partly sent and wholly refunded; the rest is left out, so the order ends and its buyer can be erased.
async fn a_refunded_order_ends_when_its_rest_is_not_sent(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let order = aroha.buys(&[NOTEBOOK, MUG]).await;
    shop.sends_first_line(order).await;
    let mut staff = Browser::of(&shop, Some(STAFF));
    let path = format!("/admin/orders/{order}");
    let gross = shop.order(order).await.totals().gross.minor();
    let whole = format!("{}.{:02}", gross / 100, gross % 100);
    let refund = [("idempotency_key", "r-1"), ("amount", whole.as_str()), ("reason", "lost")];
    staff.submit(&format!("{path}/refunds"), &refund).await;
    shop.settle().await;
    let page = staff.open(&path).await;
    assert!(page.marked("refunded-unsent")[0].contains("close its shipping order"), "{}", page.body);
    assert!(page.body.contains(&format!("/admin/shipping-orders/{order}")), "{}", page.body);
    let now = shared_kernel::Clock::now(&*shop.clock);
    assert!(!shop.order(order).await.anonymised(now).has_changes(), "something is still to be sent");
    let rest = shop.order(order).await.lines()[1].clone();
    let left_out = json!({"sku": rest.sku, "kind": rest.kind.name(), "quantity": rest.quantity});
    let processed = json!({"processed_at": now, "not_sent": [left_out], "not_sent_reason": "out_of_stock"});
    for _ in 0..2 {
        shop.fulfilment_says("shipping_order_processed", order, processed.clone()).await;
    }
    let page = staff.open(&path).await;
    assert_eq!((page.marked("order-status"), page.marked("refunded-unsent").len()), (vec!["Completed".to_owned()], 0));
    assert!(page.body.contains(&format!("not sent: {} × 1 (out of stock)", rest.sku)), "{}", page.body);
    let page = aroha.open(&format!("/orders/{order}")).await;
    assert_eq!(
        (page.marked("not-sent"), page.marked("to-come").len()),
        (vec!["Not sent: 1 × Weka Mug.".to_owned()], 0)
    );
    let kept = shop.order(order).await;
    assert_eq!((kept.status().name(), kept.fulfilment().status().name()), ("COMPLETED", "partially_processed"));
    assert_eq!(kept.fulfilment().left_out(&rest.sku, rest.kind), 1);
    assert_eq!(kept.history().iter().filter(|it| it.kind.name() == "completed").count(), 1);
    let erased = kept.anonymised(now.plus(std::time::Duration::from_hours(48)));
    assert!(erased.has_changes(), "nothing holds its erasure back");
}

/// Two parcels of one carrier without a number are two parcels.
async fn parcels_that_left_at_different_times_are_different_parcels(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = Browser::of(&shop, Some(AROHA)).buys(&[NOTEBOOK, MUG]).await;
    shop.sends_first_line(order).await;
    shop.clock.advance(std::time::Duration::from_hours(24));
    shop.sends(order, 1).await;
    let shipments = shop.order(order).await.fulfilment().shipments();
    assert_eq!(shipments.iter().map(|parcel| parcel.items.len()).collect::<Vec<_>>(), [1, 1]);
    assert!(shipments[0].at < shipments[1].at);
    assert_eq!(shop.order(order).await.fulfilment().status().name(), "processed");
}

on_both_engines! {
    a_cart_says_once_how_many_are_left_and_waits_until_it_fits
    what_is_in_a_cart_is_shown_with_its_picture_and_leads_to_its_page
    what_an_open_order_of_the_cart_holds_can_be_ordered_again
    a_partly_sent_and_partly_refunded_order_says_so
    a_refunded_order_that_is_still_to_be_sent_asks_whether_to_stop_it
    a_refunded_order_ends_when_its_rest_is_not_sent
    parcels_that_left_at_different_times_are_different_parcels
}
