//! `better-store check`: whether the settings are in order, before anything is opened with them.

use std::sync::Arc;

use anyhow::Context as _;
use chassis::SystemClock;
use chassis::mail::{Mail, Mailer as _, Sender, SmtpMailer, SmtpSettings};
use shared_kernel::Ids as _;

use crate::cli::output::Output;
use crate::config::settings::Settings;

/// Says what the settings come to, and tries the mail server. Settings that make no sense have been refused by now.
///
/// # Errors
/// When the mail server does not answer, or does not take the test mail.
pub async fn check(settings: &Settings, test_mail_to: Option<String>, out: &Output) -> anyhow::Result<()> {
    out.line("the settings are in order").await?;
    out.line(format!("  shop     {} at {}", settings.site.name, settings.site.base_url)).await?;
    out.line(format!("  data     {}", settings.process.data_dir.display())).await?;
    let payments = match &settings.payments.stripe_secret_key {
        Some(_) => settings.payments.stripe_api_base.as_str(),
        None => "the built-in sandbox",
    };
    out.line(format!("  payments {payments}, in {}", settings.site.currency.code())).await?;
    let Some(smtp) = &settings.mail.smtp else {
        anyhow::ensure!(test_mail_to.is_none(), "STORE_SMTP_URL is not set: no mail leaves this shop");
        return out.line(format!("  mail     to files in {}", settings.mail.dir.display())).await;
    };
    try_mail_server(settings, smtp, test_mail_to, out).await
}

async fn try_mail_server(
    settings: &Settings,
    smtp: &SmtpSettings,
    test_mail_to: Option<String>,
    out: &Output,
) -> anyhow::Result<()> {
    let from = Sender::parse(&settings.mail.from).context("STORE_MAIL_FROM")?;
    let mailer = SmtpMailer::new(smtp, from, Arc::new(SystemClock)).context("STORE_SMTP_URL")?;
    let place = format!("{}:{}", smtp.host, smtp.port);
    mailer.check().await.with_context(|| format!("STORE_SMTP_URL: the mail server at {place}"))?;
    out.line(format!("  mail     through {place}, which answers")).await?;
    let Some(to) = test_mail_to else { return Ok(()) };
    let subject = format!("Test mail from {}", settings.site.name);
    let text = "This is a test mail. The shop can send mail.\n".to_owned();
    let html = format!("<p>{}</p>", text.trim_end());
    let message_id = format!("test-{}@better-store", chassis::SystemIds.uuid());
    mailer.send(&Mail { message_id, to: to.clone(), subject, text, html, attachments: vec![] }).await?;
    out.line(format!("  test mail to {to} is handed over")).await
}
