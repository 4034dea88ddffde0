//! Mails one digital item to its buyer.
//!
//! Runs outside any transaction, as a task that is repeated until it has worked. The mail may therefore go out twice
//! (when the program dies between sending and noting it), always with the same Message-ID and the same link.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Cause, Clock, Ids, OrderId, Sku, StoreError};

use super::send_waiting_files::SendWaitingFiles;
use crate::application::update::update_always;
use crate::domain::digital::{DownloadToken, Grant};
use crate::domain::{DigitalFile, Item, ShippingOrder, ShippingState, StockTransaction, shipping};
use crate::ports::{DigitalFiles, Enclosure, FileMail, FilePost, Keys, PostError, Warehouse, WorkList};

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

/// How files are delivered.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryPolicy {
    /// Larger files are linked instead of attached, in bytes.
    pub max_attachment_bytes: u64,
    /// How long a download link is good.
    pub link_valid: Duration,
}

/// Where items, orders and files are found, and what mails them.
pub struct DeliveryPorts {
    pub warehouse: Arc<dyn Warehouse>,
    pub work_list: Arc<dyn WorkList>,
    pub files: Arc<dyn DigitalFiles>,
    pub post: Arc<dyn FilePost>,
}

/// Delivers digital items.
pub struct DeliverDigital {
    ports: DeliveryPorts,
    send_waiting: Arc<SendWaitingFiles>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    policy: DeliveryPolicy,
}

impl DeliverDigital {
    pub fn new(
        ports: DeliveryPorts,
        send_waiting: Arc<SendWaitingFiles>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        policy: DeliveryPolicy,
    ) -> Self {
        Self { ports, send_waiting, clock, ids, policy }
    }

    /// Mails the item and marks it processed. An item that has left, or whose order was cancelled, is ignored. Without a
    /// file the item waits for one.
    pub async fn execute(&self, order: OrderId, sku: Sku, cause: Cause) -> Result<(), DeliverDigitalError> {
        let Some(shipping) = self.ports.work_list.find(order).await?.filter(|shipping| awaits(shipping, &sku)) else {
            return Ok(());
        };
        let Some(file) = self.ports.files.read(&sku).await? else {
            return Ok(self.wait(order, sku, cause).await?);
        };
        let mail = self.pack(&shipping, &sku, file).await?;
        self.ports.post.send(mail).await?;
        let now = self.clock.now();
        let decide = move |transaction: &mut StockTransaction| shipping::mailed(transaction, order, &sku, now);
        Ok(update_always(&*self.ports.warehouse, Keys::order(order), Some(cause), decide).await?)
    }

    async fn wait(&self, order: OrderId, sku: Sku, cause: Cause) -> Result<(), StoreError> {
        let decide = move |transaction: &mut StockTransaction| shipping::wait_for_file(transaction, order, &sku);
        update_always(&*self.ports.warehouse, Keys::order(order), Some(cause), decide).await?;
        tracing::warn!(order.id = %order, "a digital item of order {order} waits for its file");
        // The file may have come while we were noting that it had not.
        self.send_waiting.execute().await.map(drop)
    }

    async fn pack(&self, shipping: &ShippingOrder, sku: &Sku, file: DigitalFile) -> Result<FileMail, StoreError> {
        let order = shipping.order();
        let title = shipping.item(sku).map(|item| item.title.clone()).unwrap_or_default();
        let enclosure = if file.info().size() <= self.policy.max_attachment_bytes {
            Enclosure::Attached(file)
        } else {
            let now = self.clock.now();
            let offered =
                Grant { token: DownloadToken::new(self.ids.secret()), until: now.plus(self.policy.link_valid) };
            let grant = self.ports.files.grant(order, sku, offered, now).await?;
            Enclosure::Linked(file.info().clone(), grant)
        };
        let (number, to) = (shipping.number().to_owned(), shipping.email().to_owned());
        Ok(FileMail { order, number, to, sku: sku.clone(), title, enclosure })
    }
}

fn awaits(shipping: &ShippingOrder, sku: &Sku) -> bool {
    shipping.state() == ShippingState::Pending && shipping.item(sku).is_some_and(Item::is_pending)
}
