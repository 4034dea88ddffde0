//! The pages, asked as a browser would.

use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::test::TestRequest;
use serde_json::Value;

use crate::shop::{CUSTOMER, STAFF, TestShop, on_both_engines, with_token};

fn json_ld(page: &str) -> Value {
    let (_, after) = page.split_once("<script type=\"application/ld+json\">").unwrap();
    serde_json::from_str(after.split_once("</script>").unwrap().0).unwrap()
}

async fn lists_show_titles_prices_and_stock(shop: TestShop) {
    let shop = shop.stocked().await;
    let page = shop.get("/products").await;
    assert_eq!((page.status, page.count("product"), page.count("category")), (200, 3, 3));
    let text = page.text();
    assert!(
        text.contains("<h1>All products</h1>") && text.contains("NZ$1,899.00") && text.contains("from</span>"),
        "{text}"
    );
    assert!(text.contains("src=\"/media/kea-14.svg\"") && text.contains("Home &#38; Garden"), "{text}");
    assert_eq!(text.matches("stock-good").count(), 1, "only the e-book can be sold before anything is counted");
    assert!(text.contains("rel=\"canonical\" href=\"http://shop.test/products\""), "{text}");

    let laptops = shop.get("/products?category=laptops").await;
    assert_eq!(laptops.count("product"), 1);
    assert!(laptops.text().contains("<h1>Laptops</h1>"));
    let found = shop.get("/products?q=%3Cscript%3E+guide").await;
    assert_eq!(found.count("product"), 0);
    assert!(!found.text().contains("<script>") && found.text().contains("noindex"), "{}", found.text());
    assert_eq!(shop.get("/products?q=tui+gui").await.count("product"), 1);
    assert_eq!(shop.get("/products?cursor=zzz").await.status, 400);
}

async fn the_next_page_keeps_category_and_search(shop: TestShop) {
    let rows: Vec<String> = (0..30).map(|n| format!("p{n},A & B {n},S{n},1,Big Things")).collect();
    let file = format!("handle,title,sku,price,category\n{}", rows.join("\n"));
    shop.module.import_products(file.into(), false).await.unwrap();
    let page = shop.get("/products?category=big-things&q=a%20b").await;
    assert_eq!((page.count("product"), page.count("next-page")), (25, 1));
    let link =
        page.text().split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    assert!(link.starts_with("/products?category=big-things&q=a%20b&cursor="), "{link}");
    let next = shop.get(&link).await;
    assert_eq!((next.count("product"), next.count("next-page")), (5, 0));
}

async fn a_product_shows_its_choices_and_leads_to_the_cart(shop: TestShop) {
    let shop = shop.stocked().await;
    let page = shop.get("/products/kea-notebook-14").await;
    let text = page.text();
    assert_eq!((page.status, page.count("variant")), (200, 2));
    assert!(text.contains("action=\"/cart/items\"") && text.contains("name=\"csrf\""), "{text}");
    assert!(text.contains("value=\"KEA14-32\"") && text.contains("32 GB") && text.contains("NZ$2,299.00"), "{text}");
    assert!(text.contains("Runs &#60;all&#62; day.") && text.contains("Warranty"), "{text}");
    assert!(text.contains("href=\"http://shop.test/products/kea-notebook-14\""), "{text}");
    let data = json_ld(text);
    assert_eq!((&data["@type"], &data["name"]), (&"Product".into(), &"Kea Notebook 14".into()));
    assert_eq!(data["offers"][0]["price"], "1899.00");
    assert_eq!(data["offers"][0]["availability"], "https://schema.org/OutOfStock");
    assert_eq!(data["description"], "Light & quiet.\n\nRuns <all> day.");
    assert_eq!(data["image"][0], "http://shop.test/media/kea-14.svg");

    let book = shop.get("/products/tui-field-guide").await;
    assert_eq!(book.count("variant"), 0);
    assert!(
        book.text().contains("type=\"hidden\" name=\"sku\" value=\"TUI-EBOOK\"") && book.text().contains("Add to cart")
    );
    let mug = shop.get("/products/weka-mug").await;
    assert!(mug.text().contains("Sold out") && !mug.text().contains("Add to cart"), "{}", mug.text());
    for gone in ["moa-poster", "nothing", "No%20Handle"] {
        assert_eq!(shop.get(&format!("/products/{gone}")).await.status, 404, "{gone}");
    }
}

