//! What every adapter of a port owes, as tests. Each function is one suite; it expects empty stores.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a suite is a test that runs elsewhere")]

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use chassis::messaging::{InboxAdmin, Outbox, TaskDraft};
use chassis::testing::assert_walks;
use shared_kernel::{ConsumerName, CustomerId, Identity, Limit, Role, StoreError, Timestamp};

use super::{a_customer, an_address};
use crate::application::Stores;
use crate::domain::{
    ApiKey, ApiKeyId, Customer, CustomerEvent, DelayPolicy, Delayed, EmailAddress, Fingerprint, LoginLane, MailToken,
    PasswordHash, Purpose, Session, Token, TokenHash,
};
use crate::ports::{Account, AccountChange, CustomerQuery, IssueLimit, Outdated, SessionsAfter, SpentToken};

/// One adapter of every store port, on the same data, and what the suites look at beside them.
#[derive(Clone)]
pub struct TestedStores {
    pub stores: Stores,
    /// Where facts are published.
    pub outbox: Arc<dyn Outbox>,
    /// Where tasks wait.
    pub inbox: Arc<dyn InboxAdmin>,
}

impl Deref for TestedStores {
    type Target = Stores;

    fn deref(&self) -> &Stores {
        &self.stores
    }
}

pub(super) fn noon() -> Timestamp {
    Timestamp::from_micros(1_795_348_800_000_000)
}

pub(super) fn later(seconds: u64) -> Timestamp {
    noon().plus(Duration::from_secs(seconds))
}

pub(super) fn hash(number: u8) -> TokenHash {
    Token::of(&[number; 32]).hash()
}

fn task(key: &str) -> TaskDraft {
    let consumer = ConsumerName::new("send-account-mail");
    TaskDraft { consumer, key: key.to_owned(), lane: key.to_owned(), payload: serde_json::json!({}), not_before: None }
}

impl TestedStores {
    pub(super) async fn registered(&self, customer: Customer) -> Customer {
        let (customer, events) = Customer::register(customer.parts().clone());
        self.commit(AccountChange::of(customer.clone(), events)).await;
        self.find(customer.id()).await
    }

    pub(super) async fn commit(&self, change: AccountChange) {
        self.accounts.commit(change).await.unwrap_or_else(|error| panic!("{error:?}"));
    }

    async fn find(&self, id: CustomerId) -> Customer {
        let found = self.accounts.find(id).await.unwrap_or_else(|error| panic!("{error:?}"));
        found.unwrap_or_else(|| panic!("{id} is not there"))
    }

    async fn published(&self) -> Vec<String> {
        let rows = self.outbox.after(0, 1_000, None).await.unwrap_or_else(|error| panic!("{error:?}"));
        let short = |kind: &str| kind.trim_start_matches("store.customer.").trim_end_matches(".v1").to_owned();
        rows.iter().filter_map(|row| row.envelope.as_ref()).map(|fact| short(&fact.event_type)).collect()
    }

    async fn tasks(&self) -> u64 {
        self.inbox.counts().await.unwrap_or_else(|error| panic!("{error:?}")).open
    }

    async fn identity(&self, hash: TokenHash) -> Option<Identity> {
        let found = self.sessions.identify(&hash).await.unwrap_or_else(|error| panic!("{error:?}"));
        found.map(|(_, identity)| identity)
    }

    async fn open(&self, number: u8, customer: CustomerId, instead_of: Option<TokenHash>) {
        let (session, owner) = (Session::start(hash(number), customer, noon()), self.find(customer).await);
        let opened = self.sessions.open(session, owner.password(), instead_of).await;
        opened.unwrap_or_else(|error| panic!("{error:?}"));
    }

    async fn token(&self, number: u8, customer: CustomerId, purpose: Purpose, at: Timestamp) -> bool {
        let expires_at = at.plus(Duration::from_hours(1));
        let token = MailToken { hash: hash(number), customer, purpose, issued_at: at, expires_at };
        let limit = IssueLimit { at_most: 2, since: at.minus(Duration::from_hours(1)) };
        self.tokens.issue(token, limit).await.unwrap_or_else(|error| panic!("{error:?}"))
    }
}

