//! A shop that is killed while it furnishes itself is furnished by the next start.

use std::time::Duration;

use crate::ALONE;
use crate::support::process::Shop;

/// How many first starts are cut off; each a little later than the one before.
const CUTS: u32 = 8;

async fn offered(shop: &Shop) -> usize {
    let page = reqwest::get(shop.url("/api/catalogue/v1/products?limit=100")).await.unwrap();
    let list: serde_json::Value = serde_json::from_str(&page.text().await.unwrap()).unwrap();
    list["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_first_start_that_is_cut_off_is_made_up_for() {
    let _alone = ALONE.lock().await;
    let whole = Shop::open(&[]).await;
    let expected = offered(&whole).await;
    let products = whole.audit().iter().filter(|line| line["kind"] == "product").count();
    assert!(expected > 10, "the demo offers only {expected} things");
    drop(whole);
    let mut before_the_end = 0;
    for cut in 0..CUTS {
        let mut shop = Shop::closed(&[]);
        shop.begin();
        let moment = Duration::from_millis(60 * u64::from(cut));
        let _passed = tokio::time::timeout(moment, std::future::pending::<()>()).await;
        shop.kill();
        before_the_end += u32::from(shop.folder().join("first-start.json").exists());
        shop.start().await;
        assert_eq!(offered(&shop).await, expected, "cut {cut}");
        assert_eq!(shop.audit().iter().filter(|line| line["kind"] == "product").count(), products);
    }
    println!("{before_the_end} of {CUTS} first starts were cut off before they were done");
    assert!(before_the_end > 0, "no start was cut off");
}

#[tokio::test]
async fn a_command_before_the_first_start_does_not_keep_the_demo_away() {
    let _alone = ALONE.lock().await;
    let mut shop = Shop::closed(&[]);
    let file = shop.folder().with_extension("csv");
    std::fs::write(&file, "handle,title,sku,price\nkea,Kea,KEA,1\n").unwrap();
    assert!(!shop.cli(&["audit", "--json"]).status.success(), "there is nothing to audit");
    assert!(!shop.folder().exists(), "looking makes no shop");
    assert!(shop.cli(&["import", "products", &file.display().to_string()]).status.success());
    shop.start().await;
    assert!(offered(&shop).await > 10);
}
