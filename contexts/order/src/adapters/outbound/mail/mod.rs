//! The receipt as a mail, in HTML and in plain text.
//!
//! Shows what the order says and computes nothing. Does not retry: sending is a task, and tasks know how to wait.

use std::sync::Arc;

use askama::Template;
use async_trait::async_trait;
use chassis::Site;
use chassis::mail::{Mail, MailError, Mailer};
use shared_kernel::Address;
use shared_kernel::format::tax_label;

use crate::ports::{ReceiptError, ReceiptLetter, ReceiptSender};

pub struct MailReceiptSender {
    mailer: Arc<dyn Mailer>,
    site: Site,
}

impl MailReceiptSender {
    /// Receipts of this shop, carried by this mailer.
    pub fn new(mailer: Arc<dyn Mailer>, site: Site) -> Self {
        Self { mailer, site }
    }
}

#[async_trait]
impl ReceiptSender for MailReceiptSender {
    async fn send(&self, letter: &ReceiptLetter) -> Result<(), ReceiptError> {
        let mail = written(letter, &self.site).map_err(|error| ReceiptError::Unavailable(Box::new(error)))?;
        self.mailer.send(&mail).await.map_err(|error| match error {
            MailError::Refused(reason) => ReceiptError::Refused(reason),
            MailError::Unavailable(cause) => ReceiptError::Unavailable(cause),
        })
    }
}

struct Receipt {
    number: String,
    paid: String,
    lines: Vec<ReceiptLine>,
    shipping: Option<String>,
    net: String,
    tax_label: String,
    tax: String,
    gross: String,
    /// Empty when nothing is shipped.
    address: Vec<String>,
    payment: String,
    url: String,
}

struct ReceiptLine {
    title: String,
    unit_price: String,
    quantity: u32,
    line_total: String,
}

#[derive(Template)]
#[template(path = "order/mail/receipt.html")]
struct HtmlReceipt<'a> {
    site_name: &'a str,
    base_url: &'a str,
    receipt: &'a Receipt,
}

#[derive(Template)]
#[template(path = "order/mail/receipt.txt")]
struct TextReceipt<'a> {
    site_name: &'a str,
    receipt: &'a Receipt,
}

fn written(letter: &ReceiptLetter, site: &Site) -> Result<Mail, askama::Error> {
    let receipt = &Receipt::of(letter, site);
    let (site_name, base_url) = (site.name.as_str(), site.base_url.as_str());
    Ok(Mail {
        message_id: format!("receipt-{}@{}", letter.id, host_of(&site.base_url)),
        to: letter.to.clone(),
        subject: format!("Receipt for order {} from {}", receipt.number, site_name),
        text: TextReceipt { site_name, receipt }.render()?,
        html: HtmlReceipt { site_name, base_url, receipt }.render()?,
        attachments: Vec::new(),
    })
}

impl Receipt {
    fn of(letter: &ReceiptLetter, site: &Site) -> Self {
        let (order, totals) = (&letter.order, letter.order.totals());
        let lines = order.lines().iter().map(|line| ReceiptLine {
            title: line.title.clone(),
            unit_price: line.unit_gross.to_string(),
            quantity: line.quantity,
            line_total: line.gross.to_string(),
        });
        Self {
            number: order.number().to_string(),
            paid: letter.paid_at.format_day_in(&site.time_zone),
            lines: lines.collect(),
            shipping: order.shipping().map(|item| item.gross.to_string()),
            net: totals.net.to_string(),
            tax_label: tax_label(site.tax),
            tax: totals.tax.to_string(),
            gross: totals.gross.to_string(),
            address: order.shipping().and(order.address()).map(Address::label).unwrap_or_default(),
            payment: letter.payment_reference.clone(),
            url: format!("{}/orders/{}", site.base_url, order.id()),
        }
    }
}

/// The part of a mail's id that says who made it.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':']).next().filter(|host| !host.is_empty()).unwrap_or("localhost")
}

#[cfg(test)]
mod tests;
