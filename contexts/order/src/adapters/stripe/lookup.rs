//! Looks for what an earlier attempt has made: by the names that we write on the provider's objects. Its lists know of new
//! objects at once; its search learns of them a minute later.

use chassis::outbound::CallError;
use serde::de::DeserializeOwned;
use shared_kernel::Timestamp;

use super::client::{Ask, StripeClient};
use super::objects::{Dispute, Intent, List, Refund};
use super::requests::segment;

const PAGE_SIZE: u32 = 100;
const MAX_PAGES: usize = 20;

impl StripeClient {
    /// An intent that was made for this order since `since` and is not closed, if there is one.
    pub(super) async fn intent_of_order(&self, order_id: &str, since: Timestamp) -> Result<Option<Intent>, CallError> {
        let since = since.micros().div_euclid(1_000_000);
        let list = format!("/payment_intents?created[gte]={since}&limit={PAGE_SIZE}");
        let ours = |intent: &Intent| {
            let lives = intent.status.as_deref() != Some("canceled");
            lives && intent.metadata.get("order_id").is_some_and(|named| named == order_id)
        };
        self.first_of(&list, |intent: &Intent| &intent.id, ours).await
    }

    /// The refund of this intent's money that bears this name of ours, if there is one. A server of the same API that
    /// lists no refunds has none.
    pub(super) async fn refund_named(&self, intent: &str, refund_id: &str) -> Result<Option<Refund>, CallError> {
        let ours = |refund: &Refund| refund.metadata.get("refund_id").is_some_and(|named| named == refund_id);
        match self.refunds_of(intent).await {
            Ok(refunds) => Ok(refunds.into_iter().find(ours)),
            Err(CallError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All refunds of an intent's money.
    pub(super) async fn refunds_of(&self, intent: &str) -> Result<Vec<Refund>, CallError> {
        let list = format!("/refunds?payment_intent={}&limit={PAGE_SIZE}", segment(intent)?);
        self.all_of(&list, |refund: &Refund| &refund.id).await
    }

    /// All disputes about an intent's money. A server of the same API that has no disputes has none of this intent.
    pub(super) async fn disputes_of(&self, intent: &str) -> Result<Vec<Dispute>, CallError> {
        let list = format!("/disputes?payment_intent={}&limit={PAGE_SIZE}", segment(intent)?);
        match self.all_of(&list, |dispute: &Dispute| &dispute.id).await {
            Err(CallError::Refused { status: 404, .. }) => Ok(Vec::new()),
            answered => answered,
        }
    }

    /// Every item of a list.
    async fn all_of<T: DeserializeOwned>(&self, list: &str, id: impl Fn(&T) -> &String) -> Result<Vec<T>, CallError> {
        let mut all = Vec::new();
        self.walk(list, id, |page| {
            all.extend(page);
            true
        })
        .await?;
        Ok(all)
    }

    /// The first item of a list that is wanted, page after page.
    async fn first_of<T: DeserializeOwned>(
        &self,
        list: &str,
        id: impl Fn(&T) -> &String,
        is_wanted: impl Fn(&T) -> bool,
    ) -> Result<Option<T>, CallError> {
        let mut found = None;
        self.walk(list, id, |page: Vec<T>| {
            found = page.into_iter().find(&is_wanted);
            found.is_none()
        })
        .await?;
        Ok(found)
    }

    /// Hands the pages of a list to `see`, until there are no more or it says that it has seen enough.
    async fn walk<T: DeserializeOwned>(
        &self,
        list: &str,
        id: impl Fn(&T) -> &String,
        mut see: impl FnMut(Vec<T>) -> bool,
    ) -> Result<(), CallError> {
        let mut path = list.to_owned();
        for _ in 0..MAX_PAGES {
            let page: List<T> = self.call(Ask::get(path)).await?;
            let behind = page.data.last().map(|last| id(last).clone()).filter(|_| page.has_more);
            let goes_on = see(page.data);
            let Some(behind) = behind.filter(|_| goes_on) else { return Ok(()) };
            path = format!("{list}&starting_after={}", segment(&behind)?);
        }
        Err(CallError::Uncertain(format!("{list} has no end")))
    }
}
