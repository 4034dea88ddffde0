//! How products are listed: for whom, in what order, and where a page of the list ends.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use shared_kernel::{Limit, Sku};

use super::product::{Product, ProductId, Status, in_stock};
use super::search_words::{SearchWords, fold};
use super::text::Category;
use super::variant::Variant;

/// For whom a list is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Sees what is active.
    Shoppers,
    /// Sees everything, and finds by SKU too.
    Staff,
}

impl Audience {
    /// Whether products of that status are shown.
    pub const fn sees(self, status: Status) -> bool {
        match (self, status) {
            (Self::Staff, Status::Draft | Status::Active | Status::Archived) | (Self::Shoppers, Status::Active) => true,
            (Self::Shoppers, Status::Draft | Status::Archived) => false,
        }
    }
}

/// Which products, from where on, and how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingQuery {
    /// For whom.
    pub audience: Audience,
    /// Only this category, by its slug or its name.
    pub category: Option<String>,
    /// Only what has all of these words, or beginnings of them.
    pub words: Option<SearchWords>,
    /// Only what comes after this place.
    pub after: Option<ListingCursor>,
    /// The most products on the page.
    pub limit: Limit,
}

impl ListingQuery {
    /// The beginning of the whole list.
    pub const fn everything(audience: Audience, limit: Limit) -> Self {
        Self { audience, category: None, words: None, after: None, limit }
    }

    /// Which of `all` categories are listed; `None` when the query asks for no category.
    pub fn categories(&self, all: &[Category]) -> Option<Vec<Category>> {
        self.category.as_deref().map(|asked| Category::meant_by(asked, all))
    }

    /// Whether a product belongs to the list, wherever the page begins, given what [`Self::categories`] answered.
    pub fn lists(&self, product: &Product, categories: Option<&[Category]>) -> bool {
        let details = product.details();
        let in_category = categories.is_none_or(|listed| listed.contains(&details.category));
        self.audience.sees(details.status) && in_category && self.words.as_ref().is_none_or(|w| self.finds(w, product))
    }

    fn finds(&self, words: &SearchWords, product: &Product) -> bool {
        match self.audience {
            Audience::Shoppers => words.match_text(&labels(product)),
            Audience::Staff => words.match_text(&format!("{} {}", labels(product), codes(product))),
        }
    }
}

/// What shoppers may search for: title, category, attributes such as the author, and what sets variants apart.
pub fn labels(product: &Product) -> String {
    let details = product.details();
    let attributes = details.attributes.as_slice().iter().map(|(_, value)| value.clone());
    let options = product.variants().iter().map(|variant| variant.options.to_string());
    let named = [details.title.to_string(), details.category.to_string()];
    named.into_iter().chain(attributes).chain(options).collect::<Vec<_>>().join(" ")
}

/// What staff may search for besides: handle and SKUs.
pub fn codes(product: &Product) -> String {
    let skus = product.variants().iter().map(|variant| variant.sku.as_str());
    std::iter::once(product.handle().as_str()).chain(skus).collect::<Vec<_>>().join(" ")
}

/// A place in the list: products are ordered by title without regard to case, then by id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListingCursor {
    /// The folded title.
    pub title: String,
    /// Sets apart products of the same title.
    pub id: ProductId,
}

impl ListingCursor {
    /// The place of a product.
    pub fn of(product: &Product) -> Self {
        Self { title: fold(product.title().as_str()), id: product.id() }
    }

    /// The place as an opaque word that is safe in an address.
    pub fn cursor(&self) -> String {
        let mut cursor = self.id.uuid().simple().to_string();
        for byte in self.title.bytes() {
            if byte.is_ascii_alphanumeric() {
                cursor.push(char::from(byte));
            } else {
                let _ = write!(cursor, "_{byte:02x}");
            }
        }
        cursor
    }

    /// Reads such a word; `None` for any other.
    pub fn parse(cursor: &str) -> Option<Self> {
        let (id, rest) = cursor.split_at_checked(32)?;
        let id = ProductId::parse(id).ok()?;
        let (mut title, mut rest) = (Vec::new(), rest.bytes());
        while let Some(byte) = rest.next() {
            let next = if byte == b'_' { nibble(rest.next()?)? << 4 | nibble(rest.next()?)? } else { byte };
            title.push(next);
        }
        let possible = |title: &String| title.len() <= 3_000 && !title.chars().any(char::is_control);
        String::from_utf8(title).ok().filter(possible).map(|title| Self { title, id })
    }
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The most units of a variant that count as few: shoppers see how many there are.
pub const LOW_STOCK: i64 = 5;

/// How well a variant can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// Enough, or it cannot run out.
    InStock,
    /// So few that shoppers see how many: 1 to [`LOW_STOCK`].
    Few(i64),
    /// None, or none was counted yet.
    SoldOut,
}

