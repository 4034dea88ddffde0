//! What we write to customers: the words, as text and as HTML, and the links, which lead to the shop's own address and
//! never to one that a request named.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use async_trait::async_trait;
use chassis::Site;
use chassis::mail::{Mail, MailError, Mailer};

use crate::domain::Token;
use crate::ports::{AccountMail, AccountMailer, Letter, MailingError};

/// Writes letters and hands them to the shop's mailer.
pub struct LetterWriter {
    mailer: Arc<dyn Mailer>,
    site: Site,
    verification_valid: Duration,
    reset_valid: Duration,
}

#[derive(Template)]
#[template(path = "customer/mail/letter.txt")]
struct TextLetter<'a> {
    site_name: &'a str,
    base_url: &'a str,
    words: &'a Words,
}

#[derive(Template)]
#[template(path = "customer/mail/letter.html")]
struct HtmlLetter<'a> {
    site_name: &'a str,
    base_url: &'a str,
    words: &'a Words,
}

/// One letter, finished but for its form.
struct Words {
    subject: String,
    paragraphs: Vec<String>,
    /// What the button says, and where it leads.
    action: &'static str,
    link: String,
    /// What stands below the button.
    after: Vec<String>,
}

impl LetterWriter {
    /// Writes in the name of `site`; the letters say how long their links are good.
    pub fn new(mailer: Arc<dyn Mailer>, site: Site, verification_valid: Duration, reset_valid: Duration) -> Self {
        Self { mailer, site, verification_valid, reset_valid }
    }

    fn words(&self, letter: &Letter) -> Words {
        let shop = &self.site.name;
        let not_you = "If this was not you, no action is needed.".to_owned();
        match letter {
            Letter::VerifyEmail(token) => Words {
                subject: format!("Please confirm your e-mail address for {shop}"),
                paragraphs: vec![format!("Thanks for signing up at {shop}. Please confirm your e-mail address.")],
                action: "Confirm my address",
                link: self.link("verify", token),
                after: vec![format!("The link expires in {}.", span(self.verification_valid)), not_you],
            },
            Letter::AlreadyRegistered => Words {
                subject: format!("You already have an account at {shop}"),
                paragraphs: vec![
                    format!("Someone tried to sign up at {shop} with this e-mail address. It already has an account."),
                    "If this was you, log in. If you have forgotten your password, you can reset it there.".to_owned(),
                ],
                action: "Log in",
                link: format!("{}/login", self.site.base_url),
                after: vec![not_you],
            },
            Letter::ResetPassword(token) => Words {
                subject: format!("Choose a new password for {shop}"),
                paragraphs: vec![format!("You (or someone else) asked to reset your password at {shop}.")],
                action: "Choose a new password",
                link: self.link("reset", token),
                after: vec![
                    format!("The link expires in {} and works once.", span(self.reset_valid)),
                    "If this was not you, no action is needed. Your password has not changed.".to_owned(),
                ],
            },
        }
    }

    fn link(&self, page: &str, token: &Token) -> String {
        format!("{}/{page}?token={}", self.site.base_url, token.reveal())
    }
}

/// "24 hours", "45 minutes".
fn span(span: Duration) -> String {
    let minutes = span.as_secs().div_ceil(60);
    let (count, unit) = if minutes.is_multiple_of(60) { (minutes / 60, "hour") } else { (minutes, "minute") };
    if count == 1 { format!("one {unit}") } else { format!("{count} {unit}s") }
}

#[async_trait]
impl AccountMailer for LetterWriter {
    async fn send(&self, mail: &AccountMail) -> Result<(), MailingError> {
        let words = self.words(&mail.letter);
        let unwritten = |error: askama::Error| MailingError::Unavailable(Box::new(error));
        let (site_name, base_url) = (self.site.name.as_str(), self.site.base_url.as_str());
        let text = TextLetter { site_name, base_url, words: &words }.render();
        let html = HtmlLetter { site_name, base_url, words: &words }.render();
        let letter = Mail {
            message_id: mail.key.replace('/', "."),
            to: mail.to.as_str().to_owned(),
            text: text.map_err(unwritten)?,
            html: html.map_err(unwritten)?,
            subject: words.subject,
            attachments: vec![],
        };
        // The server's answer is logged, and servers like to repeat the address.
        let anonymous = |reason: String| MailingError::Refused(reason.replace(mail.to.as_str(), "<the address>"));
        self.mailer.send(&letter).await.map_err(|error| match error {
            MailError::Refused(reason) => anonymous(reason),
            MailError::Unavailable(cause) => MailingError::Unavailable(cause),
        })
    }
}

#[cfg(test)]
mod tests {
    use chassis::testing::MemoryMailer;
    use shared_kernel::{Currency, TaxRate};

    use super::*;
    use crate::domain::EmailAddress;

    async fn sent(letter: Letter) -> Mail {
        let mailer = Arc::new(MemoryMailer::default());
        let site = Site {
            name: "Kea & Sons".to_owned(),
            base_url: "https://shop.example".to_owned(),
            currency: Currency::NZD,
            tax: TaxRate::from_basis_points(1_500),
            time_zone: "Pacific/Auckland".to_owned(),
            mail_from: "shop@shop.example".to_owned(),
        };
        let (day, half) = (Duration::from_hours(24), Duration::from_mins(30));
        let writer = LetterWriter::new(Arc::clone(&mailer) as _, site, day, half);
        let to = EmailAddress::parse("aroha@example.org").unwrap();
        writer.send(&AccountMail { key: "verify-email/7".to_owned(), to, letter }).await.unwrap();
        mailer.sent().remove(0)
    }

    #[tokio::test]
    async fn a_link_leads_to_the_shop_in_text_and_html() {
        let token = Token::of(&[5; 32]);
        let mail = sent(Letter::VerifyEmail(token.clone())).await;
        let link = format!("https://shop.example/verify?token={}", token.reveal());
        assert!(mail.text.contains(&format!("\n{link}\n")), "{}", mail.text);
        assert!(mail.html.contains(&format!("href=\"{link}\"")), "{}", mail.html);
        assert!(mail.text.contains("expires in 24 hours"), "{}", mail.text);
        assert_eq!((mail.to.as_str(), mail.message_id.as_str()), ("aroha@example.org", "verify-email.7"));
        assert!(mail.html.contains("Kea &#38; Sons") && mail.text.contains("Kea & Sons"), "{}", mail.html);
    }

    #[tokio::test]
    async fn a_reset_says_how_long_and_a_notice_has_no_secret() {
        let reset = sent(Letter::ResetPassword(Token::of(&[5; 32]))).await;
        assert!(reset.text.contains("https://shop.example/reset?token=") && reset.text.contains("30 minutes"));
        let notice = sent(Letter::AlreadyRegistered).await;
        assert!(
            !notice.text.contains("token") && notice.text.contains("https://shop.example/login"),
            "{}",
            notice.text
        );
    }

    #[test]
    fn spans_are_said_as_people_say_them() {
        let seconds = [3_600, 5_400, 60, 86_400].map(|seconds| span(Duration::from_secs(seconds)));
        assert_eq!(seconds, ["one hour", "90 minutes", "one minute", "24 hours"]);
    }
}
