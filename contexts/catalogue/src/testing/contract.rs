//! The suites that every adapter of a port must pass, whatever it keeps things in.

use async_trait::async_trait;
use chassis::testing::assert_walks;
use shared_kernel::{Cause, Currency, Envelope, Limit, Sku, StoreError};
use uuid::Uuid;

use super::{a_product, a_variant, new_product};
use crate::domain::{
    Audience, Handle, ImageName, ListingCursor, ListingQuery, Media, Product, ProductDetails, SearchWords, Status,
    StockCount, StockLevel,
};
use crate::ports::{MediaStore, ProductChange, ProductListing, ProductStore, StockLevels};

/// One set of adapters under test, empty at first.
#[async_trait]
pub trait World: Send + Sync {
    /// Remembers products.
    fn products(&self) -> &dyn ProductStore;
    /// Lists them.
    fn listing(&self) -> &dyn ProductListing;
    /// Knows stock.
    fn levels(&self) -> &dyn StockLevels;
    /// Keeps pictures.
    fn media(&self) -> &dyn MediaStore;
    /// The facts published so far, oldest first.
    async fn published(&self) -> Vec<Envelope>;
    /// A cause that has not been handled yet.
    async fn cause(&self) -> Cause;
}

/// All suites, each in a world of its own.
pub async fn every_suite<W: World, F: Future<Output = W>>(new_world: impl Fn() -> F) {
    products_are_kept_with_their_facts(&new_world().await).await;
    nothing_is_kept_when_something_is_refused(&new_world().await).await;
    the_same_count_is_published_once(&new_world().await).await;
    lists_are_ordered_and_cut_into_pages(&new_world().await).await;
    lists_are_walked_page_by_page(&new_world().await).await;
    lists_know_their_audience_and_category(&new_world().await).await;
    searches_find_beginnings_of_words_and_nothing_else(&new_world().await).await;
    categories_count_what_shoppers_find(&new_world().await).await;
    stock_levels_show_in_lists(&new_world().await).await;
    pictures_are_kept_by_name(&new_world().await).await;
}

async fn put(world: &impl World, builders: Vec<super::ProductBuilder>) {
    world.products().commit(builders.into_iter().map(new_product).collect()).await.unwrap_or_else(|e| panic!("{e}"));
}

fn handle(name: &str) -> Handle {
    Handle::parse(name).unwrap_or_else(|error| panic!("{error}"))
}

fn sku(code: &str) -> Sku {
    Sku::parse(code).unwrap_or_else(|error| panic!("{error}"))
}

async fn product(world: &impl World, name: &str) -> Product {
    world.products().find(&handle(name)).await.unwrap_or_else(|e| panic!("{e}")).unwrap_or_else(|| panic!("no {name}"))
}

fn everything(audience: Audience) -> ListingQuery {
    ListingQuery::everything(audience, Limit::DEFAULT)
}

async fn listed(world: &impl World, query: &ListingQuery) -> Vec<String> {
    let page = world.listing().page(query).await.unwrap_or_else(|error| panic!("{error}"));
    page.items.iter().map(|item| item.product().handle().to_string()).collect()
}

fn retitled(product: Product, title: &str) -> ProductChange {
    let title = crate::domain::Title::parse(title).unwrap_or_else(|error| panic!("{error}"));
    let details = ProductDetails { title, ..product.details().clone() };
    let (product, events) = product.replace(details).unwrap_or_else(|error| panic!("{error}"));
    ProductChange { product, events, counts: vec![], written: None }
}

async fn products_are_kept_with_their_facts(world: &impl World) {
    assert_eq!(world.products().find(&handle("kea")).await.unwrap_or(None), None);
    let variants = vec![
        a_variant("KEA-S").option("Size", "S \"small\"").option("Colour", "Weiß").build(),
        a_variant("KEA-M").option("Size", "M").option("Colour", "red").price(7_000).digital().build(),
    ];
    let whole = a_product("kea").variants(variants).image("kea.svg").described("One.\n\nTwo 'quoted'; DROP TABLE");
    put(world, vec![whole.clone()]).await;
    let kept = product(world, "kea").await;
    assert_eq!((kept.details(), kept.version()), (&whole.details(), 1));
    assert_eq!(world.products().owner(&sku("KEA-M")).await.unwrap_or(None), Some(handle("kea")));

    world.products().commit(vec![retitled(kept.clone(), "Kea 2")]).await.unwrap_or_else(|error| panic!("{error}"));
    let changed = product(world, "kea").await;
    assert_eq!((changed.title().as_str(), changed.version(), changed.id()), ("Kea 2", 2, kept.id()));
    let (withdrawn, events) = changed.withdraw();
    let change = ProductChange { product: withdrawn, events, counts: vec![], written: None };
    world.products().commit(vec![change]).await.unwrap_or_else(|error| panic!("{error}"));

    let types: Vec<(String, u64)> =
        world.published().await.into_iter().map(|event| (event.event_type, event.sequence)).collect();
    let changed = |number| ("store.catalogue.product_changed.v1".to_owned(), number);
    let expected = [changed(1), changed(2), changed(3), ("store.catalogue.product_withdrawn.v1".to_owned(), 4)];
    assert_eq!(types, expected);
}

