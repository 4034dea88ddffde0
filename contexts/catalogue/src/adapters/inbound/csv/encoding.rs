//! From bytes to text: spreadsheets write many character sets, and seldom say which.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// A file as text.
pub(super) struct Decoded<'a> {
    /// The text, without a byte order mark. What could not be read stands there as U+FFFD.
    pub text: Cow<'a, str>,
    /// The character set.
    pub encoding: &'static Encoding,
    /// Whether that was found out by looking at the letters, and may be wrong.
    pub guessed: bool,
}

/// Reads UTF-8, UTF-16 with or without a byte order mark, and else the character set that the letters look like. A file
/// that is UTF-8 in some places keeps being read so, and its other places are damaged: guessing would damage the whole.
pub(super) fn decode(bytes: &[u8]) -> Decoded<'_> {
    let (encoding, guessed) = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => (encoding, false),
        None => without_mark(bytes),
    };
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    Decoded { text, encoding, guessed }
}

fn without_mark(bytes: &[u8]) -> (&'static Encoding, bool) {
    if let Some(encoding) = utf16_without_mark(bytes) {
        return (encoding, false);
    }
    if std::str::from_utf8(bytes).is_ok() || holds_utf8(bytes) {
        return (UTF_8, false);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    (detector.guess(None, Utf8Detection::Deny), true)
}

/// Latin text in UTF-16 has a zero in every other byte.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(200)).unwrap_or_default();
    let zeros = |first: usize| head.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let most = head.len() / 2;
    match () {
        () if most > 2 && odd * 10 > most * 6 && even == 0 => Some(UTF_16LE),
        () if most > 2 && even * 10 > most * 6 && odd == 0 => Some(UTF_16BE),
        () => None,
    }
}

/// Whether there is a letter that only UTF-8 writes so.
fn holds_utf8(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, &'static str) {
        let decoded = decode(bytes);
        (decoded.text.into_owned(), decoded.encoding.name())
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        let text = "handle;title;price\r\nkaese;Käse für “Größe”;1,50 €\r\n";
        let utf16 = |pair: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(pair).collect::<Vec<u8>>();
        let with_mark = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
        assert_eq!(read(text.as_bytes()), (text.to_owned(), "UTF-8"));
        assert_eq!(read(&with_mark(b"\xef\xbb\xbf", text.as_bytes().to_vec())), (text.to_owned(), "UTF-8"));
        assert_eq!(read(&with_mark(b"\xff\xfe", utf16(u16::to_le_bytes))), (text.to_owned(), "UTF-16LE"));
        assert_eq!(read(&with_mark(b"\xfe\xff", utf16(u16::to_be_bytes))), (text.to_owned(), "UTF-16BE"));
        assert_eq!(read(&utf16(u16::to_le_bytes)), (text.to_owned(), "UTF-16LE"));
        assert_eq!(read(&utf16(u16::to_be_bytes)), (text.to_owned(), "UTF-16BE"));
        let (western, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        assert_eq!(read(&western), (text.to_owned(), "windows-1252"));
        assert!(decode(&western).guessed);
    }

    #[test]
    fn a_file_that_is_utf8_in_places_stays_so() {
        let mixed = b"a,K\xc3\xa4se\nb,K\xe4se\n";
        assert_eq!(read(mixed), ("a,Käse\nb,K\u{fffd}se\n".to_owned(), "UTF-8"));
    }
}
