//! The pictures that a file of another shop names by address, in the order in which that shop shows them.

use super::table::{Columns, Row, RowProblems};
use crate::domain::address::{digest, romanize};
use crate::domain::{Image, ImageName, MediaKind};

const IMAGE: [&str; 2] = ["image src", "product image url"];
const VARIANT_IMAGE: [&str; 2] = ["variant image", "variant image url"];

/// A picture of the product's own list.
struct Listed {
    position: u32,
    address: String,
    image: Image,
}

/// The pictures of a product. Those of its own list come first, by position; where a row has none, its picture follows the
/// one before it. Pictures of variants that the list lacks come last.
pub(super) fn pictures(columns: &Columns, rows: &[Row], findings: &mut RowProblems) -> Option<Vec<Image>> {
    if !IMAGE.iter().any(|name| columns.has(name)) {
        return None;
    }
    let mut images = listed(columns, rows, findings);
    for row in rows {
        let Some(address) = columns.either(row, &VARIANT_IMAGE).filter(|address| !address.is_empty()) else { continue };
        let Some(name) = named(address, row, findings) else { continue };
        if !images.iter().any(|image| image.name == name) {
            images.push(Image { name, alt: None });
        }
    }
    Some(images)
}

/// The product's own list, by position.
fn listed(columns: &Columns, rows: &[Row], findings: &mut RowProblems) -> Vec<Image> {
    let mut listed: Vec<Listed> = Vec::new();
    for row in rows {
        let Some(address) = columns.either(row, &IMAGE).filter(|address| !address.is_empty()) else { continue };
        let before = listed.last().map_or(0, |before| before.position);
        let position = columns.cell(row, "image position").and_then(|cell| cell.parse().ok()).unwrap_or(before);
        let alt = alternative_text(columns, row, findings);
        let Some(name) = named(address, row, findings) else { continue };
        match listed.iter_mut().find(|other| other.image.name == name) {
            None => {
                let image = Image { name, alt };
                listed.push(Listed { position, address: address.to_owned(), image });
            }
            Some(other) => {
                if without_query(&other.address) != without_query(address) {
                    findings.warn(row, format!("two pictures are called {name}; only one of them can be kept"));
                }
                other.image.alt = other.image.alt.take().or(alt);
            }
        }
    }
    listed.sort_by_key(|picture| picture.position);
    listed.into_iter().map(|picture| picture.image).collect()
}

/// Whether the column is read here.
pub(super) fn reads(name: &str) -> bool {
    IMAGE.contains(&name) || VARIANT_IMAGE.contains(&name) || ["image position", "image alt text"].contains(&name)
}

fn alternative_text(columns: &Columns, row: &Row, findings: &mut RowProblems) -> Option<String> {
    let written = columns.cell(row, "image alt text").unwrap_or_default();
    let kept: String = written.chars().take(Image::MAX_ALT_CHARS).collect();
    if kept.len() < written.len() {
        findings.warn(row, format!("the text for a picture is cut to {} characters", Image::MAX_ALT_CHARS));
    }
    let flat = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(flat).filter(|text| !text.is_empty())
}

fn named(address: &str, row: &Row, findings: &mut RowProblems) -> Option<ImageName> {
    let name = address.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).and_then(picture_name);
    if name.is_none() {
        findings
            .warn(row, format!("picture {address:?} is left out: its name does not end like a picture that is shown"));
    }
    name
}

fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// The name under which a picture is kept that is called so elsewhere. Other letters than ASCII ones are written in ASCII,
/// with digits at the end that set apart what would be written alike.
pub fn picture_name(name: &str) -> Option<ImageName> {
    MediaKind::named(name)?;
    let (stem, end) = name.rsplit_once('.')?;
    let stem = if stem.is_ascii() { stem.to_owned() } else { format!("{}-{}", romanize(stem, 80), digest(stem)) };
    let fit =
        |letter: char| if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_') { letter } else { '-' };
    let clean: String = format!("{stem}.{end}").chars().map(fit).collect();
    let clean = clean.trim_start_matches(['.', '-', '_']);
    let cut = clean.len().saturating_sub(128);
    ImageName::parse(clean[cut..].trim_start_matches(['.', '-', '_'])).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_called_as_they_were() {
        let name = |text: &str| picture_name(text).map(|name| name.to_string());
        assert_eq!(name("ocean blue.jpg").as_deref(), Some("ocean-blue.jpg"));
        assert_eq!(name("a.heic"), None);
        assert_eq!(name(".jpg"), None);
        let (book, other) = (name("книга.jpg").unwrap(), name("кніга.jpg").unwrap());
        assert!(book.starts_with("kniga-") && other.starts_with("kn") && book != other, "{book} {other}");
    }
}
