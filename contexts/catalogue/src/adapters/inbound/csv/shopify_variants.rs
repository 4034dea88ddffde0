//! The variants of a product in Shopify's columns.

use shared_kernel::{Currency, Money, MoneyError, Sku};
use uuid::Uuid;

use super::shopify::{is_false, is_true};
use super::table::{Columns, Row, RowProblems};
use crate::domain::address::romanize_common;
use crate::domain::{Grams, Handle, Kind, Options, TaxClass, VariantPatch, WrittenHandle};

const SKU: [&str; 2] = ["variant sku", "sku"];
const PRICE: [&str; 2] = ["variant price", "price"];
const TRACKER: [&str; 2] = ["variant inventory tracker", "inventory tracker"];
const STOCK: [&str; 2] = ["variant inventory qty", "inventory quantity"];
const GRAMS: [&str; 2] = ["variant grams", "weight value (grams)"];
const SHIPS: [&str; 2] = ["variant requires shipping", "requires shipping"];
const TAXABLE: [&str; 2] = ["variant taxable", "charge tax"];
const POLICY: [&str; 2] = ["variant inventory policy", "continue selling when out of stock"];
const OPTIONS: [(&str, &str); 3] =
    [("option1 name", "option1 value"), ("option2 name", "option2 value"), ("option3 name", "option3 value")];
const CONTENT: Uuid = Uuid::from_u128(0x90a1_0d52_9c1e_4f43_8a9d_0c61_7465_0c03);

/// Whether the column is read here.
pub(super) fn reads(name: &str) -> bool {
    let several = [SKU, PRICE, TRACKER, STOCK, GRAMS, SHIPS, TAXABLE, POLICY];
    let options = OPTIONS.iter().any(|(option, value)| *option == name || *value == name);
    options || several.iter().any(|names| names.contains(&name))
}

/// The variants, when the file has any.
pub(super) fn variants(
    columns: &Columns,
    rows: &[Row],
    handle: &WrittenHandle,
    currency: Currency,
    findings: &mut RowProblems,
) -> Option<Vec<VariantPatch>> {
    let touched = SKU.iter().chain(&PRICE).any(|name| columns.has(name));
    let handle = Handle::parse(handle.as_str()).unwrap_or_else(|_| Handle::made_from(handle.as_str()));
    touched.then(|| Reader { columns, findings }.variants(rows, &handle, currency))
}

struct Reader<'a> {
    columns: &'a Columns,
    findings: &'a mut RowProblems,
}

