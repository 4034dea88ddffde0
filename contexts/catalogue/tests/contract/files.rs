//! Product files: our own columns, Shopify's old and new ones, and what is refused.

use std::fmt::Write as _;

use catalogue::ImportFileError;
use serde_json::Value;

use crate::shop::{PRODUCTS, TestShop, on_both_engines};

async fn facts(shop: &TestShop, event_type: &str) -> Vec<Value> {
    let all = shop.published().await.into_iter();
    all.filter(|event| event.event_type.contains(event_type)).map(|event| event.data).collect()
}

async fn import(shop: &TestShop, csv: &str) -> catalogue::ImportOutcome {
    shop.module.import_products(csv.as_bytes().to_vec(), false).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn refused(shop: &TestShop, csv: &str) -> Vec<(u64, String)> {
    match shop.module.import_products(csv.as_bytes().to_vec(), false).await {
        Err(ImportFileError::NotAll(outcome)) => {
            outcome.errors.into_iter().map(|note| (note.line, note.message)).collect()
        }
        other => panic!("{other:?} was not refused"),
    }
}

async fn product(shop: &TestShop, handle: &str) -> Value {
    shop.staff_get_api(handle).await
}

impl TestShop {
    async fn staff_get_api(&self, handle: &str) -> Value {
        let path = format!("/api/catalogue/v1/products/{handle}");
        let request = actix_web::test::TestRequest::get().uri(&path);
        self.ask(crate::shop::with_token(request, crate::shop::STAFF)).await.json()
    }
}

async fn a_file_brings_products_variants_and_counts(shop: TestShop) {
    let shop = shop.stocked().await;
    let kea = product(&shop, "kea-notebook-14").await;
    assert_eq!(kea["description"], "Light & quiet.\n\nRuns <all> day.");
    assert_eq!(kea["variants"][1]["title"], "Kea Notebook 14 / 32 GB");
    assert_eq!(kea["variants"][1]["price"]["amount"], 229_900);
    assert_eq!(kea["attributes"]["Warranty"], "3 years");
    assert_eq!(product(&shop, "moa-poster").await["status"], "draft");
    let counts = facts(&shop, "stock_counted").await;
    let told: Vec<(&str, i64)> =
        counts.iter().map(|count| (count["sku"].as_str().unwrap(), count["on_hand"].as_i64().unwrap())).collect();
    assert_eq!(told, [("KEA14-16", 25), ("KEA14-32", 10), ("WEKA-MUG", 0), ("MOA-POSTER", 5)]);
    assert!(counts.iter().all(|count| count["import_id"] == counts[0]["import_id"]));
}

async fn the_same_file_again_changes_nothing_and_counts_nothing(shop: TestShop) {
    let shop = shop.stocked().await;
    let before = shop.published().await.len();
    let again = import(&shop, PRODUCTS).await;
    assert_eq!((again.created, again.updated, again.unchanged, again.failed), (0, 0, 4, 0));
    assert_eq!(shop.published().await.len(), before);

    let recounted = PRODUCTS.replace("19.50,300,0,", "19.50,300,7,");
    let outcome = import(&shop, &recounted).await;
    assert_eq!((outcome.updated, outcome.unchanged), (0, 4));
    assert_eq!(facts(&shop, "stock_counted").await.len(), 8, "another file counts again");
    assert_eq!(facts(&shop, "product_changed").await.len(), 4);
}

async fn a_dry_run_only_says_what_would_happen(shop: TestShop) {
    let outcome = shop.module.import_products(PRODUCTS.as_bytes().to_vec(), true).await.unwrap();
    assert_eq!((outcome.dry_run, outcome.created, outcome.stock_counted), (true, 4, 4));
    assert!(shop.published().await.is_empty());
    let wrong = "handle,title,sku,price\na,A,A,x\n";
    let outcome = shop.module.import_products(wrong.into(), true).await.unwrap();
    assert_eq!((outcome.failed, outcome.errors[0].line), (1, 2));
}

async fn what_is_not_right_is_named_by_line_and_nothing_comes_in(shop: TestShop) {
    let shop = shop.stocked().await;
    let before = shop.published().await.len();
    let errors = refused(
        &shop,
        "handle,title,category,kind,status,sku,option1_name,option1_value,price,currency,weight_g,stock,image,attributes
good,Good,,,,GOOD,,,1.00,,,,,
Bad Handle,T,,,,,,,1.00,,,,,
no-title,,,,,A2,,,1.00,,,,,
no-price,T,,,,A3,,,,,,,,
odd-price,T,,,,A4,,,1.234,,,,,
two-wrongs,T,,robot,,A5,,,-1,,1.5,x,../x.svg,Screen
no-sku,T,,,,,,,1.00,,,,,
taken,T,,,,WEKA-MUG,,,1.00,,,,,
twice,T,,,,GOOD,,,1.00,,,,,
twins,T,,,,T1,Size,S,1.00,,,,,
twins,,,,,T2,,S,1.00,,,,,
good,Again,,,,G2,,,1.00,,,,,
euro,T,,,,E1,,,1.00,XXQ,,,,
status,T,,,gone,S1,,,1.00,,,,,
wide,T,,,,W1,,,1.00,,,,,,too far
",
    )
    .await;
    let lines: Vec<(u64, &str)> = errors.iter().map(|(line, message)| (*line, message.as_str())).collect();
    let expected = [
        (3, "a SKU has 1 to 255"),
        (4, "title is missing"),
        (5, "price is missing"),
        (6, "price: \"1.234\" is not an amount"),
        (7, "image must be"),
        (7, "attributes are written"),
        (7, "stock must be"),
        (7, "kind must be"),
        (7, "weight_g must be"),
        (7, "price: \"-1\" is not an amount"),
        (8, "a SKU has 1 to 255"),
        (9, "SKU WEKA-MUG belongs to product weka-mug"),
        (10, "SKU GOOD belongs to product good in this file"),
        (11, "variant T2: another variant has the same options"),
        (13, "the rows of product good do not stand together"),
        (14, "there is no currency"),
        (15, "status must be"),
        (16, "the row has 15 cells and the header has 14"),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (found, wanted) in lines.iter().zip(expected) {
        assert!(found.0 == wanted.0 && found.1.starts_with(wanted.1), "{found:?} is not {wanted:?}");
    }
    assert_eq!(shop.published().await.len(), before);
}

async fn a_header_that_is_not_understood_is_refused(shop: TestShop) {
    for (csv, why) in [
        ("", "the file is empty"),
        ("handle,titel\n", "the header names an unknown column \"titel\""),
        ("title,sku\n", "the header lacks the column \"handle\""),
        ("handle,title,Title\n", "the header names the column \"title\" twice"),
    ] {
        let refused = shop.module.import_products(csv.into(), false).await.unwrap_err();
        assert_eq!(refused.to_string(), why);
    }
}

async fn a_column_that_is_missing_leaves_its_field_and_an_empty_cell_clears_it(shop: TestShop) {
    let shop = shop.stocked().await;
    import(&shop, "\u{feff}Handle;Title;Category\nkea-notebook-14;Kea 15;\n").await;
    let kea = product(&shop, "kea-notebook-14").await;
    assert_eq!((&kea["title"], &kea["category"]), (&"Kea 15".into(), &"Other".into()));
    assert_eq!(kea["variants"].as_array().unwrap().len(), 2);
    assert_eq!(kea["images"][0]["name"], "kea-14.svg");
    import(&shop, "handle,title,sku,price\nkea-notebook-14,Kea 15,KEA14-16,1\n").await;
    let kea = product(&shop, "kea-notebook-14").await;
    assert_eq!(kea["variants"].as_array().unwrap().len(), 1);
    assert_eq!((&kea["variants"][0]["weight_g"], &kea["variants"][0]["price"]["amount"]), (&1_250.into(), &100.into()));
}

const OLD_SHOPIFY: &str = "\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,Google Shopping / MPN,Variant Weight Unit,Status
ocean-blue-shirt,Ocean Blue Shirt,\"<p>Ocean blue <b>cotton</b> shirt.</p><p>Made &amp; sewn in Nelson.</p>\",Kauri & Co,Shirts,\"men, summer\",true,Size,S,Colour,Blue,OBS-S,200.0,shopify,7,deny,manual,50.00,60.00,true,true,,https://cdn.example.com/s/files/b.jpg?v=1,2,Back,false,,,g,active
ocean-blue-shirt,,,,,,,,M,,Blue,,200,shopify,-3,deny,manual,52.5,,true,true,,https://cdn.example.com/s/files/ocean blue.jpg?v=2,1,Front,,,,g,
ocean-blue-shirt,,,,,,,,,,,,,,,,,,,,,,https://cdn.example.com/s/files/c.jpg,3,,,,,,
Gift-Card,Gift Card,,Kauri & Co,,,true,Title,Default Title,,,GIFT,0,,0,deny,manual,25,,false,false,,,,,true,,,g,active
hidden-hat,Hidden Hat,,,Hats,,false,Title,Default Title,,,HAT,,,,deny,manual,10.00,,true,true,,,,,false,,,g,active
";

async fn shopifys_old_columns_are_read(shop: TestShop) {
    let outcome = import(&shop, OLD_SHOPIFY).await;
    assert_eq!((outcome.format, outcome.created), ("shopify", 3));
    let shirt = product(&shop, "ocean-blue-shirt").await;
    assert_eq!(shirt["description"], "Ocean blue cotton shirt.\n\nMade & sewn in Nelson.");
    assert_eq!((&shirt["category"], &shirt["attributes"]["Brand"]), (&"Shirts".into(), &"Kauri & Co".into()));
    let images: Vec<(&str, &str)> = shirt["images"]
        .as_array()
        .unwrap()
        .iter()
        .map(|image| (image["name"].as_str().unwrap(), image["alt"].as_str().unwrap()))
        .collect();
    assert_eq!(images, [("ocean-blue.jpg", "Front"), ("b.jpg", "Back"), ("c.jpg", "Ocean Blue Shirt")]);
    let skus: Vec<&str> = shirt["variants"].as_array().unwrap().iter().map(|v| v["sku"].as_str().unwrap()).collect();
    assert_eq!(skus, ["OBS-S", "ocean-blue-shirt-m-blue"]);
    assert_eq!(shirt["variants"][1]["title"], "Ocean Blue Shirt / M / Blue");
    assert_eq!(shirt["variants"][1]["price"]["amount"], 5_250);

    let gift = product(&shop, "gift-card").await;
    assert_eq!((&gift["variants"][0]["kind"], &gift["variants"][0]["tax_class"]), (&"digital".into(), &"zero".into()));
    assert_eq!((&gift["variants"][0]["title"], &gift["status"]), (&"Gift Card".into(), &"draft".into()));
    assert_eq!(product(&shop, "hidden-hat").await["status"], "draft");

    let counts = facts(&shop, "stock_counted").await;
    let told: Vec<i64> = counts.iter().map(|count| count["on_hand"].as_i64().unwrap()).collect();
    assert_eq!(told, [7, 0], "oversold goods count as none, untracked ones not at all");
    let warned: Vec<u64> = outcome.warnings.iter().map(|note| note.line).collect();
    assert_eq!(warned, [3, 3, 6, 5, 5], "{:?}", outcome.warnings);
    let again = import(&shop, OLD_SHOPIFY).await;
    assert_eq!(again.unchanged, 3);
}

const NEW_SHOPIFY: &str = "\
Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,Option1 name,Option1 value,Option1 Linked To,Price,Compare-at price,Cost per item,Charge tax,Tax code,Inventory tracker,Inventory quantity,Continue selling when out of stock,Weight value (grams),Weight unit for display,Requires shipping,Fulfillment service,Product image URL,Image position,Image alt text,Variant image URL,Gift card,SEO title,SEO description,Google Shopping / Gender,Included / NZ,Price / NZ
Kiwi Lamp,kiwi-lamp,\"<ul><li>Warm</li><li>Small</li></ul>\",Rimu,Home & Garden > Lighting > Lamps,,lamp,TRUE,Active,LAMP-W,,Colour,White,,89.95,,40.00,TRUE,,shopify,12,FALSE,800,g,TRUE,manual,https://cdn.example.com/lamp.png,1,A lamp,https://cdn.example.com/lamp-w.png,FALSE,,,,TRUE,
,kiwi-lamp,,,,,,,,LAMP-B,,,Black,,89.95,,,TRUE,,shopify,0,FALSE,800,g,TRUE,manual,,,,https://cdn.example.com/lamp-b.png,,,,,,
Minimal,,,,,,,,,,,,,,5,,,,,,,,,,,,,,,,,,,,,
";

async fn shopifys_new_columns_are_read(shop: TestShop) {
    let outcome = import(&shop, NEW_SHOPIFY).await;
    assert_eq!((outcome.format, outcome.created, outcome.stock_counted), ("shopify", 2, 2));
    let lamp = product(&shop, "kiwi-lamp").await;
    assert_eq!((&lamp["category"], &lamp["description"]), (&"Lamps".into(), &"- Warm\n\n- Small".into()));
    assert_eq!(lamp["variants"][1]["options"]["Colour"], "Black");
    assert_eq!(lamp["images"].as_array().unwrap().len(), 3);
    let minimal = product(&shop, "minimal").await;
    assert_eq!((&minimal["variants"][0]["sku"], &minimal["status"]), (&"minimal".into(), &"active".into()));
}

async fn an_export_comes_back_the_same_and_calculates_nothing(shop: TestShop) {
    let shop = shop.stocked().await;
    import(
        &shop,
        "handle,title,description,sku,option1_name,option1_value,price
danger,\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\",'@SUM(A1),'+SKU,Size,'-1,1.00
danger,,,'=SKU,,''=2,1.00
",
    )
    .await;
    let danger = product(&shop, "danger").await;
    assert_eq!(danger["title"], "=HYPERLINK(\"http://evil\",\"x\")");
    assert_eq!(
        (&danger["variants"][0]["sku"], &danger["variants"][1]["options"]["Size"]),
        (&"+SKU".into(), &"'=2".into())
    );

    let file = shop.module.export_products().await.unwrap();
    for cell in file.split("\",\"").map(|cell| cell.trim_start_matches(['"', '\r', '\n'])) {
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
    }
    let before = shop.published().await.len();
    let again = import(&shop, &file).await;
    assert_eq!((again.unchanged, again.updated, again.created, again.stock_counted), (5, 0, 0, 0), "{again}\n{file}");
    assert_eq!(shop.published().await.len(), before);
}

async fn many_products_come_in_by_batches(shop: TestShop) {
    let mut csv = String::from("handle,title,sku,price,stock\n");
    for n in 0..1_234 {
        writeln!(csv, "p{n},Product {n},SKU{n},{n}.50,{n}").unwrap();
    }
    let outcome = import(&shop, &csv).await;
    assert_eq!((outcome.created, outcome.stock_counted), (1_234, 1_234));
    assert_eq!(shop.published().await.len(), 2 * 1_234);
}

on_both_engines! {
    a_file_brings_products_variants_and_counts
    the_same_file_again_changes_nothing_and_counts_nothing
    a_dry_run_only_says_what_would_happen
    what_is_not_right_is_named_by_line_and_nothing_comes_in
    a_header_that_is_not_understood_is_refused
    a_column_that_is_missing_leaves_its_field_and_an_empty_cell_clears_it
    shopifys_old_columns_are_read
    shopifys_new_columns_are_read
    an_export_comes_back_the_same_and_calculates_nothing
    many_products_come_in_by_batches
}
