//! Two hundred want what there are a hundred of.

use std::sync::Arc;

use std::time::Instant;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::ALONE;
use crate::buyers::{Buyers, GOODS};
use crate::evidence::OrderOutcome;
use crate::kill::comes_to_rest;
use crate::support::process::Shop;

const BUYERS: usize = 200;
const STOCK: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_hundred_buyers_at_once_a_hundred_are_served_and_a_hundred_are_told_that_it_is_sold_out() {
    let _alone = ALONE.lock().await;
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let market = Arc::new(Buyers::set_up(&shop, 20, i64::try_from(STOCK).unwrap()).await);
    let together = Arc::new(Barrier::new(BUYERS));
    let mut buyers = JoinSet::new();
    for buyer in 0..BUYERS {
        let (market, together) = (Arc::clone(&market), Arc::clone(&together));
        buyers.spawn(async move {
            let cart = market.fill_cart(buyer, GOODS[1], 1).await;
            together.wait().await;
            let begun = Instant::now();
            (market.check_out(buyer, &cart).await, begun.elapsed())
        });
    }
    let told = buyers.join_all().await;
    let longest = told.iter().map(|(_, waited)| *waited).max().unwrap();
    let wishes: Vec<_> = told.into_iter().map(|(wish, _)| wish).collect();
    println!("{BUYERS} buyers at once: the last was served or refused after {longest:?}");
    assert_eq!(wishes.iter().filter(|wish| wish.told == OrderOutcome::Paid).count(), STOCK);
    assert_eq!(wishes.iter().filter(|wish| wish.told == OrderOutcome::SoldOut).count(), BUYERS - STOCK);
    market.assert_no_trouble();
    let evidence = comes_to_rest(&shop, &wishes).await;
    let shelf = evidence.lines("fulfilment", "stock").find(|shelf| shelf.text("sku") == GOODS[1]).unwrap();
    assert_eq!((shelf.number("on_hand"), shelf.number("reserved")), (0, 0));
    let paid = evidence.lines("order", "order").filter(|order| order.text("status") == "PAID");
    assert_eq!(paid.count(), STOCK);
}
