//! Files from outside: nothing in them is cut, merged or dropped without a word.

use catalogue::{ImportFileError, ImportMode, ImportOutcome};
use serde_json::Value;

use crate::shop::{STAFF, TestShop, on_both_engines, with_token};

const PART: ImportMode = ImportMode { dry_run: false, all_or_nothing: false, number_repeated_skus: false };

async fn import(shop: &TestShop, file: impl AsRef<[u8]>, mode: ImportMode) -> ImportOutcome {
    shop.module.import_file(file.as_ref(), "file.csv", mode).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn product(shop: &TestShop, handle: &str) -> Value {
    let request = actix_web::test::TestRequest::get().uri(&format!("/api/catalogue/v1/products/{handle}"));
    shop.ask(with_token(request, STAFF)).await.json()
}

fn warnings(outcome: &ImportOutcome) -> Vec<&str> {
    outcome.warnings.iter().map(|note| note.message.as_str()).collect()
}

/// A Shopify file of products without options: handle, title, SKU.
fn shopify(rows: &[(&str, &str, &str)]) -> String {
    let rows = rows.iter().map(|(handle, title, sku)| format!("{handle},{title},{sku},10.00\n"));
    format!("Handle,Title,Variant SKU,Variant Price\n{}", rows.collect::<Vec<_>>().concat())
}

async fn handles_that_would_be_written_alike_are_different_products(shop: TestShop) {
    let rows = [
        ("книга-7", "A", "A1"),
        ("тетрадь-7", "B", "B1"),
        ("kniga-7", "C", "C1"),
        ("Kniga-7", "D", "D1"),
        ("青いペン", "E", "E1"),
        ("日本のお茶", "F", "F1"),
        ("nhẫn-bạc", "G", "G1"),
        ("nhan-bac", "H", "H1"),
        ("new", "I", "I1"),
    ];
    let outcome = import(&shop, shopify(&rows), PART).await;
    assert_eq!((outcome.created, outcome.failed), (9, 0), "{outcome}");
    let told = warnings(&outcome);
    for words in
        ["the handle книга-7 becomes kniga-7", "the handle nhẫn-bạc becomes nhan-bac", "the handle new becomes new-"]
    {
        assert!(told.iter().any(|warning| warning.starts_with(words)), "{words}: {told:?}");
    }
    let list = shop.get("/api/catalogue/v1/products").await.json();
    let found: std::collections::BTreeSet<(&str, &str)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["title"].as_str().unwrap(), item["variants"][0]["sku"].as_str().unwrap()))
        .collect();
    assert_eq!(found, rows.iter().map(|(_, title, sku)| (*title, *sku)).collect());

    let again = import(&shop, shopify(&rows), PART).await;
    assert_eq!(
        (again.unchanged, again.created, again.failed),
        (9, 0, 0),
        "the same file means the same products: {again}"
    );
    let renamed = import(&shop, shopify(&[("Kniga-7", "D new", "D1")]), PART).await;
    assert_eq!((renamed.updated, renamed.changes[0].fields[0].to.as_str()), (1, "D new"));
}

async fn rows_of_a_handle_that_stand_apart_are_refused_in_every_script(shop: TestShop) {
    for (first, other) in [("чай", "кофе"), ("aa", "bb")] {
        let file = format!(
            "handle,title,sku,price\n{first},One,{first}1,10\n{other},Other,{other}1,20\n{first},Two,{first}2,12\n"
        );
        for mode in [ImportMode { dry_run: true, ..PART }, PART] {
            let outcome = import(&shop, &file, mode).await;
            assert_eq!((outcome.created, outcome.updated, outcome.failed), (2, 0, 1), "{first}: {outcome}");
            assert!(outcome.to_string().contains("do not stand together"), "{outcome}");
        }
        let strict = ImportMode { all_or_nothing: true, ..PART };
        let refused = shop.module.import_file(file.as_bytes(), "", strict).await.unwrap_err();
        assert!(refused.to_string().contains("do not stand together"), "{refused}");
    }
}

async fn a_handle_from_outside_never_meets_a_product_made_by_hand(shop: TestShop) {
    import(&shop, "handle,title,sku,price\nkniga-7,By hand,HAND,1\n", PART).await;
    let outcome = import(&shop, shopify(&[("книга-7", "From outside", "OUT")]), PART).await;
    assert_eq!((outcome.created, outcome.updated), (1, 0), "{outcome}");
    assert_eq!(product(&shop, "kniga-7").await["title"], "By hand");
    assert_eq!(product(&shop, "kniga-7-2").await["title"], "From outside");
    let other = import(&shop, shopify(&[("тетрадь-7", "Other", "O7")]), PART).await;
    assert_eq!(other.created, 1);
    assert_eq!(product(&shop, "kniga-7-2").await["title"], "From outside");
}