impl Reader<'_> {
    fn variants(&mut self, rows: &[Row], handle: &Handle, currency: Currency) -> Vec<VariantPatch> {
        let mut variants = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let filled = |names: &[&str]| self.columns.either(row, names).is_some_and(|cell| !cell.is_empty());
            let is_variant = index == 0 || filled(&SKU) || filled(&PRICE) || filled(&[OPTIONS[0].1]);
            if is_variant && let Some(first) = rows.first() {
                variants.extend(self.variant(row, first, handle, currency));
                self.findings.sku = None;
            }
        }
        variants
    }

    fn variant(&mut self, row: &Row, first: &Row, handle: &Handle, currency: Currency) -> Option<VariantPatch> {
        let known = self.findings.problems.len();
        let options = self.options(row, first)?;
        let sku = self.sku(row, handle, &options)?;
        self.findings.sku = Some(sku.to_string());
        let gift = self.columns.cell(first, "gift card").is_some_and(is_true);
        let ships = self.columns.either(row, &SHIPS).map(|cell| !is_false(cell));
        let kind = if gift {
            Some(Kind::Digital)
        } else {
            ships.map(|ships| if ships { Kind::Physical } else { Kind::Digital })
        };
        let taxable = self.columns.either(row, &TAXABLE).map(|cell| !is_false(cell));
        let tax_class = taxable.map(|taxable| if taxable { TaxClass::standard() } else { TaxClass::zero() });
        let price = self.columns.either(row, &PRICE).map(|cell| money(&self.columns.decimal(cell), currency));
        let price = price.and_then(|read| self.findings.take(row, read));
        let weight = self.columns.either(row, &GRAMS).map(|cell| if cell.is_empty() { Some(0) } else { whole(cell) });
        let weight = weight.map(|grams| Grams::new(grams.unwrap_or(-1)));
        let weight = weight.and_then(|read| self.findings.take(row, read));
        let stock = self.count(row, &sku, kind);
        let patch = VariantPatch { sku, options: Some(options), kind, price, tax_class, weight, stock };
        (self.findings.problems.len() == known).then_some(patch)
    }

    /// A product without options has the option "Title" with the value "Default Title".
    fn options(&mut self, row: &Row, first: &Row) -> Option<Options> {
        let filled = |row, name| self.columns.cell(row, name).filter(|cell| !cell.is_empty());
        let mut pairs = Vec::new();
        for (number, (name_column, value_column)) in (1..).zip(OPTIONS) {
            let Some(value) = filled(row, value_column) else { continue };
            let given = filled(row, name_column).or_else(|| filled(first, name_column));
            if value.eq_ignore_ascii_case("default title")
                && given.is_none_or(|name| name.eq_ignore_ascii_case("title"))
            {
                continue;
            }
            pairs.push((given.map_or_else(|| format!("Option {number}"), str::to_owned), value));
        }
        self.findings.take(row, Options::parse(pairs))
    }

    /// The SKU as written, or one made of handle and options, which is the same at the next import.
    fn sku(&mut self, row: &Row, handle: &Handle, options: &Options) -> Option<Sku> {
        let written = self.columns.either(row, &SKU).unwrap_or_default();
        let written = written.strip_prefix('\'').unwrap_or(written);
        if !written.is_empty() {
            return self.findings.take(row, Sku::parse(written));
        }
        let full = format!("{handle} {options}");
        let mut made = romanize_common(&full, 64);
        if made.len() > 60 || !options.to_string().is_ascii() {
            let digest = Uuid::new_v5(&CONTENT, full.as_bytes()).simple().to_string();
            made = format!("{}-{}", romanize_common(&full, 50), &digest[..8]);
        }
        self.findings.warn(row, format!("the SKU is missing; {made} is used"));
        self.findings.take(row, Sku::parse(&made))
    }

    fn count(&mut self, row: &Row, sku: &Sku, kind: Option<Kind>) -> Option<u32> {
        let stock = self.columns.either(row, &STOCK).unwrap_or_default();
        let tracked = self.columns.either(row, &TRACKER).is_none_or(|tracker| !tracker.is_empty());
        let policy = self.columns.either(row, &POLICY).unwrap_or_default();
        if tracked && (policy.eq_ignore_ascii_case("continue") || is_true(policy)) {
            self.findings
                .warn(row, format!("{sku} is sold there even when there is none left; here it will be sold out"));
        }
        match whole(stock) {
            Some(count) if tracked || count > 0 => {
                if count < 0 {
                    self.findings.warn(row, format!("stock of {sku} is below zero; 0 is used"));
                }
                u32::try_from(count.clamp(0, 1_000_000_000)).ok()
            }
            Some(_) | None if kind != Some(Kind::Digital) && !tracked => {
                self.findings.warn(row, format!("{sku} has no stock count and is sold out until it is counted"));
                None
            }
            Some(_) => None,
            None => {
                if !stock.is_empty() {
                    self.findings.problem(row, "the inventory quantity is not a whole number");
                }
                None
            }
        }
    }
}

/// The whole part of a number such as `1250` or `1250.0`.
fn whole(cell: &str) -> Option<i64> {
    let (number, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    let digits = number.strip_prefix('-').unwrap_or(number);
    let plain = !digits.is_empty() && digits.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    if plain { number.parse().ok() } else { None }
}

/// Why a cell is no price.
#[derive(Debug, thiserror::Error)]
enum PriceError {
    #[error("price is missing")]
    Missing,
    #[error("price: {0}")]
    NotAnAmount(#[from] MoneyError),
}

/// Shopify writes `12.5`, `12.50` and, for currencies without cents, `1200.00`.
fn money(cell: &str, currency: Currency) -> Result<Money, PriceError> {
    if cell.is_empty() {
        return Err(PriceError::Missing);
    }
    let exponent = currency.exponent() as usize;
    let kept = match cell.split_once('.') {
        Some((number, fraction)) if fraction.len() > exponent && fraction[exponent..].bytes().all(|b| b == b'0') => {
            format!("{number}.{}", &fraction[..exponent])
        }
        _ => cell.to_owned(),
    };
    Ok(Money::parse_decimal(kept.trim_end_matches('.'), currency)?)
}
