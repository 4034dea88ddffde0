//! What [`crate::ports::StockBook`] and [`crate::ports::ProductBook`] owe, and how imports count.

use shared_kernel::{CustomerId, StoreError};
use uuid::Uuid;

use super::super::{TestStore, physical, placed, sku};
use super::limit;
use crate::application::{AdjustStockCommand, DispatchItemsCommand, UpdateError};
use crate::domain::{
    Adjustment, AdjustmentReason, Consignment, Count, ImportedCount, Kind, Person, Reference, Refusal, StockItem,
};
use crate::ports::{Product, ProductVariant, StockQuery};

/// Pages follow each other by SKU; a search looks at SKU and title and takes every character at its word.
pub async fn shelves_are_listed_by_sku(store: &TestStore) {
    for (code, count) in [("B-2", 2), ("A-1", 1), ("C_3%", 3), ("a-4", 4)] {
        store.count(code, count).await;
    }
    let book = Product { id: "p".to_owned(), variants: vec![variant("A-1", "A Book of Birds", Kind::Physical)] };
    store.ports.products.learn(book, store.cause().await).await.expect("kept");
    let list = async |text: &str, after: Option<String>| {
        let query = StockQuery { text: text.to_owned(), after };
        let page = store.ports.stock.list(query, limit(2)).await.expect("an answer");
        let codes: Vec<String> = page.items.iter().map(|line| line.item.sku().to_string()).collect();
        (codes, page.next_cursor)
    };
    let (first, cursor) = list("", None).await;
    assert_eq!((first.as_slice(), cursor.as_deref()), (&["A-1".to_owned(), "B-2".to_owned()][..], Some("B-2")));
    assert_eq!(list("", cursor).await, (vec!["C_3%".to_owned(), "a-4".to_owned()], None));
    assert_eq!(list("BIRDS", None).await.0, ["A-1"]);
    assert_eq!(list("3%", None).await.0, ["C_3%"]);
    assert_eq!(list("_", None).await.0, ["C_3%"]);
    assert_eq!(list("A-", None).await.0, ["A-1", "a-4"]);
    assert!(store.ports.stock.find(&sku("NONE")).await.expect("an answer").is_none());
}

/// The catalogue's last word counts; packed things get an empty shelf, and shelves outlive names.
pub async fn products_have_names_and_shelves(store: &TestStore) {
    store.count("OLD", 3).await;
    let first = vec![
        variant("OLD", "Old", Kind::Physical),
        variant("NEW", "New", Kind::Physical),
        variant("PDF", "Pdf", Kind::Digital),
    ];
    let product = |variants| Product { id: "p".to_owned(), variants };
    let cause = store.cause().await;
    store.ports.products.learn(product(first.clone()), cause.clone()).await.expect("kept");
    let again = store.ports.products.learn(product(first), cause).await;
    assert!(matches!(again, Err(StoreError::AlreadyHandled)), "{again:?}");
    assert_eq!((store.shelf("OLD").await, store.shelf("NEW").await), ((3, 0, 3), (0, 0, 0)));
    assert!(store.ports.stock.find(&sku("PDF")).await.expect("an answer").is_none(), "a file has no shelf of its own");
    store
        .ports
        .products
        .learn(product(vec![variant("NEW", "Newer", Kind::Physical)]), store.cause().await)
        .await
        .expect("kept");
    let title = async |code: &str| store.ports.stock.find(&sku(code)).await.expect("an answer").expect("a shelf").title;
    assert_eq!((title("OLD").await, title("NEW").await.as_deref()), (None, Some("Newer")));
    store.ports.products.forget("p".to_owned(), store.cause().await).await.expect("kept");
    assert_eq!(title("NEW").await, None);
    assert_eq!(store.event_types().await, ["stock_changed.v1"], "names are nobody else's news");
}

/// Once for each import and SKU, whatever comes between, and never below what is promised.
pub async fn an_import_counts_once(store: &TestStore) {
    let import = &store.use_cases.import_count;
    let counted = async |id: &str, on_hand: i64| {
        let on_hand = Count::new(on_hand).expect("a possible count");
        let count = ImportedCount { import: id.to_owned(), sku: sku("KEA"), on_hand };
        import.execute(count, store.cause().await).await.expect("the count is answered");
    };
    counted("i-1", 10).await;
    store.place(placed(1, &[physical("KEA", 4)])).await;
    store.count("KEA", 7).await;
    counted("i-1", 10).await;
    assert_eq!(store.shelf("KEA").await, (7, 4, 3), "the repeated import changes nothing");
    counted("i-2", 1).await;
    assert_eq!(store.shelf("KEA").await, (4, 4, 0), "four are promised");
}

