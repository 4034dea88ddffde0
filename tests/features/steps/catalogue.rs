//! Products, and looking for them.

use chassis::testing::eventually;
use cucumber::{given, then, when};

use crate::product_fixtures::{self, ProductSpec};
use crate::support::EVENTUALLY_TIMEOUT;
use crate::world::World;

#[given(expr = "the category {string} with {int} products")]
async fn a_category(world: &mut World, category: String, count: usize) {
    for index in 0..count {
        // Made in another order than that of their titles.
        let title = format!("{category} {:03}", (index * 7) % count);
        let wanted = ProductSpec { title: &title, price: "10.00", category: &category, digital: false, stock: None };
        product_fixtures::make(world, wanted).await;
    }
}

#[given(expr = "the product {string} at {float}")]
async fn product(world: &mut World, title: String, price: f64) {
    let price = format!("{price:.2}");
    product_fixtures::make(
        world,
        ProductSpec { title: &title, price: &price, category: "Things", digital: false, stock: Some(9) },
    )
    .await;
}

#[given(expr = "the product {string} at {float} with {int} in stock")]
async fn product_in_stock(world: &mut World, title: String, price: f64, on_hand: i64) {
    let price = format!("{price:.2}");
    let wanted = ProductSpec { title: &title, price: &price, category: "Things", digital: false, stock: Some(on_hand) };
    product_fixtures::make(world, wanted).await;
}

#[given(expr = "the e-book {string} at {float}")]
async fn e_book(world: &mut World, title: String, price: f64) {
    let price = format!("{price:.2}");
    let wanted = ProductSpec { title: &title, price: &price, category: "E-books", digital: true, stock: None };
    let product = product_fixtures::make(world, wanted).await;
    product_fixtures::upload(world, &product.sku).await;
}

#[given(expr = "the e-book {string} at {float} without a file")]
async fn e_book_without_file(world: &mut World, title: String, price: f64) {
    let price = format!("{price:.2}");
    product_fixtures::make(
        world,
        ProductSpec { title: &title, price: &price, category: "E-books", digital: true, stock: None },
    )
    .await;
}

#[when(expr = "a visitor looks at the category {string}")]
async fn look(world: &mut World, category: String) {
    let slug = category.to_lowercase();
    let path = format!("/products?category={slug}");
    world.visitor().visit(&path).await;
}

#[when(expr = "a visitor searches for {string}")]
async fn search(world: &mut World, words: String) {
    let query = percent_encoding::utf8_percent_encode(&words, percent_encoding::NON_ALPHANUMERIC);
    world.visitor().visit(&format!("/products?q={query}")).await;
}

#[then(expr = "they see {int} products ordered by title")]
async fn sees(world: &mut World, count: usize) {
    let titles = world.visitor().page.select("[data-test='product'] .product-title");
    assert_eq!(titles.len(), count, "{titles:?}");
    let mut sorted = titles.clone();
    sorted.sort_by_key(|title| title.to_lowercase());
    assert_eq!(titles, sorted);
}

#[then(expr = "the next page shows the other {int}")]
async fn next_page(world: &mut World, count: usize) {
    let page = world.visitor().page.clone();
    let html = scraper::Html::parse_document(&page.body);
    let link = scraper::Selector::parse("a[rel='next'], a[data-test='next-page'], .pagination a").unwrap();
    let next =
        html.select(&link).next_back().and_then(|link| link.attr("href")).expect("a link to the next page").to_owned();
    let path = if next.starts_with('?') { format!("/products{next}") } else { next };
    world.visitor().visit(&path).await;
    let more = world.visitor().page.all("product");
    assert_eq!(more.len(), count);
}

#[then(expr = "they find {string}")]
async fn finds(world: &mut World, title: String) {
    let titles = world.visitor().page.select("[data-test='product'] .product-title");
    assert!(titles.contains(&title), "{titles:?}");
}

#[then(expr = "they do not find {string}")]
async fn does_not_find(world: &mut World, title: String) {
    let titles = world.visitor().page.select("[data-test='product'] .product-title");
    assert!(!titles.contains(&title), "{titles:?}");
}

#[then("the page says that nothing was found")]
async fn nothing_found(world: &mut World) {
    let page = &world.visitor().page;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.all("product").is_empty() && !page.select(".empty").is_empty(), "{}", page.body);
}

#[then(expr = "the page of {string} offers it at {string}")]
async fn offered(world: &mut World, title: String, price: String) {
    let path = format!("/products/{}", world.product(&title).handle);
    let shop = world.shop();
    eventually(EVENTUALLY_TIMEOUT, || async {
        let mut visitor = crate::support::visitor::Visitor::new(&shop.url(""));
        let page = visitor.visit(&path).await;
        let in_stock = !page.select(".stock-good").is_empty();
        let shown = page.select(".price").iter().any(|text| text.contains(&price));
        (in_stock && shown).then_some(())
    })
    .await;
}

#[then(expr = "the page of {string} says that it is sold out")]
async fn sold_out(world: &mut World, title: String) {
    let path = format!("/products/{}", world.product(&title).handle);
    world.visitor().visit(&path).await;
    let stock = world.visitor().page.select(".stock-out");
    assert!(stock.iter().any(|text| text.to_lowercase().contains("sold out")), "{stock:?}");
}