async fn a_product_that_an_earlier_version_named_stays_the_same_product(shop: TestShop) {
    import(&shop, "handle,title,sku,price\ngrosse-7,Old,OLD,1\n7,Older,OLDER,1\n", PART).await;
    let outcome = import(&shop, shopify(&[("größe-7", "New", "OLD"), ("книга-7", "Newer", "OLDER")]), PART).await;
    assert_eq!((outcome.created, outcome.updated), (0, 2), "{outcome}");
    assert_eq!(product(&shop, "grosse-7").await["title"], "New");
    assert_eq!(product(&shop, "7").await["title"], "Newer");
    assert_eq!(import(&shop, shopify(&[("größe-7", "New", "OLD")]), PART).await.unchanged, 1);
}

async fn a_quote_that_never_ends_refuses_the_file_at_its_line(shop: TestShop) {
    let file = "handle,title,sku,price,description\na,One,A1,1.00,\"nice\nb,Two,B1,2.00,fine\n";
    let refused = shop.module.import_file(file.as_bytes(), "", PART).await.unwrap_err();
    assert!(refused.to_string().contains("opens on line 2 is never closed"), "{refused}");
    let stray = "handle,title,sku,price\r\na,\"a \"big\" thing\",A1,1\r\nb,B,B1,1\r\nc,C,C1\r\n";
    let outcome = import(&shop, stray, PART).await;
    let places: Vec<(u64, u64)> = outcome.errors.iter().map(|note| (note.line, note.row)).collect();
    assert_eq!((outcome.created, places), (1, vec![(2, 2), (4, 4)]), "{outcome}");
    assert!(outcome.errors[1].message.contains("3 cells and the header has 4"), "{outcome}");
}

async fn problems_name_row_line_product_and_variant(shop: TestShop) {
    let file = "handle,title,description,sku,price\r\nkea,Kea,\"one\r\ntwo\r\nthree\",KEA,1\r\ntui,Tui,,TUI,abc\r\n";
    let outcome = import(&shop, file, PART).await;
    let note = &outcome.errors[0];
    assert_eq!((note.line, note.row, note.product.as_deref(), note.sku.as_deref()), (5, 3, Some("tui"), Some("TUI")));
    assert!(outcome.to_string().contains("row 3 (line 5), tui, SKU TUI: price"), "{outcome}");
}

async fn categories_of_every_script_are_different_categories(shop: TestShop) {
    let names = ["C#", "C++", "Ốc", "Ức", "Книги", "本", "Bạn", "Bận", "Home & Garden"];
    let rows: Vec<String> = names.iter().enumerate().map(|(n, name)| format!("p{n},P{n},{name},S{n},1")).collect();
    let outcome = import(&shop, format!("handle,title,category,sku,price\n{}\n", rows.join("\n")), PART).await;
    assert_eq!((outcome.created, outcome.failed), (9, 0), "{outcome}");
    let categories = shop.get("/api/catalogue/v1/categories").await.json();
    let categories = categories["items"].as_array().unwrap().clone();
    assert_eq!(categories.len(), names.len());
    for category in &categories {
        let page = shop.get(&format!("/products?category={}", category["slug"].as_str().unwrap())).await;
        let name = category["name"].as_str().unwrap().replace('&', "&#38;");
        assert!(page.count("product") == 1 && page.text().contains(&format!("<h1>{name}</h1>")), "{category}");
    }
    let old_link = shop.get("/products?category=home-garden").await;
    assert!(
        old_link.count("product") == 1
            && old_link.text().contains("rel=\"canonical\" href=\"http://shop.test/products?category=home-garden-"),
        "{}",
        old_link.text()
    );
}