/// The latest first; each says what it did to the shelf and to what may be sold.
pub async fn a_shelf_has_a_history(store: &TestStore) {
    store.count("TUI", 1).await;
    store.count("KEA", 20).await;
    let id = store.sell(1, &[physical("KEA", 2)]).await;
    receive(store, "KEA", 5, "r-1").await.expect("received");
    let dispatch = &store.use_cases.dispatch_items;
    let consignment = Consignment::parse("NZ Post", None).expect("a parcel");
    dispatch.execute(DispatchItemsCommand { order: id, skus: None, consignment }).await.expect("dispatched");
    let page = store.ports.stock.history(&sku("KEA"), None, limit(10)).await.expect("an answer");
    let (whole, next) = (page.items, page.next_cursor);
    assert_eq!(next, None);
    let seen: Vec<_> = whole.iter().map(|it| (it.reason.as_str(), it.on_hand, it.available)).collect();
    let expected =
        [("dispatched", -2, 0), ("received", 5, 5), ("taken", 0, 0), ("reserved", 0, -2), ("counted", 20, 20)];
    assert_eq!(seen, expected);
    assert_eq!((whole[1].by.as_deref(), whole[1].note.as_deref()), (Some("Aroha"), Some("slip 7")));
    assert_eq!((whole[0].reference.clone(), whole[1].reference.as_str()), (format!("order:{id}"), "staff"));
    assert_eq!(store.ports.stock.history(&sku("MOA"), None, limit(5)).await.expect("an answer").items, []);
}

/// Saying again what was received, under the same key, receives nothing.
pub async fn an_adjustment_is_made_once(store: &TestStore) {
    store.count("KEA", 5).await;
    for _again in 0..2 {
        assert_eq!(receive(store, "KEA", 20, "r-1").await.expect("received").on_hand(), 25);
    }
    let other = receive(store, "KEA", 21, "r-1").await;
    assert!(matches!(other, Err(UpdateError::Refused(Refusal::KeyReused))), "{other:?}");
    assert_eq!(receive(store, "KEA", 1, "r-2").await.expect("received").on_hand(), 26);
    assert_eq!(receive(store, "TUI", 20, "r-1").await.expect("another shelf, another key").on_hand(), 20);
}

async fn receive(store: &TestStore, code: &str, quantity: i64, key: &str) -> Result<StockItem, UpdateError> {
    let adjust = &store.use_cases.adjust_stock;
    let adjustment = Adjustment::new(quantity, AdjustmentReason::Received, Some("slip 7")).expect("an adjustment");
    let person = Person { id: CustomerId::new(Uuid::from_u128(7)), name: "Aroha".to_owned() };
    let (by, request) = (Reference::Staff(Some(person)), Some(key.to_owned()));
    adjust.execute(AdjustStockCommand { sku: sku(code), adjustment, by, request }).await
}

/// A mistyped code does not stay in the list: a SKU without a product and without stock is not listed.
pub async fn empty_shelves_of_nothing_are_not_listed(store: &TestStore) {
    store.count("TYPO", 5).await;
    store.count("KEA", 0).await;
    let product = |variants| Product { id: "p".to_owned(), variants };
    let learnt = product(vec![variant("KEA", "Kea", Kind::Physical), variant("PDF", "Pdf", Kind::Digital)]);
    store.ports.products.learn(learnt, store.cause().await).await.expect("kept");
    let listed = async || {
        let page = store.ports.stock.list(StockQuery::default(), limit(10)).await.expect("an answer");
        page.items.iter().map(|line| (line.item.sku().to_string(), line.is_known())).collect::<Vec<_>>()
    };
    assert_eq!(listed().await, [("KEA".to_owned(), true), ("TYPO".to_owned(), false)]);
    store.count("TYPO", 0).await;
    assert_eq!(listed().await, [("KEA".to_owned(), true)]);
    let known = async |code: &str| store.ports.stock.is_known(&sku(code)).await.expect("an answer");
    assert_eq!((known("KEA").await, known("PDF").await, known("MOA").await), (true, true, false));
}

fn variant(code: &str, title: &str, kind: Kind) -> ProductVariant {
    ProductVariant { sku: sku(code), title: title.to_owned(), kind }
}
