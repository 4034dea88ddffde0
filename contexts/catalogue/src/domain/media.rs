//! Pictures as bytes. What a file is, is read from its first bytes, never from its name.

use uuid::Uuid;

use super::text::ImageName;

/// A kind of picture that browsers show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// Drawn by commands; may hold scripts, so it is only ever served inside a sandbox.
    Svg,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
}

impl MediaKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Svg, Self::Png, Self::Jpeg, Self::Webp];

    /// The media type on the wire.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        if bytes.starts_with(b"\xff\xd8\xff") {
            return Some(Self::Jpeg);
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Some(Self::Webp);
        }
        let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(1_024))?);
        let head = head.trim_start_matches('\u{feff}').trim_start();
        let drawn = head.starts_with("<svg")
            || (head.starts_with("<?xml") || head.starts_with("<!--")) && head.contains("<svg");
        drawn.then_some(Self::Svg)
    }
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
    pub const LARGEST: usize = 5 * 1024 * 1024;
    /// The namespace in which a picture's content is named.
    const CONTENT: Uuid = Uuid::from_u128(0x6b0f_5a52_9c1e_4f43_8a9d_0c61_7465_0a01);

    /// Takes a picture.
    ///
    /// # Errors
    /// [`MediaError`] when it is too large or no picture at all.
    pub fn new(name: ImageName, bytes: Vec<u8>) -> Result<Self, MediaError> {
        if bytes.len() > Self::LARGEST {
            return Err(MediaError::TooLarge);
        }
        let kind = MediaKind::of(&bytes).ok_or(MediaError::NoPicture)?;
        Ok(Self { name, kind, bytes })
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &ImageName {
        &self.name
    }
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> MediaKind {
        self.kind
    }
    /// Its content.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
    /// Gives the content away.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
    /// A word that changes when the content does.
    #[must_use]
    pub fn digest(&self) -> String {
        Uuid::new_v5(&Self::CONTENT, &self.bytes).simple().to_string()
    }
}

/// Why a picture was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// More than 5 MiB.
    #[error("a picture may have up to 5 MiB")]
    TooLarge,
    /// Neither SVG nor PNG nor JPEG nor WebP.
    #[error("the file is neither an SVG nor a PNG, JPEG or WebP picture")]
    NoPicture,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        let name = || ImageName::parse("kea.png").unwrap();
        let svg = Media::new(name(), b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec());
        assert_eq!(svg.unwrap().kind(), MediaKind::Svg);
        assert_eq!(Media::new(name(), b"\x89PNG\r\n\x1a\n...".to_vec()).unwrap().kind(), MediaKind::Png);
        for wrong in [&b""[..], b"<html><svg/></html>", b"MZ", b"<?xml version='1.0'?><html/>"] {
            assert_eq!(Media::new(name(), wrong.to_vec()), Err(MediaError::NoPicture));
        }
    }
}
