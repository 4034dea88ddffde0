//! From our value to the text that travels: multipart/alternative, attachments beside it.
//!
//! Nothing a customer writes can start a header of its own: addresses are parsed, names and subjects lose their control
//! characters, ids are checked. The same mail is the same text, boundaries included, but for its date.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment as Part, Body, Mailbox, MultiPart, SinglePart};
use sha2::{Digest, Sha256};
use shared_kernel::Timestamp;

use super::{Mail, MailError};

/// What RFC 5322 allows.
const MAX_LINE_LENGTH: usize = 998;

/// Whom our mail comes from.
#[derive(Debug, Clone)]
pub struct Sender(Mailbox);

impl Sender {
    /// Reads `The Better Store <shop@example.org>` or a bare address.
    pub fn parse(text: &str) -> Result<Self, MailError> {
        mailbox(text).map(Self)
    }
}

/// `Auto-Submitted: auto-generated` (RFC 3834): out-of-office programs do not answer such a mail.
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The mail as it travels.
///
/// # Errors
/// [`MailError::Refused`] if its address, id or an attachment's type is none.
pub(super) fn compose(from: &Sender, mail: &Mail, now: Timestamp) -> Result<Message, MailError> {
    let date = UNIX_EPOCH + Duration::from_micros(u64::try_from(now.micros()).unwrap_or(0));
    let message = Message::builder()
        .from(from.0.clone())
        .to(mailbox(&mail.to)?)
        .message_id(Some(format!("<{}>", message_id(mail, &from.0)?)))
        .date(date)
        .header(AutoSubmitted)
        .subject(one_line(&mail.subject));
    let words = MultiPart::alternative()
        .boundary(boundary(mail, "words"))
        .singlepart(plain(&mail.text))
        .singlepart(SinglePart::html(mail.html.clone()));
    let mut whole = words;
    if !mail.attachments.is_empty() {
        whole = MultiPart::mixed().boundary(boundary(mail, "whole")).multipart(whole);
        for attachment in &mail.attachments {
            let kind = ContentType::parse(&attachment.content_type)
                .map_err(|_| MailError::Refused(format!("{:?} is no content type", attachment.content_type)))?;
            whole = whole.singlepart(Part::new(file_name(&attachment.name)).body(attachment.bytes.clone(), kind));
        }
    }
    message.multipart(whole).map_err(|error| MailError::Refused(error.to_string()))
}

/// Words travel as they are wherever they can, so that links can be followed even in the source of a mail.
fn plain(text: &str) -> SinglePart {
    if !text.is_ascii() || text.lines().any(|line| line.len() > MAX_LINE_LENGTH) {
        return SinglePart::plain(text.to_owned());
    }
    let lines: String = text.lines().flat_map(|line| [line, "\r\n"]).collect();
    let body = Body::dangerous_pre_encoded(lines.into_bytes(), ContentTransferEncoding::SevenBit);
    SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body)
}

/// The bare address in small letters, to compare two of them.
pub(super) fn bare_address(text: &str) -> Option<String> {
    mailbox(text).ok().map(|mailbox| mailbox.email.to_string().to_lowercase())
}

/// The bare address to which a mail goes that was written by [`compose`].
pub(super) fn addressee(mail: &str) -> Option<String> {
    let head = mail.split("\r\n\r\n").next().unwrap_or(mail).replace("\r\n ", " ");
    head.lines().find_map(|line| line.strip_prefix("To: ")).and_then(bare_address)
}

fn mailbox(text: &str) -> Result<Mailbox, MailError> {
    let refused = || MailError::Refused(format!("{text:?} is not an e-mail address"));
    if text.chars().any(char::is_control) {
        return Err(refused());
    }
    text.trim().parse().map_err(|_| refused())
}

fn message_id(mail: &Mail, from: &Mailbox) -> Result<String, MailError> {
    let id = &mail.message_id;
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+=@/~".contains(&byte));
    if !plain || id.is_empty() || id.len() > 200 {
        return Err(MailError::Refused(format!("{id:?} is no message id")));
    }
    Ok(if id.contains('@') { id.clone() } else { format!("{id}@{}", from.email.domain()) })
}

/// A name for the mail's file: its id where that is harmless, digits of a digest where it is not.
pub(super) fn file_stem(mail: &Mail) -> String {
    let harmless = mail.message_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_@=+.".contains(&byte));
    if harmless && !mail.message_id.starts_with('.') && (1..=200).contains(&mail.message_id.len()) {
        return mail.message_id.clone();
    }
    URL_SAFE_NO_PAD.encode(Sha256::digest(mail.message_id.as_bytes()))
}