async fn nothing_in_a_product_can_end_the_script_element(shop: TestShop) {
    let csv = "handle,title,description,sku,price\nx,</script><script>alert(1)</script>,<!--,X,1\n";
    shop.module.import_products(csv.into(), false).await.unwrap();
    let page = shop.get("/products/x").await;
    assert!(!page.text().contains("<script>alert"), "{}", page.text());
    assert_eq!(json_ld(page.text())["name"], "</script><script>alert(1)</script>");
}

async fn pictures_are_served_in_a_sandbox_and_kept_by_browsers(shop: TestShop) {
    let put = |name: &str, body: &'static str| {
        with_token(TestRequest::put().uri(&format!("/api/catalogue/v1/media/{name}")), STAFF).set_payload(body)
    };
    assert_eq!(shop.ask(put("kea.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")).await.status, 204);
    assert_eq!(shop.ask(put("page.svg", "<html>")).await.problem(), (422, "invalid-media".to_owned()));
    assert_eq!(shop.ask(put("page.html", "<svg/>")).await.problem(), (422, "invalid-media".to_owned()));
    let picture = shop.get("/media/kea.svg").await;
    assert_eq!((picture.status, picture.header("content-type")), (200, "image/svg+xml"));
    assert!(
        picture.header("content-security-policy").starts_with("sandbox;"),
        "{}",
        picture.header("content-security-policy")
    );
    assert_eq!(picture.header("cache-control"), "public, no-cache", "another picture may come under this name");
    let again = TestRequest::get().uri("/media/kea.svg").insert_header((header::IF_NONE_MATCH, picture.header("etag")));
    assert_eq!(shop.ask(again).await.status, 304);
    assert_eq!(shop.ask(put("kea.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")).await.status, 204);
    let other = TestRequest::get().uri("/media/kea.svg").insert_header((header::IF_NONE_MATCH, picture.header("etag")));
    assert_eq!(shop.ask(other).await.status, 200, "the picture is another one");
    assert_eq!(shop.ask(put("kea.png", "<svg/>")).await.problem(), (422, "invalid-media".to_owned()));
    assert_eq!(shop.get("/media/none.svg").await.status, 404);
}

async fn the_back_office_is_for_staff(shop: TestShop) {
    let shop = shop.stocked().await;
    for path in [
        "/admin/products",
        "/admin/products/new",
        "/admin/products/import",
        "/admin/products/weka-mug",
        "/admin/products/export.csv",
    ] {
        let guest = shop.get(path).await;
        assert!(guest.status == 303 && guest.header("location").starts_with("/login"), "{path}");
        let customer = TestRequest::get().uri(path).cookie(Cookie::new("sid", CUSTOMER));
        assert_eq!(shop.ask(customer).await.status, 403, "{path}");
        assert_eq!(shop.staff_get(path).await.status, 200, "{path}");
    }
    let list = shop.staff_get("/admin/products?q=moa-poster").await;
    assert_eq!(list.count("product"), 1);
    assert!(list.text().contains("status-draft"));
    let export = shop.staff_get("/admin/products/export.csv").await;
    assert!(export.header("content-disposition").contains("products.csv"), "{}", export.header("content-disposition"));
    let forged = shop
        .ask(
            TestRequest::post()
                .uri("/admin/products/weka-mug/withdraw")
                .cookie(Cookie::new("sid", STAFF))
                .set_form([("csrf", "x")]),
        )
        .await;
    assert_eq!(forged.status, 403);
    assert_eq!(shop.get("/products/weka-mug").await.status, 200);
}

