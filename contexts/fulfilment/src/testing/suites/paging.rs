//! Every list of the warehouse, page by page.

use chassis::testing::assert_walks;
use shared_kernel::OrderId;

use super::super::{TestStore, digital, noon, order, physical, sku};
use super::limit;
use crate::application::DispatchItemsCommand;
use crate::domain::{Consignment, DigitalFile};
use crate::ports::{StatusFilter, StockQuery};

/// Shelves and searches among them; each SKU is there once.
pub async fn shelves_are_walked_page_by_page(store: &TestStore) {
    let codes = ["A-1", "A-2", "A_3", "B-1", "B-2", "a-4", "b-3"];
    for code in codes {
        store.count(code, 1).await;
    }
    for (text, whole) in [("", codes.to_vec()), ("a-", vec!["A-1", "A-2", "a-4"]), ("x", vec![])] {
        let whole: Vec<String> = whole.into_iter().map(str::to_owned).collect();
        assert_walks(&format!("shelves like {text:?}"), &whole, async |after, limit| {
            let page =
                store.ports.stock.list(StockQuery { text: text.to_owned(), after }, limit).await.expect("an answer");
            page.map(|line| line.item.sku().to_string())
        })
        .await;
    }
}

/// The changes of one shelf, all of the same moment, among those of another.
pub async fn a_history_is_walked_page_by_page(store: &TestStore) {
    for count in 1..=5 {
        store.count("KEA", count).await;
        store.count("TUI", count).await;
    }
    let whole = store.ports.stock.history(&sku("KEA"), None, limit(100)).await.expect("an answer").items;
    assert_eq!(whole.iter().map(|change| change.on_hand).collect::<Vec<_>>(), [1; 5]);
    assert_walks("a history", &whole, async |cursor, limit| {
        let before = cursor.map(|cursor| cursor.parse().expect("a number"));
        store.ports.stock.history(&sku("KEA"), before, limit).await.expect("an answer")
    })
    .await;
}

/// Orders that were paid, sent and cancelled in the same moment, in each list.
pub async fn the_work_list_is_walked_page_by_page(store: &TestStore) {
    store.count("KEA", 100).await;
    for number in 1..=9 {
        store.sell(number, &[physical("KEA", 1)]).await;
    }
    let dispatch = &store.use_cases.dispatch_items;
    let cancel = &store.use_cases.answer_cancellation;
    for number in [2, 5, 7] {
        let consignment = Consignment::parse("NZ Post", None).expect("a parcel");
        let command = DispatchItemsCommand { order: order(number), skus: None, consignment };
        dispatch.execute(command).await.expect("dispatched");
    }
    for number in [3, 4] {
        cancel.execute(order(number), store.cause().await).await.expect("answered");
    }
    let lists: [(StatusFilter, &[u128]); 4] = [
        (StatusFilter::All, &[1, 6, 8, 9, 2, 5, 7, 3, 4]),
        (StatusFilter::Pending, &[1, 6, 8, 9]),
        (StatusFilter::Processed, &[2, 5, 7]),
        (StatusFilter::Cancelled, &[3, 4]),
    ];
    for (filter, numbers) in lists {
        let whole: Vec<OrderId> = numbers.iter().map(|number| order(*number)).collect();
        assert_walks(&format!("{filter:?}"), &whole, async |cursor, limit| {
            let page = store.ports.work_list.list(filter, cursor, limit).await.expect("an answer");
            page.expect("a cursor of ours").map(|shipping| shipping.order())
        })
        .await;
    }
}

/// Files of which the catalogue knows nothing.
pub async fn digital_files_are_walked_page_by_page(store: &TestStore) {
    let codes = ["A", "B", "C", "D", "a"];
    for code in codes {
        let file = DigitalFile::new(sku(code), "a.pdf", "application/pdf", vec![7]).expect("a file");
        store.ports.files.put(file, noon()).await.expect("kept");
    }
    store.sell(1, &[digital("A", 1)]).await;
    let whole = codes.map(str::to_owned);
    assert_walks("digital files", &whole, async |after, limit| {
        store.ports.files.list(after, limit).await.expect("an answer").map(|line| line.sku.to_string())
    })
    .await;
}
