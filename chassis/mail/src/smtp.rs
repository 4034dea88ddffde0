//! Mail through a mail server.
//!
//! A server's refusal is final only where it concerns the recipient or this mail (550, 5.1.1 and the like). Trouble
//! with the connection, with our login, with its own state, or with us as a sender (5.7.1: a block list, a policy) is
//! worth another try: it says nothing about the recipient, and is often over in hours.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::response::{Category, Code, Detail, Severity};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use shared_kernel::Clock;

use super::message::{Sender, compose};
use super::{Mail, MailError, Mailer};

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmtpSecurity {
    /// Not at all: only for a server on the same machine or network.
    None,
    /// Begins in the clear and insists on STARTTLS (port 587).
    #[default]
    StartTls,
    /// TLS from the first byte (port 465).
    Tls,
}

/// Where the mail server is.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Its name.
    pub host: String,
    pub port: u16,
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// User and password, if it wants them.
    pub credentials: Option<(String, SecretString)>,
    /// How long one step may take.
    pub timeout: Duration,
}

/// Hands mail to a mail server.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Sender,
    clock: Arc<dyn Clock>,
}

impl SmtpMailer {
    /// Does not connect yet: the shop starts without its mail server, too.
    ///
    /// # Errors
    /// [`MailError::Unavailable`] if the host's name cannot be used for TLS.
    pub fn new(settings: &SmtpSettings, from: Sender, clock: Arc<dyn Clock>) -> Result<Self, MailError> {
        let parameters =
            || TlsParameters::new(settings.host.clone()).map_err(|error| MailError::Unavailable(Box::new(error)));
        let tls = match settings.security {
            SmtpSecurity::None => Tls::None,
            SmtpSecurity::StartTls => Tls::Required(parameters()?),
            SmtpSecurity::Tls => Tls::Wrapper(parameters()?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(settings.timeout));
        if let Some((user, password)) = &settings.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
        }
        Ok(Self { transport: builder.build(), from, clock })
    }
}

impl SmtpMailer {
    /// Connects, logs in and says goodbye.
    ///
    /// # Errors
    /// [`MailError::Unavailable`] if the server is not there, or does not accept the login.
    pub async fn check(&self) -> Result<(), MailError> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(MailError::Unavailable("the mail server is not ready".into())),
            Err(error) => Err(MailError::Unavailable(Box::new(error))),
        }
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = compose(&self.from, mail, self.clock.now())?;
        let sent = self.transport.send(message).await;
        sent.map(drop).map_err(|error| match error.status() {
            Some(code) if is_final(code, &reason(&error)) => MailError::Refused(reason(&error)),
            _ => MailError::Unavailable(Box::new(error)),
        })
    }
}

/// The error with its causes: the server's words are in the innermost.
fn reason(error: &lettre::transport::smtp::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(
        error.to_string(),
        |text, cause| if text.contains(&cause.to_string()) { text } else { format!("{text}: {cause}") },
    )
}

/// Whether no later attempt can succeed. An enhanced status code (RFC 3463) decides, where there is one: classes 5.1
/// (address), 5.2 (mailbox) and 5.6 (content) speak of the recipient and the mail, but a full mailbox (5.2.2) empties.
/// Without one, 5yz is final but for 52z and 53z (the connection, our login), 552 (the mailbox is full) and 554, which is
/// what most servers say to a sender whom they do not like.
fn is_final(code: Code, answer: &str) -> bool {
    if code.severity != Severity::PermanentNegativeCompletion {
        return false;
    }
    match enhanced_status(answer) {
        Some((2, 2)) => false,
        Some((subject, _)) => matches!(subject, 1 | 2 | 6),
        None => {
            let about_us = matches!(code.category, Category::Connections | Category::Unspecified3);
            !about_us && !matches!((code.category, code.detail), (Category::MailSystem, Detail::Two | Detail::Four))
        }
    }
}