const A_FORM: &[(&str, &str)] = &[
    ("title", "Pūkeko Pen"),
    ("handle", ""),
    ("category", "Office"),
    ("status", "active"),
    ("description", "Writes."),
    ("images", "pen.svg | A pen"),
    ("attributes", "Ink=blue\nLength=14 cm"),
    ("option1_name", "Colour"),
    ("option2_name", ""),
    ("option3_name", ""),
    ("v0_sku", "PEN-B"),
    ("v0_option1", "blue"),
    ("v0_price", "4.50"),
    ("v0_kind", "physical"),
    ("v0_weight", "20"),
    ("v1_sku", "PEN-R"),
    ("v1_option1", "red"),
    ("v1_price", "4.50"),
    ("v1_kind", "physical"),
    ("v1_tax_class", "standard"),
    ("v2_sku", ""),
    ("v2_option1", ""),
    ("v2_price", ""),
    ("v2_kind", "physical"),
];

fn with<'a>(fields: &[(&'a str, &'a str)], name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let others = fields.iter().copied().filter(|(other, _)| *other != name);
    others.chain([(name, value)]).collect()
}

async fn staff_makes_a_product_in_the_form(shop: TestShop) {
    let shop = shop.stocked().await;
    let made = shop.post_form("/admin/products", A_FORM).await;
    assert_eq!((made.status, made.header("location")), (303, "/admin/products/pukeko-pen"), "{}", made.text());
    let page = shop.get("/products/pukeko-pen").await;
    assert_eq!(page.count("variant"), 2);
    let form = shop.staff_get("/admin/products/pukeko-pen").await;
    assert_eq!(form.count("variant-row"), 5, "two variants and three empty rows");
    assert!(
        form.text().contains("pen.svg | A pen") && form.text().contains("Ink=blue\nLength=14 cm"),
        "{}",
        form.text()
    );
    assert!(form.text().contains("name=\"version\" value=\"1\""));

    let dearer = with(&with(A_FORM, "v0_price", "5"), "version", "1");
    assert_eq!(shop.post_form("/admin/products/pukeko-pen", &dearer).await.status, 303);
    let late = shop.post_form("/admin/products/pukeko-pen", &with(&dearer, "v0_price", "6")).await;
    assert_eq!(late.status, 422);
    assert!(
        late.text().contains("Somebody else saved this product") && late.text().contains("value=\"6\""),
        "{}",
        late.text()
    );
    assert!(shop.get("/products/pukeko-pen").await.text().contains("NZ$5.00"));

    assert_eq!(shop.post_form("/admin/products/pukeko-pen/withdraw", &[]).await.status, 303);
    assert_eq!(shop.get("/products/pukeko-pen").await.status, 404);
}

async fn a_form_that_is_not_right_comes_back_as_it_was_typed(shop: TestShop) {
    let shop = shop.stocked().await;
    for (name, value, words) in [
        ("title", "", "Title is missing."),
        ("handle", "weka-mug", "There is a product weka-mug already."),
        ("v0_price", "4,50", "Variant PEN-B: price must be an amount such as 59.90."),
        ("v1_option1", "blue", "Variant PEN-R: another variant has the same options."),
        ("v1_sku", "WEKA-MUG", "SKU WEKA-MUG belongs to product weka-mug."),
        ("v2_price", "3", "Sku is missing in one of"),
        ("attributes", "Ink", "Attributes are written Name=Value"),
        ("images", "pen.exe", "Image must be a file name"),
        ("v0_tax_class", "zero", "Variant PEN-B: tax_class is not applied by this shop"),
    ] {
        let answer = shop.post_form("/admin/products", &with(A_FORM, name, value)).await;
        assert_eq!(answer.status, 422, "{name}={value}");
        assert!(answer.text().contains(words), "{name}={value}: {}", answer.text());
        assert!(answer.text().contains("value=\"PEN-B\""), "what was typed is kept");
    }
    assert_eq!(shop.get("/products/pukeko-pen").await.status, 404);
}

