//! Sold files as e-mails. Writes the words; the shop's mailer carries them.

use std::sync::Arc;

use askama::Template;
use async_trait::async_trait;
use chassis::Site;
use chassis::mail::{Attachment, Mail, MailError, Mailer};
use sha2::{Digest, Sha256};

use crate::domain::digital::Grant;
use crate::ports::{Enclosure, FileMail, FilePost, PostError};

/// [`FilePost`] over the shop's mailer.
#[derive(Clone)]
pub struct MailedFiles {
    mailer: Arc<dyn Mailer>,
    site: Site,
}

#[derive(Template)]
#[template(path = "fulfilment/mail/digital_item.txt")]
struct TextMail<'a> {
    number: &'a str,
    site_name: &'a str,
    base_url: &'a str,
    title: &'a str,
    file: &'a str,
    link: Option<&'a Link>,
}

#[derive(Template)]
#[template(path = "fulfilment/mail/digital_item.html")]
struct HtmlMail<'a> {
    number: &'a str,
    site_name: &'a str,
    base_url: &'a str,
    title: &'a str,
    file: &'a str,
    link: Option<&'a Link>,
}

struct Link {
    url: String,
    until: String,
}

impl MailedFiles {
    /// Mails in the name of `site`.
    pub fn new(mailer: Arc<dyn Mailer>, site: Site) -> Self {
        Self { mailer, site }
    }

    fn link(&self, grant: &Grant) -> Link {
        let url = format!("{}/downloads/{}", self.site.base_url, grant.token.as_str());
        let day = grant.until.to_string();
        Link { url, until: day.split('T').next().unwrap_or_default().to_owned() }
    }

    /// The same for the same item of the same order, however often it is sent.
    fn message_id(&self, mail: &FileMail) -> String {
        let digest = Sha256::digest(mail.sku.as_str().as_bytes());
        let sku = hex::encode(&digest[..8]);
        let host = self.site.base_url.split("://").last().unwrap_or_default();
        let host = host.split(['/', ':']).next().filter(|host| !host.is_empty()).unwrap_or("localhost");
        format!("digital-{}-{sku}@{host}", mail.order)
    }

    fn letter(&self, mail: &FileMail) -> Result<Mail, askama::Error> {
        let (file, link, attachments) = match &mail.enclosure {
            Enclosure::Attached(file) => {
                let (info, bytes) = (file.info(), file.bytes().to_vec());
                let (name, content_type) = (info.name().to_owned(), info.content_type().to_owned());
                (info.name(), None, vec![Attachment { name, content_type, bytes }])
            }
            Enclosure::Linked(info, grant) => (info.name(), Some(self.link(grant)), Vec::new()),
        };
        let (site_name, base_url) = (self.site.name.as_str(), self.site.base_url.as_str());
        let (number, title, link) = (mail.number.as_str(), mail.title.as_str(), link.as_ref());
        Ok(Mail {
            message_id: self.message_id(mail),
            to: mail.to.clone(),
            subject: format!("Your download: {title} (order {number})"),
            text: TextMail { number, site_name, base_url, title, file, link }.render()?,
            html: HtmlMail { number, site_name, base_url, title, file, link }.render()?,
            attachments,
        })
    }
}

#[async_trait]
impl FilePost for MailedFiles {
    async fn send(&self, mail: FileMail) -> Result<(), PostError> {
        let letter = self.letter(&mail).map_err(|error| PostError::Unavailable(Box::new(error)))?;
        self.mailer.send(&letter).await.map_err(|error| match error {
            MailError::Refused(reason) => PostError::Refused(reason),
            MailError::Unavailable(cause) => PostError::Unavailable(cause),
        })
    }
}