impl Availability {
    fn of(variant: &Variant, available: Option<i64>) -> Self {
        match available {
            _ if !in_stock(variant.kind, available) => Self::SoldOut,
            Some(left) if left <= LOW_STOCK => Self::Few(left),
            Some(_) | None => Self::InStock,
        }
    }

    /// Whether it can be sold now.
    pub fn can_be_sold(self) -> bool {
        self != Self::SoldOut
    }
}

/// A product as lists show it: with what is left of each variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedProduct {
    product: Product,
    left: Vec<Availability>,
}

impl ListedProduct {
    /// Lists a product, given what is available of the SKUs that were counted.
    pub fn new(product: Product, available: &HashMap<Sku, i64>) -> Self {
        let left = |variant: &Variant| Availability::of(variant, available.get(&variant.sku).copied());
        let left = product.variants().iter().map(left).collect();
        Self { product, left }
    }

    pub const fn product(&self) -> &Product {
        &self.product
    }

    /// Its variants, each with whether it can be sold now.
    pub fn variants(&self) -> impl Iterator<Item = (&Variant, bool)> {
        self.availability().map(|(variant, left)| (variant, left.can_be_sold()))
    }

    /// Its variants, each with how well it can be had.
    pub fn availability(&self) -> impl Iterator<Item = (&Variant, Availability)> {
        self.product.variants().iter().zip(self.left.iter().copied())
    }

    /// Whether anything of it can be sold now.
    pub fn in_stock(&self) -> bool {
        self.left.iter().any(|left| left.can_be_sold())
    }

    /// How well the product can be had: one that has a single variant as that one, any other by whether there is one.
    pub fn overall(&self) -> Availability {
        match self.left.as_slice() {
            [only] => *only,
            _ if self.in_stock() => Availability::InStock,
            _ => Availability::SoldOut,
        }
    }
}

/// A category and how many products shoppers find in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryCount {
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// How many active products it holds.
    pub products: u64,
}

impl CategoryCount {
    /// The categories that have these names, ordered by slug. Of several spellings the least is shown.
    pub fn of(named: impl IntoIterator<Item = (Category, u64)>) -> Vec<Self> {
        let mut counts: BTreeMap<String, Self> = BTreeMap::new();
        for (category, products) in named {
            let (slug, name) = (category.slug(), category.to_string());
            let count = counts.entry(slug.clone()).or_insert_with(|| Self { slug, name: name.clone(), products: 0 });
            count.products += products;
            count.name = name.min(std::mem::take(&mut count.name));
        }
        counts.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::a_product;

    #[test]
    fn a_cursor_survives_the_wire() {
        for title in ["Kea 14\" / \"Größe\"", "日本_語", "z"] {
            let key = ListingCursor::of(&a_product("kea").titled(title).build());
            let cursor = key.cursor();
            assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{cursor}");
            assert_eq!(ListingCursor::parse(&cursor), Some(key));
        }
    }

    #[test]
    fn any_other_word_is_no_cursor() {
        let key = ListingCursor::of(&a_product("kea").build()).cursor();
        for wrong in [
            "",
            "x",
            &key[..31],
            &format!("{key}_"),
            &format!("{key}_zz"),
            &format!("{key}_ff"),
            &format!("{key}_00"),
            "é",
        ] {
            assert_eq!(ListingCursor::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn shoppers_see_what_is_active_and_staff_finds_by_code() {
        let draft = a_product("kea").titled("Kea").status(Status::Draft).build();
        let everything = |audience| ListingQuery::everything(audience, Limit::DEFAULT);
        assert!(!everything(Audience::Shoppers).lists(&draft, None));
        assert!(everything(Audience::Staff).lists(&draft, None));
        let by_code = ListingQuery { words: SearchWords::parse("sku-kea"), ..everything(Audience::Staff) };
        assert!(by_code.lists(&draft, None));
        let active = a_product("kea").titled("Kea").build();
        assert!(!ListingQuery { audience: Audience::Shoppers, ..by_code }.lists(&active, None));
    }
}