async fn pictures_stand_in_their_order_with_their_own_texts(shop: TestShop) {
    let file = "Handle,Title,Variant SKU,Variant Price,Option1 Name,Option1 Value,Image Src,Image Position,Image Alt Text,Variant Image
t,T,T1,5,Colour,Black,https://x.example/all.jpg,1,All,https://x.example/black.jpg
t,,T2,5,,Red,https://x.example/black.jpg,2,Black,https://x.example/red.jpg
t,,,,,,https://x.example/red.jpg,3,Red,
t,,,,,,https://x.example/box.jpg,4,Box,
";
    let outcome = import(&shop, file, PART).await;
    assert_eq!(outcome.missing_pictures, ["all.jpg", "black.jpg", "box.jpg", "red.jpg"]);
    let shown = product(&shop, "t").await;
    let shown: Vec<(&str, &str)> = shown["images"]
        .as_array()
        .unwrap()
        .iter()
        .map(|image| (image["name"].as_str().unwrap(), image["alt"].as_str().unwrap()))
        .collect();
    assert_eq!(shown, [("all.jpg", "All"), ("black.jpg", "Black"), ("red.jpg", "Red"), ("box.jpg", "Box")]);
    let back = shop.module.export_products().await.unwrap();
    assert_eq!(import(&shop, &back, PART).await.unchanged, 1, "{back}");
}

async fn what_shopify_allows_comes_in(shop: TestShop) {
    let variants = (0..300).map(|n| format!("big,,{}-{n},1,,Size {n}\n", "S".repeat(92))).collect::<Vec<_>>().concat();
    let title = "T".repeat(255);
    let value = "V".repeat(123);
    let file = format!(
        "Handle,Title,Variant SKU,Variant Price,Option1 Name,Option1 Value\nbig,{title},BIG,1,Size,{value}\n{variants}"
    );
    let outcome = import(&shop, &file, PART).await;
    assert_eq!((outcome.created, outcome.failed), (1, 0), "{outcome}");
    assert_eq!(product(&shop, "big").await["variants"].as_array().unwrap().len(), 301);
}

async fn repeated_skus_are_refused_or_numbered_and_stay_so(shop: TestShop) {
    let file = shopify(&[("a", "A", "X"), ("b", "B", "X"), ("c", "C", "X")]);
    let refused = import(&shop, &file, PART).await;
    assert_eq!((refused.created, refused.failed), (1, 2), "{refused}");
    assert_eq!(refused.errors[0].message, "SKU X belongs to product a in this file");
    let numbered = ImportMode { number_repeated_skus: true, ..PART };
    let outcome = import(&shop, &file, numbered).await;
    assert_eq!((outcome.created, outcome.unchanged), (2, 1), "{outcome}");
    assert_eq!(product(&shop, "c").await["variants"][0]["sku"], "X-3");
    assert!(warnings(&outcome).contains(&"SKU X becomes X-2"), "{outcome}");
    let other_order = shopify(&[("c", "C", "X"), ("a", "A", "X"), ("b", "B", "X")]);
    assert_eq!(import(&shop, &other_order, numbered).await.unchanged, 3);
}

async fn what_is_not_read_is_counted_and_what_is_lost_is_said(shop: TestShop) {
    let file = "Handle,Title,Body (HTML),Variant SKU,Variant Price,Variant Compare At Price,Variant Barcode,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,SEO Title,Status
a,Salt &amp; Pepper,<a href='x'>Caf&eacute;</a>,A,1,2,123,shopify,0,continue,Buy,unlisted
b,B,,B,1,2,,shopify,3,deny,,active
";
    let outcome = import(&shop, file, PART).await;
    let unread: Vec<(&str, u64)> =
        outcome.unread_columns.iter().map(|column| (column.column.as_str(), column.cells)).collect();
    assert_eq!(unread, [("seo title", 1), ("variant barcode", 1), ("variant compare at price", 2)]);
    let a = product(&shop, "a").await;
    assert_eq!(
        (&a["title"], &a["description"], &a["status"]),
        (&"Salt & Pepper".into(), &"Café".into(), &"draft".into())
    );
    let told = warnings(&outcome);
    for words in ["without its links", "is unlisted there", "A is sold there even when there is none left"] {
        assert!(told.iter().any(|warning| warning.contains(words)), "{words}: {told:?}");
    }
}

async fn goods_that_would_be_taxed_or_priced_wrongly_are_not_put_on_sale(shop: TestShop) {
    let file = "handle,title,sku,price,currency,tax_class,status\nrice,Rice,RICE,11.50,,zero,active\nu,U,U1,1.00,USD,,active\nd,D,D1,1,,zero,draft\n";
    let outcome = import(&shop, file, PART).await;
    assert_eq!((outcome.created, outcome.failed), (1, 2), "{outcome}");
    assert!(outcome.errors[0].message.starts_with("variant RICE: tax_class is not applied by this shop"), "{outcome}");
    assert_eq!(outcome.errors[1].message, "variant U1: price must be in the currency of the shop");
    let untaxed = "Handle,Title,Variant SKU,Variant Price,Variant Taxable,Status\ngift,Gift,GIFT,10,false,active\n";
    let outcome = import(&shop, untaxed, PART).await;
    assert_eq!((outcome.created, &product(&shop, "gift").await["status"]), (1, &"draft".into()));
    assert!(warnings(&outcome)[0].starts_with("comes in as a draft"), "{outcome}");
    assert_eq!(import(&shop, untaxed, PART).await.unchanged, 1);
}

