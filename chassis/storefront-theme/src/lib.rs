//! The look of the shop: its name, style sheet and pictures, and the templates that all pages and mails extend.
//!
//! Templates are files for the template engine of each crate that has pages (`askama.toml` names the folder); the rest is
//! embedded here. Addresses made by [`url`] carry the digest of the content and may be kept forever.

#![warn(unreachable_pub)]

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{EmbeddedFile, RustEmbed};

/// The shop's default name.
pub const SHOP_NAME: &str = "The Better Store";

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// An embedded file.
pub struct Asset {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Changes with the content.
    pub digest: String,
    /// Such as `text/css; charset=utf-8`.
    pub content_type: String,
}

/// The file of that name, such as `shop.css`.
pub fn asset(name: &str) -> Option<Asset> {
    let file = Assets::get(name)?;
    Some(Asset { digest: digest(&file), content_type: content_type(&file), bytes: file.data })
}

/// Where the file is found, such as `/assets/shop.css?v=1a2b3c4d5e`.
pub fn url(name: &str) -> String {
    Assets::get(name).map_or_else(|| format!("/assets/{name}"), |file| format!("/assets/{name}?v={}", digest(&file)))
}

fn digest(file: &EmbeddedFile) -> String {
    URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..9])
}

fn content_type(file: &EmbeddedFile) -> String {
    let mime = file.metadata.mimetype();
    if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime.to_owned() }
}