/// Customers are kept whole, found by id and address, and change one version at a time.
pub async fn accounts(stores: TestedStores) {
    let aroha = stores.registered(a_customer().build()).await;
    assert_eq!(aroha, Customer::restored(crate::domain::CustomerParts { version: 1, ..a_customer().parts() }));
    assert_eq!(stores.accounts.find_by_email(aroha.email()).await.unwrap(), Some(aroha.clone()));
    let unknown = EmailAddress::parse("nobody@example.org").unwrap();
    assert_eq!(stores.accounts.find_by_email(&unknown).await.unwrap(), None);
    assert_eq!(stores.accounts.find(CustomerId::new(uuid::Uuid::nil())).await.unwrap(), None);

    let (twin, events) = Customer::register(a_customer().number(2).email("aroha@example.org").parts());
    let refused = stores.accounts.commit(AccountChange::of(twin, events)).await;
    assert!(matches!(refused, Err(StoreError::Conflict("email"))), "{refused:?}");

    let (verified, events) = aroha.clone().verify();
    stores.commit(AccountChange { tasks: vec![task("t1")], ..AccountChange::of(verified, events) }).await;
    let (moved, events) = aroha.edit_profile(a_customer().named("Ari", "Ngata").parts().name, None);
    let stale =
        stores.accounts.commit(AccountChange { tasks: vec![task("t2")], ..AccountChange::of(moved, events) }).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    assert_eq!(stores.published().await, ["registered", "verified"], "what was refused is not published");
    assert_eq!(stores.tasks().await, 1, "what was refused is not done");

    stores.accounts.schedule(vec![task("t1"), task("t3")]).await.unwrap();
    assert_eq!(stores.tasks().await, 2, "a known key is not kept twice");

    let aroha = stores.find(a_customer().build().id()).await;
    assert_eq!((aroha.version(), aroha.is_verified()), (2, true));
    let (admin, events) = aroha.change_role(Role::Admin, None).unwrap();
    stores.commit(AccountChange::of(admin, events)).await;
    let (changed, events) = stores.find(a_customer().build().id()).await.change_password(PasswordHash::new("new"));
    stores.commit(AccountChange::of(changed, events)).await;
    let aroha = stores.find(a_customer().build().id()).await;
    assert_eq!((aroha.version(), aroha.role(), aroha.password().as_str()), (4, Role::Admin, "new"));
    assert_eq!(stores.published().await, ["registered", "verified"], "roles and passwords are nobody's business");
}

/// Lists are newest first, a page at a time, and searched by address and name without surprises.
pub async fn list(stores: TestedStores) {
    for number in 1..=5 {
        stores.registered(a_customer().number(number).build()).await;
    }
    stores.registered(a_customer().number(6).named("Māia", "O'Neil_100%").build()).await;
    let query =
        |text: &str, limit, after| CustomerQuery { text: text.to_owned(), limit: Limit::new(limit).unwrap(), after };
    let names = |page: &shared_kernel::Page<Customer>| -> Vec<String> {
        page.items.iter().map(|customer| customer.email().as_str()[8..9].to_owned()).collect()
    };
    let first = stores.accounts.list(&query("", 4, None)).await.unwrap();
    assert_eq!(names(&first), ["6", "5", "4", "3"]);
    let after = CustomerId::parse(&first.next_cursor.unwrap()).unwrap();
    let second = stores.accounts.list(&query("", 4, Some(after))).await.unwrap();
    assert_eq!((names(&second), second.next_cursor), (vec!["2".to_owned(), "1".to_owned()], None));
    for (text, count) in [("", 6), ("customer", 6), ("o'neil", 1)] {
        let whole = stores.accounts.list(&query(text, 9, None)).await.unwrap().items;
        assert_eq!(whole.len(), count, "{text:?}");
        let page = async |cursor: Option<String>, limit| {
            let after = cursor.map(|cursor| CustomerId::parse(&cursor).unwrap());
            stores.accounts.list(&CustomerQuery { text: text.to_owned(), limit, after }).await.unwrap()
        };
        assert_walks("customers", &whole, page).await;
    }
    for (text, found) in [("CUSTOMER3@", "3"), ("o'neil", "6"), ("māia o'neil_100%", "6")] {
        assert_eq!(names(&stores.accounts.list(&query(text, 9, None)).await.unwrap()), [found], "{text:?}");
    }
    for text in ["customer_", "100%%", "\\", "\0", "customer3\0", "'; DROP TABLE customer; --"] {
        assert_eq!(names(&stores.accounts.list(&query(text, 9, None)).await.unwrap()), [""; 0], "{text:?}");
    }
}

