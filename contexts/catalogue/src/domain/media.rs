//! Pictures as bytes. What a file is, is read from its first bytes; its name has to say the same.

use uuid::Uuid;

use super::text::ImageName;

/// A kind of picture that browsers show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// Drawn by commands; may hold scripts, so it is only ever served inside a sandbox.
    Svg,
    Png,
    Jpeg,
    Webp,
    Gif,
    Avif,
}

impl MediaKind {
    pub const ALL: [Self; 6] = [Self::Svg, Self::Png, Self::Jpeg, Self::Webp, Self::Gif, Self::Avif];

    /// The media type on the wire.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Avif => "image/avif",
        }
    }

    /// What file names of this kind end in; the first one is for new names.
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Svg => &["svg"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Webp => &["webp"],
            Self::Gif => &["gif"],
            Self::Avif => &["avif"],
        }
    }

    /// What a file of that name should be.
    pub fn named(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        Self::ALL.into_iter().find(|kind| kind.endings().iter().any(|ending| end.eq_ignore_ascii_case(ending)))
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let brand = bytes.get(8..12).unwrap_or_default();
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'R', b'I', b'F', b'F', ..] if brand == b"WEBP" => Some(Self::Webp),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => is_avif(bytes).then_some(Self::Avif),
            _ => is_svg(&decoded(bytes)).then_some(Self::Svg),
        }
    }
}

/// ISO 14496-12: a file begins with its brands, the main one first.
fn is_avif(bytes: &[u8]) -> bool {
    let length = bytes.get(..4).and_then(|length| length.try_into().ok()).map_or(0, u32::from_be_bytes);
    let brands = bytes.get(8..bytes.len().min(length as usize)).unwrap_or_default();
    brands.chunks_exact(4).enumerate().any(|(place, brand)| place != 1 && matches!(brand, b"avif" | b"avis"))
}

/// XML in the character sets that every reader of XML knows.
fn decoded(bytes: &[u8]) -> String {
    let units = |pair: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).skip(1).map(|two| pair([two[0], two[1]]));
        char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).into_owned(),
    }
}

/// Whether the root of an XML document is `svg`, with or without a name-space prefix. Before the root may stand any number
/// of comments and processing instructions and a document type, of any length.
fn is_svg(document: &str) -> bool {
    let mut rest = document.trim_start();
    loop {
        let after = if let Some(inside) = rest.strip_prefix("<?") {
            inside.split_once("?>").map(|(_, after)| after)
        } else if let Some(inside) = rest.strip_prefix("<!--") {
            inside.split_once("-->").map(|(_, after)| after)
        } else if let Some(inside) = rest.strip_prefix("<!DOCTYPE") {
            past_document_type(inside)
        } else {
            break;
        };
        let Some(after) = after else { return false };
        rest = after.trim_start();
    }
    let Some(root) = rest.strip_prefix('<') else { return false };
    let name =
        root.split(|letter: char| letter.is_whitespace() || matches!(letter, '>' | '/')).next().unwrap_or_default();
    name == "svg" || name.rsplit_once(':').is_some_and(|(prefix, local)| local == "svg" && !prefix.is_empty())
}

/// The document after its type, whose own declarations stand between `[` and `]` and may hold `>` inside quotes.
fn past_document_type(inside: &str) -> Option<&str> {
    let (mut quote, mut nested) = (None, false);
    for (at, letter) in inside.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '[') => nested = true,
            (None, ']') => nested = false,
            (None, '>') if !nested => return inside.get(at + 1..),
            (_, _) => {}
        }
    }
    None
}

/// A picture in the media store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    name: ImageName,
    kind: MediaKind,
    bytes: Vec<u8>,
}

impl Media {
    /// The largest picture that is taken: 5 MiB.
    pub const MAX_BYTES: usize = 5 * 1024 * 1024;
    /// The namespace in which a picture's content is named.
    const CONTENT: Uuid = Uuid::from_u128(0x6b0f_5a52_9c1e_4f43_8a9d_0c61_7465_0a01);
    /// How much of the digest stands in a name.
    const DIGEST_CHARS_IN_NAME: usize = 12;

    /// Takes a picture.
    ///
    /// # Errors
    /// [`MediaError`] when it is too large, no picture at all, or named after another kind.
    pub fn new(name: ImageName, bytes: Vec<u8>) -> Result<Self, MediaError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(MediaError::TooLarge);
        }
        let media = Self::restore(name, bytes)?;
        match MediaKind::named(media.name.as_str()) {
            Some(named) if named == media.kind => Ok(media),
            Some(_) | None => Err(MediaError::OtherKind(media.kind)),
        }
    }

    /// Brings a picture back as a store holds it, whose name may be of an older time.
    pub fn restore(name: ImageName, bytes: Vec<u8>) -> Result<Self, MediaError> {
        let kind = MediaKind::of(&bytes).ok_or(MediaError::NoPicture)?;
        Ok(Self { name, kind, bytes })
    }

    /// Takes a picture and names it after its content: `kea-3f2a9c1e44a5.png`. Another content has another name.
    pub fn named_by_content(start: &str, bytes: Vec<u8>) -> Result<Self, MediaError> {
        let kind = MediaKind::of(&bytes).ok_or(MediaError::NoPicture)?;
        let start = start.trim_start_matches(['-', '_']);
        let digest = digest_of(&bytes);
        let name =
            format!("{start}-{}.{}", &digest[..Self::DIGEST_CHARS_IN_NAME], kind.endings().first().unwrap_or(&""));
        Self::new(ImageName::parse(&name).map_err(|_| MediaError::NoPicture)?, bytes)
    }

    pub const fn name(&self) -> &ImageName {
        &self.name
    }
    /// What it is.
    pub const fn kind(&self) -> MediaKind {
        self.kind
    }
    /// Its content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
    /// Gives the content away.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
    /// A word that changes when the content does.
    pub fn digest(&self) -> String {
        digest_of(&self.bytes)
    }

    /// Whether the name changes when the content does.
    pub fn is_named_by_content(&self) -> bool {
        let stem = self.name.as_str().rsplit_once('.').map_or("", |(stem, _)| stem);
        stem.rsplit_once('-').is_some_and(|(_, end)| end == &self.digest()[..Self::DIGEST_CHARS_IN_NAME])
    }
}

