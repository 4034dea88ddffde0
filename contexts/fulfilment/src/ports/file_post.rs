//! The post that carries sold files.

use async_trait::async_trait;
use shared_kernel::{OrderId, Sku};

use crate::domain::DigitalFile;
use crate::domain::digital::{FileInfo, Grant};

/// A bought file on its way to its buyer.
#[derive(Debug, Clone)]
pub struct FileMail {
    /// Of which order.
    pub order: OrderId,
    /// The order's number, for people.
    pub number: String,
    /// The buyer's address.
    pub to: String,
    /// Which item.
    pub sku: Sku,
    /// What it is called.
    pub title: String,
    /// The thing itself.
    pub enclosure: Enclosure,
}

/// How the file travels.
#[derive(Debug, Clone)]
pub enum Enclosure {
    /// In the mail.
    Attached(DigitalFile),
    /// Behind a link, because it is large.
    Linked(FileInfo, Grant),
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// It never will be: the address is wrong.
    #[error("the mail was refused: {0}")]
    Refused(String),
    /// The post is closed; worth another try.
    #[error("the mail could not be sent")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Takes mails.
#[async_trait]
pub trait FilePost: Send + Sync {
    /// Sends the mail. The same item of the same order always has the same Message-ID, so that a recipient who gets it
    /// twice can tell.
    async fn send(&self, mail: FileMail) -> Result<(), PostError>;
}
