//! Mails one digital item to its buyer.
//!
//! Runs outside any transaction, as a task that is repeated until it has worked. The mail may therefore go out twice
//! (when the program dies between sending and noting it), always with the same Message-ID and the same link.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Cause, Clock, Ids, OrderId, Sku, StoreError};

use super::retry_on_conflict;
use super::tidy_up::MailWhatWaited;
use crate::domain::digital::{DownloadToken, Grant};
use crate::domain::{DigitalFile, ShippingOrder, ShippingState, shipping};
use crate::ports::{Decide, DigitalFiles, Enclosure, FileMail, FilePost, Keys, PostError, Warehouse, WorkList};

/// Why the item was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum DeliverDigitalError {
    /// The mail did not go out.
    #[error(transparent)]
    Post(#[from] PostError),
    /// The store did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Delivers digital items.
#[derive(Clone)]
pub struct DeliverDigital {
    /// Where shipping orders are kept.
    pub warehouse: Arc<dyn Warehouse>,
    /// Where they are looked up.
    pub work_list: Arc<dyn WorkList>,
    /// Where files are kept.
    pub files: Arc<dyn DigitalFiles>,
    /// Who carries them.
    pub post: Arc<dyn FilePost>,
    /// Wakes those who wait for files.
    pub waiting: MailWhatWaited,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Makes tokens.
    pub ids: Arc<dyn Ids>,
    /// Larger files are linked instead of attached, in bytes.
    pub largest_attachment: u64,
    /// How long a link is good.
    pub link_valid: Duration,
}

impl DeliverDigital {
    /// Mails the item and marks it processed. An item that has left, or whose order was cancelled, is ignored. Without a
    /// file the item waits for one.
    pub async fn execute(&self, order: OrderId, sku: Sku, cause: Cause) -> Result<(), DeliverDigitalError> {
        let Some(shipping) = self.work_list.find(order).await?.filter(|shipping| awaits(shipping, &sku)) else {
            return Ok(());
        };
        let Some(file) = self.files.read(&sku).await? else {
            return Ok(self.wait(order, sku, cause).await?);
        };
        let mail = self.pack(&shipping, &sku, file).await?;
        self.post.send(mail).await?;
        let now = self.clock.now();
        let decide: Decide = Arc::new(move |sheet| {
            shipping::mailed(sheet, order, &sku, now);
            Ok(())
        });
        let noted =
            retry_on_conflict(|| self.warehouse.update(Keys::order(order), decide.clone(), Some(cause.clone()))).await;
        Ok(noted.map(drop)?)
    }

    async fn wait(&self, order: OrderId, sku: Sku, cause: Cause) -> Result<(), StoreError> {
        let decide: Decide = Arc::new(move |sheet| {
            shipping::wait_for_file(sheet, order, &sku);
            Ok(())
        });
        retry_on_conflict(|| self.warehouse.update(Keys::order(order), decide.clone(), Some(cause.clone())))
            .await
            .map(drop)?;
        tracing::warn!(order.id = %order, "a digital item of order {order} waits for its file");
        // The file may have come while we were noting that it had not.
        self.waiting.execute().await.map(drop)
    }

    async fn pack(&self, shipping: &ShippingOrder, sku: &Sku, file: DigitalFile) -> Result<FileMail, StoreError> {
        let order = shipping.order();
        let title = shipping.item(sku).map(|item| item.title.clone()).unwrap_or_default();
        let enclosure = if file.info().size() <= self.largest_attachment {
            Enclosure::Attached(file)
        } else {
            let now = self.clock.now();
            let offered = Grant { token: DownloadToken::new(self.ids.secret()), until: now.plus(self.link_valid) };
            let grant = self.files.grant(order, sku, offered, now).await?;
            Enclosure::Linked(file.info().clone(), grant)
        };
        let (number, to) = (shipping.number().to_owned(), shipping.email().to_owned());
        Ok(FileMail { order, number, to, sku: sku.clone(), title, enclosure })
    }
}

fn awaits(shipping: &ShippingOrder, sku: &Sku) -> bool {
    shipping.state() == ShippingState::Pending && shipping.item(sku).is_some_and(crate::domain::Item::is_pending)
}