async fn staff_adds_a_picture(shop: TestShop) {
    let shop = shop.stocked().await;
    let path = "/admin/products/weka-mug/pictures";
    let parts = [("alt", None, "A mug"), ("file", Some("my mug.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>")];
    assert_eq!(shop.post_multipart(path, Some("forged"), &parts).await.status, 403);
    let added = shop.post_multipart(path, None, &parts).await;
    assert_eq!(added.status, 303, "{}", added.text());
    let page = shop.get("/products/weka-mug").await;
    let url = page.text().split("<img src=\"/media/").nth(1).unwrap().split('"').next().unwrap();
    assert!(url.starts_with("weka-mug-") && page.text().contains("alt=\"A mug\""), "{url}");
    let picture = shop.get(&format!("/media/{url}")).await;
    assert_eq!((picture.status, picture.header("cache-control")), (200, "public, max-age=31536000, immutable"));
    let wrong = shop.post_multipart(path, None, &[("file", Some("x.svg"), "<html>")]).await;
    assert_eq!(wrong.status, 422);
}

async fn staff_imports_a_file_or_its_text(shop: TestShop) {
    let path = "/admin/products/import";
    let csv = "handle,title,sku,price\na,A,A,1\nb,B,B,x\n";
    let looked = shop.post_multipart(path, None, &[("text", None, csv), ("dry_run", None, "yes")]).await;
    assert_eq!((looked.status, looked.count("row-error")), (200, 1), "{}", looked.text());
    assert!(looked.text().contains("What would happen") && shop.published().await.is_empty());
    let nothing = shop.post_multipart(path, None, &[("text", None, csv), ("all_or_nothing", None, "yes")]).await;
    assert_eq!((nothing.status, nothing.count("row-error")), (422, 1));
    assert!(shop.published().await.is_empty());
    let done = shop.post_multipart(path, None, &[("file", Some("p.csv"), csv), ("text", None, "")]).await;
    assert!(done.status == 200 && done.text().contains("data-test=\"created\">1<"), "{}", done.text());
    assert_eq!(shop.post_multipart(path, None, &[("text", None, "nonsense")]).await.status, 422);
    assert_eq!(shop.post_multipart(path, Some("forged"), &[("text", None, csv)]).await.status, 403);
}

async fn a_preview_shows_every_change_and_is_applied_and_taken_back(shop: TestShop) {
    let shop = shop.stocked().await;
    let csv = "handle,title,sku,price\nweka-mug,Weka Cup,WEKA-MUG,21\nnew-one,New,NEW,1\n";
    let path = "/admin/products/import";
    let look = shop.post_multipart(path, None, &[("file", Some("p.csv"), csv), ("dry_run", None, "yes")]).await;
    assert_eq!((look.status, look.count("change")), (200, 3), "{}", look.text());
    assert!(
        look.text().contains("<td>Weka Mug</td><td>Weka Cup</td>")
            && look.text().contains("<td>NZ$19.50</td><td>NZ$21.00</td>"),
        "{}",
        look.text()
    );
    let apply = look.text().split("action=\"/admin/products/import/").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(shop.get("/products/new-one").await.status, 404);
    let applied = shop.post_form(&format!("{path}/{apply}"), &[]).await;
    assert!(applied.status == 200 && applied.text().contains("data-test=\"updated\">1<"), "{}", applied.text());
    assert_eq!(shop.get("/products/new-one").await.status, 200);
    assert_eq!(shop.post_form(&format!("{path}/{apply}"), &[]).await.status, 422, "once");
    let run = apply.split('/').next().unwrap();
    let before = shop.staff_get(&format!("{path}/{run}/before.csv")).await;
    assert!(before.text().contains("\"Weka Mug\""), "{}", before.text());
    let reverted = shop.post_form(&format!("{path}/{run}/revert"), &[]).await;
    assert_eq!(reverted.status, 303, "{}", reverted.text());
    assert_eq!(shop.get("/products/new-one").await.status, 404);
    assert!(shop.get("/products/weka-mug").await.text().contains("NZ$19.50"));
    assert_eq!(shop.post_form(&format!("{path}/{run}/revert"), &[]).await.status, 422, "once");
}

async fn what_was_changed_since_an_import_is_not_taken_back(shop: TestShop) {
    let shop = shop.stocked().await;
    let import = async |csv: &str| {
        let mode = catalogue::ImportMode::default();
        shop.module.import_file(csv.as_bytes(), "", mode).await.unwrap().run_id.unwrap()
    };
    let first = import("handle,title\nweka-mug,Weka Cup\nkea-notebook-14,Kea 15\n").await;
    import("handle,title\nweka-mug,Weka Beaker\n").await;
    let reverted = shop.post_form(&format!("/admin/products/import/{first}/revert"), &[]).await;
    assert_eq!(reverted.status, 303);
    let titles: Vec<Value> = shop.get("/api/catalogue/v1/products").await.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["title"].clone())
        .collect();
    assert_eq!(titles, ["Kea Notebook 14", "Tūī Field Guide (e-book)", "Weka Beaker"]);
}

