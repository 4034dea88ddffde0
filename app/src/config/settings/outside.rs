//! The payment provider and the mail server.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use chassis::mail::{Sender, SmtpSecurity, SmtpSettings};
use reqwest::Url;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use super::text::{api_base, optional, parse, switch, words};

/// Card payments: real ones if a secret key is set, else the sandbox's.
#[derive(Debug, Clone, Deserialize)]
pub struct PaymentSettings {
    #[serde(default, deserialize_with = "stripe_key")]
    pub stripe_secret_key: Option<SecretString>,
    /// The base URL of the API, without `/v1`.
    #[serde(deserialize_with = "api_base")]
    pub stripe_api_base: String,
    /// The secrets that webhooks may be signed with; the sandbox uses the first.
    #[serde(default, rename = "stripe_webhook_secret", deserialize_with = "secrets")]
    pub webhook_secrets: Vec<String>,
    /// The sandbox's secret key, if it is not to be generated.
    #[serde(default, deserialize_with = "optional")]
    pub sandbox_secret_key: Option<String>,
    /// Whether payments may go to the sandbox although the shop is public, that is, has an `https` address.
    #[serde(deserialize_with = "switch")]
    pub public_sandbox: bool,
}

/// Where mail goes.
#[derive(Debug, Clone, Deserialize)]
pub struct MailSettings {
    /// The mail server; mail is written to `dir` when there is none.
    #[serde(default, rename = "smtp_url", deserialize_with = "mail_server")]
    pub smtp: Option<SmtpSettings>,
    /// The sender of all mail; by default the shop on this machine.
    #[serde(rename = "mail_from", deserialize_with = "sender")]
    pub from: String,
    /// The folder for mail that is not sent; by default one in the data folder. Several processes may share it.
    #[serde(rename = "mail_dir")]
    pub dir: PathBuf,
}

/// A key of the account at the provider, which the error does not repeat.
fn stripe_key<'de, D: Deserializer<'de>>(key: D) -> Result<Option<SecretString>, D::Error> {
    parse(key, |key| {
        ensure!(!key.starts_with("pk_"), "expected the secret key, sk_... or rk_..., not the publishable key, pk_...");
        Ok(SecretString::from(key))
    })
}

fn secrets<'de, D: Deserializer<'de>>(text: D) -> Result<Vec<String>, D::Error> {
    parse(text, |text| Ok(words(text).map(str::to_owned).collect::<Vec<_>>()))
}

fn sender<'de, D: Deserializer<'de>>(text: D) -> Result<String, D::Error> {
    parse(text, |text| {
        Sender::parse(text)?;
        Ok(text.to_owned())
    })
}

fn mail_server<'de, D: Deserializer<'de>>(text: D) -> Result<Option<SmtpSettings>, D::Error> {
    parse(text, smtp)
}

/// Reads `smtp://user:password@host:587` (STARTTLS), `smtps://..` (TLS) or `smtp://host:25?tls=none`.
fn smtp(text: &str) -> anyhow::Result<SmtpSettings> {
    // The text is repeated only where it cannot hold a password.
    let shown = || if text.contains('@') { String::new() } else { format!(", got {text:?}") };
    let refused = || format!("expected an address such as smtp://user:password@host:587{}", shown());
    let url = text.contains("://").then(|| Url::parse(text).ok()).flatten().with_context(refused)?;
    let plain = url.query_pairs().any(|(key, value)| key == "tls" && value == "none");
    let (security, port) = match url.scheme() {
        "smtp" if plain => (SmtpSecurity::None, 25),
        "smtp" => (SmtpSecurity::StartTls, 587),
        "smtps" => (SmtpSecurity::Tls, 465),
        _ => bail!(refused()),
    };
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().map(String::from);
    let password = url.password().map(decoded).transpose().with_context(refused)?.map(SecretString::from);
    let host = url.host_str().filter(|host| !host.is_empty()).with_context(refused)?;
    Ok(SmtpSettings {
        host: host.to_owned(),
        port: url.port().unwrap_or(port),
        security,
        credentials: password
            .map(|password| anyhow::Ok((decoded(url.username())?, password)))
            .transpose()
            .with_context(refused)?,
        timeout: Duration::from_secs(15),
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;

    #[test]
    fn a_publishable_key_cannot_take_money_and_is_not_repeated() {
        let key: StrDeserializer<'_, Error> = "pk_live_secret".into_deserializer();
        let refused = stripe_key(key).unwrap_err().to_string();
        assert!(refused.contains("publishable") && !refused.contains("pk_live_secret"), "{refused}");
    }

    #[test]
    fn a_mail_server_is_named_with_its_login_and_a_refusal_shows_no_password() {
        let server = smtp("smtps://me%40example.org:p%3Aw@mail.example.org").unwrap();
        assert_eq!((server.host.as_str(), server.port, server.security), ("mail.example.org", 465, SmtpSecurity::Tls));
        let (user, password) = server.credentials.unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("me@example.org", "p:w"));
        for wrong in ["mail.example.org:25", "http://me:hunter2@mail.example.org", "smtp://", "me:hunter2@mail"] {
            let refused = format!("{:#}", smtp(wrong).unwrap_err());
            assert!(refused.starts_with("expected an address") && !refused.contains("hunter2"), "{refused}");
        }
        assert!(smtp("mail.example.org:25").unwrap_err().to_string().contains("mail.example.org:25"));
    }
}