/// Subject and detail of the first enhanced status code in the answer: `5.7.1 Service unavailable` has (7, 1).
fn enhanced_status(answer: &str) -> Option<(u16, u16)> {
    answer.split(|c: char| !(c.is_ascii_digit() || c == '.')).find_map(|word| {
        let (subject, detail) = word.strip_prefix("5.")?.split_once('.')?;
        Some((subject.parse().ok()?, detail.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use shared_kernel::Timestamp;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::message::tests::{a_mail, sender};

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(1_795_348_800_000_000)
        }
    }

    /// Speaks enough SMTP for one mail, answers RCPT with `to_recipient`, and gives back what was sent as DATA.
    async fn serve_one(listener: TcpListener, greeting: &str, to_recipient: &str) -> String {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        say(&mut stream, greeting).await;
        let mut data = String::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap() == 0 || line.starts_with("QUIT") {
                return data;
            }
            match line.get(..4).unwrap_or("") {
                "RCPT" => say(&mut stream, to_recipient).await,
                "DATA" => {
                    say(&mut stream, "354 go on").await;
                    while !data.ends_with("\r\n.\r\n") {
                        assert_ne!(stream.read_line(&mut data).await.unwrap(), 0);
                    }
                    say(&mut stream, "250 kept").await;
                    return data;
                }
                _ => say(&mut stream, "250 yes").await,
            }
        }
    }

    async fn say(stream: &mut BufReader<TcpStream>, line: &str) {
        stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
    }

    fn mailer(port: u16) -> SmtpMailer {
        let settings = SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port,
            security: SmtpSecurity::None,
            credentials: None,
            timeout: Duration::from_secs(5),
        };
        SmtpMailer::new(&settings, sender(), Arc::new(Noon)).unwrap()
    }

    async fn sent(greeting: &str, to_recipient: &str) -> (Result<(), MailError>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mailer = mailer(listener.local_addr().unwrap().port());
        let mail = a_mail();
        tokio::join!(mailer.send(&mail), serve_one(listener, greeting, to_recipient))
    }

    #[tokio::test]
    async fn a_mail_reaches_the_server_whole() {
        let (outcome, data) = sent("220 hello", "250 yes").await;
        outcome.unwrap();
        assert!(data.contains("Message-ID: <receipt-7@store.example>\r\n"), "{data}");
        assert!(data.contains("Subject: Your receipt\r\n") && data.contains("<p>Thank you.</p>"), "{data}");
    }

    #[tokio::test]
    async fn an_unknown_recipient_is_final_and_a_full_mailbox_is_not() {
        let (unknown, _) = sent("220 hello", "550 no such user here").await;
        assert!(matches!(unknown, Err(MailError::Refused(ref why)) if why.contains("no such user")), "{unknown:?}");
        let (full, _) = sent("220 hello", "452 try again later").await;
        assert!(matches!(full, Err(MailError::Unavailable(_))), "{full:?}");
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_worth_another_try() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let outcome = mailer(port).send(&a_mail()).await;
        assert!(matches!(outcome, Err(MailError::Unavailable(_))), "{outcome:?}");
    }

    #[tokio::test]
    async fn a_server_that_blocks_the_sender_is_asked_again_and_one_that_knows_no_such_recipient_is_not() {
        for blocked in
            ["554 5.7.1 Service unavailable; client host [192.0.2.1] blocked", "550 5.7.1 rejected by policy"]
        {
            let (outcome, _) = sent("220 hello", blocked).await;
            assert!(matches!(outcome, Err(MailError::Unavailable(_))), "{blocked}: {outcome:?}");
        }
        let (unknown, _) = sent("220 hello", "550 5.1.1 <kea@example.org>: unknown user").await;
        assert!(matches!(unknown, Err(MailError::Refused(_))), "{unknown:?}");
    }

    #[test]
    fn what_is_final_is_told_by_the_status_code() {
        let table = [
            ("550", "no such user here", true),
            ("550", "5.1.1 no such user", true),
            ("550", "5.1.10 null MX", true),
            ("550", "5.2.1 mailbox disabled", true),
            ("552", "5.2.2 mailbox full", false),
            ("552", "mailbox full", false),
            ("554", "5.7.1 blocked", false),
            ("550", "5.7.26 unauthenticated mail", false),
            ("554", "transaction failed", false),
            ("554", "5.6.0 message content rejected", true),
            ("553", "mailbox name not allowed", true),
            ("530", "authentication required", false),
            ("521", "does not accept mail", false),
            ("451", "4.7.1 greylisted", false),
        ];
        for (code, answer, expected) in table {
            let digits: Vec<u8> = code.bytes().map(|digit| digit - b'0').collect();
            assert_eq!(is_final(code_of(&digits), answer), expected, "{code} {answer}");
        }
    }

    fn code_of(digits: &[u8]) -> Code {
        let severity =
            if digits[0] == 5 { Severity::PermanentNegativeCompletion } else { Severity::TransientNegativeCompletion };
        let category = match digits[1] {
            2 => Category::Connections,
            3 => Category::Unspecified3,
            _ => Category::MailSystem,
        };
        let detail = [Detail::Zero, Detail::One, Detail::Two, Detail::Three, Detail::Four][usize::from(digits[2])];
        Code::new(severity, category, detail)
    }
}
