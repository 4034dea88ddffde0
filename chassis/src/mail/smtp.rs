//! Mail through a mail server.
//!
//! A server's word is final only where it speaks of this mail (550 and the like). Trouble with the connection, with our
//! login or with its own state is worth another try, for it says nothing about the mail.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::response::{Category, Code, Severity};
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
    /// Its port.
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
            Some(code) if speaks_of_the_mail(code) => MailError::Refused(error.to_string()),
            _ => MailError::Unavailable(Box::new(error)),
        })
    }
}

/// 5yz, but not 52z and 53z: those are about the connection and about our own login.
fn speaks_of_the_mail(code: Code) -> bool {
    code.severity == Severity::PermanentNegativeCompletion
        && !matches!(code.category, Category::Connections | Category::Unspecified3)
}

#[cfg(test)]
mod tests {
    use shared_kernel::Timestamp;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::mail::message::tests::{a_mail, sender};

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

    #[test]
    fn trouble_with_our_login_is_not_the_mails_fault() {
        let code = |category| {
            Code::new(Severity::PermanentNegativeCompletion, category, lettre::transport::smtp::response::Detail::Five)
        };
        assert!(!speaks_of_the_mail(code(Category::Unspecified3)));
        assert!(speaks_of_the_mail(code(Category::MailSystem)));
    }
}
