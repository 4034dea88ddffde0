//! What [`crate::ports::DigitalFiles`] owes, and how an item waits for its file.

use std::sync::Arc;

use super::super::{TestStore, digital, minutes, noon, order, sku};
use super::limit;
use crate::domain::digital::{DownloadToken, Grant};
use crate::domain::{DigitalFile, ItemState, Kind, shipping};
use crate::ports::{Decide, DigitalLine, Keys, Product, ProductVariant};

/// The newest file is the file; a grant stays the same until its day and is worth nothing after it.
pub async fn a_file_is_served_to_anyone_who_was_granted_it(store: &TestStore) {
    let files = &store.ports.files;
    assert!(files.read(&sku("PDF")).await.expect("an answer").is_none());
    for content in ["old", "new"] {
        files.put(a_file(content), noon()).await.expect("kept");
    }
    assert_eq!(files.read(&sku("PDF")).await.expect("an answer"), Some(a_file("new")));
    let grant = |secret, until| Grant { token: DownloadToken::new([secret; 32]), until: noon().plus(minutes(until)) };
    let first = files.grant(order(1), &sku("PDF"), grant(1, 10), noon()).await.expect("granted");
    let second = files.grant(order(1), &sku("PDF"), grant(2, 20), noon()).await.expect("granted");
    assert_eq!((&first, &second), (&grant(1, 10), &grant(1, 10)), "a mail sent twice carries the same link");
    assert_eq!(files.fetch(&first.token, noon()).await.expect("an answer"), Some(a_file("new")));
    assert!(files.fetch(&grant(2, 0).token, noon()).await.expect("an answer").is_none());
    let later = noon().plus(minutes(10));
    assert!(files.fetch(&first.token, later).await.expect("an answer").is_none(), "its day has passed");
    let third = files.grant(order(1), &sku("PDF"), grant(3, 30), later).await.expect("granted");
    assert_eq!(third, grant(3, 30));
}

/// Items that wait for the file are found when it arrives, and each mailing is a task of its own.
pub async fn a_missing_file_is_mailed_when_it_arrives(store: &TestStore) {
    let id = store.sell(1, &[digital("PDF", 1)]).await;
    let first = store.mailings().await;
    assert_eq!(first[0].message.as_str(), format!("{id}/PDF/1"));
    let wait: Decide = Arc::new(move |transaction| {
        shipping::wait_for_file(transaction, id, &sku("PDF"));
        Ok(())
    });
    let waits = store.ports.warehouse.update(Keys::order(id), wait, Some(first[0].clone())).await.expect("an answer");
    assert_eq!(waits.expect("no refusal").shipping(id).expect("there").items()[0].state, ItemState::WaitingForFile);
    assert_eq!(store.ports.work_list.deliverable(10).await.expect("an answer"), []);
    store.ports.files.put(a_file("here it is"), noon()).await.expect("kept");
    assert_eq!(store.ports.work_list.deliverable(10).await.expect("an answer"), [(id, sku("PDF"))]);
    let waited = &store.use_cases.send_waiting_files;
    assert_eq!(waited.execute().await.expect("an answer"), 1);
    assert_eq!(waited.execute().await.expect("an answer"), 0);
    let second = store.mailings().await;
    assert_eq!(second.iter().map(|cause| cause.message.as_str()).collect::<Vec<_>>(), [format!("{id}/PDF/2")]);
}

fn a_file(content: &str) -> DigitalFile {
    DigitalFile::new(sku("PDF"), "guide.pdf", "application/pdf", content.as_bytes().to_vec()).expect("a file")
}

/// Lists what the catalogue calls digital, and all other SKUs with a file.
pub async fn digital_things_are_listed_with_their_files(store: &TestStore) {
    let variant = |code: &str, kind| ProductVariant { sku: sku(code), title: format!("The {code}"), kind };
    let variants = vec![variant("APP", Kind::Digital), variant("KEA", Kind::Physical), variant("PDF", Kind::Digital)];
    store.ports.products.learn(Product { id: "p".to_owned(), variants }, store.cause().await).await.expect("kept");
    let orphan = DigitalFile::new(sku("ZIP"), "a.zip", "application/zip", vec![1, 2]).expect("a file");
    for file in [a_file("content"), orphan] {
        store.ports.files.put(file, noon()).await.expect("kept");
    }
    let first = store.ports.files.list(None, limit(2)).await.expect("an answer");
    let file = |line: &DigitalLine| line.file.as_ref().map(|file| (file.name().to_owned(), file.size()));
    assert_eq!(first.items.iter().map(file).collect::<Vec<_>>(), [None, Some(("guide.pdf".to_owned(), 7))]);
    assert_eq!(first.items[0].title.as_deref(), Some("The APP"));
    let second = store.ports.files.list(first.next_cursor, limit(2)).await.expect("an answer");
    let (line, end) = (&second.items[0], second.next_cursor);
    assert_eq!((line.sku.as_str(), &line.title, file(line), end), ("ZIP", &None, Some(("a.zip".to_owned(), 2)), None));
}