/// Sessions open, are found with their owner as they are now, are touched, and end.
pub async fn sessions(stores: TestedStores) {
    let aroha = stores.registered(a_customer().build()).await;
    stores.open(1, aroha.id(), None).await;
    let (session, identity) = stores.sessions.identify(&hash(1)).await.unwrap().unwrap();
    assert_eq!((session, identity), (Session::start(hash(1), aroha.id(), noon()), aroha.identity()));
    assert_eq!(stores.identity(hash(2)).await, None);

    stores.sessions.touch(&hash(1), later(60), None).await.unwrap();
    stores.sessions.touch(&hash(1), later(30), None).await.unwrap();
    stores.sessions.touch(&hash(9), later(60), None).await.unwrap();
    assert_eq!(stores.sessions.identify(&hash(1)).await.unwrap().unwrap().0.last_seen, later(60));
    assert_eq!(stores.identity(hash(9)).await, None, "touching does not open");

    stores.open(2, aroha.id(), Some(hash(1))).await;
    assert_eq!(stores.identity(hash(1)).await, None, "a login ends the session before it");
    let (admin, events) = aroha.clone().change_role(Role::Admin, None).unwrap();
    stores.commit(AccountChange::of(admin, events)).await;
    assert_eq!(stores.identity(hash(2)).await.unwrap().role, Role::Admin, "a new role holds at once");

    stores.sessions.end(&hash(2)).await.unwrap();
    stores.sessions.end(&hash(2)).await.unwrap();
    assert_eq!(stores.identity(hash(2)).await, None);
    let ghost = Session::start(hash(3), CustomerId::new(uuid::Uuid::nil()), noon());
    let opened = stores.sessions.open(ghost, aroha.password(), None).await;
    assert!(matches!(opened, Err(StoreError::Stale)), "nobody cannot be logged in");
    let late = Session::start(hash(4), aroha.id(), noon());
    let opened = stores.sessions.open(late, &PasswordHash::new("the one before"), None).await;
    assert!(matches!(opened, Err(StoreError::Stale)), "a password that was replaced meanwhile lets nobody in");
    assert_eq!(stores.identity(hash(4)).await, None);
}

/// A new password ends every session of its customer and no other; a changed one may begin a new one.
pub async fn passwords_end_sessions(stores: TestedStores) {
    let aroha = stores.registered(a_customer().build()).await;
    let other = stores.registered(a_customer().number(2).build()).await;
    for (number, customer) in [(1, &aroha), (2, &aroha), (3, &other)] {
        stores.open(number, customer.id(), None).await;
        assert!(stores.identity(hash(number)).await.is_some());
    }
    let (changed, events) = aroha.change_password(PasswordHash::new("second"));
    let sessions = SessionsAfter::Replace(Session::start(hash(4), changed.id(), noon()));
    stores.commit(AccountChange { sessions, ..AccountChange::of(changed, events) }).await;
    let known = [hash(1), hash(2), hash(3), hash(4)].map(|hash| stores.identity(hash));
    let mut there = vec![];
    for identity in known {
        there.push(identity.await.is_some());
    }
    assert_eq!(there, [false, false, true, true]);
    let (changed, events) = stores.find(a_customer().build().id()).await.change_password(PasswordHash::new("third"));
    stores.commit(AccountChange { sessions: SessionsAfter::End, ..AccountChange::of(changed, events) }).await;
    assert_eq!(stores.identity(hash(4)).await, None);
}

/// Mailed links are limited, found by purpose, and a spent one spends its siblings.
pub async fn mail_tokens(stores: TestedStores) {
    let aroha = stores.registered(a_customer().build()).await;
    let other = stores.registered(a_customer().number(2).build()).await;
    assert!(stores.token(1, aroha.id(), Purpose::ResetPassword, noon()).await);
    assert!(stores.token(2, aroha.id(), Purpose::ResetPassword, later(1)).await);
    assert!(!stores.token(3, aroha.id(), Purpose::ResetPassword, later(2)).await, "the third in an hour");
    assert!(stores.token(4, aroha.id(), Purpose::VerifyEmail, later(2)).await, "another purpose");
    assert!(stores.token(5, other.id(), Purpose::ResetPassword, later(2)).await, "another customer");
    assert!(stores.token(3, aroha.id(), Purpose::ResetPassword, later(3_601)).await, "another hour");

    let found = stores.tokens.find(&hash(2), Purpose::ResetPassword).await.unwrap().unwrap();
    assert_eq!((found.customer, found.issued_at, found.expires_at), (aroha.id(), later(1), later(3_601)));
    assert_eq!(stores.tokens.find(&hash(2), Purpose::VerifyEmail).await.unwrap(), None, "no link serves two purposes");
    stores.tokens.withdraw(&hash(3)).await.unwrap();
    assert_eq!(stores.tokens.find(&hash(3), Purpose::ResetPassword).await.unwrap(), None);

    let spend = || {
        let (customer, events) = stores_customer(&aroha);
        let spent = Some(SpentToken { hash: hash(2), purpose: Purpose::ResetPassword });
        AccountChange { spent, ..AccountChange::of(customer, events) }
    };
    stores.commit(spend()).await;
    for (number, purpose, there) in [
        (1, Purpose::ResetPassword, false),
        (2, Purpose::ResetPassword, false),
        (4, Purpose::VerifyEmail, false), // a new password ends links of every purpose
        (5, Purpose::ResetPassword, true),
    ] {
        assert_eq!(stores.tokens.find(&hash(number), purpose).await.unwrap().is_some(), there, "token {number}");
    }
    let again = stores.accounts.commit(spend()).await;
    assert!(matches!(again, Err(StoreError::Conflict("token"))), "{again:?}");
}