async fn an_archive_brings_many_pictures(shop: TestShop) {
    let shop = shop.stocked().await;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let files: [(&str, &[u8]); 6] = [
        ("photos/kea 14.svg", b"<svg/>"),
        ("книга.gif", b"GIF89a.."),
        ("notes.txt", b"x"),
        ("lies.png", b"<svg/>"),
        ("__MACOSX/._a.png", b"x"),
        (".DS_Store", b"x"),
    ];
    for (name, bytes) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    let request = with_token(TestRequest::post().uri("/api/catalogue/v1/media"), STAFF);
    let answer = shop.ask(request.insert_header(("content-type", "application/zip")).set_payload(bytes)).await;
    let told = answer.json();
    assert_eq!((answer.status, &told["kept"]), (200, &2.into()), "{told}");
    let left: Vec<&str> =
        told["left_out"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(left, ["notes.txt", "lies.png"]);
    assert_eq!(shop.get("/media/kea-14.svg").await.status, 200);
    let broken = with_token(TestRequest::post().uri("/api/catalogue/v1/media"), STAFF);
    let broken = shop.ask(broken.insert_header(("content-type", "application/zip")).set_payload("PK")).await;
    assert_eq!(broken.problem(), (422, "invalid-archive".to_owned()));
}

async fn the_app_gets_cards_paths_and_an_audit(shop: TestShop) {
    let svg = ("kea-14.svg".to_owned(), b"<svg/>".to_vec());
    for _ in 0..2 {
        shop.module.import_demo(crate::shop::PRODUCTS, std::iter::once(svg.clone())).await.unwrap();
    }
    let featured = shop.module.featured(2).await.unwrap();
    assert_eq!(featured.iter().map(|card| card.handle.as_str()).collect::<Vec<_>>(), ["weka-mug", "tui-field-guide"]);
    let again = shop.get("/api/catalogue/v1/featured?limit=2").await.json();
    let told = again["items"].as_array().unwrap().iter().zip(&featured);
    for (told, card) in told {
        assert_eq!(
            (&told["handle"], &told["title"], &told["in_stock"]),
            (&card.handle.as_str().into(), &card.title.as_str().into(), &card.in_stock.into())
        );
    }
    let paths = shop.module.sitemap_paths().await.unwrap();
    assert_eq!(shop.get("/api/catalogue/v1/paths").await.json()["items"], serde_json::json!(paths));
    assert_eq!(paths.len(), 7);
    assert!(paths.contains(&"/products/weka-mug".to_owned()) && paths.contains(&"/products?category=books".to_owned()));
    assert!(!paths.iter().any(|path| path.contains("moa")));
    assert_eq!(shop.module.audit().await.unwrap().len(), 4);
    let wrong = ("x.svg".to_owned(), b"no".to_vec());
    let refused = shop.module.import_demo(crate::shop::PRODUCTS, std::iter::once(wrong)).await.unwrap_err();
    assert!(refused.to_string().starts_with("picture x.svg: "), "{refused}");
}

on_both_engines! {
    lists_show_titles_prices_and_stock
    the_next_page_keeps_category_and_search
    a_product_shows_its_choices_and_leads_to_the_cart
    nothing_in_a_product_can_end_the_script_element
    pictures_are_served_in_a_sandbox_and_kept_by_browsers
    the_back_office_is_for_staff
    staff_makes_a_product_in_the_form
    a_form_that_is_not_right_comes_back_as_it_was_typed
    staff_adds_a_picture
    staff_imports_a_file_or_its_text
    a_preview_shows_every_change_and_is_applied_and_taken_back
    what_was_changed_since_an_import_is_not_taken_back
    an_archive_brings_many_pictures
    the_app_gets_cards_paths_and_an_audit
}
