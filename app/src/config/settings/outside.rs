//! Addresses of this shop and of the servers that it uses.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use chassis::mail::{SmtpSecurity, SmtpSettings};
use reqwest::Url;
use secrecy::SecretString;

use super::Stripe;

/// A scheme, a host and perhaps a port, in the form in which browsers send them: small letters, international names in
/// ASCII, no default port. More than that is refused: cookies, links and the checks of forms take the whole host for the
/// shop's.
pub(super) fn origin(name: &str, text: &str) -> anyhow::Result<String> {
    let refused =
        || format!("{name} is a scheme, a host and perhaps a port, such as https://shop.example, not {text:?}");
    let url = web_address(text).with_context(refused)?;
    ensure!(url.path() == "/" && url.query().is_none(), refused());
    Ok(url.origin().ascii_serialization())
}

/// An `http` or `https` address without user, password and fragment. `Url` alone would take `http:shop`, too.
fn web_address(text: &str) -> Option<Url> {
    let scheme = text.split_once("://")?.0;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let url = is_web.then(|| Url::parse(text).ok())??;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    is_bare.then_some(url)
}

/// The account at the real provider. The key is never repeated in an error.
pub(super) fn stripe(key: String, api_base: Option<String>) -> anyhow::Result<Stripe> {
    ensure!(
        !key.starts_with("pk_"),
        "STORE_STRIPE_SECRET_KEY is a publishable key (pk_...): the secret key, sk_... or rk_..., is wanted"
    );
    let api_base = api_base.unwrap_or_else(|| "https://api.stripe.com".to_owned());
    let is_address = web_address(&api_base).is_some_and(|url| url.query().is_none());
    ensure!(is_address, "STORE_STRIPE_API_BASE is an address such as https://api.stripe.com, not {api_base:?}");
    Ok(Stripe { secret_key: SecretString::from(key), api_base: api_base.trim_end_matches('/').to_owned() })
}

/// Reads `smtp://user:password@host:587` (STARTTLS), `smtps://..` (TLS) or `smtp://host:25?tls=none`.
pub(super) fn mail_server(text: &str) -> anyhow::Result<SmtpSettings> {
    // The whole text is shown only where it cannot hold a password.
    let shown = || if text.contains('@') { String::new() } else { format!(", not {text:?}") };
    let refused = || format!("STORE_SMTP_URL is an address such as smtp://user:password@host:587{}", shown());
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

    use super::*;

    #[test]
    fn a_shop_is_found_at_a_host_in_the_form_that_browsers_send() {
        for (written, meant) in [
            ("https://shop.example", "https://shop.example"),
            ("https://shop.example/", "https://shop.example"),
            ("HTTP://Shop.Example:80", "http://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("http://b\u{fc}cher.example", "http://xn--bcher-kva.example"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(origin("STORE_BASE_URL", written).unwrap(), meant, "{written}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_a_host_is_refused_by_name() {
        for wrong in [
            "shop.example",
            "https://",
            "https:///",
            "http:shop.example",
            "ftp://shop.example",
            "http://shop example",
            "http://127.0.0.1:8080/shop",
            "http://user:pw@shop.example",
            "http://user@shop.example",
            "http://shop.example?x=1",
            "http://shop.example/#top",
            "http://shop.example:99999",
            "",
        ] {
            let refused = origin("STORE_BASE_URL", wrong).unwrap_err().to_string();
            assert!(refused.starts_with("STORE_BASE_URL is a scheme, a host"), "{wrong}: {refused}");
        }
    }

    #[test]
    fn a_publishable_key_cannot_take_money_and_is_not_repeated() {
        let refused = stripe("pk_live_secret".to_owned(), None).unwrap_err().to_string();
        assert!(refused.contains("publishable") && !refused.contains("pk_live_secret"), "{refused}");
        for wrong in ["api.stripe.com", "https://key@api.stripe.com", "https://api.stripe.com?v=1", "file:///x"] {
            assert!(stripe("sk_x".to_owned(), Some(wrong.to_owned())).is_err(), "{wrong}");
        }
        let kept = stripe("sk_x".to_owned(), Some("http://127.0.0.1:12111/stripe/".to_owned())).unwrap();
        assert_eq!(kept.api_base, "http://127.0.0.1:12111/stripe");
    }

    #[test]
    fn a_mail_server_is_named_with_its_login_and_a_refusal_shows_no_password() {
        let server = mail_server("smtps://me%40example.org:p%3Aw@mail.example.org").unwrap();
        assert_eq!((server.host.as_str(), server.port, server.security), ("mail.example.org", 465, SmtpSecurity::Tls));
        let (user, password) = server.credentials.unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("me@example.org", "p:w"));
        for wrong in ["mail.example.org:25", "http://me:hunter2@mail.example.org", "smtp://", "me:hunter2@mail"] {
            let refused = format!("{:#}", mail_server(wrong).unwrap_err());
            assert!(refused.starts_with("STORE_SMTP_URL is an address") && !refused.contains("hunter2"), "{refused}");
        }
        assert!(mail_server("mail.example.org:25").unwrap_err().to_string().contains("mail.example.org:25"));
    }
}