fn stores_customer(customer: &Customer) -> (Customer, Vec<CustomerEvent>) {
    customer.clone().change_password(PasswordHash::new("reset"))
}

/// Failed logins are charged one at a time, however many come at once, and forgotten on success.
pub async fn login_delays(stores: TestedStores) {
    let policy = DelayPolicy { free: 3, ..DelayPolicy::default() };
    let lane = |who: &str| LoginLane::Own(Fingerprint::of(who));
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (delays, lane) = (Arc::clone(&stores.delays), lane("aroha@example.org"));
        running.spawn(async move { delays.charge(&lane, policy, noon()).await.unwrap() });
    }
    let admitted = running.join_all().await.into_iter().flatten().count();
    assert_eq!(admitted, 3, "of twenty at once");
    let charge = |who: &'static str, at| {
        let (delays, lane) = (Arc::clone(&stores.delays), lane(who));
        async move { delays.charge(&lane, policy, at).await.unwrap().map_err(Delayed::seconds) }
    };
    assert_eq!(charge("aroha@example.org", noon()).await, Err(1));
    assert_eq!(charge("other@example.org", noon()).await, Ok(()), "others are not concerned");
    assert_eq!(charge("aroha@example.org", later(1)).await, Ok(()), "the wait is over");
    assert_eq!(charge("aroha@example.org", later(1)).await, Err(2), "the next one is longer");
    stores.delays.forget(&lane("aroha@example.org")).await.unwrap();
    assert_eq!(charge("aroha@example.org", later(1)).await, Ok(()));
}

fn key(number: u128, owner: CustomerId) -> ApiKey {
    ApiKey {
        id: ApiKeyId::new(uuid::Uuid::from_u128(number)),
        owner,
        label: format!("key {number}"),
        role: Role::Staff,
        secret: hash(7),
        created_at: noon(),
        expires_at: (number == 1).then(|| later(60)),
        revoked_at: None,
    }
}

/// API keys are found with their owner as they are now, listed newest first, and withdrawn once.
pub async fn api_keys(stores: TestedStores) {
    let aroha = stores.registered(a_customer().role(Role::Admin).build()).await;
    let (first, second) = (key(1, aroha.id()), key(2, aroha.id()));
    stores.keys.add(first.clone()).await.unwrap();
    stores.keys.add(second.clone()).await.unwrap();
    assert_eq!(stores.keys.list().await.unwrap(), [second.clone(), first.clone()]);
    assert_eq!(stores.keys.identify(first.id).await.unwrap(), Some((first.clone(), aroha.identity())));
    assert!(stores.keys.revoke(first.id, later(5)).await.unwrap());
    assert!(stores.keys.revoke(first.id, later(9)).await.unwrap());
    let revoked = ApiKey { revoked_at: Some(later(5)), ..first };
    assert_eq!(stores.keys.identify(revoked.id).await.unwrap().unwrap().0, revoked, "withdrawn at once, and once");
    assert!(!stores.keys.revoke(ApiKeyId::new(uuid::Uuid::nil()), later(9)).await.unwrap());
    let nobodys = stores.keys.add(key(3, CustomerId::new(uuid::Uuid::nil()))).await;
    assert!(matches!(nobodys, Err(StoreError::Stale)), "{nobodys:?}");

    let (demoted, events) = aroha.change_role(Role::Customer, None).unwrap();
    stores.commit(AccountChange::of(demoted, events)).await;
    assert_eq!(stores.keys.identify(second.id).await.unwrap().unwrap().1.role, Role::Customer, "its owner's role now");
}