fn digest_of(bytes: &[u8]) -> String {
    Uuid::new_v5(&Media::CONTENT, bytes).simple().to_string()
}

/// Why a picture was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// More than 5 MiB.
    #[error("a picture may have up to 5 MiB")]
    TooLarge,
    /// None of the kinds that browsers show.
    #[error("the file is neither an SVG nor a PNG, JPEG, WebP, GIF or AVIF picture")]
    NoPicture,
    /// Its name says something else.
    #[error("the file is {}, and its name ends like another kind of picture", .0.content_type())]
    OtherKind(MediaKind),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, bytes: &[u8]) -> Result<MediaKind, MediaError> {
        Media::new(ImageName::parse(name).unwrap(), bytes.to_vec()).map(|media| media.kind())
    }

    const AVIF: &[u8] = b"\0\0\0\x1cftypavif\0\0\0\0mif1avifmiaf....";

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        assert_eq!(kind("a.png", b"\x89PNG\r\n\x1a\n..."), Ok(MediaKind::Png));
        assert_eq!(kind("a.JPEG", b"\xff\xd8\xff\xe0"), Ok(MediaKind::Jpeg));
        assert_eq!(kind("a.webp", b"RIFF\0\0\0\0WEBPVP8 "), Ok(MediaKind::Webp));
        assert_eq!(kind("a.gif", b"GIF89a..."), Ok(MediaKind::Gif));
        assert_eq!(kind("a.avif", AVIF), Ok(MediaKind::Avif));
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
        for wrong in [&b""[..], b"<html><svg/></html>", b"MZ", b"<?xml version='1.0'?><html/>", heic, b"<svgs/>"] {
            assert_eq!(kind("a.svg", wrong), Err(MediaError::NoPicture));
        }
    }

    #[test]
    fn the_prolog_of_an_svg_may_be_long_and_hold_anything() {
        let comment = format!("<!-- {} <html> -->", "x".repeat(2_000));
        let entities = "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" 'http://x.example/a>b.dtd' [\n\
                        <!ENTITY ns \"http://ns.example/>]\">\n]>";
        let illustrator = format!("<?xml version=\"1.0\"?>\n{comment}\n{entities}\n<svg xmlns=\"&ns;\"/>");
        let utf16 =
            |text: &str| [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for svg in [
            illustrator.clone().into_bytes(),
            b"<!DOCTYPE svg><svg/>".to_vec(),
            b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            b"<?xml-stylesheet href='a.css'?><s:svg xmlns:s='http://www.w3.org/2000/svg'/>".to_vec(),
            utf16("<?xml version='1.0' encoding='UTF-16'?><svg/>"),
        ] {
            assert_eq!(kind("a.svg", &svg), Ok(MediaKind::Svg), "{}", String::from_utf8_lossy(&svg));
        }
        for wrong in ["<!-- <svg/>", "<!DOCTYPE svg [ <svg/>", "<!DOCTYPE html><html><svg/></html>", "text <svg/>"] {
            assert_eq!(kind("a.svg", wrong.as_bytes()), Err(MediaError::NoPicture), "{wrong}");
        }
    }

    #[test]
    fn a_name_says_what_the_picture_is() {
        assert_eq!(kind("a.png", b"<svg/>"), Err(MediaError::OtherKind(MediaKind::Svg)));
        assert_eq!(kind("a.svg", b"GIF87a"), Err(MediaError::OtherKind(MediaKind::Gif)));
        let old = Media::restore(ImageName::parse("a.png").unwrap(), b"<svg/>".to_vec()).unwrap();
        assert_eq!(old.kind(), MediaKind::Svg, "what was kept under such a name is still shown");
    }

    #[test]
    fn a_name_made_of_the_content_changes_with_it() {
        let (one, two) = (b"<svg>1</svg>".to_vec(), b"<svg>2</svg>".to_vec());
        let named = Media::named_by_content("-kea", one.clone()).unwrap();
        assert!(named.name().as_str().starts_with("kea-") && named.is_named_by_content());
        let other = Media::restore(named.name().clone(), two).unwrap();
        assert!(!other.is_named_by_content(), "somebody put another picture under that name");
        assert!(!Media::restore(ImageName::parse("kea.svg").unwrap(), one).unwrap().is_named_by_content());
    }
}