async fn nothing_is_kept_when_something_is_refused(world: &impl World) {
    put(world, vec![a_product("kea"), a_product("tui")]).await;
    let before = world.published().await.len();
    let kea = product(world, "kea").await;
    world.products().commit(vec![retitled(kea.clone(), "Kea 2")]).await.unwrap_or_else(|error| panic!("{error}"));

    let stale = world.products().commit(vec![new_product(a_product("moa")), retitled(kea, "Kea 3")]).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    let again = world.products().commit(vec![new_product(a_product("moa")), new_product(a_product("tui"))]).await;
    assert!(matches!(again, Err(StoreError::Conflict("handle"))), "{again:?}");
    let thief = a_product("thief").variant(a_variant("SKU-TUI"));
    let taken = world.products().commit(vec![new_product(a_product("moa")), new_product(thief)]).await;
    assert!(matches!(taken, Err(StoreError::Conflict("sku"))), "{taken:?}");

    assert_eq!(world.products().find(&handle("moa")).await.unwrap_or(None), None);
    assert_eq!(product(world, "kea").await.title().as_str(), "Kea 2");
    assert_eq!(world.published().await.len(), before + 1);

    let moved = a_product("tui").variant(a_variant("SKU-TUI-2")).details();
    let (tui, events) = product(world, "tui").await.replace(moved).unwrap_or_else(|error| panic!("{error}"));
    let change = ProductChange { product: tui, events, counts: vec![], written: None };
    let heir = a_product("thief").variant(a_variant("SKU-TUI"));
    let both = world.products().commit(vec![change, new_product(heir)]).await;
    assert!(both.is_ok(), "a code that was given up is free: {both:?}");
}