async fn other_character_sets_and_decimal_commas_are_read(shop: TestShop) {
    let text = "sep=;\r\nhandle;title;sku;price\r\nkaese;Käse;KAESE;1.234,50\r\n";
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(import(&shop, utf16, PART).await.created, 1);
    let cheese = product(&shop, "kaese").await;
    assert_eq!((&cheese["title"], &cheese["variants"][0]["price"]["amount"]), (&"Käse".into(), &123_450.into()));
    let western =
        [b"handle;title;sku;price\r\nkaese;K\xe4se und Br\xf6tchen f\xfcr alle;KAESE;2,5\r\n".as_slice()].concat();
    let outcome = import(&shop, western, PART).await;
    assert_eq!((outcome.updated, outcome.guessed_encoding), (1, Some("windows-1252")), "{outcome}");
    assert_eq!(product(&shop, "kaese").await["title"], "Käse und Brötchen für alle");
    let damaged = [b"handle,title,sku,price\na,K\xc3\xa4se,A,1\nb,K\xe4se,B,1\nc,N\0ul,C,1\n".as_slice()].concat();
    let outcome = import(&shop, damaged, PART).await;
    assert_eq!((outcome.created, outcome.errors[0].row, outcome.errors[1].row), (1, 3, 4), "{outcome}");
}

async fn counts_that_had_no_effect_are_not_counted(shop: TestShop) {
    let file = "handle,title,sku,price,stock\na,A,A,1,50\n";
    assert_eq!(import(&shop, file, PART).await.stock_counted, 1);
    assert_eq!(import(&shop, file, PART).await.stock_counted, 0);
    let look = ImportMode { dry_run: true, ..PART };
    assert_eq!(import(&shop, file, look).await.stock_counted, 0);
}

async fn codes_hold_nothing_invisible(shop: TestShop) {
    let file = "handle,title,sku,price\na,A,zw-1\u{200b},1\nb,B,zw-1,1\nc,C,ABC,1\nd,D,abc,1\n";
    let outcome = import(&shop, file, PART).await;
    assert_eq!((outcome.created, outcome.failed), (3, 1), "{outcome}");
    assert!(outcome.errors[0].message.contains("holds an invisible character"), "{outcome}");
    assert_eq!(warnings(&outcome), ["SKU abc differs from ABC in capitals alone"]);
}

async fn all_or_nothing_imports_nothing_if_anything_is_wrong(shop: TestShop) {
    let rows = (0..300).map(|n| format!("p{n},P{n},S{n},1\n")).collect::<Vec<_>>().concat();
    let file = format!("handle,title,sku,price\n{rows}last,Last,LAST,x\n");
    let strict = ImportMode { all_or_nothing: true, ..PART };
    let refused = shop.module.import_file(file.as_bytes(), "", strict).await;
    assert!(matches!(refused, Err(ImportFileError::NotAll(_))), "{refused:?}");
    assert!(shop.published().await.is_empty());
    let committed = file.replace("LAST,x", "LAST,1");
    assert_eq!(import(&shop, committed, strict).await.created, 301);
    assert_eq!(shop.published().await.len(), 301);
}

on_both_engines! {
    handles_that_would_be_written_alike_are_different_products
    rows_of_a_handle_that_stand_apart_are_refused_in_every_script
    a_handle_from_outside_never_meets_a_product_made_by_hand
    a_product_that_an_earlier_version_named_stays_the_same_product
    a_quote_that_never_ends_refuses_the_file_at_its_line
    problems_name_row_line_product_and_variant
    categories_of_every_script_are_different_categories
    pictures_stand_in_their_order_with_their_own_texts
    what_shopify_allows_comes_in
    repeated_skus_are_refused_or_numbered_and_stay_so
    what_is_not_read_is_counted_and_what_is_lost_is_said
    goods_that_would_be_taxed_or_priced_wrongly_are_not_put_on_sale
    other_character_sets_and_decimal_commas_are_read
    counts_that_had_no_effect_are_not_counted
    codes_hold_nothing_invisible
    all_or_nothing_imports_nothing_if_anything_is_wrong
}