fn boundary(mail: &Mail, part: &str) -> String {
    let digest = Sha256::new().chain_update(part).chain_update([0]).chain_update(&mail.message_id).finalize();
    URL_SAFE_NO_PAD.encode(digest)
}

fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let safe: String = last.chars().filter(|c| !c.is_control() && !"\"<>:|?*;".contains(*c)).collect();
    if safe.trim_matches('.').is_empty() { "file".to_owned() } else { safe }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Attachment;

    pub(crate) fn a_mail() -> Mail {
        Mail {
            message_id: "receipt-7".to_owned(),
            to: "Kea Ngata <kea@example.org>".to_owned(),
            subject: "Your receipt".to_owned(),
            text: "Thank you.\n".to_owned(),
            html: "<p>Thank you.</p>".to_owned(),
            attachments: vec![],
        }
    }

    pub(crate) fn sender() -> Sender {
        Sender::parse("The Better Store <shop@store.example>").unwrap()
    }

    fn text_of(mail: &Mail) -> String {
        let noon = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        String::from_utf8(compose(&sender(), mail, noon).unwrap().formatted()).unwrap()
    }

    #[test]
    fn the_same_mail_is_the_same_text() {
        let text = text_of(&a_mail());
        assert_eq!(text, text_of(&a_mail()));
        assert!(text.contains("Message-ID: <receipt-7@store.example>\r\n"), "{text}");
        assert!(text.contains("Date: Sun, 22 Nov 2026 12:00:00 +0000\r\n"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated\r\n"), "RFC 3834, 5: {text}");
        assert!(text.contains("multipart/alternative") && text.contains("text/plain") && text.contains("text/html"));
    }

    #[test]
    fn a_link_can_be_read_in_the_source_whatever_stands_beside_it() {
        let link = format!("https://store.example/verify?token={}", "A3".repeat(30));
        let plain = text_of(&Mail { text: format!("Hello,\n\n{link}\n"), ..a_mail() });
        assert!(plain.contains(&format!("7bit\r\n\r\nHello,\r\n\r\n{link}\r\n")), "{plain}");
        let marked = text_of(&Mail { text: "T\u{16b}\u{12b}\n".to_owned(), ..a_mail() });
        assert!(marked.contains("base64\r\n\r\nVMWrxKs"), "{marked}");
    }

    #[test]
    fn a_file_goes_beside_the_words() {
        let bytes = vec![0, 159, 146, 150];
        let name = "../../etc/Handbuch \"ä\".pdf".to_owned();
        let attachment = Attachment { name, content_type: "application/pdf".to_owned(), bytes };
        let text = text_of(&Mail { attachments: vec![attachment], ..a_mail() });
        assert!(
            text.contains("multipart/mixed") && text.contains("application/pdf") && text.contains("AJ+Slg=="),
            "{text}"
        );
        assert!(!text.contains(".."), "{text}");
    }

    #[test]
    fn no_sender_writes_headers_of_their_own() {
        let evil = "hello\r\nBcc: victim@example.org\r\n\r\n<b>";
        let text = text_of(&Mail { subject: evil.to_owned(), ..a_mail() });
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
        let attachment =
            Attachment { name: evil.to_owned(), content_type: "text/plain".to_owned(), bytes: b"x".to_vec() };
        let text = text_of(&Mail { attachments: vec![attachment], ..a_mail() });
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
        let noon = Timestamp::from_micros(0);
        let refused = [
            Mail { to: "kea@example.org\r\nBcc: victim@example.org".to_owned(), ..a_mail() },
            Mail { to: "kea@example.org, victim@example.org".to_owned(), ..a_mail() },
            Mail { to: "nobody".to_owned(), ..a_mail() },
            Mail { message_id: "a>\r\nBcc: victim@example.org".to_owned(), ..a_mail() },
            Mail { message_id: String::new(), ..a_mail() },
        ];
        for mail in refused {
            assert!(matches!(compose(&sender(), &mail, noon), Err(MailError::Refused(_))), "{mail:?}");
        }
    }

    #[test]
    fn an_id_never_names_a_file_elsewhere() {
        for id in ["../../etc/passwd", "a/b", ".hidden", "", "a\0b"] {
            let stem = file_stem(&Mail { message_id: id.to_owned(), ..a_mail() });
            assert_eq!(stem.len(), 43, "{id:?} became {stem}");
        }
        assert_eq!(file_stem(&a_mail()), "receipt-7");
    }
}