/// An erased customer is gone, with everything that could name them or let them in.
pub async fn erasure(stores: TestedStores) {
    let aroha = stores.registered(a_customer().build()).await;
    let account = LoginLane::Own(Fingerprint::of(aroha.email().as_str()));
    stores.open(1, aroha.id(), None).await;
    stores.token(1, aroha.id(), Purpose::VerifyEmail, noon()).await;
    stores.keys.add(key(1, aroha.id())).await.unwrap();
    stores.delays.charge(&account, DelayPolicy { free: 1, ..DelayPolicy::default() }, noon()).await.unwrap().unwrap();
    assert!(stores.identity(hash(1)).await.is_some());

    let (erased, events) = aroha.clone().erase(noon()).unwrap();
    let change = AccountChange {
        account: Account::Erased(erased),
        events,
        tasks: vec![],
        sessions: SessionsAfter::End,
        spent: None,
    };
    stores.commit(change.clone()).await;
    assert_eq!(stores.published().await, ["registered", "erased"]);
    assert_eq!(stores.accounts.find(aroha.id()).await.unwrap(), None);
    assert_eq!(stores.accounts.find_by_email(aroha.email()).await.unwrap(), None);
    assert_eq!(stores.identity(hash(1)).await, None);
    assert_eq!(stores.tokens.find(&hash(1), Purpose::VerifyEmail).await.unwrap(), None);
    assert_eq!(stores.keys.identify(key(1, aroha.id()).id).await.unwrap(), None);
    let all = CustomerQuery { text: String::new(), limit: Limit::DEFAULT, after: None };
    assert_eq!(stores.accounts.list(&all).await.unwrap().items, []);
    let strict = DelayPolicy { free: 1, ..DelayPolicy::default() };
    assert_eq!(stores.delays.charge(&account, strict, noon()).await.unwrap(), Ok(()), "the failures are forgotten");
    assert!(matches!(stores.accounts.commit(change).await, Err(StoreError::Stale)), "nobody is erased twice");
    assert!(!stores.token(2, aroha.id(), Purpose::VerifyEmail, noon()).await, "nobody is written to");
    assert!(matches!(stores.keys.add(key(2, aroha.id())).await, Err(StoreError::Stale)), "nobody gives out keys");
    let session = Session::start(hash(2), aroha.id(), noon());
    let opened = stores.sessions.open(session, aroha.password(), None).await;
    assert!(matches!(opened, Err(StoreError::Stale)), "nobody logs in");
    let late = AccountChange::of(aroha.clone().verify().0, vec![CustomerEvent::Verified(aroha.id())]);
    assert!(matches!(stores.accounts.commit(late).await, Err(StoreError::Stale)), "nobody comes back");

    let again = stores.registered(a_customer().number(2).email("aroha@example.org").build()).await;
    assert_eq!(again.shipping_address(), Some(&an_address()), "the address is free again");
}

/// What has ended goes, the rest stays.
pub async fn housekeeping(stores: TestedStores) {
    let aroha = stores.registered(a_customer().build()).await;
    for number in 1..=3 {
        stores.open(number, aroha.id(), None).await;
    }
    stores.sessions.touch(&hash(1), later(100), None).await.unwrap();
    stores.token(1, aroha.id(), Purpose::VerifyEmail, noon()).await;
    stores.token(2, aroha.id(), Purpose::VerifyEmail, later(50)).await;
    let policy = DelayPolicy { free: 1, ..DelayPolicy::default() };
    let lane = |who: &str| LoginLane::Own(Fingerprint::of(who));
    for (who, at) in [("old", noon()), ("new", later(50))] {
        stores.delays.charge(&lane(who), policy, at).await.unwrap().unwrap();
    }
    let outdated = Outdated {
        sessions_started_before: noon(),
        sessions_unused_since: later(10),
        tokens_expired_before: later(3_610),
        attempts_before: later(10),
    };
    assert_eq!(stores.housekeeping.sweep(outdated).await.unwrap(), 4);
    assert_eq!(stores.housekeeping.sweep(outdated).await.unwrap(), 0);
    assert!(stores.tokens.find(&hash(2), Purpose::VerifyEmail).await.unwrap().is_some());
    assert!(stores.delays.charge(&lane("new"), policy, later(50)).await.unwrap().is_err());
    assert_eq!(stores.delays.charge(&lane("old"), policy, later(50)).await.unwrap(), Ok(()));
    assert!(stores.identity(hash(1)).await.is_some());
    assert_eq!(stores.housekeeping.sweep(Outdated { sessions_started_before: later(1), ..outdated }).await.unwrap(), 1);
}