async fn the_same_count_is_published_once(world: &impl World) {
    put(world, vec![a_product("kea")]).await;
    let known = product(world, "kea").await;
    let counted = |import, on_hand| {
        let counts = vec![StockCount { import_id: Uuid::from_u128(import), sku: sku("SKU-KEA"), on_hand }];
        vec![ProductChange { product: known.clone(), events: vec![], counts, written: None }]
    };
    for (import, on_hand) in [(1, 10), (1, 10), (2, 0)] {
        world.products().commit(counted(import, on_hand)).await.unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(product(world, "kea").await, known);
    let counts: Vec<Envelope> =
        world.published().await.into_iter().filter(|event| event.event_type.contains("stock_counted")).collect();
    let numbers: Vec<i64> = counts.iter().filter_map(|event| event.data["on_hand"].as_i64()).collect();
    assert_eq!((numbers, counts[0].subject.as_str()), (vec![10, 0], "SKU-KEA"));
}

async fn lists_are_ordered_and_cut_into_pages(world: &impl World) {
    let titles = ["banana", "Apple", "cherry", "äpfel", "apple", "Ōtaki", "otago", "7 up", "Banana split"];
    let builders = (1_u128..).zip(titles).map(|(n, title)| a_product(&format!("p{n}")).id(n).titled(title)).collect();
    put(world, builders).await;
    let all = listed(world, &everything(Audience::Shoppers)).await;
    assert_eq!(all, ["p8", "p4", "p2", "p5", "p1", "p9", "p3", "p7", "p6"]);

    let mut query = ListingQuery { limit: Limit::new(2).unwrap_or(Limit::DEFAULT), ..everything(Audience::Shoppers) };
    let mut walked = Vec::new();
    loop {
        let page = world.listing().page(&query).await.unwrap_or_else(|error| panic!("{error}"));
        walked.extend(page.items.iter().map(|item| item.product().handle().to_string()));
        let Some(cursor) = &page.next_cursor else { break };
        assert_eq!(page.items.len(), 2);
        query.after = ListingCursor::parse(cursor);
        assert!(query.after.is_some(), "{cursor} is not a cursor");
    }
    assert_eq!(walked, all);
    let newest = world.listing().newest(2).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(newest.iter().map(|item| item.product().handle().as_str()).collect::<Vec<_>>(), ["p9", "p8"]);
}

/// Products that are called the same, in every list: by audience, category and words.
async fn lists_are_walked_page_by_page(world: &impl World) {
    let titles = ["Same", "Same", "Other", "Same", "same", "Same", "Same"];
    let builder = |(n, title): (u128, &str)| {
        let product = a_product(&format!("p{n}")).id(n).titled(title);
        let product = product.in_category(if n % 3 == 0 { "Books" } else { "Toys" });
        if n == 4 { product.status(Status::Draft) } else { product }
    };
    put(world, (1_u128..).zip(titles).map(builder).collect()).await;
    for audience in [Audience::Shoppers, Audience::Staff] {
        for category in [None, Some("toys".to_owned()), Some("none".to_owned())] {
            for words in [None, SearchWords::parse("same"), SearchWords::parse("nothing")] {
                let query = ListingQuery { category: category.clone(), words, ..everything(audience) };
                let whole = listed(world, &query).await;
                assert_walks(&format!("{query:?}"), &whole, async |cursor, limit| {
                    let after =
                        cursor.map(|cursor| ListingCursor::parse(&cursor).unwrap_or_else(|| panic!("{cursor}")));
                    let page = world.listing().page(&ListingQuery { after, limit, ..query.clone() }).await;
                    let page = page.unwrap_or_else(|error| panic!("{error}"));
                    (*page).clone().map(|item| item.product().handle().to_string())
                })
                .await;
            }
        }
    }
    assert_eq!(listed(world, &everything(Audience::Shoppers)).await.len(), 6);
}

async fn lists_know_their_audience_and_category(world: &impl World) {
    put(
        world,
        vec![
            a_product("a-book").in_category("Books"),
            a_product("b-draft").in_category("books").status(Status::Draft),
            a_product("c-gone").in_category("Books").status(Status::Archived),
            a_product("d-toy").in_category("Toys & Games"),
        ],
    )
    .await;
    assert_eq!(listed(world, &everything(Audience::Shoppers)).await, ["a-book", "d-toy"]);
    assert_eq!(listed(world, &everything(Audience::Staff)).await, ["a-book", "b-draft", "c-gone", "d-toy"]);
    let only = |audience, slug: &str| ListingQuery { category: Some(slug.to_owned()), ..everything(audience) };
    assert_eq!(listed(world, &only(Audience::Shoppers, "books")).await, ["a-book"]);
    assert_eq!(listed(world, &only(Audience::Staff, "books")).await, ["a-book", "b-draft", "c-gone"]);
    assert_eq!(listed(world, &only(Audience::Shoppers, "toys & games")).await, ["d-toy"]);
    assert_eq!(
        listed(world, &only(Audience::Shoppers, "toys-games")).await,
        ["d-toy"],
        "an address of an older version"
    );
    assert_eq!(listed(world, &only(Audience::Shoppers, "none")).await, Vec::<String>::new());
    let draft = handle("b-draft");
    assert_eq!(world.listing().find(&draft, Audience::Shoppers).await.unwrap_or(None), None);
    assert!(world.listing().find(&draft, Audience::Staff).await.unwrap_or(None).is_some());
    let active = world.listing().handles(Currency::NZD).await.unwrap_or_default();
    assert_eq!(active, [handle("a-book"), handle("d-toy")]);
}

async fn searches_find_beginnings_of_words_and_nothing_else(world: &impl World) {
    put(
        world,
        vec![
            a_product("kea").titled("Kea Notebook 14").variant(a_variant("AB-12/x")),
            a_product("tui").titled("Tūī field guide (e-book)").in_category("Books"),
            a_product("weka").titled("O'Reilly \"Weka\" AND OR NOT NEAR title").described("notebook"),
        ],
    )
    .await;
    let search = |audience, typed: &str| ListingQuery { words: SearchWords::parse(typed), ..everything(audience) };
    for (typed, found) in [
        ("note", vec!["kea"]),
        ("NOTEBOOK kea", vec!["kea"]),
        ("book", vec!["tui"]),
        ("tui", vec!["tui"]),
        ("TŪĪ guide", vec!["tui"]),
        ("books", vec!["tui"]),
        ("years tui", vec!["tui"]),
        ("warranty", vec![]),
        ("reilly", vec!["weka"]),
        ("\"weka\" OR kea", vec![]),
        ("AND", vec!["weka"]),
        ("title : kea", vec![]),
        ("kea*", vec!["kea"]),
        ("kea') --", vec!["kea"]),
        ("-kea", vec!["kea"]),
        ("^kea", vec!["kea"]),
        ("sku", vec![]),
        ("ab", vec![]),
        ("zzz", vec![]),
    ] {
        assert_eq!(listed(world, &search(Audience::Shoppers, typed)).await, found, "{typed:?}");
    }
    assert_eq!(listed(world, &search(Audience::Staff, "ab-12")).await, ["kea"]);
    assert_eq!(listed(world, &search(Audience::Staff, "weka")).await, ["weka"]);
    let in_books = ListingQuery { category: Some("books".to_owned()), ..search(Audience::Shoppers, "e") };
    assert_eq!(listed(world, &in_books).await, ["tui"]);
    let kea = product(world, "kea").await;
    world.products().commit(vec![retitled(kea, "Takahe")]).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(listed(world, &search(Audience::Shoppers, "note")).await, Vec::<String>::new());
    assert_eq!(listed(world, &search(Audience::Shoppers, "taka")).await, ["kea"]);
}

async fn categories_count_what_shoppers_find(world: &impl World) {
    put(
        world,
        vec![
            a_product("a").in_category("Books"),
            a_product("b").in_category("BOOKS"),
            a_product("c").in_category("Art").status(Status::Draft),
            a_product("d").in_category("Toys"),
            a_product("e").in_category("Toys").variant(a_variant("E").euro()),
            a_product("f").in_category("Maps").variant(a_variant("F").option("Form", "\"currency\":\"NZD\"").euro()),
        ],
    )
    .await;
    let counted = world.listing().categories(Currency::NZD).await.unwrap_or_else(|error| panic!("{error}"));
    let told: Vec<(&str, &str, u64)> =
        counted.iter().map(|count| (count.slug.as_str(), count.name.as_str(), count.products)).collect();
    assert_eq!(told, [("books", "BOOKS", 2), ("toys", "Toys", 1)], "what has a price in euros cannot be bought");
    let listed = world.listing().handles(Currency::NZD).await.unwrap_or_default();
    assert_eq!(listed, [handle("a"), handle("b"), handle("d")]);
    let euro = Currency::parse("EUR").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(world.listing().handles(euro).await.unwrap_or_default(), [handle("e"), handle("f")]);
}

async fn stock_levels_show_in_lists(world: &impl World) {
    let variants =
        vec![a_variant("P").option("Form", "paper").build(), a_variant("E").option("Form", "file").digital().build()];
    put(world, vec![a_product("guide").variants(variants)]).await;
    let shown = async || {
        let found = world.listing().find(&handle("guide"), Audience::Shoppers).await.unwrap_or(None);
        let found = found.unwrap_or_else(|| panic!("no guide"));
        found.variants().map(|(_, there)| there).collect::<Vec<_>>()
    };
    assert_eq!(shown().await, [false, true]);
    let level = |available, sequence| StockLevel { sku: sku("P"), on_hand: 5, available, sequence };
    let cause = world.cause().await;
    world.levels().note(level(5, 2), &cause).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(shown().await, [true, true]);
    let again = world.levels().note(level(0, 3), &cause).await;
    assert!(matches!(again, Err(StoreError::AlreadyHandled)), "{again:?}");
    world.levels().note(level(0, 1), &world.cause().await).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(shown().await, [true, true], "an older statement does not count");
    world.levels().note(level(0, 4), &world.cause().await).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(shown().await, [false, true]);
    assert_eq!(world.levels().all().await.unwrap_or_default(), [level(0, 4)]);
}

async fn pictures_are_kept_by_name(world: &impl World) {
    let name = ImageName::parse("kea.svg").unwrap_or_else(|error| panic!("{error}"));
    let picture = |text: &str| Media::new(name.clone(), format!("<svg>{text}</svg>").into_bytes());
    assert_eq!(world.media().find(&name).await.unwrap_or(None), None);
    for text in ["one", "two"] {
        let media = picture(text).unwrap_or_else(|error| panic!("{error}"));
        world.media().keep(media).await.unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(world.media().find(&name).await.unwrap_or(None), picture("two").ok());
    let other = ImageName::parse("tui.gif").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(world.media().missing(&[other.clone(), name]).await.unwrap_or_default(), [other]);
}
